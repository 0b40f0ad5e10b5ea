"""GF401 overfitting: validation rows get worse while training rows still get better.

Sees: the honest validation loss at the end of training clearly above its best: row by row, in the
level of the last epochs and not in the last one only, and by a good part of what validation had
gained; while the honest loss of the training rows went on falling. Five cases: the plain one;
weights from the best epoch were given back ("caught", a tip); accuracy rose all the while
("over-confident", a tip); little of the gain was lost, yet the loss grew by a quarter ("mild", a
tip, as a classifier that is right but ever surer shows it); and validation was never clearly better
than a constant answer ("start": what was learnt of the training rows does not carry over, for which
overfitting is too kind a name).
Why it matters: from the best epoch on the model learns what is true of the training rows only;
every further epoch costs accuracy or calibration on new data.
Evidence: the validation rows' losses at the last probed epoch against those at the best one, paired
over rows; the rise as a share of all that validation had gained over a constant answer; the fall
of the training rows over the same epochs; accuracy before and after, where it was logged.
Remedies: early-stopping, weight-decay, dropout, augmentation, less-capacity, more-data.
Source: docs/evidence/generalization.md; paired comparison per row after Dietterich, "Approximate
Statistical Tests for Comparing Supervised Classification Learning Algorithms" (1998); Prechelt,
"Early Stopping - But When?" (1998); over-confidence: Guo et al., "On Calibration of Modern Neural
Networks" (2017), section 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

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
from goodfit.checks.course import Rise, accuracy_change, rise_since_best
from goodfit.facts import SettingsFacts, Trace

MIN_Z = Threshold(2.5, source="docs/evidence/generalization.md")
MIN_SHARE_LOST = Threshold(0.10, source="docs/evidence/generalization.md")
LARGE_Z = Threshold(1.64, source="docs/evidence/generalization.md")
LARGE_SHARE_LOST = Threshold(0.30, source="docs/evidence/generalization.md")
LARGE_GAP_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_GROWTH = Threshold(0.25, source="docs/evidence/generalization.md")
MIN_TRAIN_Z = Threshold(2.0, source="docs/evidence/generalization.md")
CURED = Threshold(0.25, source="docs/evidence/generalization.md")
MIN_GAIN_Z = Threshold(2.0, source="docs/evidence/generalization.md")


def _evidence(rise: Rise) -> dict[str, Any]:
    return {
        "best_epoch": rise.best_epoch + 1,
        "last_epoch": rise.last_epoch + 1,
        "best_loss": rise.best_loss,
        "last_loss": rise.last_loss,
        "rise_per_row": rise.change.mean,
        "standard_error": rise.change.standard_error,
        "z": rise.change.z,
        "lasting_rise": rise.lasting,
        "gained": rise.gained,
        "gained_standard_error": rise.gained_se,
        "share_of_gain_lost": rise.share if math.isfinite(rise.share) else None,
        "prior_loss": rise.prior_loss,
        "train_fall": -rise.train.mean,
        "rows": rise.change.rows,
        "left_in_final_weights": rise.left,
    }


def never_gained(rise: Rise) -> bool:
    """Whether validation was at no epoch clearly better than a constant answer."""
    return rise.gained < MIN_GAIN_Z.value * rise.gained_se


def margin(rise: Rise) -> float:
    """By how many standard errors the rise passes what makes it harm; negative where it is none.

    Harm is a clear rise by a tenth of the gain; or by three tenths, with a gap to the training rows
    beyond doubt, where fewer rows or wilder ones make the rise itself less clear."""
    if rise.sustained <= 0:
        return -math.inf
    error = rise.change.standard_error
    beyond = [
        (rise.lasting - share.value * max(rise.gained, 0.0)) / error if error > 0 else math.inf
        for share in (MIN_SHARE_LOST, LARGE_SHARE_LOST)
    ]
    small = min(rise.change.z - MIN_Z.value, beyond[0])
    large = min(rise.change.z - LARGE_Z.value, beyond[1], rise.gap_z - LARGE_GAP_Z.value)
    return max(small, large)


def harmful(rise: Rise) -> bool:
    """Whether validation got worse since its best: per row, lastingly, and by a good part."""
    return margin(rise) >= 0


def worse(rise: Rise) -> bool:
    """Whether validation got worse since its best beyond the noise of rows and of epochs."""
    return rise.lasting > 0 and rise.change.z >= MIN_Z.value


def _grown(rise: Rise) -> bool:
    return worse(rise) and rise.best_loss > 0 and rise.lasting >= MIN_GROWTH.value * rise.best_loss


def _case(rise: Rise, evidence: Mapping[str, Any]) -> str:
    if never_gained(rise):
        return "start"
    if rise.left <= CURED.value:
        return "caught"
    if evidence["accuracy_rose"] and rise.share < 1:
        return "over-confident"
    return "plain" if harmful(rise) else "mild"


def overfitting(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    if not trace.honest("validation"):
        return NotApplicable(trace.honest_missing or "no validation rows were seen")
    rise = rise_since_best(trace)
    if isinstance(rise, str):
        return CannotTell(rise)
    accuracy = accuracy_change(trace, rise)
    evidence = _evidence(rise) | {
        "accuracy_best": accuracy.before if accuracy else None,
        "accuracy_last": accuracy.after if accuracy else None,
        "accuracy_rose": accuracy is not None and accuracy.rose,
    }
    seen = harmful(rise) or _grown(rise)
    if not seen or rise.train.z > -MIN_TRAIN_Z.value:
        return Passed(
            f"validation rows changed by {rise.change.mean:+.3g} ± "
            f"{rise.change.standard_error:.2g} since the best epoch, {rise.best_epoch + 1}",
            evidence,
        )
    case = _case(rise, evidence)
    return Suspicion(
        evidence=evidence,
        case=case,
        severity="warning" if case in ("plain", "start") else "tip",
        where=place(settings.fit_where if settings else None),
    )


_ROSE = (
    "Validation loss rose from {best_loss:.3g} at epoch {best_epoch} to {last_loss:.3g} at epoch "
    "{last_epoch} ({rise_per_row:+.3g} ± {standard_error:.2g} per row over {rows} rows) while "
    "training loss fell by {train_fall:.3g}"
)

CHECK = Check(
    code="GF401",
    name="overfitting",
    severity="warning",
    function=overfitting,
    message={
        "plain": _ROSE + ": {share_of_gain_lost:.0%} of what validation had gained is lost again.",
        "caught": _ROSE + ". The weights you get back are from near the best epoch, so nothing is "
        "lost.",
        "over-confident": _ROSE + ", yet accuracy went from {accuracy_best:.3f} to "
        "{accuracy_last:.3f}: the model grows over-confident, not wrong more often.",
        "mild": _ROSE + ". That is {share_of_gain_lost:.0%} of what validation had gained, but the "
        "model is surer of its mistakes than it was.",
        "start": "Validation loss was never clearly below that of a constant answer (best "
        "{best_loss:.3g}), and rose to {last_loss:.3g} while training loss fell by "
        "{train_fall:.3g}: what the model learns of the training rows does not carry over.",
    },
    advice={
        "plain": "Stop at the best epoch and keep its weights: "
        "EarlyStopping(patience=10, restore_best_weights=True); then try weight decay, dropout, "
        "augmentation or a smaller model.",
        "caught": "Weight decay, dropout or a smaller model may push the best epoch further out.",
        "over-confident": "If you use the probabilities, stop earlier or add label smoothing; if "
        "you use the class only, EarlyStopping(monitor='val_accuracy', mode='max') fits better.",
        "mild": "If you use the probabilities, or errors count by their size, keep the best epoch: "
        "EarlyStopping(patience=10, restore_best_weights=True).",
        "start": "Before any regularisation, check that the labels belong to their rows and that "
        "training and validation rows come from the same source.",
    },
    remedies=("early-stopping", "weight-decay", "dropout", "augmentation", "less-capacity"),
)
