"""GF406 over-confident: the model's probabilities promise more than it keeps.

Sees: probabilities on validation rows whose cross-entropy falls clearly when logits are divided by
a temperature above one, chosen on one half of the rows and measured on the other. A tip; a warning
where the calibration error passes a tenth and a fifth of the loss is mere over-confidence.
Why it matters: such a model is wrong with 99 %; thresholds, rankings across classes and decisions
by expected cost go wrong, and the validation loss rises while accuracy still does too.
Evidence: expected calibration error, mean confidence against accuracy, the temperature, what it
saves per row with its standard error.
Remedies: early-stopping, label-smoothing, weight-decay.
Source: Guo, Pleiss, Sun & Weinberger, "On Calibration of Modern Neural Networks" (ICML 2017),
sections 2 and 4.2.

"""

from __future__ import annotations

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import SettingsFacts, Trace

MIN_Z = Threshold(3.0, source="one-sided, one in 700 by chance")
NOTICEABLE = Threshold(0.05, source="five points between what is promised and kept")
LARGE = Threshold(0.10, source="ten points between what is promised and kept")
SHARE_OF_LOSS = Threshold(0.2, source="a fifth of the validation loss")


def over_confident(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    found = trace.predictions.calibration if trace.predictions else None
    if found is None:
        return CannotTell("no probabilities for classes on enough validation rows")
    loss = trace.final_validation.mean if trace.final_validation else None
    share = found.gain / loss if loss else 0.0
    evidence = {
        "calibration_error": found.error,
        "confidence": found.confidence,
        "accuracy": found.accuracy,
        "temperature": found.temperature,
        "gain": found.gain,
        "standard_error": found.gain_se,
        "share_of_loss": share,
        "rows": found.rows,
    }
    clear = found.gain > MIN_Z.value * found.gain_se and found.temperature > 1
    promised = found.confidence - found.accuracy
    if not clear or found.error < NOTICEABLE.value or promised < NOTICEABLE.value / 2:
        return Passed(
            f"it says {found.confidence:.1%} on average and is right in {found.accuracy:.1%}",
            evidence,
        )
    harmful = found.error >= LARGE.value and share >= SHARE_OF_LOSS.value
    return Suspicion(
        evidence=evidence,
        severity="warning" if harmful else "tip",
        where=place(settings.fit_where if settings else None),
    )


CHECK = Check(
    code="GF406",
    name="over-confident",
    severity="warning",
    function=over_confident,
    message="On {rows} validation rows the model says {confidence:.0%} on average and is right in "
    "{accuracy:.0%}; dividing its logits by {temperature:.2g} would save {gain:.3g} ± "
    "{standard_error:.2g} nats a row.",
    advice="Stop earlier or regularise; label_smoothing=0.1 in the loss helps, and a temperature "
    "fitted on validation rows mends the probabilities of a finished model.",
    remedies=("early-stopping", "label-smoothing", "weight-decay"),
)
