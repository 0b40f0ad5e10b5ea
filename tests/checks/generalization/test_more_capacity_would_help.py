"""GF413 on literals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.generalization.more_capacity_would_help import CHECK, more_capacity_would_help
from goodfit.facts import CurvePoint, ExperimentFacts, Facts, HonestLoss, ModelFacts

MODEL = ModelFacts(name="m", kind="sequential", parameters=1000, trainable_parameters=1000)


def curve(losses: Mapping[int, Sequence[float]]) -> ExperimentFacts:
    return ExperimentFacts(
        capacity_curve=tuple(
            CurvePoint(
                rows=2000,
                parameters=size,
                seed=seed,
                train=HonestLoss(mean=0.1, standard_error=0.01, rows=2000),
                validation=HonestLoss(mean=loss, standard_error=0.02, rows=500),
            )
            for size, values in losses.items()
            for seed, loss in enumerate(values)
        )
    )


def test_a_wider_copy_that_does_much_better_is_a_tip() -> None:
    facts = curve({500: (0.6, 0.61), 1000: (0.5, 0.51), 2000: (0.4, 0.39), 4000: (0.31, 0.30)})
    outcome, found = run_check(CHECK, Facts(experiments=facts, model=MODEL))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "4000 parameters in place of 1000" in found.message


HEALTHY = {
    "no better": {500: (0.5, 0.51), 1000: (0.5, 0.51), 2000: (0.5, 0.49), 4000: (0.5, 0.52)},
    "better by luck": {500: (0.6, 0.5), 1000: (0.5, 0.6), 2000: (0.45, 0.55), 4000: (0.5, 0.4)},
    "surely, by next to nothing": {1000: (0.5, 0.5001), 2000: (0.49, 0.4901), 4000: (0.49, 0.49)},
    "worse": {1000: (0.5, 0.51), 2000: (0.6, 0.61), 4000: (0.7, 0.71)},
}


@pytest.mark.parametrize("name", HEALTHY)
def test_models_that_are_wide_enough_pass(name: str) -> None:
    assert isinstance(more_capacity_would_help(curve(HEALTHY[name]), MODEL), Passed)


def test_thin_facts() -> None:
    assert isinstance(more_capacity_would_help(ExperimentFacts(), MODEL), NotApplicable)
    nan = curve({1000: (math.nan, math.nan)})
    assert isinstance(more_capacity_would_help(nan, MODEL), NotApplicable)
    for losses in (
        {1000: (0.5,), 2000: (0.1,)},
        {500: (0.5, 0.5), 1000: (0.5, 0.5)},
        {50: (0.5, 0.5), 90: (0.5, 0.4)},
    ):
        assert isinstance(more_capacity_would_help(curve(losses), MODEL), CannotTell)
