"""GF311 on literals."""

from __future__ import annotations

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, Passed, Suspicion, run_check
from goodfit.checks.training.oscillating_loss import CHECK, oscillating_loss
from goodfit.facts import Facts, Trace

STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)
SWINGS = [2.4, 1.2, 0.5, 1.6, 0.4, 1.7, 0.6, 1.5, 0.5, 1.8, 0.4, 1.6]


def test_swings_that_end_badly() -> None:
    outcome, found = run_check(CHECK, Facts(trace=trace(SWINGS)))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert "swings by" in found.message


def test_swings_around_a_constant_answer() -> None:
    course = [2.4, 3.9, 2.4, 4.5, 2.6, 4.1, 2.5, 4.4, 2.4, 3.9, 2.5]
    answer = oscillating_loss(trace(course, answers=STUCK, spread=0.05))
    assert isinstance(answer, Suspicion)
    assert answer.severity == "warning"


def test_swings_with_the_best_weights_kept_are_a_tip() -> None:
    answer = oscillating_loss(trace(SWINGS, restored=9))
    assert isinstance(answer, Suspicion)
    assert answer.severity == "tip"


HEALTHY = {
    "smooth": trace(decay(2.4, 0.2, 15)),
    "a little noise": trace([2.4, 1.2, 0.6, 0.4, 0.45, 0.38, 0.42, 0.36, 0.4, 0.35, 0.39, 0.36]),
    "spikes on the way": trace(
        [2.38, 1.47, 1.21, 0.94, 0.554, 0.226, 0.193, 0.154, 1.51, 0.124, 0.103, 0.105, 0.0935]
    ),
    "lost once, at the end": trace([2.4, 1.2, 0.6, 0.4, 0.3, 0.25, 0.2, 0.18, 0.15, 0.14, 1.9]),
    "stuck and flat": trace([2.35, *[2.31, 2.3] * 5], answers=STUCK),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    assert isinstance(oscillating_loss(HEALTHY[name]), Passed)


def test_thin_facts() -> None:
    assert isinstance(oscillating_loss(trace(SWINGS[:6])), CannotTell)
    assert isinstance(oscillating_loss(Trace()), CannotTell)
