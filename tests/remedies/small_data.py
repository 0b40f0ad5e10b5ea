"""Recipes on literals: configurations as Keras writes them, a few rows of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task


def dense(name: str, units: int, activation: str = "relu", **options: Any) -> dict[str, Any]:
    return layer("Dense", name, units=units, activation=activation, **options)


def layer(kind: str, name: str, **options: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True, **options},
        "registered_name": None,
    }


def sequential(*layers: Mapping[str, Any], shape: tuple[int, ...] = (3,)) -> dict[str, Any]:
    entry = layer("InputLayer", "input", batch_shape=[None, *shape], dtype="float32")
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [entry, *layers]},
        "registered_name": None,
    }


TWO_LAYERS = sequential(
    dense("one", 8, kernel_regularizer=None, kernel_constraint=None), dense("out", 3, "softmax")
)


def features(rows: int, columns: int = 3) -> np.ndarray:
    """Rows that differ from each other: 0, 1, 2 and so on, in order."""
    return np.arange(rows * columns, dtype="float32").reshape(rows, columns)


def recipe(
    y: Any,
    *,
    x: Any = None,
    held_x: Any = None,
    held_y: Any = None,
    weight: Any = None,
    config: Mapping[str, Any] | None = TWO_LAYERS,
    optimizer: Any = "adam",
    loss: Any = "sparse_categorical_crossentropy",
    metrics: Any = None,
    task: Task | None = None,
    validation: bool = True,
    **fit: Any,
) -> Recipe:
    """Training rows with the targets `y`; validation rows 1000 away from them, with the targets
    0, 1, 2, 0 by default."""
    y = np.asarray(y)
    x = features(len(y)) if x is None else x
    held_y = np.array([0, 1, 2, 0]) if held_y is None else np.asarray(held_y)
    held_x = features(len(held_y)) + 1000 if held_x is None else held_x
    held = Rows(x=held_x, y=held_y) if validation else None
    return Recipe(
        model=ModelRecipe(config=config),
        compile={"optimizer": optimizer, "loss": loss, "metrics": metrics},
        fit=FitRecipe(**{"epochs": 10, "batch_size": 10, **fit}),
        data=DataRecipe(train=Rows(x=x, y=y, weight=weight), validation=held),
        task=task or Task(name="classes", classes=3, inputs="tabular"),
    )


def layer_named(told: Recipe, name: str) -> Mapping[str, Any]:
    """The options of a layer of the recipe's Sequential model."""
    assert told.model.config is not None
    found = {entry["config"]["name"]: entry for entry in told.model.config["config"]["layers"]}
    options: Mapping[str, Any] = found[name]["config"]
    return options


def kinds(told: Recipe) -> list[str]:
    """The classes of its layers, in order."""
    assert told.model.config is not None
    return [entry["class_name"] for entry in told.model.config["config"]["layers"]]
