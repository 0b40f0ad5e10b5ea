"""A study by stages: one seed for all, more for the best; on scripted trials and on real ones."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scripted import Scripted
from small_recipes import recipe, rows

import goodfit
from goodfit.experiment.plan import Plan
from goodfit.experiment.work import Work, applied
from goodfit.recipe import Recipe
from goodfit.remedies import BY_ID
from goodfit.results import Protocol, StudyResult
from goodfit.study.design import propose
from goodfit.study.run import Ran
from goodfit.study.store import Store, Unkept

SHARES = {"baseline": 0.6, "l2": 0.7, "dropout": 0.65, "weight-decay": 0.5, "max-norm": 0.62}
NAMES = tuple(name for name in SHARES if name != "baseline")


class Shares(dict):
    """Joined remedies get what the best of them gets, and a little more for each."""

    def __missing__(self, name: str) -> float:
        ids = [part.partition(":")[0] for part in re.split(r"\+(?=[a-z])", name)]
        return max(self[one] for one in ids) + 0.02 * (len(ids) - 1)


@cache
def small_recipe() -> Recipe:
    """One for all studies: Keras gives every layer without a name another one."""
    return recipe(held=800)


def studied(
    budget: float,
    search: int = 0,
    store: Store | Unkept | None = None,
    longer: dict[str, float] | None = None,
    slots: int = 1,
) -> tuple[Ran, Scripted]:
    """A study of four remedies with a budget of so many trials; some arms take longer than one."""
    longer = longer or {}
    small = small_recipe()
    engine = Scripted(Shares(SHARES), slots=slots)
    work = Work(
        plan=Plan(remedies=NAMES, search=search, budget=budget),
        protocol=Protocol(),
        recipe=small,
        folder=Path(),
        started=0.0,
        clock=lambda: sum(longer.get(arm, 1.0) for arm, _ in engine.trained),
    )
    design = propose(small, work.plan.chains(), cures=BY_ID, apply=applied)
    return work._explore(design.arms, engine, store or Unkept()), engine


def seeds(ran: Ran) -> dict[str, int]:
    return {arm.name: len(arm.trials) for arm in ran.arms}


def test_with_time_for_all_every_designed_arm_gets_every_seed_unless_it_loses():
    ran, engine = studied(budget=1000)
    assert not ran.interrupted
    found = seeds(ran)
    assert all(found[name] >= 3 for name in SHARES)
    assert (found["baseline"], found["l2+dropout+max-norm"]) == (5, 5)
    assert set(found) == {*SHARES, "l2+dropout", "l2+max-norm", "l2+dropout+max-norm"}
    assert ran.winner == ran.leader == "l2+dropout+max-norm"
    # One seed of everything comes first, what looks good is joined before any gets a second one.
    assert {seed for _, seed in engine.trained[:8]} == {0}
    assert engine.trained[5:8] == [
        ("l2+dropout", 0),
        ("l2+max-norm", 0),
        ("l2+dropout+max-norm", 0),
    ]


def test_with_little_time_the_best_are_known_best():
    ran, engine = studied(budget=24)
    assert ran.interrupted
    assert len(engine.trained) == 24
    found = seeds(ran)
    assert found["weight-decay"] <= 2
    assert found["l2+dropout+max-norm"] >= 3
    assert ran.leader == "l2+dropout+max-norm"
    assert any("others looked better" in arm.notes[0] for arm in ran.arms if arm.notes)


def test_the_arm_that_looks_worst_gets_a_second_seed_before_the_best_get_a_third():
    _, engine = studied(budget=1000)
    second = engine.trained.index(("weight-decay", 1))
    assert second < min(at for at, (_, seed) in enumerate(engine.trained) if seed == 2)


def test_slots_that_would_wait_train_the_baseline_ahead():
    ran, engine = studied(budget=1000, slots=2)
    alone, _ = studied(budget=1000)
    # Four arms under the first seed are an odd number of trials with the baseline.
    assert ("baseline", 1) in engine.trained[:6]
    left = max(at for at, (arm, _) in enumerate(engine.trained) if arm == "baseline")
    assert set(engine.busy[:left]) == {2}
    assert len(engine.trained) == len(set(engine.trained))
    assert {arm.name: arm.choosing for arm in ran.arms} == {
        arm.name: arm.choosing for arm in alone.arms
    }


def test_a_budget_that_ends_at_once_leaves_a_baseline():
    ran, _ = studied(budget=3)
    assert (ran.interrupted, ran.winner, ran.leader) == (True, "baseline", "baseline")


def test_where_there_is_no_time_for_all_arms_the_first_are_known():
    ran, _ = studied(budget=7)
    assert seeds(ran) == {"baseline": 2, "l2": 2, "dropout": 1, "weight-decay": 1, "max-norm": 0}
    assert ran.arms[4].notes == ("Not looked at: the time went to the others.",)
    assert ran.leader == "l2"


def test_an_arm_that_takes_very_long_does_not_cost_the_best_their_seeds():
    ran, engine = studied(budget=30, longer={"weight-decay": 20.0})
    assert engine.trained.count(("weight-decay", 0)) == 1
    found = seeds(ran)
    assert found["weight-decay"] == 0
    assert min(found["baseline"], found["l2"]) >= 2
    # Once the best are known there is time for it, as for all arms that were asked for.
    ran, engine = studied(budget=300, longer={"weight-decay": 220.0})
    assert engine.trained.count(("weight-decay", 0)) == 2


def test_a_search_takes_its_share_of_the_time_and_leaves_the_rest_to_the_best():
    pytest.importorskip("optuna")
    ran, engine = studied(budget=60, search=500)
    looked = Counter(seed for _, seed in engine.trained)
    assert 30 <= looked[0] <= 42
    assert looked[1] >= 5
    assert looked[4] >= 3
    assert max(seeds(ran).values()) == 5


def test_a_study_by_stages_goes_on_where_it_was(tmp_path):
    pytest.importorskip("optuna")
    whole, _ = studied(budget=1000, search=12)
    with Store(tmp_path, Protocol()) as store:
        part, first = studied(budget=14, search=12, store=store)
    assert part.interrupted
    with Store(tmp_path, Protocol()) as store:
        again, second = studied(budget=1000, search=12, store=store)
    # What was trained as the time ended is cut, and trained again.
    assert not set(first.trained[:-1]) & set(second.trained)
    assert seeds(again) == seeds(whole)
    assert again.winner == whole.winner


# ---------------------------------------------------------------- real trials

TRAIN, HELD = rows(160, 0), rows(400, 1)


def slow_learner():
    """Two remedies help it, each for itself and more together: longer steps, and more of them."""
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy")
    return model


def real(folder: Path, **more) -> StudyResult:
    return goodfit.experiment(
        slow_learner, (TRAIN.x, TRAIN.y), validation_data=(HELD.x, HELD.y), folder=str(folder),
        batch_size=64, patience=None, **more,
    )  # fmt: skip


@pytest.mark.backend
def test_what_helped_is_joined_and_trained(tmp_path):
    remedies = ["learning-rate:factor=30", "batch-size:batch_size=2"]
    study = real(tmp_path, remedies=remedies, seeds=5, epochs=12)
    assert [arm.name for arm in study.arms[:3]] == ["baseline", *remedies]
    assert [one.choosing.says for one in study.arms[1:3]] == ["helps", "helps"]
    joined = study.arms[3]
    assert {one.id for one in joined.remedies} == {"learning-rate", "batch-size"}
    assert {trial.status for trial in joined.trials} == {"finished"}
    assert joined.choosing.difference > 0


@pytest.mark.backend
def test_optuna_draws_strengths_that_are_trained(tmp_path):
    pytest.importorskip("optuna")
    study = real(tmp_path, remedies=["dropout", "l2"], seeds=2, epochs=1, search=10)
    drawn = [arm for arm in study.arms if "=" in arm.name]
    assert len(drawn) >= 3
    assert {trial.status for arm in study.arms for trial in arm.trials} == {"finished"}
    strengths = {
        one.parameters["strength"] for arm in drawn for one in arm.remedies if one.id == "l2"
    }
    assert all(1e-6 <= strength <= 1e-1 for strength in strengths)
    assert [len(arm.trials) for arm in study.arms[:3]] == [2, 2, 2]
    assert all(np.isfinite(trial.validation.score).all() for arm in drawn for trial in arm.trials)
