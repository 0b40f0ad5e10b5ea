"""Winners and effects from literal trials."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scripted import ROWS, right

from goodfit.results import Arm, Protocol, RowScores, Trial, TrialEpoch
from goodfit.study.balance import row_weights
from goodfit.study.judge import judge, leader

PROTOCOL = Protocol(seeds=(0, 1, 2), epochs=5)


def arm(name: str, choosing: float, confirming: float | None = None, *, rows: int = ROWS) -> Arm:
    """Three finished trials with about these shares of right answers."""

    def scores(share: float | None, seed: int) -> RowScores | None:
        if share is None:
            return None
        found = right(share, seed, rows)
        return RowScores(score=found, loss=1 - found)

    trials = tuple(
        Trial(
            arm=name,
            seed=seed,
            status="finished",
            seconds=2.0,
            validation=scores(choosing, seed),
            test=scores(choosing if confirming is None else confirming, seed),
        )
        for seed in PROTOCOL.seeds
    )
    return Arm(name=name, trials=trials)


def ended(given: Arm, status: str, seed: int = 0) -> Arm:
    trials = tuple(
        replace(trial, status=status, reason="it burst") if trial.seed == seed else trial
        for trial in given.trials
    )
    return replace(given, trials=trials)


def test_the_best_that_helps_wins_and_is_confirmed():
    arms = [arm("baseline", 0.6), arm("good", 0.8), arm("best", 0.9), arm("bad", 0.4)]
    judged, winner, notes = judge(arms, PROTOCOL)
    assert winner == "best"
    assert [a.choosing.says if a.choosing else None for a in judged] == [
        None,
        "helps",
        "helps",
        "harms",
    ]
    assert judged[2].confirming.says == "helps"
    assert judged[2].confirming.comparisons == 1
    assert judged[1].confirming is None
    assert judged[1].choosing.comparisons == 3
    assert judged[1].choosing.seconds_ratio == pytest.approx(1.0)
    assert notes == ()


def test_time_is_compared_without_what_compiling_took():
    def timed(given: Arm, first: float, others: float) -> Arm:
        took = [first, *[others] * 9]
        epochs = tuple(TrialEpoch(index=i, seconds=s) for i, s in enumerate(took))
        return replace(given, trials=tuple(replace(t, epochs=epochs) for t in given.trials))

    arms = [timed(arm("baseline", 0.6), 50.0, 1.0), timed(arm("double", 0.7), 2.0, 2.0)]
    assert judge(arms, PROTOCOL)[0][1].choosing.seconds_ratio == pytest.approx(2.0)


def test_where_nothing_helps_the_baseline_wins():
    judged, winner, _ = judge([arm("baseline", 0.8), arm("same", 0.8)], PROTOCOL)
    assert winner == "baseline"
    assert all(found.confirming is None for found in judged)


def test_a_winner_by_luck_is_not_confirmed():
    judged, winner, _ = judge([arm("baseline", 0.6), arm("lucky", 0.8, 0.4)], PROTOCOL)
    assert winner == "lucky"
    assert judged[1].confirming.says == "harms"


@pytest.mark.parametrize("status", ["diverged", "failed"])
def test_an_arm_with_a_trial_that_did_not_finish_is_shown_and_never_wins(status):
    arms = [arm("baseline", 0.5), ended(arm("fragile", 0.95), status), arm("good", 0.8)]
    judged, winner, _ = judge(arms, PROTOCOL)
    assert winner == "good"
    assert judged[1].choosing.says == "helps"
    assert judged[1].choosing.seeds == (2 if status == "failed" else 3)
    assert judged[1].notes == (f"1 of 3 trials {status}: it burst",)


def test_few_rows_cannot_tell_and_say_so():
    judged, winner, notes = judge(
        [arm("baseline", 0.2, rows=40), arm("best", 0.95, rows=40)], PROTOCOL
    )
    assert winner == "baseline"
    assert judged[1].choosing.says == "cannot tell"
    assert notes == ("Choosing rows: 40 rows are too few to tell; at least 50 are needed.",)


def test_other_held_out_rows_give_no_effect():
    judged, winner, _ = judge([arm("baseline", 0.5), arm("split", 0.9, rows=300)], PROTOCOL)
    assert winner == "baseline"
    assert judged[1].choosing is None
    assert "held-out rows are others" in judged[1].notes[0]


def test_a_baseline_that_diverged_explains_nothing():
    nothing = np.full(ROWS, np.nan, "float32")
    base = arm("baseline", 0.5)
    base = replace(
        base,
        trials=tuple(
            replace(t, status="diverged", validation=RowScores(score=nothing, loss=nothing))
            for t in base.trials
        ),
    )
    measured = replace(PROTOCOL, measure="explained variance")
    judged, winner, _ = judge([base, arm("repaired", 0.9)], measured)
    assert winner == "repaired"
    assert judged[1].choosing.without == 0.0


def test_one_seed_is_said_to_tell_nothing():
    _, winner, notes = judge(
        [replace(a, trials=a.trials[:1]) for a in (arm("baseline", 0.5), arm("best", 0.9))],
        replace(PROTOCOL, seeds=(0,)),
    )
    assert winner == "baseline"
    assert notes == ("One seed cannot tell a remedy from chance; give at least two.",)


def test_the_order_of_arms_changes_nothing_but_the_order():
    arms = [arm("baseline", 0.6), arm("a", 0.8), arm("b", 0.9), arm("c", 0.4)]
    first, winner, _ = judge(arms, PROTOCOL)
    second, again, _ = judge([arms[0], *reversed(arms[1:])], PROTOCOL)
    assert winner == again
    assert {a.name: a.choosing for a in first} == {a.name: a.choosing for a in second}


def by_class(name: str, common: float, rare: float, classes: np.ndarray) -> Arm:
    """Three trials with these shares of right answers of two classes, as balanced scores."""
    weights = row_weights(classes)

    def scores(seed: int) -> RowScores:
        chance = np.where(classes == 1, rare, common)
        right_ = np.random.default_rng(seed).random(len(classes)) < chance
        return RowScores(score=right_ * weights, loss=1.0 - right_)

    trials = tuple(
        Trial(arm=name, seed=seed, status="finished", validation=scores(seed), test=scores(seed))
        for seed in PROTOCOL.seeds
    )
    return Arm(name=name, trials=trials)


BALANCED = replace(PROTOCOL, measure="balanced accuracy")


def test_recall_by_class_is_told_of_the_winner_and_the_baseline():
    classes = np.array([0] * 400 + [1] * 60 + [2] * 3)
    arms = [by_class("baseline", 0.95, 0.3, classes), by_class("other", 0.95, 0.3, classes),
            by_class("weights", 0.9, 0.9, classes)]  # fmt: skip
    held = {"validation": classes, "test": classes}
    judged, winner, notes = judge(arms, BALANCED, held)
    assert winner == "weights"
    assert judged[0].recall["1"] == pytest.approx(0.3, abs=0.1)
    assert judged[2].recall["1"] == pytest.approx(0.9, abs=0.1)
    assert set(judged[2].recall) == {"0", "1"}
    assert judged[1].recall == {}
    assert judged[2].confirming.without == pytest.approx((0.95 + 0.3) / 2, abs=0.05)
    assert len(notes) == 2
    assert "too few rows of class 2 (3) to tell" in notes[0]


def test_a_rare_class_of_two_with_too_few_rows_cannot_be_told_of():
    classes = np.array([0] * 400 + [1] * 9)
    arms = [by_class("baseline", 0.5, 0.1, classes), by_class("best", 0.99, 0.99, classes)]
    judged, winner, notes = judge(arms, BALANCED, {"validation": classes, "test": classes})
    assert winner == "baseline"
    assert judged[1].choosing.says == "cannot tell"
    assert "leave nothing to compare; at least 10 are needed" in notes[0]


def test_what_the_choosing_rows_are_too_few_to_show_the_others_may():
    arms = [arm("baseline", 0.6, rows=60), arm("better", 0.625, 0.95, rows=60)]
    judged, winner, _ = judge(arms, PROTOCOL)
    assert judged[1].choosing.says == "cannot tell"
    assert judged[1].confirming.says == "helps"
    assert judged[1].confirming.comparisons == 1
    assert winner == "better"


def test_the_confirming_rows_are_asked_about_one_arm_alone():
    arms = [arm("baseline", 0.6), arm("looks best", 0.615, 0.55), arm("is best", 0.61, 0.9)]
    judged, winner, _ = judge(arms, PROTOCOL)
    assert [found.confirming is not None for found in judged] == [False, True, False]
    assert winner == "baseline"


def test_what_to_take_where_nothing_is_shown_is_what_looks_best_on_all_rows():
    arms = [arm("baseline", 0.6), arm("looks best", 0.615, 0.596), arm("steady", 0.61, 0.615)]
    judged, winner, _ = judge(arms, PROTOCOL)
    assert winner == "baseline"
    assert leader(judged, winner, "accuracy") == "steady"
    assert leader(judged, "looks best", "accuracy") == "looks best"


def test_what_was_looked_at_once_leads_nothing():
    once = arm("lucky", 0.95)
    arms = [arm("baseline", 0.6), replace(once, trials=once.trials[:1]), arm("worse", 0.58)]
    judged, winner, _ = judge(arms, PROTOCOL)
    assert (winner, leader(judged, winner, "accuracy")) == ("baseline", "baseline")
