"""GF307 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.not_learning import CHECK, learns, not_learning
from goodfit.facts import Facts, Trace

NOTHING = predictions(prior_loss=2.3026, error=0.9, prior_error=0.9)


def test_no_better_than_a_constant_answer() -> None:
    curve = trace([2.37, *[2.304] * 10], answers=NOTHING, spread=0.05, noise=0.01)
    outcome, found = run_check(CHECK, Facts(trace=curve))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert "After 10 epochs the model does no better than one constant answer" in found.message
    assert learns(curve) is False


def test_worse_than_a_constant_answer() -> None:
    answer = not_learning(trace([2.4, *[5.9] * 10], answers=NOTHING))
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("above", "error")


def test_on_its_way_but_far_too_slow_is_a_warning() -> None:
    raw = predictions(prior_loss=5929.0, error=2.2, prior_error=1.0)
    curve = trace(list(np.linspace(29_000, 13_000, 21)), answers=raw, spread=900.0, noise=10.0)
    answer = not_learning(curve)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("slow", "warning")


LEARNS = {
    "digits": trace(decay(2.35, 0.05, 20)),
    "weak but true signal": trace(
        decay(0.72, 0.63, 40),
        answers=predictions(prior_loss=0.688, error=0.35, prior_error=0.45),
        rows=2000,
    ),
    "a little signal, the error says": trace(
        decay(0.72, 0.69, 40),
        answers=predictions(prior_loss=0.693, error=0.36, prior_error=0.49, rows=500),
        spread=0.3,
    ),
    "rare classes, weighted: the recall says": trace(
        decay(0.7, 0.4, 20),
        answers=predictions(
            prior_loss=0.2, error=0.2, prior_error=0.05, recall={"0": 0.8, "1": 0.75}
        ),
    ),
    "rare classes: the loss says": trace(
        decay(0.7, 0.12, 20),
        answers=predictions(
            prior_loss=0.2, error=0.05, prior_error=0.05, recall={"0": 1.0, "1": 0.0}
        ),
    ),
    "numbers": trace(
        decay(1.5, 0.7, 30), answers=predictions(prior_loss=1.0, error=0.7, prior_error=1.0)
    ),
}


@pytest.mark.parametrize("name", LEARNS)
def test_models_that_learn_pass(name: str) -> None:
    assert isinstance(not_learning(LEARNS[name]), Passed)
    assert learns(LEARNS[name]) is True


def test_recall_of_a_single_class_is_no_learning() -> None:
    recall = {"0": 1.0, "1": 0.0}
    answers = predictions(prior_loss=0.69, error=0.45, prior_error=0.45, recall=recall)
    curve = trace([0.7, *[0.69] * 9], answers=answers, spread=0.05, noise=0.01)
    assert isinstance(not_learning(curve), Suspicion)


def test_degenerate_facts() -> None:
    assert isinstance(not_learning(Trace()), CannotTell)
    assert isinstance(not_learning(trace([2.3, 2.3], rows=3)), CannotTell)
    assert isinstance(not_learning(trace([2.3])), CannotTell)
    assert isinstance(not_learning(trace([2.3, math.nan])), NotApplicable)
    unknown = trace([2.3, 2.3], answers=predictions(prior_loss=None))
    assert isinstance(not_learning(unknown), CannotTell)
    assert learns(unknown) is None
    assert learns(trace([2.3, math.nan])) is False
    blind = predictions(prior_loss=2.3, error=None, prior_error=None)
    curve = trace([2.3, 2.3], answers=blind, spread=0.05, noise=0.01)
    assert isinstance(not_learning(curve), Suspicion)
    assert isinstance(not_learning(replace(curve, predictions=None)), CannotTell)
