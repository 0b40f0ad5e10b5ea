"""The door to studies: what it makes of a model and data, what it refuses, how it goes on."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from scripted import Scripted
from small_recipes import recipe, rows

import goodfit
from goodfit.experiment.conduct import conduct, governed
from goodfit.experiment.plan import Plan, named
from goodfit.experiment.progress import Teller, line
from goodfit.experiment.work import Work, applied
from goodfit.recipe import CallbackRecipe, NoRecipeError
from goodfit.remedies import BY_ID
from goodfit.results import Protocol, Remedy, TrialEpoch
from goodfit.study.design import propose
from goodfit.study.run import Progress
from goodfit.study.store import Unkept

TRAIN, HELD = rows(160, 0), rows(120, 1)
DATA, VALIDATION = (TRAIN.x, TRAIN.y), (HELD.x, HELD.y)
FAST = {"seeds": 2, "epochs": 2, "batch_size": 32}


def build():
    import keras

    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    return model


def own_layer():
    import keras

    class Twice(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    model = keras.Sequential([keras.Input((4,)), Twice(), keras.layers.Dense(8), Twice(),
                              keras.layers.Dense(1, activation="sigmoid")])  # fmt: skip
    model.compile("adam", "binary_crossentropy")
    return model


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---------------------------------------------------------------- what it makes


def told(study) -> list:
    return [
        (arm.name, trial.seed, trial.status, float(trial.validation.loss.sum()))
        for arm in study.arms
        for trial in arm.trials
    ]


@pytest.mark.backend
def test_a_study_compares_and_goes_on_where_it_was(here):
    first = goodfit.experiment(
        build, DATA, validation_data=VALIDATION, remedies=["l2", "dropout:rate=0.3"], **FAST
    )
    assert [arm.name for arm in first.arms] == ["baseline", "l2", "dropout:rate=0.3"]
    assert {status for _, _, status, _ in told(first)} == {"finished"}
    assert len(told(first)) == 6
    assert (first.validation_rows, first.test_rows) == (60, 60)
    assert first.arms[1].choosing is not None
    (folder,) = (here / ".goodfit" / "studies").iterdir()
    assert folder.name.startswith("build-")
    assert not (folder / "workers").exists()

    again = goodfit.experiment(
        build, DATA, validation_data=VALIDATION, remedies=["l2", "dropout:rate=0.3"], **FAST
    )
    seconds = [trial.seconds for arm in first.arms for trial in arm.trials]
    assert [trial.seconds for arm in again.arms for trial in arm.trials] == seconds
    assert told(again) == told(first)


@pytest.mark.backend
def test_a_model_of_ones_own_layers_is_studied_in_this_process(here):
    model = own_layer()
    before = [np.array(value) for value in model.get_weights()]
    study = goodfit.experiment(
        model, DATA, validation_data=VALIDATION, test_data=(HELD.x[:50], HELD.y[:50]),
        remedies="l2", **FAST,
    )  # fmt: skip
    assert {status for _, _, status, _ in told(study)} == {"finished"}
    assert any("in this process: the model is made with the user's own Twice" in note
               for note in study.notes)  # fmt: skip
    assert (study.validation_rows, study.test_rows) == (120, 50)
    after = model.get_weights()
    assert all((x == y).all() for x, y in zip(before, after, strict=True))


@pytest.mark.backend
def test_a_budget_that_is_over_at_once_is_refused(here):
    with pytest.raises(ValueError, match="the budget of 1e-09 seconds was over before one trial"):
        goodfit.experiment(own_layer(), DATA, validation_data=VALIDATION, remedies="l2",
                           budget=1e-9, **FAST)  # fmt: skip


def test_the_arms_of_a_study_that_goes_on_are_those_it_began_with(here):
    asked = []

    def suggest():
        asked.append(1)
        return [(Remedy(id="l2", parameters={"strength": 0.01}),)]

    same = recipe()
    for _ in range(2):
        study = conduct(same, Plan(seeds=2, epochs=1, folder="mine"), title="t", suggest=suggest)
        assert [arm.name for arm in study.arms] == ["baseline", "l2:strength=0.01"]
    assert len(asked) == 1


def test_the_users_own_early_stopping_gives_way_to_the_studys():
    mine = (CallbackRecipe(name="EarlyStopping"), CallbackRecipe(name="ReduceLROnPlateau"))
    stopped = recipe().with_fit(callbacks=mine)
    changed, notes = governed(stopped, Plan(patience=7))
    assert [one.name for one in changed.fit.callbacks] == ["ReduceLROnPlateau"]
    assert "after 7 epochs without a lower validation loss" in notes[0]
    assert governed(stopped, Plan(patience=None)) == (stopped, [])


def test_the_package_offers_functions_not_the_modules_of_their_names():
    import goodfit.diagnose
    import goodfit.experiment.worker

    assert callable(goodfit.experiment)
    assert callable(goodfit.diagnose)


# ---------------------------------------------------------------- stage after stage


class Shares(dict):
    """Arms that are not named get what their first remedy gets."""

    def __missing__(self, name: str) -> float:
        return self[re.split(r"[:+]", name)[0]]


def explored(arms: str, shares: dict[str, float], search: int = 0) -> tuple[list[str], Work]:
    """Names of all arms, trained by a script."""
    small = recipe(held=800)
    plan = Plan(remedies=tuple(arms.split(",")), search=search)
    work = Work(plan=plan, protocol=Protocol(), recipe=small, folder=Path(), started=0.0)
    design = propose(small, plan.chains(), cures=BY_ID, apply=applied)
    ran = work._explore(design.arms, Scripted(Shares(shares)), Unkept())
    return [arm.name for arm in ran.arms], work


def test_what_helped_is_joined_last():
    names, _ = explored(
        "l2,dropout,weight-decay",
        {"baseline": 0.5, "l2": 0.8, "dropout": 0.75, "weight-decay": 0.5, "l2+dropout": 0.9},
    )
    assert names == ["baseline", "l2", "dropout", "weight-decay", "l2+dropout"]


def test_joined_remedies_of_which_one_overwrites_the_other_are_no_new_arm():
    names, _ = explored("l2,l1", {"baseline": 0.5, "l2": 0.8, "l1": 0.75})
    assert names == ["baseline", "l2", "l1"]


def test_few_strengths_are_a_grid_and_many_are_drawn():
    shares = {"baseline": 0.7, "l2": 0.7, "dropout": 0.7}
    names, _ = explored("l2,dropout", shares, search=2)
    assert names[:4] == ["baseline", "l2", "dropout", "l2:strength=0.0001"]
    assert len(names) == 5
    pytest.importorskip("optuna")
    many, work = explored("l2,dropout", shares, search=10)
    assert 9 <= len(many) <= 13
    assert work.notes == []


def test_a_search_without_strengths_is_noted():
    pytest.importorskip("optuna")
    shares = {"baseline": 0.7, "l2": 0.7}
    names, work = explored("l2:strength=0.5", shares, search=10)
    assert names == ["baseline", "l2:strength=0.5"]
    assert work.notes == ["No strengths were searched: no remedy here has a strength to search."]


# ---------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"seeds": 1}, "received seeds=1; expected a whole number of 2 or more"),
        ({"seeds": 2.0}, "received seeds=2.0; expected a whole number"),
        ({"epochs": 0}, "received epochs=0; expected a whole number of 1 or more"),
        ({"patience": -1}, "received patience=-1"),
        ({"budget": 0.0}, "received budget=0.0; expected seconds above 0"),
        ({"curves": "capasity"}, "there is no curve 'capasity'; did you mean capacity?"),
        ({"remedies": "dropuot"}, "there is no remedy 'dropuot'; did you mean dropout"),
        ({"remedies": []}, "received no remedies"),
        ({"validation_data": None}, "there are no validation rows"),
        (
            {"validation_data": (HELD.x[:29], HELD.y[:29])},
            "received 29 validation rows; expected at least 30",
        ),
        ({"remedies": "augmentation"}, "no remedy is left to compare. augmentation is left out: "),
    ],
)
def test_what_cannot_be_studied_is_refused_before_anything_is_trained(here, given, says):
    arguments = {"validation_data": VALIDATION, "remedies": "l2", **given}
    with pytest.raises(ValueError, match=re.escape(says)):
        goodfit.experiment(build, DATA, **arguments)


def test_data_and_models_that_cannot_be_had_again_are_refused(here):
    def batches():
        yield DATA

    with pytest.raises(NoRecipeError, match="received a generator, which can be read only once"):
        goodfit.experiment(build, batches(), validation_data=VALIDATION, remedies="l2")
    with pytest.raises(TypeError, match="received str as the model"):
        goodfit.experiment("model", DATA, validation_data=VALIDATION)
    with pytest.raises(TypeError, match="received test_data of type ndarray"):
        goodfit.experiment(build, DATA, validation_data=VALIDATION, test_data=HELD.x)
    with pytest.raises(TypeError, match="received int among the remedies"):
        goodfit.experiment(build, DATA, validation_data=VALIDATION, remedies=[3])


def test_remedies_may_be_given_as_names_records_and_chains():
    record = Remedy(id="l2", parameters={"strength": 0.5})
    assert named(["l2", record, ("dropout", record)]) == (
        "l2",
        "l2:strength=0.5",
        "dropout+l2:strength=0.5",
    )
    assert named("l2") == ("l2",)
    assert named(None) == ()


# ---------------------------------------------------------------- progress


def progress(done: int, left: float | None) -> Progress:
    epoch = TrialEpoch(index=4)
    return Progress(
        done=done, total=9, seconds_left=left, arm="l2", seed=1, epoch=epoch, best="dropout"
    )


@pytest.mark.parametrize(
    ("left", "words"),
    [(None, ""), (59.4, "; 59 s left"), (125, "; 2 min 05 s left"), (7260, "; 2 h 01 min left")],
)
def test_a_line_says_how_far_and_how_long_still(left, words):
    expected = f"goodfit: 3 of 9 trials{words}; l2, seed 1, epoch 5; best so far: dropout"
    assert line(progress(3, left)) == expected


def test_with_a_budget_a_line_says_what_of_it_is_left():
    said = line(progress(3, 59.4), "the best 6", 600.0)
    assert said.startswith(
        "goodfit (the best 6): 3 of 9 trials planned so far; 10 min 00 s of the budget left; l2"
    )
    assert "; 0 s of the budget left" in line(progress(3, None), budget_left=-4.0)


def test_a_short_study_says_nothing_and_a_long_one_now_and_then():
    now = [0.0]
    stream = io.StringIO()
    teller = Teller(stream, clock=lambda: now[0])
    for at in (0.5, 1.9, 2.1, 5.0, 12.0, 13.0):
        now[0] = at
        teller(progress(int(at), None))
    teller.end()
    lines = stream.getvalue().splitlines()
    assert [text[:22] for text in lines] == ["goodfit: 2 of 9 trials", "goodfit: 13 of 9 trial"]
