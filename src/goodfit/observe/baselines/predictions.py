"""What the model answers: its range, its spread, its classes, against the best constant answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from goodfit.facts import PredictionFacts
from goodfit.observe.baselines import quality
from goodfit.observe.baselines.tasks import (
    Task,
    answer_errors,
    constant_loss,
    loss_called,
    predicted_labels,
    task_of,
)
from goodfit.observe.data.arrays import flatten, to_numpy
from goodfit.observe.data.statistics import laid_flat, numeric
from goodfit.observe.data.targets import target_kind


def _first(structure: Any) -> np.ndarray | None:
    leaves = flatten(structure)
    return to_numpy(leaves[0][1]) if leaves else None


def _recall(task: Task, labels: np.ndarray) -> dict[str, float]:
    """The share of each true class's rows that were given that class."""
    right = labels == task.labels
    return {str(c): float(right[task.labels == c].mean()) for c in np.unique(task.labels).tolist()}


def _by_class(labels: np.ndarray, task: Task) -> dict[str, Any]:
    """How each class fared: what the model called its rows, and what its name was worth."""
    recall = _recall(task, labels)
    return {
        "recall": recall,
        "precision": quality.precision(labels, task.labels),
        "confusion": quality.confusion(labels, task.labels),
        "balanced_accuracy": float(np.mean(list(recall.values()))),
        "class_entropy": quality.class_entropy(task.labels),
    }


def _counts(labels: np.ndarray) -> dict[str, int]:
    names, counts = np.unique(labels, return_counts=True)
    return {str(n): c for n, c in zip(names.tolist(), counts.tolist(), strict=True)}


def _prior_error(task: Task) -> float | None:
    if task.kind == "numbers":
        return 1.0 if (task.values.var(axis=0) > 0).any() else None
    counts = np.unique(task.labels, return_counts=True)[1]
    return float(1 - counts.max() / counts.sum())


def _several_labels(y: np.ndarray, loss_name: str) -> float | None:
    """The entropy of each label of its own, where rows carry several."""
    if loss_called(loss_name) != "binary_crossentropy" or target_kind(y) != "multi-hot":
        return None
    return constant_loss(Task("classes", "multi-hot", values=y.astype(np.float64)), loss_name)


def _shape(answer: np.ndarray) -> dict[str, Any]:
    """Range and spread of the answers, over their finite values."""
    finite = np.isfinite(answer)
    flat = laid_flat(answer)
    if not finite.any():
        return {"minimum": np.nan, "maximum": np.nan, "spread": 0.0, "finite": False}
    whole = bool(finite.all())
    with np.errstate(over="ignore", invalid="ignore"):
        usable = flat[np.isfinite(flat).all(axis=1)]
        # less the first row, so that the same answer everywhere has a spread of exactly 0
        spread = float((usable - usable[0]).std(axis=0).max()) if len(usable) else 0.0
        sums = usable.sum(axis=1) if answer.ndim == 2 and len(usable) else None
    return {
        "minimum": float(answer[finite].min()),
        "maximum": float(answer[finite].max()),
        "spread": spread,
        "finite": whole,
        "row_sum_min": None if sums is None else float(sums.min()),
        "row_sum_max": None if sums is None else float(sums.max()),
    }


def _measured(
    answer: np.ndarray,
    y: np.ndarray,
    validation: tuple[np.ndarray, np.ndarray] | None,
    loss_name: str,
    from_logits: bool | None,
    activation: str | None,
) -> Mapping[str, Any]:
    """The parts of the facts that need targets."""
    outputs = int(np.prod(answer.shape[1:]))
    task = task_of(y, loss_name, outputs)
    if isinstance(task, str):
        return {"prior_loss": _several_labels(y, loss_name)}
    told = (loss_name, from_logits, activation)
    scale = task.values.var(axis=0) if task.kind == "numbers" else np.ones(1)
    errors = answer_errors(answer, task, scale, *told) if (scale > 0).any() else None
    found: dict[str, Any] = {
        "error": None if errors is None else float(errors.mean()),
        "prior_error": _prior_error(task),
        "prior_loss": constant_loss(task, loss_name),
    }
    seen, role, shown = task, "train", answer
    if validation is not None and np.isfinite(validation[1]).all():
        seen, role, shown = task.like(validation[1]), "validation", validation[0]
    if task.kind == "classes" and answer_errors(shown, seen, scale, *told) is not None:
        labels = predicted_labels(shown, seen, *told)
        found |= {"set": role, "class_counts": _counts(labels), "support": _counts(seen.labels)}
        found |= _by_class(labels, seen)
        logits = quality.log_probabilities(shown, seen, loss_name, from_logits)
        if logits is not None and role == "validation":
            found["calibration"] = quality.calibration(logits, seen.labels)
            found["threshold"] = quality.threshold(logits, seen.labels)
    return found


def prediction_facts(
    pred_train: Any,
    y_train: Any,
    pred_val: Any = None,
    y_val: Any = None,
    *,
    from_logits: bool | None,
    loss_name: str,
    output_activation: str | None = None,
) -> PredictionFacts | None:
    """Facts of a model's answers on the fixed samples; the first output only.

    Args:
        pred_train, pred_val: the answers (rows, ...) in inference mode; the second may be None.
        y_train, y_val: targets of the same rows, or None.
        from_logits: what the compiled loss takes the answers for.
        loss_name: the compiled loss as Keras calls it; "" for none.
        output_activation: the activation applied last, where known.

    Returns:
        None where there is no row or the answers are not numbers.
    """
    answer, y = _first(pred_train), _first(y_train)
    if answer is None or not numeric(answer) or not answer.size or not answer.ndim:
        return None
    answer = answer.astype(np.float64)
    shown, wanted = _first(pred_val), _first(y_val)
    validation = None
    if shown is not None and wanted is not None and len(shown) == len(wanted) > 0:
        validation = (shown, wanted) if numeric(wanted) else None
    measured: Mapping[str, Any] = {}
    if y is not None and y.ndim and len(y) == len(answer):
        measured = _measured(answer, y, validation, loss_name, from_logits, output_activation)
    return PredictionFacts(rows=len(answer), **_shape(answer), **measured)
