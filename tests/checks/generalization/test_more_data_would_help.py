"""GF412 on literals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.generalization.more_data_would_help import CHECK, more_data_would_help
from goodfit.facts import CurvePoint, ExperimentFacts, Facts, HonestLoss

SIZES = (250, 250, 500, 500, 1000, 1000, 2000, 2000)


def curve(losses: Sequence[float], sizes: Sequence[int] = SIZES) -> ExperimentFacts:
    return ExperimentFacts(
        data_curve=tuple(
            CurvePoint(
                rows=rows,
                parameters=100,
                seed=place % 2,
                train=HonestLoss(mean=0.1, standard_error=0.01, rows=rows),
                validation=HonestLoss(mean=loss, standard_error=0.02, rows=500),
            )
            for place, (rows, loss) in enumerate(zip(sizes, losses, strict=True))
        )
    )


def test_a_curve_that_still_falls_is_a_tip() -> None:
    facts = curve([0.80, 0.82, 0.60, 0.61, 0.45, 0.44, 0.33, 0.34])
    outcome, found = run_check(CHECK, Facts(experiments=facts))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "With 4000 rows in place of 2000" in found.message
    assert 0.1 < found.evidence["share"] < 0.4


def test_a_curve_gone_flat_passes() -> None:
    facts = curve([0.50, 0.505, 0.41, 0.412, 0.400, 0.401, 0.399, 0.40])
    assert isinstance(more_data_would_help(facts), Passed)


@pytest.mark.parametrize("losses", [[0.5] * 8, [0.51, 0.5, 0.5, 0.51, 0.5, 0.51, 0.51, 0.5]])
def test_no_fall_passes(losses: list[float]) -> None:
    assert isinstance(more_data_would_help(curve(losses)), Passed)


def test_too_much_noise_cannot_be_told() -> None:
    facts = curve([0.8, 0.4, 0.3, 0.7, 0.5, 0.2, 0.25, 0.55])
    assert isinstance(more_data_would_help(facts), CannotTell)


def test_thin_facts() -> None:
    assert isinstance(more_data_would_help(ExperimentFacts()), NotApplicable)
    assert isinstance(more_data_would_help(curve([0.5], [100])), CannotTell)
    assert isinstance(more_data_would_help(curve([math.nan] * 8)), CannotTell)
