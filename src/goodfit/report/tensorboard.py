"""A study as TensorBoard event files: the curves of every trial, with its hyperparameters."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from goodfit.report.study import summary
from goodfit.report.study.tables import best_loss
from goodfit.report.words import clean
from goodfit.results import Arm, StudyResult, Trial, TrialEpoch

if TYPE_CHECKING:
    from tensorboardX import SummaryWriter

Value = str | bool | int | float


def write_tensorboard(study: StudyResult, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write one run a trial into `folder`, for `tensorboard --logdir FOLDER`, and return the runs'
    folders. Scalars are at the number of epochs trained, and left out where they are not finite;
    the HParams tab compares the arms.

    Raises:
        FileExistsError: the folder holds event files already; they would mix with these.
        ModuleNotFoundError: the package tensorboardX is not installed.
    """
    try:
        from tensorboardX import SummaryWriter
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "TensorBoard files need the package tensorboardX, which is not installed: "
            'pip install "goodfit[tensorboard]"'
        ) from error
    root = Path(folder)
    if root.exists() and any(root.rglob("events.out.tfevents.*")):
        raise FileExistsError(
            f"{root} holds TensorBoard files already, which would mix with these; "
            "give another folder, or delete it first"
        )
    parameters = [_parameters(arm) for arm in study.arms]
    columns = _columns(parameters)
    runs = []
    for arm, name, own in zip(study.arms, _names(study), parameters, strict=True):
        for trial in arm.trials:
            run = root / name / f"seed-{trial.seed}"
            with SummaryWriter(logdir=str(run)) as writer:
                _declare(writer, columns, {**own, "seed": trial.seed}, study.protocol.measure)
                _write(writer, trial, study.protocol.measure)
            runs.append(run)
    return tuple(runs)


def _names(study: StudyResult) -> list[str]:
    """A folder's name for each arm: letters that every file system has, and unlike each other."""
    found: list[str] = []
    for at, arm in enumerate(study.arms):
        name = re.sub(r"[^A-Za-z0-9.=_+-]+", "-", arm.name).strip("-.")[:60] or f"arm-{at}"
        taken = {other.lower() for other in found}
        found.append(f"{name}-{at}" if name.lower() in taken else name)
    return found


def _declare(
    writer: SummaryWriter, columns: dict[str, Value], own: dict[str, Value], measure: str
) -> None:
    """What the HParams tab shows. It takes its columns from any one run, so each names all of
    them. All goes into the trial's own file: SummaryWriter.add_hparams would make another run."""
    from tensorboardX.summary import hparams

    texts = {name for name, value in columns.items() if isinstance(value, str)}
    told = {name: str(value) if name in texts else value for name, value in own.items()}
    experiment, _, _ = hparams(columns, dict.fromkeys(_tags(measure), 0.0))
    _, start, end = hparams(told, {})
    for record in (experiment, start, end):
        writer.file_writer.add_summary(record)


def _write(writer: SummaryWriter, trial: Trial, measure: str) -> None:
    for epoch in trial.epochs:
        for tag, value in _scalars(epoch, measure):
            writer.add_scalar(tag, value, epoch.index + 1)
    for tag, value in _metrics(trial, measure).items():
        writer.add_scalar(tag, value, len(trial.epochs))
    if trial.reason:
        writer.add_text("ended", clean(f"{trial.status}: {trial.reason}"), len(trial.epochs))


def _parameters(arm: Arm) -> dict[str, Value]:
    """The arm, and every parameter of its remedies ("l2.factor", say); a remedy without any is
    True."""
    found: dict[str, Value] = {"arm": clean(arm.name, 80)}
    for remedy in arm.remedies:
        if not remedy.parameters:
            found[clean(remedy.id, 60)] = True
        for key, value in remedy.parameters.items():
            name = f"{clean(remedy.id, 60)}.{clean(key, 60)}"
            found[name] = value if isinstance(value, (bool, int, float)) else clean(value, 200)
    return found


def _columns(parameters: list[dict[str, Value]]) -> dict[str, Value]:
    """Every name with a value of its kind; a name that has texts in one arm is a text in all."""
    found: dict[str, Value] = {"arm": "", "seed": 0}
    for own in parameters:
        for name, value in own.items():
            same = type(found.get(name, value)) is type(value)
            found[name] = value if same else str(value)
    return found


def _tags(measure: str) -> tuple[str, ...]:
    return (f"best/{clean(measure, 40)}", "best/validation_loss", "best/epoch", "best/seconds")


def _metrics(trial: Trial, measure: str) -> dict[str, float]:
    """What the HParams tab compares trials by, at the best epoch."""
    found = (
        summary.trial_score(trial),
        best_loss(trial),
        None if trial.best_epoch is None else trial.best_epoch + 1,
        trial.seconds,
    )
    return {
        tag: float(value)
        for tag, value in zip(_tags(measure), found, strict=True)
        if value is not None and math.isfinite(value)
    }


def _scalars(epoch: TrialEpoch, measure: str) -> Iterator[tuple[str, float]]:
    for tag, value in (
        ("loss/training", epoch.train_loss),
        ("loss/validation", epoch.validation_loss),
        (f"score/{clean(measure, 40)}", epoch.score),
        ("learning_rate", epoch.learning_rate),
    ):
        if value is not None and math.isfinite(value):
            yield tag, float(value)
