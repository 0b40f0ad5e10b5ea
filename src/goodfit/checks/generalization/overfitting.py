"""GF401 overfitting: validation rows get worse while training rows still get better.

Sees: the honest validation loss at the end of training clearly above its best, row by row, while
the honest training loss went on falling.
Why it matters: from the best epoch on the model learns what is true of the training rows only;
every further epoch costs accuracy or calibration on new data.
Evidence: the validation rows' losses at the last probed epoch against those at the best one, a
paired t statistic over rows; the rise as a share of all that validation had gained since the start
of training; how much of the later curve lies above the best; the fall of the training loss.
Remedies: early-stopping, weight-decay, dropout, augmentation, less capacity, more data.
Source: docs/evidence/generalization.md; paired comparison per row after Dietterich, "Approximate
Statistical Tests for Comparing Supervised Classification Learning Algorithms" (1998).
"""

from __future__ import annotations

import math

import numpy as np

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
from goodfit.facts import SettingsFacts, Trace

MIN_T = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_SHARE_LOST = Threshold(0.10, source="docs/evidence/generalization.md")
MIN_EPOCHS = Threshold(4, source="fewer probed epochs show no course")


def overfitting(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    validation = trace.honest("validation")
    if not validation:
        return NotApplicable("no validation rows were seen")
    if len(validation) < MIN_EPOCHS.value or trace.best_epoch is None:
        return CannotTell(f"only {len(validation)} epochs were probed; train for more epochs")
    best, last = np.asarray(trace.validation_rows_best), np.asarray(trace.validation_rows_last)
    if best.size < 2 or best.size != last.size:
        return CannotTell("per-row validation losses are missing")
    rise = last - best
    mean = float(rise.mean())
    error = float(rise.std(ddof=1) / math.sqrt(rise.size))
    t = mean / error if error > 0 else (math.inf if mean > 0 else 0.0)
    gained = validation[0][1].mean - min(loss.mean for _, loss in validation)
    lost = mean / gained if gained > 0 else math.inf
    train = dict(trace.honest("train"))
    fall = train[trace.best_epoch].mean - train[trace.last_epoch].mean if trace.last_epoch in train and trace.best_epoch in train else 0.0
    evidence = {
        "best_epoch": trace.best_epoch + 1,
        "last_epoch": (trace.last_epoch or 0) + 1,
        "best_loss": float(best.mean()),
        "last_loss": float(last.mean()),
        "rise_per_row": mean,
        "standard_error": error,
        "t": t,
        "share_of_gain_lost": lost,
        "train_fall": fall,
        "rows": int(rise.size),
    }
    if t < MIN_T.value or lost < MIN_SHARE_LOST.value or fall <= 0:
        return Passed(
            f"validation rows lost {mean:.3g} ± {error:.2g} since the best epoch", evidence
        )
    return Suspicion(evidence=evidence, where=place(settings.fit_where if settings else None))


CHECK = Check(
    code="GF401",
    name="overfitting",
    severity="warning",
    function=overfitting,
    message="Validation loss rose from {best_loss:.3g} at epoch {best_epoch} to {last_loss:.3g} at "
    "epoch {last_epoch} ({rise_per_row:+.3g} ± {standard_error:.2g} per row over {rows} rows) while "
    "training loss fell by {train_fall:.3g}.",
    advice="Stop at the best epoch and keep its weights: EarlyStopping(restore_best_weights=True); "
    "then try weight decay, dropout or augmentation.",
    remedies=("early-stopping", "weight-decay", "dropout", "augmentation"),
)
