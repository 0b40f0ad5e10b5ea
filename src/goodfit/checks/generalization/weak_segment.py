"""GF411 weak-segment: the model does far worse where one feature lies in a certain range.

Sees: a quarter of one feature's validation rows, found on one half of the rows, whose loss on the
other half is at least twice that of the rest, by four standard errors.
Why it matters: a mean hides where a model fails; such rows often share a cause, such as a device,
an age group or a broken sensor.
Evidence: the feature, its range, the losses inside and outside on the half that chose nothing.
Remedies: more-data of that kind, a look at these rows.
Source: Chung, Kraska, Polyzotis, Tae & Whang, "Slice Finder" (ICDE 2019), section 2.

"""

from __future__ import annotations

import math

from goodfit.checks.check import Answer, CannotTell, Check, Passed, Suspicion, Threshold
from goodfit.facts import Trace

MIN_Z = Threshold(4.0, source="measured on rows that chose nothing, so no correction is due")
TIMES = Threshold(2.0, source="twice the loss of the rest")


def weak_segment(trace: Trace) -> Answer:
    found = trace.predictions.segment if trace.predictions else None
    if found is None or not math.isfinite(found.z):
        return CannotTell("no validation rows of tabular inputs with losses by row")
    times = found.loss / found.loss_outside if found.loss_outside > 0 else math.inf
    low = f"from {found.low:.3g}" if found.low is not None else ""
    high = f"below {found.high:.3g}" if found.high is not None else ""
    evidence = {
        "input": found.input,
        "feature": found.feature,
        "range": " ".join(part for part in (low, high) if part) or "anywhere",
        "rows": found.rows,
        "loss": found.loss,
        "loss_outside": found.loss_outside,
        "z": found.z,
    }
    if found.z < MIN_Z.value or not times >= TIMES.value:
        return Passed("no range of a feature stands out by its loss", evidence)
    return Suspicion(evidence=evidence)


CHECK = Check(
    code="GF411",
    name="weak-segment",
    severity="tip",
    function=weak_segment,
    message="Where feature {feature} is {range}, the validation loss is {loss:.3g} a row, "
    "elsewhere {loss_outside:.3g} ({rows} rows, {z:.1f} standard errors).",
    advice="Look at these rows: their labels, their number in training, and what else they share.",
    remedies=("more-data",),
)
