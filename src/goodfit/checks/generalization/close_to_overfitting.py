"""GF402 close-to-overfitting: training still improves while validation has gone flat.

Sees: honest training loss falling by a good part of all it gained since validation came within
noise of its best, while validation gained next to nothing in that time, and a gap beyond noise.
Why it matters: from here on the model learns its training rows only; more epochs or more capacity
will not help and will soon hurt, regularisation or more data might.
Evidence: the epoch since which validation is flat, the falls of both losses since then as shares of
what training gained over a constant answer, and the honest gap with its standard error. Measured up
to the weights the user gets back, so an early stop that restored them does not count.
Remedies: early-stopping, weight-decay, dropout, augmentation, more-data.
Source: docs/evidence/generalization.md; Prechelt, "Early Stopping - But When?" (1998), section 2.
"""

from __future__ import annotations

from dataclasses import asdict

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
from goodfit.checks.course import plateau, rise_since_best
from goodfit.checks.generalization.overfitting import harmful, never_gained
from goodfit.facts import SettingsFacts, Trace

MIN_TRAIN_FALL = Threshold(0.15, source="docs/evidence/generalization.md")
MAX_VALIDATION_FALL = Threshold(0.25, source="docs/evidence/generalization.md")
MIN_FLAT_PROBES = Threshold(5, source="docs/evidence/generalization.md")
MIN_FLAT_SHARE = Threshold(0.2, source="docs/evidence/generalization.md")
MIN_GAP_Z = Threshold(2.0, source="docs/evidence/generalization.md")
MIN_GAP_SHARE = Threshold(0.10, source="docs/evidence/generalization.md")


def close_to_overfitting(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    if not trace.honest("validation"):
        return NotApplicable(trace.honest_missing or "no validation rows were seen")
    flat = plateau(trace)
    if isinstance(flat, str):
        return CannotTell(flat)
    rise = rise_since_best(trace)
    if isinstance(rise, str):
        return CannotTell(rise)
    if never_gained(rise):
        return NotApplicable("validation was never clearly better than a constant answer")
    if harmful(rise) and flat.until == trace.last_epoch:
        return NotApplicable("validation is past flat: it got worse, which is overfitting")
    evidence = asdict(flat) | {"since": flat.since + 1, "until": flat.until + 1}
    falls = flat.train_fall >= MIN_TRAIN_FALL.value
    still = flat.validation_fall <= MAX_VALIDATION_FALL.value * flat.train_fall
    long = flat.probes >= max(MIN_FLAT_PROBES.value, MIN_FLAT_SHARE.value * flat.of_probes)
    apart = flat.gap >= MIN_GAP_Z.value * flat.gap_se and flat.gap_share >= MIN_GAP_SHARE.value
    if not (falls and still and long and apart):
        return Passed(
            f"since epoch {flat.since + 1} training fell by {flat.train_fall:.0%} and validation "
            f"by {flat.validation_fall:.0%} of what training gained",
            evidence,
        )
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF402",
    name="close-to-overfitting",
    severity="tip",
    function=close_to_overfitting,
    message="Since epoch {since} training loss fell by another {train_fall:.0%} of all it gained, "
    "validation loss by {validation_fall:.0%}; the gap is now {gap:.3g} ± {gap_se:.2g}.",
    advice="More epochs or units will not help from here: try weight decay, dropout, augmentation "
    "or more data, and keep the best epoch with EarlyStopping(restore_best_weights=True).",
    remedies=("early-stopping", "weight-decay", "dropout", "augmentation"),
)
