"""GF506 threshold-default: 0.5 is not the threshold that serves both classes.

Sees: two classes of unlike size whose balanced accuracy on validation rows rises clearly with
another threshold, chosen on one half of the rows and measured on the other.
Why it matters: a model of a rare class seldom says more than one half, however well it ranks;
moving the threshold costs nothing and needs no training.
Evidence: the threshold, balanced accuracy with it and with 0.5, the gain with its standard error.
Remedies: decision-threshold.
Source: Provost, "Machine Learning from Imbalanced Data Sets 101" (AAAI workshop, 2000); z of 3: one
in 700 by chance.

"""

from __future__ import annotations

from goodfit.checks.check import (
    Answer,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import SettingsFacts, Trace

MIN_Z = Threshold(3.0, source="one-sided, one in 700 by chance")
MIN_GAIN = Threshold(0.03, source="three points of balanced accuracy are worth a line of code")
UNLIKE = Threshold(2.0, source="classes of like size are served by 0.5 where calibrated")


def threshold_default(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    predictions = trace.predictions
    found = predictions.threshold if predictions else None
    if predictions is None or found is None:
        return NotApplicable("no two classes with probabilities on validation rows")
    counts = list(predictions.support.values())
    ratio = max(counts, default=0) / max(min(counts, default=1), 1)
    evidence = {
        "threshold": found.threshold,
        "balanced": found.balanced,
        "balanced_at_half": found.balanced_at_half,
        "gain": found.gain,
        "standard_error": found.gain_se,
        "rows": found.rows,
        "ratio": ratio,
    }
    clear = found.gain >= MIN_GAIN.value and found.gain > MIN_Z.value * found.gain_se
    if not clear or ratio < UNLIKE.value:
        return Passed(
            f"another threshold gains {found.gain:+.3f} ± {found.gain_se:.2g} of balanced accuracy",
            evidence,
        )
    return Suspicion(evidence=evidence, where=place(settings.compile_where if settings else None))


CHECK = Check(
    code="GF506",
    name="threshold-default",
    severity="tip",
    function=threshold_default,
    message="With {threshold:.2g} in place of 0.5 as threshold, balanced accuracy on {rows} "
    "validation rows is {balanced:.1%} in place of {balanced_at_half:.1%} ({gain:+.3f} ± "
    "{standard_error:.2g}).",
    advice="Choose the threshold on validation rows by what the two kinds of error cost, and use "
    "it wherever probabilities become answers.",
    remedies=("decision-threshold",),
)
