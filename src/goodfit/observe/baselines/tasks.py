"""Targets and answers in one measure: labels for classes, values for numbers.

The measures of `BaselineScore`: the share of wrong rows for classes; the squared error over the
variance of y on the training rows for numbers, averaged over columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from goodfit.observe.data.statistics import laid_flat, numeric
from goodfit.observe.data.targets import target_kind

EPSILON = 1e-7
"""Keras clips probabilities by as much before it takes their logarithm."""
MAX_COLUMNS = 64

_ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "cce": "categorical_crossentropy",
    "kld": "kl_divergence",
    "logcosh": "log_cosh",
}
CROSS_ENTROPIES = frozenset(
    {"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"}
)
_HINGES = frozenset({"hinge", "squared_hinge"})
_FOR_CLASSES = (
    CROSS_ENTROPIES
    | _HINGES
    | {"categorical_hinge", "binary_focal_crossentropy", "categorical_focal_crossentropy"}
)
_FOR_NUMBERS = frozenset(
    {
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
        "poisson",
    }
)
_LABEL_BY_LABEL = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
_NO_TASK = {
    "multi-hot": "several labels a row",
    "text": "targets that are texts",
    "other": "targets of a kind that simple learners have no answer to",
}


def loss_called(name: str) -> str:
    """Keras' full name of a loss, from any of the names it goes by."""
    return _ALIASES.get(name.lower(), name)


@dataclass(frozen=True, slots=True)
class Task:
    """Targets as a simple learner takes them. `kind` is "classes" or "numbers", `target` the kind
    in `TargetFacts`; several labels a row ("multi-hot") are numbers, a probability for each.
    `labels` are whole numbers (rows,) for classes; `values` float64 (rows, columns), for classes
    only where each has a column of its own."""

    kind: str
    target: str
    labels: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    values: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.labels if self.kind == "classes" else self.values)

    def like(self, y: Any) -> Task:
        """Other targets, read as these are."""
        flat = laid_flat(np.asarray(y))
        if self.kind == "numbers":
            return Task("numbers", self.target, values=flat.astype(np.float64))
        if self.target in ("one-hot", "probabilities"):
            values = flat.astype(np.float64)
            return Task("classes", self.target, values.argmax(axis=1), values)
        return Task("classes", self.target, np.rint(flat[:, 0]).astype(np.int64))


def _unfit(y: np.ndarray) -> str:
    if not numeric(y):
        return _NO_TASK["text"]
    if not len(y):
        return "there are no rows"
    if y.ndim > 2 and int(np.prod(y.shape[1:])) > MAX_COLUMNS:
        return f"targets of shape {y.shape[1:]} a row"
    return "" if np.isfinite(y).all() else "targets that are not finite"


def task_of(y: np.ndarray, loss_name: str, outputs: int | None = None) -> Task | str:
    """What is to be learnt, or the reason why simple learners cannot be asked.

    Args:
        y: targets (rows, ...).
        loss_name: the compiled loss, which tells labels from counts; "" where not known.
        outputs: columns of the model's answer, where known.
    """
    y, loss = np.asarray(y), loss_called(loss_name)
    reason = _unfit(y)
    if reason:
        return reason
    known = True if loss in _FOR_CLASSES else False if loss in _FOR_NUMBERS else None
    kind = target_kind(y, class_targets=known)
    if kind == "multi-hot" and loss in _LABEL_BY_LABEL and y.ndim == 2 <= y.shape[1] <= MAX_COLUMNS:
        return Task("numbers", kind).like(y)
    if kind in _NO_TASK:
        return _NO_TASK[kind]
    if kind == "one-hot" and y.ndim > 2:
        return "a label at each position of a row"
    counted = kind == "classes" and (known is False or (known is None and outputs == 1))
    if kind == "continuous" or counted:
        return Task("numbers", "continuous").like(y)
    return Task("classes", kind).like(y)


def predicted_labels(
    answer: np.ndarray, task: Task, loss_name: str, from_logits: bool | None, activation: str | None
) -> np.ndarray:
    """The label (rows,) that a model's answer (rows, units) stands for: the largest unit, or for
    one unit whether it passes 0 (logits, tanh, hinge losses, targets -1 and 1) or 0.5."""
    flat = laid_flat(np.asarray(answer, np.float64))
    if flat.shape[1] > 1:
        found: np.ndarray = flat.argmax(axis=1)
        return found
    signed = task.target == "signs"
    at_zero = from_logits or signed or activation == "tanh" or loss_called(loss_name) in _HINGES
    return np.where(flat[:, 0] > (0.0 if at_zero else 0.5), 1, -1 if signed else 0)


def answer_errors(
    answer: np.ndarray,
    task: Task,
    scale: np.ndarray,
    loss_name: str,
    from_logits: bool | None,
    activation: str | None,
) -> np.ndarray | None:
    """The error of each row (rows,) of a model's answer; None where the answer's shape does not
    match the targets, or it is not finite. `scale` is the variance of each target column on the
    training rows (numbers only)."""
    answer = np.asarray(answer)
    if not numeric(answer) or answer.ndim == 0 or len(answer) != task.rows or not answer.size:
        return None
    if not np.isfinite(answer).all():
        return None
    if task.kind == "classes":
        if answer.ndim > 2 and int(np.prod(answer.shape[1:])) > max(answer.shape[1:]):
            return None
        labels = predicted_labels(answer, task, loss_name, from_logits, activation)
        return np.asarray(labels != task.labels, np.float64)
    flat = laid_flat(answer).astype(np.float64)
    if task.target == "multi-hot":
        flat = _probabilities(flat, from_logits)
    return None if flat.shape != task.values.shape else number_errors(flat, task.values, scale)


def _probabilities(answer: np.ndarray, from_logits: bool | None) -> np.ndarray:
    """What the cross-entropy of single labels takes an answer for."""
    if not from_logits:
        return np.asarray(np.clip(answer, 0.0, 1.0))
    return np.asarray(1 / (1 + np.exp(-np.clip(answer, -60.0, 60.0))))


def number_errors(answer: np.ndarray, values: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Squared error over the variance, averaged over the columns that vary (rows,)."""
    varying = scale > 0
    with np.errstate(over="ignore"):
        squares = np.square(answer[:, varying] - values[:, varying]) / scale[varying]
    return np.asarray(squares.mean(axis=1))


def constant_loss(task: Task, loss_name: str) -> float | None:
    """The loss of the best constant answer on these rows: the entropy of the labels for a
    cross-entropy, the variance for the squared error, the mean distance to the median for the
    absolute error; None for other losses."""
    loss = loss_called(loss_name)
    if task.kind == "numbers":
        if loss == "mean_squared_error":
            return float(task.values.var(axis=0).mean())
        if loss == "mean_absolute_error":
            return float(np.abs(task.values - np.median(task.values, axis=0)).mean())
        if loss == "binary_crossentropy" and task.target == "multi-hot":
            return _labels_entropy(task.values.mean(axis=0))
        return None
    counts = np.unique(task.labels, return_counts=True)[1]
    shares = task.values.mean(axis=0) if task.values.size else counts / counts.sum()
    if loss == "binary_crossentropy" and task.values.size:
        return _labels_entropy(shares)
    if loss in CROSS_ENTROPIES:
        return float(_entropy(shares).sum())
    if loss == "mean_squared_error" and task.values.size:
        return float(np.square(task.values - shares).mean())
    if loss == "mean_squared_error" and task.target in ("binary", "signs"):
        return float(task.labels.var())
    return None


def _labels_entropy(shares: np.ndarray) -> float:
    return float((_entropy(shares) + _entropy(1 - shares)).mean())


def _entropy(shares: np.ndarray) -> np.ndarray:
    shares = np.clip(shares, 0.0, 1.0)
    return np.asarray(-shares * np.log(np.where(shares > 0, shares, 1.0)))
