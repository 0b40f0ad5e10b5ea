"""Small recipes as literals, in the form in which Keras writes configurations; no Keras needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task


def layer(kind: str, name: str, **options: Any) -> dict[str, Any]:
    config = {"name": name, "trainable": True, **options}
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


def entry(*shape: int | None) -> dict[str, Any]:
    return layer("InputLayer", "input", batch_shape=[None, *shape], dtype="float32")


def dense(name: str, units: int, activation: str = "linear", **options: Any) -> dict[str, Any]:
    started = {"kernel_initializer": initialiser("GlorotUniform"), "kernel_regularizer": None}
    started["bias_initializer"] = initialiser("Zeros")
    return layer("Dense", name, units=units, activation=activation, **{**started, **options})


def initialiser(kind: str, **options: Any) -> dict[str, Any]:
    return {
        "module": "keras.initializers",
        "class_name": kind,
        "config": options,
        "registered_name": None,
    }


def loss(kind: str, **options: Any) -> dict[str, Any]:
    return {
        "module": "keras.losses",
        "class_name": kind,
        "config": options,
        "registered_name": None,
    }


def sequential(*layers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "trainable": True, "layers": list(layers)},
        "registered_name": None,
    }


def fed(entry_: dict[str, Any], *names: str) -> dict[str, Any]:
    """The layer as a functional model writes it, fed by these; several are given as a list."""
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 1], "dtype": "float32", "keras_history": [name, 0, 0]},
        }
        for name in names
    ]
    args = [tensors] if len(tensors) > 1 else tensors
    nodes = [{"args": args, "kwargs": {}}] if names else []
    return {**entry_, "name": entry_["config"]["name"], "inbound_nodes": nodes}


def functional(*layers: Mapping[str, Any], output: str) -> dict[str, Any]:
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "functional",
            "trainable": True,
            "layers": list(layers),
            "input_layers": [["input", 0, 0]],
            "output_layers": [[output, 0, 0]],
        },
        "registered_name": None,
    }


def recipe(
    model: Mapping[str, Any] | None,
    loss_: Any,
    y: Any,
    task: Task | None = None,
    x: Any = None,
    **compiled: Any,
) -> Recipe:
    """Train, validation and test rows are the same ones, twelve or as many as there are targets."""
    targets = np.asarray(y)
    features = np.arange(len(targets) * 3.0).reshape(-1, 3) if x is None else x
    rows = [Rows(x=features.copy(), y=targets.copy()) for _ in range(3)]
    return Recipe(
        model=ModelRecipe(config=model),
        compile={"optimizer": "adam", "loss": loss_, **compiled},
        fit=FitRecipe(epochs=10),
        data=DataRecipe(train=rows[0], validation=rows[1], test=rows[2]),
        task=task or Task(),
    )


def entries(recipe_: Recipe) -> list[dict[str, Any]]:
    assert recipe_.model.config is not None
    return list(recipe_.model.config["config"]["layers"])


def kinds(recipe_: Recipe) -> list[str]:
    return [one["class_name"] for one in entries(recipe_)]


def options(recipe_: Recipe, name: str) -> dict[str, Any]:
    return next(one["config"] for one in entries(recipe_) if one["config"]["name"] == name)
