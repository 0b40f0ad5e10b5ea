"""GF402 on literals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.generalization.close_to_overfitting import CHECK, close_to_overfitting
from goodfit.facts import Facts, Trace

BINARY = predictions(prior_loss=0.69, error=0.25, prior_error=0.45)


def flat_since(epoch: int, epochs: int = 40, level: float = 0.62) -> list[float]:
    return [*np.linspace(0.72, level, epoch + 1), *[level] * (epochs - epoch)]


def medium(**more: object) -> Trace:
    train = list(np.linspace(0.72, 0.52, 41))
    return trace(train, flat_since(20), answers=BINARY, rows=1000, **more)  # type: ignore[arg-type]


def test_training_that_improves_alone_is_a_tip() -> None:
    outcome, found = run_check(CHECK, Facts(trace=medium()))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert found.evidence["since"] == 20
    assert found.evidence["train_fall"] == pytest.approx(0.59, abs=0.1)


def test_weights_given_back_from_the_start_of_the_flat_stretch_are_fine() -> None:
    validation = flat_since(20)
    validation[20] -= 0.001
    train = list(np.linspace(0.72, 0.52, 41))
    curve = trace(train, validation, answers=BINARY, rows=1000, restored=19)
    assert isinstance(close_to_overfitting(curve), Passed)


HEALTHY = {
    "digits": trace(decay(2.35, 0.02, 30), decay(2.35, 0.09, 30)),
    "both still fall": trace(list(np.linspace(2.3, 0.5, 21)), list(np.linspace(2.3, 0.6, 21))),
    "both flat": trace([0.7, *[0.6] * 30], [0.7, *[0.62] * 30], answers=BINARY),
    "validation better than training": trace(
        list(np.linspace(0.8, 0.6, 31)), flat_since(10, 30, 0.55), answers=BINARY
    ),
    "few rows, gap within noise": trace(
        list(np.linspace(1.4, 0.44, 51)),
        flat_since(20, 50, 0.55),
        answers=predictions(prior_loss=1.0, error=0.44, prior_error=1.0),
        rows=40,
        spread=1.0,
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    assert isinstance(close_to_overfitting(HEALTHY[name]), Passed)


def test_overfitting_is_another_finding() -> None:
    rising = [*np.linspace(0.72, 0.62, 14), *np.linspace(0.63, 0.9, 27)]
    curve = trace(list(np.linspace(0.72, 0.4, 41)), rising, answers=BINARY, rows=1000)
    assert isinstance(close_to_overfitting(curve), NotApplicable)


def test_nothing_gained_is_no_question_of_overfitting() -> None:
    never = trace(list(np.linspace(0.72, 0.4, 41)), [0.72] * 41, answers=BINARY)
    assert not isinstance(close_to_overfitting(never), Suspicion)


def test_degenerate_facts() -> None:
    assert isinstance(close_to_overfitting(Trace()), NotApplicable)
    assert isinstance(close_to_overfitting(trace(decay(1, 0, 9))), NotApplicable)
    assert isinstance(close_to_overfitting(trace([0.7, 0.6], [0.7, 0.6])), CannotTell)
    assert isinstance(close_to_overfitting(trace([math.nan] * 9, [math.nan] * 9)), CannotTell)
    assert isinstance(
        close_to_overfitting(trace(decay(1, 0, 9), decay(1, 0, 9), rows=1)), CannotTell
    )
