"""Tiny real recipes, made by hand as goodfit's own are: Keras' configurations and NumPy rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task


def rows(count: int, seed: int) -> Rows:
    """Two classes that a line tells apart, with some noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4)).astype("float32")
    y = (x[:, 0] + x[:, 1] + 0.5 * rng.normal(size=count) > 0).astype("float32")
    return Rows(x=x, y=y[:, None])


def recipe(*, rate: float = 0.05, units: int = 4, held: int = 200, layers: Any = None) -> Recipe:
    """A small network for `rows`; needs Keras."""
    import keras

    hidden = [keras.layers.Dense(units, activation="relu", name="hidden")]
    answer = keras.layers.Dense(1, activation="sigmoid", name="answer")
    model = keras.Sequential([keras.Input((4,)), *(layers or hidden), answer], name="small")
    optimizer = keras.optimizers.Adam(rate)
    return Recipe(
        model=ModelRecipe(config=keras.saving.serialize_keras_object(model)),
        compile={
            "optimizer": keras.saving.serialize_keras_object(optimizer),
            "loss": "binary_crossentropy",
        },
        fit=FitRecipe(epochs=3, batch_size=32),
        data=DataRecipe(train=rows(128, 0), validation=rows(held, 1)),
        task=Task(name="binary", inputs="tabular"),
    )


def broken(found: Recipe) -> Recipe:
    """The recipe with a loss that Keras does not know."""
    return replace(found, compile={**found.compile, "loss": "no_such_loss"})
