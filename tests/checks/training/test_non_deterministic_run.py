"""GF319 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from goodfit.checks.check import NotApplicable, Passed, run_check
from goodfit.checks.training.non_deterministic_run import CHECK, non_deterministic_run
from goodfit.facts import Facts, FitSummary, HonestLoss


def fit(index: int, loss: float, **more: str) -> FitSummary:
    said = {"model": "m", "settings": "s", "data": "d", "weights": "w", **more}
    result = HonestLoss(mean=loss, standard_error=0.01, rows=500)
    return FitSummary(index=index, train=result, validation=result, epochs=5, **said)


def test_equal_fits_that_ended_differently() -> None:
    facts = Facts(own=fit(0, 0.40), others=(fit(1, 0.44), fit(2, 0.41)))
    outcome, found = run_check(CHECK, facts)
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "Fits 1 and 2" in found.message
    assert found.evidence["share"] == pytest.approx(1 / 11)


def test_equal_fits_that_ended_alike() -> None:
    assert isinstance(non_deterministic_run(fit(0, 0.40), (fit(1, 0.400001),)), Passed)


@pytest.mark.parametrize("differs", ["model", "settings", "data", "weights"])
@pytest.mark.parametrize("value", ["other", ""])
def test_fits_that_may_differ_are_not_compared(differs: str, value: str) -> None:
    answer = non_deterministic_run(fit(0, 0.4), (fit(1, 0.9, **{differs: value}),))
    assert isinstance(answer, NotApplicable)


def test_thin_facts() -> None:
    assert isinstance(non_deterministic_run(fit(0, 0.4), ()), NotApplicable)
    assert isinstance(non_deterministic_run(fit(0, math.nan), (fit(1, 0.4),)), NotApplicable)
    assert isinstance(non_deterministic_run(fit(0, 0.0), (fit(1, 0.0),)), Passed)
    longer = replace(fit(1, 0.2), epochs=50)
    assert isinstance(non_deterministic_run(fit(0, 0.4), (longer,)), NotApplicable)
