"""GF308 on literals."""

from __future__ import annotations

import math
from typing import Any

import pytest
from literals import decay, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.cannot_fit_one_batch import CHECK, cannot_fit_one_batch
from goodfit.facts import ExperimentFacts, Facts, OneBatch


def seen(start: float, best: float, prior: float | None = 2.3, **more: Any) -> ExperimentFacts:
    known = {"rows": 32, "steps": 300, "end_loss": best, **more}
    batch = OneBatch(start_loss=start, best_loss=best, prior_loss=prior, **known)
    return ExperimentFacts(one_batch=batch)


FAULTY = {
    "at the prior": (seen(2.35, 2.29), "stuck-prior", None),
    "never left its start": (seen(5.9, 5.9, 0.66), "stuck-prior", None),
    "no prior known": (seen(2.35, 2.34, None), "stuck", None),
    "raw targets, on the way": (seen(29000.0, 12000.0, 5900.0), "slow", "warning"),
    "raw targets, settled at the mean": (seen(29000.0, 5880.0, 5900.0), "stuck-prior", None),
    "exploded": (seen(2.35, math.nan), "nan", None),
    "exploded late": (seen(2.35, 1.0, end_loss=math.inf), "nan", None),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_does_not_fit(name: str) -> None:
    facts, case, severity = FAULTY[name]
    answer = cannot_fit_one_batch(facts)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == (case, severity)


HEALTHY = {
    "learnt": seen(2.4, 0.01),
    "hardly, with strong regularisation": seen(0.72, 0.6, 0.69),
    "loss high, answers right": seen(2.4, 2.28, error=0.1, prior_error=0.85),
    "a linear model on noise": seen(1.3, 0.93, 1.0),
    "in training mode only": seen(2.4, 2.4, trained_loss=0.1),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_what_fits_passes(name: str) -> None:
    assert isinstance(cannot_fit_one_batch(HEALTHY[name]), Passed)


def test_a_model_that_learns_from_all_rows_passes() -> None:
    assert isinstance(cannot_fit_one_batch(seen(2.35, 2.29), trace(decay(2.4, 0.3, 20))), Passed)


def test_words_have_the_numbers() -> None:
    outcome, found = run_check(CHECK, Facts(experiments=seen(2.35, 2.29)))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert "32 rows for 300 steps" in found.message


def test_degenerate_facts() -> None:
    assert isinstance(cannot_fit_one_batch(ExperimentFacts()), NotApplicable)
    assert isinstance(cannot_fit_one_batch(seen(2.35, 2.35, rows=1)), CannotTell)
    assert isinstance(cannot_fit_one_batch(seen(2.35, 2.35, 0.0)), CannotTell)
    assert isinstance(cannot_fit_one_batch(seen(2.35, 2.35, steps=9)), CannotTell)
    assert isinstance(cannot_fit_one_batch(seen(math.nan, math.nan, None)), CannotTell)
