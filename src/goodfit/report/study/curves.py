"""What the curves of a study's arms are: means over seeds, with the band of the seeds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean

from goodfit.report.words import clean
from goodfit.results import Arm, StudyResult, TrialEpoch

Band = tuple[float, float, float, float]
"""Epochs trained, mean over seeds, lowest and highest seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCurve:
    """One line of a chart. `arm` counts from 0; `role` is "train", "validation", "score" or
    "rate"."""

    arm: int
    name: str
    role: str
    band: tuple[Band, ...]


def losses(study: StudyResult) -> tuple[ArmCurve, ...]:
    """Honest training and validation loss of every arm."""
    return _curves(study, (("train", _train_loss), ("validation", _validation_loss)))


def scores(study: StudyResult) -> tuple[ArmCurve, ...]:
    """Validation score of every arm, more is better."""
    return _curves(study, (("score", _score),))


def learning_rates(study: StudyResult) -> tuple[ArmCurve, ...]:
    """The learning rate of every arm; () where it is the same constant everywhere."""
    curves = _curves(study, (("rate", _learning_rate),))
    values = {mean for curve in curves for _, mean, *_ in curve.band}
    return curves if len(values) > 1 else ()


def _train_loss(epoch: TrialEpoch) -> float | None:
    return epoch.train_loss


def _validation_loss(epoch: TrialEpoch) -> float | None:
    return epoch.validation_loss


def _score(epoch: TrialEpoch) -> float | None:
    return epoch.score


def _learning_rate(epoch: TrialEpoch) -> float | None:
    return epoch.learning_rate


def _curves(
    study: StudyResult, parts: tuple[tuple[str, Callable[[TrialEpoch], float | None]], ...]
) -> tuple[ArmCurve, ...]:
    curves = (
        ArmCurve(arm=at, name=clean(arm.name, 60), role=role, band=_band(arm, read))
        for at, arm in enumerate(study.arms)
        for role, read in parts
    )
    return tuple(curve for curve in curves if curve.band)


def _band(arm: Arm, read: Callable[[TrialEpoch], float | None]) -> tuple[Band, ...]:
    """The mean of the seeds that were trained so far. It ends where fewer than half are left:
    the mean of the few that went on is another curve."""
    by_epoch: dict[int, list[float]] = {}
    seeds = 0
    for trial in arm.trials:
        found = [(e.index, v) for e in trial.epochs if (v := read(e)) is not None and _drawn(v)]
        seeds += bool(found)
        for index, value in found:
            by_epoch.setdefault(index, []).append(value)
    return tuple(
        (index + 1.0, fmean(values), min(values), max(values))
        for index, values in sorted(by_epoch.items())
        if 2 * len(values) >= seeds
    )


def _drawn(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 1e300
