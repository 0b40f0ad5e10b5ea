"""The part of a model that answers, and what it should be for the task: units, activation, loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from goodfit.recipe import WIDTHS, Config, Recipe, TaskName, leaves
from goodfit.remedies.compiled import loss_name, loss_options, with_loss
from goodfit.remedies.cure import DoesNotApplyError
from goodfit.remedies.layers import (
    Layer,
    answering,
    edited,
    layers,
    model_config,
    outputs,
    removed,
    unbuilt,
)

EXCLUSIVE = ("categorical_crossentropy", "sparse_categorical_crossentropy",
             "categorical_focal_crossentropy")  # fmt: skip
BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
CROSS_ENTROPIES = (*EXCLUSIVE, *BINARY)
SQUARED = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh",
           "mean_squared_logarithmic_error", "mean_absolute_percentage_error", "poisson",
           "tweedie")  # fmt: skip
POSITIVE = ("mean_squared_logarithmic_error", "mean_absolute_percentage_error", "poisson",
            "tweedie")  # fmt: skip
"""Losses of numbers that have no meaning for negative ones."""
LOSS_CLASSES: Mapping[str, str] = {
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "mean_squared_error": "MeanSquaredError",
}
_LAYERS: Mapping[str, str] = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "PReLU": "prelu",
    "Softmax": "softmax",
}
"""Layers that are nothing but an activation, and its name."""
TASKS = ("binary", "classes", "labels", "regression")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The layer that computes the answers and the shape-keeping ones `behind` it, in order."""

    layer: Layer
    behind: tuple[Layer, ...]

    @property
    def units(self) -> int:
        """Width of the answers."""
        return int(self.layer.config[WIDTHS[self.layer.kind]])

    @property
    def activation(self) -> str:
        """The activation applied last; "linear" where there is none."""
        applied = [name for layer in (self.layer, *self.behind) if (name := activation(layer))]
        return applied[-1] if applied else "linear"


def activation(layer: Layer) -> str:
    """Name of the activation that a layer applies; "" for none, "own" for one of the user's."""
    if layer.kind in _LAYERS:
        return _LAYERS[layer.kind]
    told = layer.config.get("activation")
    if isinstance(told, Mapping):
        told = told.get("config") if isinstance(told.get("config"), str) else "own"
    return "" if told in (None, "linear") else str(told)


def head(config: Config) -> Head:
    """The part of the model that answers.

    Raises:
        DoesNotApplyError: there are several outputs, or the last layer has no width to set.
    """
    ends = outputs(config)
    found = answering(config)
    if len(ends) != 1 or len(found) != 1:
        raise DoesNotApplyError(f"the model has {len(ends)} outputs, not one")
    layer = found[0]
    if layer.kind not in WIDTHS:
        raise DoesNotApplyError(f"the model ends in {layer.name!r}, a {layer.kind}")
    by_path = {one.path: one for one in layers(config)}
    prefix = layer.path[: len(layer.path) - len(layer.name)]
    behind, last = [], by_path[ends[0]]
    while last.path != layer.path:
        behind.append(last)
        last = by_path[f"{prefix}{last.inputs[0]}"]
    return Head(layer=layer, behind=tuple(reversed(behind)))


# What the targets are


def one_target(recipe: Recipe) -> np.ndarray:
    """The training targets, of any shape.

    Raises:
        DoesNotApplyError: there are none, or several arrays of them.
    """
    arrays = list(leaves(recipe.data.train.y))
    if len(arrays) != 1:
        raise DoesNotApplyError(f"the targets are {len(arrays)} arrays, not one")
    return np.asarray(arrays[0])


def columns(y: np.ndarray) -> int:
    """Numbers per row: the last axis, or 1."""
    return int(y.shape[-1]) if y.ndim > 1 else 1


def whole(y: np.ndarray) -> bool:
    """Whether the targets are whole numbers, or truth values."""
    if y.dtype.kind in "iub":
        return True
    return y.dtype.kind == "f" and bool(np.all(np.isfinite(y)) and np.all(y == np.rint(y)))


def one_hot(y: np.ndarray) -> bool:
    """Whether each row holds one 1 and otherwise zeros."""
    if y.ndim < 2 or y.shape[-1] < 2 or y.dtype.kind not in "fiub":
        return False
    return bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=-1) == 1))


def task_of(recipe: Recipe, wanted: str | None = None) -> TaskName:
    """The task: the one asked for, the recipe's own, or, where that is not known, what targets and
    loss tell together.

    Raises:
        DoesNotApplyError: none of them tells.
        ValueError: there is no task of that name.
    """
    if wanted is not None:
        if wanted not in TASKS:
            raise ValueError(f"there is no task {wanted!r}; expected one of {', '.join(TASKS)}")
        return wanted  # type: ignore[return-value]
    if recipe.task.name != "other":
        return recipe.task.name
    y, loss = one_target(recipe), loss_name(recipe)
    if one_hot(y):
        return "classes"
    if columns(y) == 1 and whole(y) and loss in (*CROSS_ENTROPIES, "hinge", "squared_hinge"):
        return "binary" if len(np.unique(y)) == 2 and loss not in EXCLUSIVE else "classes"
    if columns(y) > 1 and loss in BINARY and bool(np.all((y == 0) | (y == 1))):
        return "labels"
    if y.dtype.kind == "f" and not whole(y) and loss in SQUARED:
        return "regression"
    raise DoesNotApplyError("what the targets mean cannot be told")


def units_for(recipe: Recipe, task: str, units: int) -> int:
    """How many units the answers need for the targets, given the `units` there are."""
    y = one_target(recipe)
    if task in ("regression", "labels") or one_hot(y):
        return columns(y)
    if task == "binary":
        fits = units == 2 and (loss_name(recipe) in EXCLUSIVE)
        return 2 if fits else 1
    if recipe.task.name == "classes" and recipe.task.classes:
        return recipe.task.classes
    if whole(y) and y.dtype.kind in "fiu" and y.min() >= 0:
        return int(y.max()) + 1
    return len(np.unique(y))


# What fits


def activation_for(recipe: Recipe, task: str, units: int, present: str) -> str:
    """The activation of the answers that fits the task, the units and the loss."""
    loss = loss_name(recipe)
    if task == "regression":
        return present if loss in POSITIVE and present in ("softplus", "exponential") else "linear"
    if loss in ("hinge", "squared_hinge") and task != "classes":
        return present if present in ("tanh", "linear") else "tanh"
    if loss in CROSS_ENTROPIES and loss_options(recipe).get("from_logits"):
        return "linear"
    exclusive = task == "classes" or (task == "binary" and units > 1)
    return "softmax" if exclusive else "sigmoid"


def loss_for(recipe: Recipe, task: str, units: int) -> str:
    """Keras' name of the loss that fits the task and the form of its targets; the present one where
    it does."""
    y, present = one_target(recipe), loss_name(recipe) or ""
    if task == "regression":
        return present if present in SQUARED else "mean_squared_error"
    if task == "labels" or (task == "binary" and units == 1):
        kept = (*BINARY, "hinge", "squared_hinge") if task == "binary" else BINARY
        return present if present in kept else "binary_crossentropy"
    vectors = columns(y) > 1
    if not vectors:
        return "sparse_categorical_crossentropy"
    fitting = ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence")
    return present if present in fitting else "categorical_crossentropy"


def with_units(config: Config, part: Head, units: int) -> Config:
    """The model with so many answers."""
    option = WIDTHS[part.layer.kind]
    return unbuilt(edited(config, {part.layer.path: {option: units}}))


def with_activation(config: Config, part: Head, wanted: str) -> Config:
    """The model with `wanted` as the only thing that stands behind the answers' weights; where a
    layer of its own applies it already, that one stays."""
    own = [layer for layer in part.behind if activation(layer) == wanted]
    kept = own[0] if own and wanted != "linear" else None
    for layer in part.behind:
        if kept is None or layer.path != kept.path:
            config = removed(config, layer.path)
    applied = "linear" if kept is not None else wanted
    present = activation(part.layer) or "linear"
    if present == applied:
        return config
    return edited(config, {part.layer.path: {"activation": applied}})


def with_from_logits(recipe: Recipe, logits: bool) -> Recipe:
    """The recipe with a cross-entropy that takes the answers for logits, or for probabilities."""
    name = loss_name(recipe)
    if name not in CROSS_ENTROPIES or name not in LOSS_CLASSES:
        return recipe
    options = loss_options(recipe)
    if bool(options.get("from_logits")) == logits:
        return recipe
    return with_loss(recipe, LOSS_CLASSES[name], **{**options, "from_logits": logits})


def answered(recipe: Recipe, task: TaskName) -> Recipe:
    """The recipe with a task that says what the model now answers."""
    part = head(model_config(recipe))
    classes = part.units if task == "classes" else 2 if task == "binary" else None
    logits = task != "regression" and part.activation == "linear"
    vectors = task == "classes" and columns(one_target(recipe)) > 1
    told = replace(
        recipe.task,
        name=task,
        classes=recipe.task.classes if task == recipe.task.name else classes,
        one_hot=vectors if task == "classes" else recipe.task.one_hot,
        from_logits=logits,
    )
    return recipe if told == recipe.task else replace(recipe, task=told)
