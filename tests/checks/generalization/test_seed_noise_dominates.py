"""GF415 on literals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.generalization.seed_noise_dominates import CHECK, seed_noise_dominates
from goodfit.facts import Facts, FitSummary, HonestLoss


def fits(losses: Sequence[float], start: int = 0, **more: str) -> list[FitSummary]:
    said = {"model": "m", "settings": "s", "data": "d", **more}
    return [
        FitSummary(
            index=start + place,
            weights=more.get("weights", f"w{start + place}"),
            validation=HonestLoss(mean=loss, standard_error=0.01, rows=500),
            **{name: value for name, value in said.items() if name != "weights"},
        )
        for place, loss in enumerate(losses)
    ]


def split(*groups: Sequence[FitSummary]) -> tuple[FitSummary, tuple[FitSummary, ...]]:
    own, *others = (fit for group in groups for fit in group)
    return own, tuple(others)


NOISY = fits([0.40, 0.45, 0.36])


def test_settings_within_the_seeds_spread_are_a_tip() -> None:
    own, others = split(NOISY, fits([0.38, 0.43, 0.42], 3, settings="t"))
    outcome, found = run_check(CHECK, Facts(own=own, others=others))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "2 models or settings" in found.message


def test_settings_that_matter_pass() -> None:
    own, others = split(fits([0.40, 0.41, 0.405]), fits([0.20, 0.21, 0.2], 3, model="n"))
    assert isinstance(seed_noise_dominates(own, others), Passed)


def test_the_largest_difference_counts() -> None:
    own, others = split(NOISY, fits([0.41, 0.4], 3, settings="t"), fits([2.0, 2.1], 5, model="n"))
    assert isinstance(seed_noise_dominates(own, others), Passed)


def test_another_single_fit_is_compared_with_the_repetitions() -> None:
    own, others = split(NOISY, fits([0.39], 3, settings="t"))
    assert isinstance(seed_noise_dominates(own, others), Suspicion)


def test_thin_facts() -> None:
    own, others = split(NOISY)
    assert isinstance(seed_noise_dominates(own, others), NotApplicable)
    own, others = split(fits([0.4]), fits([0.39], 1, settings="t"))
    assert isinstance(seed_noise_dominates(own, others), CannotTell)
    own, others = split(NOISY, fits([0.39], 3, settings="t", data="other"))
    assert isinstance(seed_noise_dominates(own, others), NotApplicable)
    own, others = split(fits([math.nan]), fits([0.39], 1, settings="t"))
    assert isinstance(seed_noise_dominates(own, others), NotApplicable)
    assert isinstance(seed_noise_dominates(FitSummary(index=0), ()), NotApplicable)
    own, others = split(fits([0.4, 0.4], weights="w"), fits([0.4, 0.4], 2, settings="t"))
    assert isinstance(seed_noise_dominates(own, others), CannotTell)
