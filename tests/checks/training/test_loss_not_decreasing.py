"""GF310 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.loss_not_decreasing import CHECK, loss_not_decreasing
from goodfit.facts import Facts, HonestLoss, Trace

STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)
UNKNOWN = predictions(prior_loss=None)
RISING = [2.4, 2.6, 2.9, 3.3, 3.8, 4.4, 5.1, 5.9, 6.8, 7.8]


def test_a_loss_that_stays_where_it_was() -> None:
    run = trace([2.31, 2.31, 2.312, 2.309, 2.311, 2.31], answers=STUCK, spread=0.05)
    outcome, found = run_check(CHECK, Facts(trace=run))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert "never came below where it started" in found.message


@pytest.mark.parametrize("answers", [STUCK, UNKNOWN])
def test_a_loss_that_rises(answers: object) -> None:
    answer = loss_not_decreasing(trace(RISING, answers=answers, spread=0.05))  # type: ignore[arg-type]
    assert isinstance(answer, Suspicion)
    assert answer.case == "rising"


HEALTHY = {
    "learns": trace(decay(2.4, 0.2, 12)),
    "came trained": trace([0.2, 0.21, 0.2, 0.22, 0.2, 0.2]),
    "fell to the prior and stayed": trace([2.5, 2.32, 2.3, 2.3, 2.3, 2.3], answers=STUCK),
    "no constant answer known, and it falls": trace(decay(9.0, 4.0, 12), answers=UNKNOWN),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    assert isinstance(loss_not_decreasing(HEALTHY[name]), Passed)


def thin(losses: list[float]) -> Trace:
    """Probed before and after training only."""
    made = trace(losses, answers=STUCK, spread=0.05)
    ends = (-1, len(losses) - 2)
    epochs = tuple(e if e.index in ends else replace(e, train=None) for e in made.epochs)
    return replace(made, epochs=epochs)


def test_printed_losses_show_the_course_between_few_probes() -> None:
    assert isinstance(loss_not_decreasing(thin([2.31] * 8)), Suspicion)
    assert isinstance(loss_not_decreasing(thin(RISING)), Suspicion)
    assert isinstance(loss_not_decreasing(thin([2.31, 2.9, 2.7, 2.5, 2.4, 2.31])), Passed)
    assert isinstance(loss_not_decreasing(thin([2.31] * 4)), CannotTell)


def test_what_cannot_be_told() -> None:
    flat = trace([2.3] * 8, answers=UNKNOWN)
    assert isinstance(loss_not_decreasing(flat), CannotTell)
    assert isinstance(loss_not_decreasing(trace([2.3, 2.3, 2.3], answers=STUCK)), CannotTell)
    late = replace(flat, epochs=flat.epochs[1:])
    assert isinstance(loss_not_decreasing(late), CannotTell)
    assert isinstance(loss_not_decreasing(Trace()), CannotTell)
    nan = replace(flat, final_train=HonestLoss(mean=math.nan, standard_error=0.0, rows=5))
    assert isinstance(loss_not_decreasing(nan), NotApplicable)
