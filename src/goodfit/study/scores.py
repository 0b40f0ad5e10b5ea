"""What a row scores: one measure that recipes with different losses share."""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Rows, Task, leaves
from goodfit.study.balance import counted, imbalanced, row_weights

ACCURACY, BALANCED, EXPLAINED, LOSS = "accuracy", "balanced accuracy", "explained variance", "loss"
EPSILON = 1e-7
FLOOR = -1.0
"""Below this an answer is equally useless; the errors of diverged models know no bound."""


def measure_of(recipe: Recipe) -> str:
    """The measure for this recipe: "accuracy", or "balanced accuracy" where a class of the training
    and validation rows together is so rare that accuracy hardly sees it; "explained variance"; or
    "loss" where rows have neither classes nor numbers to be right about."""
    usual = _usual(recipe.task)
    if usual != ACCURACY:
        return usual
    sets = [rows for rows in (recipe.data.train, recipe.data.validation) if rows is not None]
    found = [classes_of(recipe.task, rows) for rows in sets]
    known = [classes for classes in found if classes is not None]
    whole = len(known) == len(sets) and imbalanced(np.concatenate(known))
    return BALANCED if whole else ACCURACY


def _usual(task: Task) -> str:
    if task.name in ("binary", "classes", "labels"):
        return ACCURACY
    return EXPLAINED if task.name == "regression" else LOSS


def classes_of(task: Task, rows: Rows) -> np.ndarray | None:
    """The class of every row, (rows,); None where a row has no single one."""
    targets = [np.asarray(leaf) for leaf in leaves(rows.y)]
    if task.name not in ("binary", "classes") or len(targets) != 1:
        return None
    numeric = targets[0].ndim in (1, 2) and targets[0].dtype.kind in "fiub"
    return truth(task, targets[0]) if numeric and np.isfinite(targets[0]).all() else None


def held_classes(measure: str, task: Task, rows: Rows | None) -> np.ndarray | None:
    """The class of every held-out row where the measure counts classes alike, else None."""
    return classes_of(task, rows) if measure == BALANCED and rows is not None else None


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
    answered: np.ndarray | None = None,
) -> np.ndarray:
    """The score of every row, more is better; shape (rows,), float32. Their mean is the measure.

    Args:
        measure: see `Effect.measure`; what the task has no answers for is scored by its loss.
        y: targets of the rows as `fit` takes them.
        predictions: (rows, units) of the first output; None where unknown.
        losses: (rows,) honest losses.
        variance: (columns,) of the training targets, for regression.
        answered: the classes that the predictions amount to where another rule than that of
            `answers` decides.
    """
    if measure == LOSS or _usual(task) == LOSS or predictions is None:
        return -row_losses(task, y, predictions, losses)
    targets = np.asarray(next(leaves(y)))
    if measure == EXPLAINED:
        wanted = targets.reshape(len(targets), -1).astype("float64")
        # A wrong shape of the answers is compared as Keras would: by broadcasting.
        with np.errstate(over="ignore", invalid="ignore"):
            error = ((predictions.astype("float64") - wanted) ** 2 / variance).mean(axis=1)
        found = np.nan_to_num(1.0 - error, nan=FLOOR, neginf=FLOOR)
        return np.asarray(np.maximum(found, FLOOR), dtype="float32")
    wanted = truth(task, targets)
    right = (answers(task, predictions) if answered is None else answered) == wanted
    score = right.reshape(len(targets), -1).mean(axis=1)
    if measure == BALANCED:
        score = score * row_weights(wanted)
    return np.asarray(score, dtype="float32")


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


def guessing(recipe: Recipe, measure: str) -> float:
    """What one constant answer scores on the validation rows by this measure; minus infinity where
    that is a loss, or there are no such rows."""
    task, rows = recipe.task, recipe.data.validation
    if rows is None or measure == LOSS:
        return -np.inf
    if measure == EXPLAINED:
        return 0.0
    known, held = (truth(task, np.asarray(next(leaves(s.y)))) for s in (recipe.data.train, rows))
    if measure == BALANCED:
        return 1.0 / max(1, len(counted(held)[0]))
    if task.name == "labels":
        return float((held == (known.mean(axis=0) > 0.5)).mean())
    values, counts = np.unique(known, return_counts=True)
    return float((held == values[counts.argmax()]).mean())
