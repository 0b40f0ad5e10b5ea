"""GF404 gap-within-noise: what looks like a gap between training and validation is none.

Sees: never a finding; it passes with the numbers where the honest gap lies within its noise, so
that a reader who looks at two printed curves need not wonder.
Why it matters: printed losses of the two sets are never equal, and most of the difference is often
chance, dropout or the mean over a running epoch.
Evidence: the honest gap with its standard error, and the printed gap.
Remedies: none needed.
Source: the difference of two means; two standard errors hold 95 % of chance.

"""

from __future__ import annotations

import math

from goodfit.checks.check import Answer, CannotTell, Check, NotApplicable, Passed, Threshold
from goodfit.facts import Trace

WITHIN = Threshold(2.0, source="95 % of chance")


def gap_within_noise(trace: Trace) -> Answer:
    gap = trace.gap
    if gap is None or not math.isfinite(gap.true_gap) or not gap.true_gap_se > 0:
        return CannotTell(trace.honest_missing or "the gap was not measured on both sets")
    z = gap.true_gap / gap.true_gap_se
    evidence = {
        "true_gap": gap.true_gap,
        "standard_error": gap.true_gap_se,
        "z": z,
        "printed_gap": gap.printed_gap,
    }
    if abs(z) > WITHIN.value:
        return NotApplicable(
            f"the gap of {gap.true_gap:+.3g} ± {gap.true_gap_se:.2g} is beyond noise; what it "
            "means is for other checks"
        )
    return Passed(
        f"the gap of {gap.true_gap:+.3g} ± {gap.true_gap_se:.2g} is within noise (printed "
        f"{gap.printed_gap:+.3g})",
        evidence,
    )


CHECK = Check(
    code="GF404",
    name="gap-within-noise",
    severity="tip",
    function=gap_within_noise,
    message="The gap is within noise.",
    advice="Nothing needs to be done.",
)
