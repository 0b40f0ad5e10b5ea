"""Other strengths, and what helped joined."""

from __future__ import annotations

import dataclasses
import math

import pytest
from scripted import ROWS, right

from goodfit.remedies import BY_ID
from goodfit.results import Arm, Effect, Remedy, RowScores, Trial
from goodfit.study.design import name_of
from goodfit.study.search import Sampler, combinations, grid, gridded, score_of, searchable


def arm(name: str, difference: float, says: str = "helps", **parameters) -> Arm:
    """An arm of one remedy at its default, or with these parameters by name."""
    effect = Effect(
        measure="accuracy", difference=difference, low=0, high=1, without=0.5,
        with_remedy=0.5 + difference, p=0.5, says=says, seeds=3, rows=ROWS,
    )  # fmt: skip
    share = right(0.5 + difference, 0)
    trial = Trial(
        arm=name, seed=0, status="finished", validation=RowScores(score=share, loss=share)
    )
    told = parameters or {one.name: one.default for one in BY_ID[name].parameters}
    chain = (Remedy(id=name, parameters=told),)
    return Arm(
        name=name_of(chain) if parameters else name,
        remedies=chain, trials=(trial,), choosing=effect,
    )  # fmt: skip


def drawn_arm(chain, difference: float | None) -> Arm:
    """What a chain came to; None where it burst."""
    like = arm("l2", difference or 0.0)
    status = "failed" if difference is None else "finished"
    trials = tuple(dataclasses.replace(trial, status=status) for trial in like.trials)
    return dataclasses.replace(like, name=name_of(chain), remedies=chain, trials=trials)


BASELINE = Arm(name="baseline")
L2 = BY_ID["l2"].parameters[0]


def test_a_grid_goes_round_the_default_and_stays_in_the_range():
    assert grid(L2, 2) == (1e-4, 1e-2)
    assert all(1e-6 <= value <= 1e-1 for value in grid(L2, 8))
    assert 1e-3 not in grid(L2, 8)
    assert len(set(grid(L2, 8))) == len(grid(L2, 8))
    rates = grid(BY_ID["dropout"].parameters[0], 4)
    assert rates == (0.3, 0.55, 0.4, 0.53)


def test_only_strengths_that_nobody_set_are_searched():
    assert searchable((Remedy(id="l2"),), BY_ID) is L2
    assert searchable((Remedy(id="l2", parameters={"strength": 1.0}),), BY_ID) is None
    assert searchable((Remedy(id="l2"), Remedy(id="dropout")), BY_ID) is None
    assert searchable((Remedy(id="early-stopping"),), BY_ID) is None
    kind = searchable((Remedy(id="augmentation", parameters={"kind": "shift"}),), BY_ID)
    assert kind is not None
    assert kind.name == "strength"


def test_the_best_arms_get_the_strengths():
    arms = [BASELINE, arm("l2", 0.1), arm("dropout", 0.2), arm("l1", -0.1), arm("max-norm", -0.2)]
    names = [name_of(chain) for chain in gridded(arms, BY_ID, 4)]
    assert names == ["dropout:rate=0.3", "l2:strength=0.0001", "dropout:rate=0.55",
                     "l2:strength=0.01"]  # fmt: skip


def test_nothing_to_search_gives_no_arms():
    assert gridded([BASELINE, arm("l2", 0.1, strength=0.5)], BY_ID, 4) == ()
    assert gridded([BASELINE], BY_ID, 4) == ()


def test_the_score_of_an_arm_is_its_effect_where_all_trials_finished():
    good = arm("l2", 0.1)
    assert score_of(good) == 0.1
    failed = Trial(arm="l2", seed=1, status="failed")
    assert score_of(dataclasses.replace(good, trials=(*good.trials, failed))) is None
    assert score_of(BASELINE) is None


def test_what_helped_is_joined_the_best_strength_of_each():
    arms = [
        BASELINE,
        arm("l2", 0.1),
        arm("l2", 0.3, strength=0.5),
        arm("dropout", 0.2),
        arm("max-norm", 0.05),
        arm("l1", 0.4, "cannot tell"),
    ]
    assert [name_of(chain) for chain in combinations(arms)] == [
        "l2:strength=0.5+dropout",
        "l2:strength=0.5+max-norm",
        "l2:strength=0.5+dropout+max-norm",
    ]


def test_what_is_joined_names_what_was_named():
    shift = Arm(
        name="augmentation:kind=shift",
        remedies=(Remedy(id="augmentation", parameters={"kind": "shift", "strength": 0.1}),),
        choosing=arm("l2", 0.3).choosing,
    )
    (joined,) = combinations([BASELINE, shift, arm("dropout", 0.2)])
    assert name_of(joined) == "augmentation:kind=shift+dropout"
    strengths = [name_of(chain) for chain in gridded([BASELINE, shift], BY_ID, 2)]
    assert strengths == ["augmentation:kind=shift:strength=0.06",
                         "augmentation:kind=shift:strength=0.3"]  # fmt: skip


def test_what_looks_good_is_joined_before_it_is_shown():
    looks = {"l2": 0.1, "less-capacity": 0.2, "more-capacity": 0.15, "dropout": -0.1}
    arms = [BASELINE, *(arm(name, by, "cannot tell") for name, by in looks.items())]
    assert combinations(arms) == ()
    (joined,) = combinations(arms, promising=True)
    assert name_of(joined) == "less-capacity+l2"


@pytest.mark.parametrize("arms", [[BASELINE], [BASELINE, arm("l2", 0.1)]])
def test_less_than_two_that_helped_are_not_joined(arms):
    assert combinations(arms) == ()


def test_optuna_draws_the_same_again_and_learns_what_it_is_told():
    pytest.importorskip("optuna")
    arms = [BASELINE, arm("l2", 0.1), arm("dropout", 0.0), arm("weight-decay", -0.1, "harms")]

    def worth(chain) -> float | None:
        told = {one.id: one for one in chain}
        if "dropout" in told:
            return None
        if "l2" not in told:
            return 0.0
        return 0.3 - abs(math.log10(told["l2"].parameters["strength"]) + 4) / 10

    def drawn() -> list[str]:
        sampler, names = Sampler(arms, BY_ID), []
        sampler.learn(arms)
        for _ in range(40):
            chain = sampler.ask()
            names.append(name_of(chain))
            sampler.learn([BASELINE, drawn_arm(chain, worth(chain))] if chain else [])
            sampler.settle([])
        return names

    first = drawn()
    assert first == drawn()
    assert sum(name.startswith("l2") and "dropout" not in name for name in first[20:]) > 12
    assert all(3e-5 < float(name.partition("=")[2].partition("+")[0]) < 3.1e-2
               for name in first if name.startswith("l2"))  # fmt: skip
    assert not any("weight-decay" in name for name in first)


def test_optuna_draws_remedies_together_and_none_that_undo_each_other():
    pytest.importorskip("optuna")
    arms = [BASELINE, arm("less-capacity", 0.1), arm("more-capacity", 0.1), arm("l2", 0.1)]
    sampler = Sampler(arms, BY_ID)
    chains = [sampler.ask() for _ in range(20)]
    ids = [tuple(one.id for one in chain) for chain in chains]
    assert {("less-capacity", "l2"), ("more-capacity", "l2")} & set(ids)
    assert not any({"less-capacity", "more-capacity"} <= set(chain) for chain in ids)


def test_without_a_strength_there_is_nothing_to_sample():
    pytest.importorskip("optuna")
    with pytest.raises(ValueError, match="no remedy here has a strength to search"):
        Sampler([BASELINE, arm("l2", 0.1, strength=0.5)], BY_ID)
