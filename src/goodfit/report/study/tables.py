"""A study as plain rows: one a trial, one an epoch of a trial; as CSV and as pandas frames."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any, Literal

from goodfit.report.study import summary
from goodfit.report.tables import Table
from goodfit.report.words import UNKNOWN, clean, duration, number
from goodfit.results import Arm, StudyResult, Trial

if TYPE_CHECKING:
    import pandas as pd

Rows = Literal["trials", "epochs"]
TRIALS = (
    "arm",
    "changed",
    "seed",
    "status",
    "reason",
    "measure",
    "score",
    "validation_loss",
    "best_epoch",
    "epochs",
    "still_improving",
    "parameters",
    "seconds",
)
EPOCHS = (
    "arm",
    "seed",
    "epoch",
    "train_loss",
    "validation_loss",
    "score",
    "learning_rate",
    "seconds",
)


def trial_rows(study: StudyResult) -> list[tuple[Any, ...]]:
    """One row a trial, in the order of `TRIALS`; epochs count from 1."""
    measure = study.protocol.measure
    return [_trial(measure, arm, trial) for arm in study.arms for trial in arm.trials]


def _trial(measure: str, arm: Arm, trial: Trial) -> tuple[Any, ...]:
    return (
        clean(arm.name),
        summary.changed(arm.remedies),
        trial.seed,
        trial.status,
        clean(trial.reason),
        measure,
        summary.trial_score(trial),
        best_loss(trial),
        None if trial.best_epoch is None else trial.best_epoch + 1,
        len(trial.epochs),
        trial.still_improving,
        trial.parameters,
        trial.seconds,
    )


def best_loss(trial: Trial) -> float | None:
    """Honest validation loss at the best epoch."""
    best = next((epoch for epoch in trial.epochs if epoch.index == trial.best_epoch), None)
    return best.validation_loss if best else None


def epoch_rows(study: StudyResult) -> list[tuple[Any, ...]]:
    """One row an epoch of a trial, in the order of `EPOCHS`; epochs count from 1."""
    return [
        (
            clean(arm.name),
            trial.seed,
            epoch.index + 1,
            epoch.train_loss,
            epoch.validation_loss,
            epoch.score,
            epoch.learning_rate,
            epoch.seconds,
        )
        for arm in study.arms
        for trial in arm.trials
        for epoch in trial.epochs
    ]


def study_csv(study: StudyResult, rows: Rows = "trials") -> str:
    """One row a trial, or an epoch of a trial, as CSV with a header; what was not measured is
    empty, what is not finite "nan" or "inf".

    Raises:
        ValueError: `rows` is neither "trials" nor "epochs".
    """
    head, body = _rows(study, rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(body)
    return out.getvalue()


def study_frame(study: StudyResult, rows: Rows = "trials") -> pd.DataFrame:
    """One row a trial, or an epoch of a trial, as a pandas frame; NaN where not measured.

    Raises:
        ModuleNotFoundError: pandas is not installed.
        ValueError: `rows` is neither "trials" nor "epochs".
    """
    head, body = _rows(study, rows)
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "a frame of a study needs pandas, which is not installed: pip install pandas"
        ) from error
    return pd.DataFrame(body, columns=list(head))


def _rows(study: StudyResult, rows: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    if rows == "trials":
        return TRIALS, trial_rows(study)
    if rows == "epochs":
        return EPOCHS, epoch_rows(study)
    raise ValueError(f'rows={rows!r}; expected "trials" or "epochs"')


def trial_table(study: StudyResult, most: int) -> Table:
    """The trials as a table of a page, at most `most`."""
    pairs = [(arm, trial) for arm in study.arms for trial in arm.trials]
    left = len(pairs) - most
    return Table(
        head=("Arm", "Seed", "Ended", "Score", "Loss", "Best epoch", "Epochs", "Time"),
        rows=tuple(_told(study, arm, trial) for arm, trial in pairs[:most]),
        numeric=(1, 3, 4, 5, 6, 7),
        note=f"{left:,} more trials are in the JSON file." if left > 0 else "",
    )


def _told(study: StudyResult, arm: Arm, trial: Trial) -> tuple[str, ...]:
    ended = "still improving" if trial.still_improving else trial.status
    loss = best_loss(trial)
    return (
        clean(arm.name, 60),
        str(trial.seed),
        ended + (f": {clean(trial.reason, 160)}" if trial.reason else ""),
        summary.score(summary.trial_score(trial), study.protocol.measure),
        number(loss) if loss is None or math.isfinite(loss) else str(loss),
        UNKNOWN if trial.best_epoch is None else f"{trial.best_epoch + 1:,}",
        f"{len(trial.epochs):,}",
        duration(trial.seconds),
    )
