"""What a row scores: one measure that recipes with different losses share."""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Task, leaves

ACCURACY, EXPLAINED, LOSS = "accuracy", "explained variance", "loss"
EPSILON = 1e-7
FLOOR = -1.0
"""Below this an answer is equally useless; the errors of diverged models know no bound."""


def measure_of(task: Task) -> str:
    """The measure for this task: "accuracy", "explained variance", or "loss" where rows have
    neither classes nor numbers to be right about."""
    if task.name in ("binary", "classes", "labels"):
        return ACCURACY
    return EXPLAINED if task.name == "regression" else LOSS


def row_losses(
    task: Task, y: Any, predictions: np.ndarray | None, losses: np.ndarray
) -> np.ndarray:
    """One loss by row that recipes with different losses share: the cross-entropy of the answers
    for classes; (rows,), float32. Elsewhere the recipe's own honest `losses`.

    Probabilities are kept 1e-7 away from 0 and 1, as Keras keeps them.
    """
    told = np.asarray(losses, dtype="float32")
    if task.name not in ("binary", "classes") or predictions is None:
        return told
    right = truth(task, np.asarray(next(leaves(y))))
    units = predictions.shape[1]
    if (units < 2 and task.name != "binary") or right.min() < 0 or right.max() >= max(units, 2):
        return told
    found = predictions.astype("float64")
    if task.from_logits:
        found = 1 / (1 + np.exp(-found)) if units == 1 else _softmax(found)
    chances = np.hstack([1 - found, found]) if units == 1 else found
    chosen = chances[np.arange(len(right)), right]
    return np.asarray(-np.log(np.clip(chosen, EPSILON, 1 - EPSILON)), dtype="float32")


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def row_scores(
    task: Task,
    measure: str,
    y: Any,
    predictions: np.ndarray | None,
    losses: np.ndarray,
    variance: np.ndarray,
) -> np.ndarray:
    """The score of every row, more is better; shape (rows,), float32.

    Args:
        measure: see `Effect.measure`; what the task has no answers for is scored by its loss.
        y: targets of the rows as `fit` takes them.
        predictions: (rows, units) of the first output; None where unknown.
        losses: (rows,) honest losses.
        variance: (columns,) of the training targets, for regression.
    """
    if measure == LOSS or measure_of(task) == LOSS or predictions is None:
        return -row_losses(task, y, predictions, losses)
    targets = np.asarray(next(leaves(y)))
    if measure == EXPLAINED:
        wanted = targets.reshape(len(targets), -1).astype("float64")
        # A wrong shape of the answers is compared as Keras would: by broadcasting.
        with np.errstate(over="ignore", invalid="ignore"):
            error = ((predictions.astype("float64") - wanted) ** 2 / variance).mean(axis=1)
        found = np.nan_to_num(1.0 - error, nan=FLOOR, neginf=FLOOR)
        return np.asarray(np.maximum(found, FLOOR), dtype="float32")
    right = answers(task, predictions) == truth(task, targets)
    return np.asarray(right.reshape(len(targets), -1).mean(axis=1), dtype="float32")


def answers(task: Task, predictions: np.ndarray) -> np.ndarray:
    """Classes that the predictions amount to: (rows,), or (rows, labels) for several at once."""
    threshold = 0.0 if task.from_logits else 0.5
    if task.name != "labels" and predictions.shape[1] > 1:
        return np.asarray(predictions.argmax(axis=1))
    found = predictions if task.name == "labels" else predictions[:, 0]
    return np.asarray(found > threshold, dtype="int64")


def truth(task: Task, targets: np.ndarray) -> np.ndarray:
    """The classes of the targets, in the form of `answers`."""
    flat = targets.reshape(len(targets), -1)
    if task.name == "labels":
        return np.asarray(flat > 0.5, dtype="int64")
    if flat.shape[1] > 1:
        return np.asarray(flat.argmax(axis=1))
    return np.asarray(np.rint(flat[:, 0]), dtype="int64")


def target_variance(y: Any) -> np.ndarray:
    """Variance of every column of the targets, (columns,); 1 where a column is constant or holds no
    numbers."""
    values = np.asarray(next(leaves(y)))
    if values.dtype.kind not in "fiub":
        return np.ones(1)
    found = values.reshape(len(values), -1).astype("float64").var(axis=0)
    return np.where(found > 0, found, 1.0)


def guessing(recipe: Recipe) -> float:
    """What one constant answer scores on the validation rows, by the task's own measure; minus
    infinity where that is a loss, or there are no such rows."""
    task, rows = recipe.task, recipe.data.validation
    measure = measure_of(task)
    if rows is None or measure == LOSS:
        return -np.inf
    if measure == EXPLAINED:
        return 0.0
    known, held = (truth(task, np.asarray(next(leaves(s.y)))) for s in (recipe.data.train, rows))
    if task.name == "labels":
        return float((held == (known.mean(axis=0) > 0.5)).mean())
    values, counts = np.unique(known, return_counts=True)
    return float((held == values[counts.argmax()]).mean())
