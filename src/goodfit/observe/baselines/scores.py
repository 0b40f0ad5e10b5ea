"""Learners' answers against the targets, row by row: errors, proper scores, the model's own loss.

Learners are given targets in columns: the share of each class that the training rows have, or
numbers standardised by the training rows. They answer in the same columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.observe.baselines.tasks import (
    CROSS_ENTROPIES,
    EPSILON,
    Task,
    loss_called,
    number_errors,
)
from goodfit.observe.data.statistics import numeric

LEAST_SHARE = 1e-3


def mean_and_error(rows: np.ndarray) -> tuple[float, float]:
    """The mean and its standard error, infinite for a single row."""
    if len(rows) < 2:
        return float(rows.mean()), math.inf
    return float(rows.mean()), float(rows.std(ddof=1) / math.sqrt(len(rows)))


def t_of(rows: np.ndarray) -> float:
    """The mean of paired differences, in standard errors; 0 where all are 0."""
    mean, error = mean_and_error(rows)
    if error > 0:
        return mean / error
    return math.copysign(math.inf, mean) if mean else 0.0


def _columns(labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.asarray(labels[:, None] == classes[None, :], np.float64)


@dataclass(frozen=True, slots=True)
class Measure:
    """Training targets, and the targets of the rows measured. `targets` are those of the training
    rows as learners are given them, `wanted` those of the rows measured; `classes` the labels
    behind the columns (empty for numbers)."""

    task: Task
    measured: Task
    loss: str
    classes: np.ndarray
    targets: np.ndarray
    wanted: np.ndarray
    mean: np.ndarray
    scale: np.ndarray

    def errors(self, answer: np.ndarray) -> np.ndarray:
        """The error of each row, as in `BaselineScore`."""
        if self.task.kind == "classes":
            labels = self.classes[answer.argmax(axis=1)]
            return np.asarray(labels != self.measured.labels, np.float64)
        return number_errors(self.unstandardised(answer), self.measured.values, self.scale**2)

    def surprises(self, answer: np.ndarray) -> np.ndarray:
        """A proper score of each row: the cross-entropy for classes, with shares of at least
        LEAST_SHARE, so that one row cannot outweigh all others; the error for numbers."""
        if self.task.kind == "classes":
            shares = (answer * self.wanted).sum(axis=1)
            return np.asarray(-np.log(np.clip(shares, LEAST_SHARE, 1)))
        return self.errors(answer)

    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Numbers in the targets' own units, as learners answer."""
        return np.asarray((values - self.mean) / np.where(self.scale > 0, self.scale, 1.0))

    def unstandardised(self, answer: np.ndarray) -> np.ndarray:
        """A learner's answer in the targets' own units."""
        return np.asarray(answer * self.scale + self.mean)

    def losses(self, answer: np.ndarray, name: str) -> np.ndarray | None:
        """The model's own loss of each row; None where it cannot be computed for this answer. The
        prior answers the median where the loss is the absolute error."""
        if self.task.kind == "classes":
            return self._class_losses(answer)
        values = self.unstandardised(answer)
        if self.loss == "mean_squared_error":
            return np.asarray(np.square(values - self.measured.values).mean(axis=1))
        if self.loss == "mean_absolute_error":
            if name == "prior":
                values = np.median(self.task.values, axis=0, keepdims=True)
            return np.asarray(np.abs(values - self.measured.values).mean(axis=1))
        if self.loss == "binary_crossentropy" and self.task.target == "multi-hot":
            wanted, shares = self.measured.values, np.clip(values, LEAST_SHARE, 1 - LEAST_SHARE)
            surprise = wanted * np.log(shares) + (1 - wanted) * np.log(1 - shares)
            return np.asarray(-surprise.mean(axis=1))
        return None

    def _class_losses(self, answer: np.ndarray) -> np.ndarray | None:
        full, wanted = answer, self.wanted
        if self.measured.values.size:  # a column for each class, those without training rows too
            wanted = self.measured.values
            full = np.zeros(wanted.shape)
            full[:, self.classes] = answer
        if self.loss == "mean_squared_error":
            if self.measured.values.size:
                return np.asarray(np.square(full - wanted).mean(axis=1))
            if not np.isin(self.task.labels, (-1, 0, 1)).all() or full.shape[1] != 2:
                return None
            span = float(self.classes[1] - self.classes[0])
            return np.asarray(np.square(span * (full[:, 1] - wanted[:, 1])))
        if self.loss not in CROSS_ENTROPIES:
            return None
        logs = np.log(np.clip(full, EPSILON, 1 - EPSILON))
        if self.loss == "binary_crossentropy" and self.measured.values.size:
            others = np.log(np.clip(1 - full, EPSILON, 1 - EPSILON))
            return np.asarray(-(wanted * logs + (1 - wanted) * others).mean(axis=1))
        known = wanted.sum(axis=1) > 0  # a label that no training row has is given no chance
        return np.where(known, -(wanted * logs).sum(axis=1), -math.log(EPSILON))


def measure_of(task: Task, y_val: np.ndarray | None, loss_name: str) -> Measure | str:
    """The measure for a task, on validation targets or else on its own rows; or the reason why
    there is nothing to measure."""
    measured = task
    if y_val is not None:
        reason = _unlike(task, y_val)
        if reason:
            return reason
        measured = task.like(y_val)
    loss, none = loss_called(loss_name), np.empty(0)
    if task.kind == "classes":
        classes = np.unique(task.labels)
        if len(classes) < 2:
            return f"all training rows of the sample have the label {classes[0]}"
        columns = [_columns(part.labels, classes) for part in (task, measured)]
        return Measure(task, measured, loss, classes, columns[0], columns[1], none, none)
    mean, scale = task.values.mean(axis=0), task.values.std(axis=0)
    scale = np.where(scale > 1e-12 * np.abs(mean), scale, 0.0)
    if not (scale > 0).any() or not np.isfinite(scale).all():
        return "all training rows of the sample have the same target"
    bare = Measure(task, measured, loss, none, none, none, mean, scale)
    targets, wanted = bare.standardised(task.values), bare.standardised(measured.values)
    return Measure(task, measured, loss, none, targets, wanted, mean, scale)


def _unlike(task: Task, y: Any) -> str:
    """Why validation targets cannot be read as the training targets are; empty if they can."""
    y = np.asarray(y)
    width = int(np.prod(y.shape[1:]))
    if not numeric(y) or not np.isfinite(y).all():
        return "validation targets that are not finite numbers"
    if len(y) < 2:
        return f"only {len(y)} validation rows"
    expected = task.values.shape[1] if task.values.size else 1
    return "" if width == expected else f"validation targets of {width} columns, not {expected}"
