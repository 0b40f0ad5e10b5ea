"""GF508 tuned-on-noise: the best of many trials is no better than the next within noise.

Sees: the fit with the lowest validation loss among at least five of the script on the same rows
with other settings, ahead of the median of the others by less than two standard errors.
Why it matters: among many equal candidates one is always ahead by luck; taking it for better leads
astray, and its score is too good.
Evidence: how many fits, the loss of the winner and of the median, the standard error of a loss.
Remedies: the best few again over several seeds.
Source: Cawley & Talbot, "On Over-fitting in Model Selection" (JMLR 2010), section 4; Bouthillier et
al., "Accounting for Variance in Machine Learning Benchmarks" (MLSys 2021), section 3.

"""

from __future__ import annotations

import math
import statistics

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
)
from goodfit.facts import Facts, FitSummary

MIN_FITS = Threshold(5, source="the best of fewer is hardly lucky")
MIN_Z = Threshold(2.0, source="two standard errors of the difference of two losses")


def _loss(fit: FitSummary) -> float:
    loss = fit.validation
    return loss.mean if loss is not None and math.isfinite(loss.mean) else math.inf


def tuned_on_noise(facts: Facts) -> Answer:
    own = facts.own
    if own is None or not own.data or not facts.others:
        return NotApplicable("one fit is no search")
    mine = (own.model, own.settings)
    rivals = [one for one in facts.others if one.data == own.data]
    if not any((one.model, one.settings) != mine for one in rivals):
        return NotApplicable("no other fit has other settings on the same rows")
    if 1 + len(rivals) < MIN_FITS.value:
        return NotApplicable(f"{1 + len(rivals)} fits are hardly a search")
    if own.validation is None or not math.isfinite(own.validation.mean):
        return CannotTell("this fit has no validation loss")
    losses = [_loss(one) for one in rivals]
    if min(losses) < own.validation.mean:
        return NotApplicable("another fit has the lowest validation loss")
    median = statistics.median(losses)
    error = math.sqrt(2) * own.validation.standard_error
    evidence = {
        "fits": 1 + len(rivals),
        "best": own.validation.mean,
        "median": median,
        "standard_error": error,
    }
    if (
        not math.isfinite(median)
        or not error > 0
        or median - own.validation.mean > MIN_Z.value * error
    ):
        return Passed("the best fit is ahead of the others beyond noise", evidence)
    return Suspicion(evidence=evidence)


CHECK = Check(
    code="GF508",
    name="tuned-on-noise",
    severity="warning",
    function=tuned_on_noise,
    message="Of {fits} fits on the same rows the best has a validation loss of {best:.3g}, the "
    "median {median:.3g}: within the noise of ± {standard_error:.2g}, so the winner is not shown "
    "to be better.",
    advice="Run the best few again over three or more seeds before choosing, or take the simplest.",
)
