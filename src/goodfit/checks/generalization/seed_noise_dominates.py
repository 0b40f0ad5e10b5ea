"""GF415 seed-noise-dominates: the settings compared differ by less than seeds do.

Sees: several fits of one script on the same rows, among them repetitions that differ in their
initial weights only, and other models or settings whose mean validation loss differs from this
one's by less than the spread over repetitions allows to tell.
Why it matters: choosing between such settings is choosing by luck; the choice will not carry over.
Evidence: the standard deviation over repetitions with its degrees of freedom, the largest
difference between settings with its standard error and 95 % bound, the fits compared.
Remedies: none; more seeds, or no choice at all.
Source: Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks" (2021), section
3; Student's t with a pooled standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import FitSummary, SettingsFacts

LEVEL = Threshold(0.05, source="the usual one in twenty, two-sided")
MIN_FREEDOM = Threshold(2, source="one repetition shows hardly any spread")

Group = tuple[str, str]


def _groups(own: FitSummary, others: Sequence[FitSummary]) -> dict[Group, list[float]]:
    """Validation losses by (model, settings) of all fits on the same rows, one for each set of
    initial weights."""
    found: dict[Group, dict[str, float]] = {}
    for fit in (own, *others):
        known = fit.model and fit.settings and fit.weights and fit.data == own.data
        loss = fit.validation.mean if fit.validation is not None else math.nan
        if known and math.isfinite(loss):
            found.setdefault((fit.model, fit.settings), {}).setdefault(fit.weights, loss)
    return {key: list(losses.values()) for key, losses in found.items()}


def _spread(groups: Mapping[Group, Sequence[float]]) -> tuple[float, int]:
    freedom = sum(len(losses) - 1 for losses in groups.values())
    squares = 0.0
    for losses in groups.values():
        mean = sum(losses) / len(losses)
        squares += sum((loss - mean) ** 2 for loss in losses)
    return math.sqrt(squares / freedom) if freedom else math.nan, freedom


def seed_noise_dominates(
    own: FitSummary, others: tuple[FitSummary, ...], settings: SettingsFacts | None = None
) -> Answer:
    from scipy.stats import t as student

    if not own.data or not own.model or not own.settings:
        return NotApplicable("it is not known which fits can be compared")
    groups = _groups(own, others)
    mine = groups.pop((own.model, own.settings), [])
    if not mine or not groups:
        return NotApplicable("no other model or settings were fitted to the same rows")
    spread, freedom = _spread({**groups, (own.model, own.settings): mine})
    if freedom < MIN_FREEDOM.value or len(mine) < 2:
        return CannotTell("no fit was repeated often enough to know how far seeds spread")
    level = sum(mine) / len(mine)

    def distance(losses: Sequence[float]) -> tuple[float, float]:
        error = spread * math.sqrt(1 / len(losses) + 1 / len(mine))
        return sum(losses) / len(losses) - level, error

    difference, error = max(map(distance, groups.values()), key=lambda pair: abs(pair[0]))
    bound = float(student.ppf(1 - LEVEL.value / 2, freedom)) * error
    evidence = {
        "loss": level,
        "seeds": len(mine),
        "spread": spread,
        "freedom": freedom,
        "difference": difference,
        "standard_error": error,
        "bound": bound,
        "variants": len(groups) + 1,
    }
    if abs(difference) > bound:
        return Passed(
            f"the settings differ by up to {abs(difference):.2g}, seeds explain {bound:.2g}",
            evidence,
        )
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF415",
    name="seed-noise-dominates",
    severity="tip",
    function=seed_noise_dominates,
    message="{variants} models or settings were fitted to the same rows; the others' validation "
    "losses differ from this one's by {difference:+.2g} at most, and seeds alone explain up to "
    "{bound:.2g} (standard deviation {spread:.2g} from seed to seed).",
    advice="Treat them as equal and take the simplest, or compare over more seeds: the bound "
    "shrinks with the square root of their number.",
)
