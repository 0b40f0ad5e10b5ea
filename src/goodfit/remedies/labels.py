"""Classes of the training rows, and one-hot targets where integers stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, leaves
from goodfit.remedies.compiled import loss_name, loss_options, with_loss
from goodfit.remedies.cure import DoesNotApplyError
from goodfit.remedies.layers import answering

SPARSE = "sparse_categorical_crossentropy"
DENSE_METRICS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sparsecategoricalaccuracy": ("CategoricalAccuracy", ("name", "dtype")),
    "sparsetopkcategoricalaccuracy": ("TopKCategoricalAccuracy", ("name", "dtype", "k")),
    "sparsecategoricalcrossentropy": (
        "CategoricalCrossentropy",
        ("name", "dtype", "from_logits", "axis"),
    ),
}
"""Keras' metrics of integer targets: the same of one-hot ones, and the options both have."""


def class_index(recipe: Recipe, y: Any = None) -> np.ndarray:
    """The class of every row, (rows,) int64, of targets as `fit` takes them.

    Args:
        y: targets; None for those of the training rows.

    Raises:
        DoesNotApplyError: rows have no single class, or classes are not numbered from 0.
    """
    if recipe.task.name not in ("binary", "classes"):
        raise DoesNotApplyError("the rows do not belong to one class each")
    arrays = list(leaves(recipe.data.train.y if y is None else y))
    if len(arrays) != 1:
        raise DoesNotApplyError(f"there are {len(arrays)} arrays of targets")
    values = np.asarray(arrays[0])
    if values.dtype.kind not in "fiub" or not np.isfinite(values).all():
        raise DoesNotApplyError("the targets are not numbers throughout")
    if values.ndim == 2 and values.shape[1] > 1:
        return np.asarray(values.argmax(axis=1), dtype="int64")
    if values.size != len(values):
        raise DoesNotApplyError(f"targets of shape {values.shape} give no class for each row")
    flat = values.reshape(len(values))
    whole = np.asarray(np.round(flat), dtype="int64")
    if not np.array_equal(whole, flat) or (len(flat) and whole.min() < 0):
        raise DoesNotApplyError("the classes are not numbered 0, 1, 2 and so on")
    return whole


def unweighted(recipe: Recipe) -> np.ndarray:
    """As `class_index`, of classes that may be evened out.

    Raises:
        DoesNotApplyError: also where they have weights, and would be evened out twice over.
    """
    labels = class_index(recipe)
    if recipe.fit.class_weight or any(done.id == "class-weights" for done in recipe.remedies):
        raise DoesNotApplyError("classes have weights, and would be evened out twice over")
    return labels


def counts(labels: np.ndarray) -> dict[int, int]:
    """Rows of every class that has any, by class."""
    classes, found = np.unique(labels, return_counts=True)
    return {int(one): int(rows) for one, rows in zip(classes, found, strict=True)}


def uneven(labels: np.ndarray) -> dict[int, int]:
    """As `counts`.

    Raises:
        DoesNotApplyError: there are fewer than two classes, or all have as many rows.
    """
    found = counts(labels)
    if len(found) < 2:
        raise DoesNotApplyError("the training rows are all of one class")
    if len(set(found.values())) == 1:
        raise DoesNotApplyError("all classes have the same number of training rows")
    return found


def one_hot(recipe: Recipe) -> Recipe:
    """The recipe with one-hot targets in every set, and the loss and the metrics that take them;
    metrics keep the names under which callbacks know them.

    Raises:
        DoesNotApplyError: the loss is not Keras' sparse categorical cross-entropy with its usual
            options, or a class has no output.
    """
    options = loss_options(recipe)
    if loss_name(recipe) != SPARSE or options.get("ignore_class") is not None:
        raise DoesNotApplyError("the targets cannot be made one-hot for this loss")
    units = _units(recipe)

    def written(y: Any) -> np.ndarray:
        labels = class_index(recipe, y)
        if len(labels) and labels.max() >= units:
            raise DoesNotApplyError(f"class {labels.max()} has none of the {units} outputs")
        return np.asarray(np.eye(units, dtype="float32")[labels])

    kept = {name: options[name] for name in ("from_logits", "axis", "reduction") if name in options}
    changed = with_loss(recipe, "CategoricalCrossentropy", **kept).with_targets(written)
    metrics = {
        name: _dense_metrics(recipe.compile[name])
        for name in ("metrics", "weighted_metrics")
        if recipe.compile.get(name)
    }
    task = replace(recipe.task, one_hot=True)
    return replace(changed.with_compile(**metrics), task=task)


def _units(recipe: Recipe) -> int:
    """Number of classes that the model tells apart."""
    if recipe.model.config is not None:
        ends = answering(recipe.model.config)
        if len(ends) == 1 and "units" in ends[0].config:
            return int(ends[0].config["units"])
    if recipe.task.classes is None:
        raise DoesNotApplyError("the number of classes is not known")
    return recipe.task.classes


def _dense_metrics(told: Any) -> Any:
    if isinstance(told, str):
        dense = DENSE_METRICS.get(told.lower().replace("_", ""))
        return _metric(dense[0], {"name": told}) if dense else told
    if isinstance(told, (list, tuple)):
        return [_dense_metrics(one) for one in told]
    if not isinstance(told, Mapping):
        return told
    if "class_name" not in told:
        return {name: _dense_metrics(one) for name, one in told.items()}
    dense = DENSE_METRICS.get(str(told["class_name"]).lower())
    if dense is None:
        # Keras writes its own functions by their bare names.
        return _dense_metrics(told["config"]) if _is_sparse_function(told) else told
    return _metric(dense[0], {k: v for k, v in told["config"].items() if k in dense[1]})


def _is_sparse_function(told: Mapping[str, Any]) -> bool:
    name = told.get("config")
    return isinstance(name, str) and name.lower().replace("_", "") in DENSE_METRICS


def _metric(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "module": "keras.metrics",
        "class_name": kind,
        "config": dict(options),
        "registered_name": None,
    }
