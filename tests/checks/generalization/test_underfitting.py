"""GF403 on literals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from literals import baselines, decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.course import left_to_gain
from goodfit.checks.generalization.underfitting import CHECK, underfitting
from goodfit.facts import BaselineFacts, Facts, SettingsFacts, Trace

SLOW = trace(list(np.linspace(2.35, 1.77, 11)), list(np.linspace(2.35, 1.79, 11)))


def test_stopped_while_still_falling() -> None:
    outcome, found = run_check(CHECK, Facts(trace=SLOW))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert found.evidence["left"] > 0.5
    assert "still falling when training ended after 10 epochs" in found.message


def test_worse_on_its_own_rows_than_a_simple_learner_on_unseen_ones() -> None:
    flat = trace(
        decay(2.35, 1.3, 60), decay(2.35, 1.35, 60), answers=predictions(error=0.41, rows=1400)
    )
    answer = underfitting(flat, baselines(0.43, prior=0.9, neighbours=0.02, linear=0.04, rows=360))
    assert isinstance(answer, Suspicion)
    assert answer.case == "simple"
    assert answer.evidence["learner"] == "neighbours"


NUMBERS = predictions(prior_loss=1.0, error=0.45, prior_error=1.0, rows=353)
HEALTHY: dict[str, tuple[Trace, BaselineFacts | None]] = {
    "digits": (
        trace(decay(2.35, 0.05, 20, tenth=1), decay(2.35, 0.13, 20, tenth=1)),
        baselines(0.03, prior=0.9, linear=0.033, neighbours=0.019, rows=360),
    ),
    "falls by half a per cent an epoch at the end": (
        trace(
            [*decay(2.35, 0.3, 15), *[0.3 * 0.995**n for n in range(1, 16)]],
            [*decay(2.35, 0.35, 15), *[0.35 * 0.995**n for n in range(1, 16)]],
        ),
        None,
    ),
    "diabetes": (
        trace(decay(1.4, 0.45, 50, tenth=1), decay(1.4, 0.53, 50, tenth=1), answers=NUMBERS),
        baselines(0.53, task="numbers", rows=88, prior=1.0, linear=0.5, trees=0.6),
    ),
    "noisy labels, where nobody does better": (
        trace(
            decay(2.35, 1.33, 15, tenth=1),
            decay(2.35, 1.43, 15, tenth=1),
            answers=predictions(error=0.31),
        ),
        baselines(0.33, prior=0.89, linear=0.37, neighbours=0.34, trees=0.34, rows=360),
    ),
    "only a forest does better": (
        trace(decay(1.4, 0.65, 40, tenth=1), decay(1.4, 0.65, 40, tenth=1), answers=NUMBERS),
        baselines(0.65, task="numbers", rows=2000, prior=1.0, linear=0.66, trees=0.2),
    ),
    "training falls, validation does not": (
        trace(list(np.linspace(2.3, 1.0, 21)), decay(2.3, 1.9, 20, tenth=1)),
        None,
    ),
    "settling down to a constant answer": (
        trace(
            list(np.linspace(0.72, 0.66, 61)),
            list(np.linspace(0.699, 0.6947, 61)),
            answers=predictions(prior_loss=0.693, error=0.39, prior_error=0.46),
            rows=300,
            spread=0.05,
        ),
        None,
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    curve, simple = HEALTHY[name]
    assert isinstance(underfitting(curve, simple), Passed)


def test_noise_between_epochs_is_no_fall() -> None:
    draws = np.random.default_rng(1).normal(size=41) * 0.03
    curve = [value + float(draw) for value, draw in zip(decay(0.9, 0.6, 40), draws, strict=True)]
    assert isinstance(underfitting(trace(curve, curve)), Passed)


def test_weighted_rows_are_not_compared_with_learners() -> None:
    flat = trace(decay(2.35, 1.3, 60), decay(2.35, 1.35, 60), answers=predictions(error=0.41))
    simple = baselines(0.43, prior=0.9, neighbours=0.02)
    weighted = SettingsFacts(class_weight={"0": 1.0, "1": 9.0})
    assert isinstance(underfitting(flat, simple), Suspicion)
    assert isinstance(underfitting(flat, simple, weighted), Passed)


def test_works_without_validation_rows() -> None:
    assert isinstance(underfitting(trace(list(np.linspace(2.35, 1.77, 11)))), Suspicion)


def test_degenerate_facts() -> None:
    assert isinstance(underfitting(Trace()), NotApplicable)
    assert isinstance(underfitting(trace([math.nan] * 6)), NotApplicable)
    assert isinstance(underfitting(trace([2.3, 0.5], [2.3, 0.6])), CannotTell)
    assert isinstance(underfitting(trace([2.3, 0.5]), baselines(0.1, rows=1)), Passed)
    assert isinstance(underfitting(trace([1.0] * 8, [1.0] * 8)), Passed)


def test_a_geometric_fall_is_continued_exactly() -> None:
    curve = [1.0 + 0.8**index for index in range(9)]
    left = left_to_gain(curve, start=2.0)
    assert left.share == pytest.approx((curve[-1] - 1.0) / 1.0, rel=1e-6)
    assert left_to_gain([3.0, 2.0, 2.5, 2.6, 2.7], start=3.0).share == 0.0


def test_probes_that_lie_farther_and_farther_apart_tell_the_same() -> None:
    course = [1.0 + 0.95**epoch for epoch in range(61)]
    probed = [0, 1, 2, 3, 4, 6, 9, 13, 19, 28, 40, 60]
    left = left_to_gain([course[epoch] for epoch in probed], 2.0, probed)
    true = course[-1] - 1.0
    assert left.share == pytest.approx(true, abs=0.03)
    assert left_to_gain([course[epoch] for epoch in probed], 2.0).share > 3 * true
    assert left_to_gain(course, 2.0, range(61)) == left_to_gain(course, 2.0)
