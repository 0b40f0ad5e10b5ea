"""GF319 non-deterministic-run: the same training from the same weights came out differently.

Sees: two fits of one script with the same model, settings, rows and initial weights whose results
differ by more than rounding does.
Why it matters: two such runs differ by luck alone. Who compares settings run by run takes that luck
for an effect, and nobody can repeat the result.
Evidence: the validation loss (training loss where there is none) of both fits, their difference as
a share of the loss, and the fits' numbers.
Remedies: none; seeds make runs repeatable, replicates measure the luck.
Source: Nagarajan, Warnell & Stone, "The Impact of Nondeterminism on Reproducibility in Deep
Reinforcement Learning" (2018), section 3; keras.utils.set_random_seed.
"""

from __future__ import annotations

import math

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.facts import FitSummary, SettingsFacts

ROUNDING = Threshold(
    1e-3, source="float32 sums in another order drift by less over short trainings"
)


def _same(one: FitSummary, other: FitSummary) -> bool:
    """Whether all that determines a training is known and the same for both, but for chance."""
    pairs = ((one.model, other.model), (one.settings, other.settings), (one.data, other.data))
    known = (*pairs, (one.weights, other.weights))
    return all(left == right != "" for left, right in known) and one.epochs == other.epochs


def _result(fit: FitSummary) -> tuple[str, float] | None:
    for name, loss in (("validation", fit.validation), ("training", fit.train)):
        if loss is not None and math.isfinite(loss.mean):
            return name, loss.mean
    return None


def _difference(one: float, other: float) -> float:
    scale = max(abs(one), abs(other))
    return abs(one - other) / scale if scale else 0.0


def non_deterministic_run(
    own: FitSummary, others: tuple[FitSummary, ...], settings: SettingsFacts | None = None
) -> Answer:
    mine = _result(own)
    if mine is None:
        return NotApplicable("the fit has no result that is a finite number")
    twins = [
        (other, result)
        for other in others
        if _same(own, other) and (result := _result(other)) is not None and result[0] == mine[0]
    ]
    if not twins:
        return NotApplicable("no other fit had the same model, settings, rows and initial weights")
    other, theirs = max(twins, key=lambda pair: _difference(mine[1], pair[1][1]))
    share = _difference(mine[1], theirs[1])
    evidence = {
        "role": mine[0],
        "fit": own.index + 1,
        "other_fit": other.index + 1,
        "loss": mine[1],
        "other_loss": theirs[1],
        "share": share,
        "fits": len(twins) + 1,
    }
    if share <= ROUNDING.value:
        return Passed(f"{len(twins) + 1} equal fits came out alike", evidence)
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF319",
    name="non-deterministic-run",
    severity="tip",
    function=non_deterministic_run,
    message="Fits {fit} and {other_fit} had the same model, settings, rows and initial weights, "
    "yet ended at a {role} loss of {loss:.4g} and {other_loss:.4g}: differences of {share:.1%} are "
    "luck here.",
    advice="Call keras.utils.set_random_seed(0) before building each model to make runs "
    "repeatable, and compare settings over several seeds.",
)
