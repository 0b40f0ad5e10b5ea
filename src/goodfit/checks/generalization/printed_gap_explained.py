"""GF405 printed-gap-explained: the gap that Keras prints is not the gap that there is.

Sees: the printed validation loss minus the printed training loss differing from the honest gap by
more than noise, and by at least half of the larger of the two.
Why it matters: Keras prints a training loss that is averaged over an epoch while the weights still
change, with dropout and augmentation switched on, with class and sample weights; printed losses
include penalties. Validation that looks better than training, or far worse, is often only that.
Evidence: the printed gap, the honest gap with its standard error, and the parts that add up to the
difference, in the unit of the loss.
Remedies: none; read the honest curves instead.
Source: keras/src/trainers/trainer.py, compute_loss and the docstring of fit;
docs/evidence/generalization.md.
"""

from __future__ import annotations

import math

from goodfit.checks.check import (
    Answer,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import GapFacts, SettingsFacts, Trace

MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_OF_LOSS = Threshold(0.10, source="docs/evidence/generalization.md")
MIN_OF_GAP = Threshold(0.5, source="docs/evidence/generalization.md")

BECAUSE = {
    "running_mean": "the printed training loss is averaged over an epoch in which weights changed",
    "train_mode": "dropout, noise or batch normalisation work differently while training",
    "augmentation": "the training rows are augmented and the validation rows are not",
    "weights": "class or sample weights count in the training loss only",
    "penalties": "regularisation penalties are part of what is printed",
    "rest": "the remainder could not be told apart",
}


def _parts(gap: GapFacts) -> dict[str, float]:
    known = {name: getattr(gap, name) for name in BECAUSE}
    return {name: value for name, value in known.items() if value is not None}


def printed_gap_explained(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    gap = trace.gap
    if gap is None:
        return NotApplicable("no printed training and validation loss stand side by side")
    numbers = (gap.printed_gap, gap.true_gap, gap.true_gap_se)
    if not all(math.isfinite(number) for number in numbers):
        return NotApplicable("a loss is not finite, which is another finding")
    difference = gap.printed_gap - gap.true_gap
    parts = _parts(gap)
    largest = max(parts, key=lambda name: abs(parts[name]), default="")
    evidence = {
        "epoch": gap.epoch + 1,
        "printed_gap": gap.printed_gap,
        "true_gap": gap.true_gap,
        "standard_error": gap.true_gap_se,
        "difference": difference,
        "largest": largest,
        "largest_part": parts.get(largest, difference),
        "because": BECAUSE.get(largest, ""),
        "parts": parts,
    }
    size = abs(difference)
    scale = max(abs(gap.printed_train), abs(gap.printed_validation))
    larger = max(abs(gap.printed_gap), abs(gap.true_gap))
    if (
        size <= MIN_Z.value * gap.true_gap_se
        or size < MIN_OF_LOSS.value * scale
        or size < MIN_OF_GAP.value * larger
    ):
        return Passed(
            f"the printed gap {gap.printed_gap:+.3g} is near the honest {gap.true_gap:+.3g}",
            evidence,
        )
    case = "better" if gap.printed_gap < 0 <= gap.true_gap + gap.true_gap_se else "off"
    case = case if parts else "unknown"
    line = settings.fit_where if settings else None
    return Suspicion(evidence=evidence, case=case, where=place(line))


CHECK = Check(
    code="GF405",
    name="printed-gap-explained",
    severity="tip",
    function=printed_gap_explained,
    message={
        "unknown": "The printed gap between validation and training loss is {printed_gap:+.3g}, "
        "but measured alike it is {true_gap:+.3g} ± {standard_error:.2g}; why could not be "
        "measured here.",
        "off": "The printed gap between validation and training loss is {printed_gap:+.3g}, but "
        "measured alike it is {true_gap:+.3g} ± {standard_error:.2g}; {largest_part:+.3g} of the "
        "difference is there because {because}.",
        "better": "Validation only looks better than training (printed gap {printed_gap:+.3g}): "
        "measured alike the gap is {true_gap:+.3g} ± {standard_error:.2g}; {largest_part:+.3g} of "
        "the difference is there because {because}.",
    },
    advice={
        "unknown": "Judge by the honest curves in this report: dropout, augmentation, class "
        "weights and penalties all enter what fit prints.",
        "off": "Judge by the honest curves in this report, or compare model.evaluate on training "
        "rows with model.evaluate on validation rows.",
        "better": "Nothing has to be changed for it; compare model.evaluate on training rows with "
        "model.evaluate on validation rows.",
    },
)
