"""Recipes that remedies are tried on: models of every form, written down by Keras itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import keras
import numpy as np

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task


def recipe_of(model: Any, data: DataRecipe, task: Task, **fit: Any) -> Recipe:
    config = keras.saving.serialize_keras_object(model)
    settings = dict(model.get_compile_config() or {})
    return Recipe(
        model=ModelRecipe(config={k: v for k, v in config.items() if k != "compile_config"}),
        compile=settings,
        fit=FitRecipe(epochs=4, batch_size=8, **fit),
        data=data,
        task=task,
    )


def _sets(make: Callable[[np.random.Generator, int], tuple[Any, Any]]) -> DataRecipe:
    generator = np.random.default_rng(0)
    train, validation, test = (
        Rows(x=x, y=y) for x, y in (make(generator, n) for n in (48, 24, 16))
    )
    return DataRecipe(train=train, validation=validation, test=test)


def tabular() -> Recipe:
    """Sequential; yes or no, one class rare; a Dropout and a BatchNormalization."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, "relu", kernel_regularizer="l2"),
            layers.Dropout(0.5),
            layers.Dense(12),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Dense(8),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

    def make(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
        x = generator.normal(50, 20, (rows, 6)).astype("float32")
        return x, (np.arange(rows) % 4 == 0).astype("int64")

    return recipe_of(model, _sets(make), Task(name="binary", classes=2, inputs="tabular"))


def images() -> Recipe:
    """Functional, with a nested model, a residual branch and Flatten; three classes, one-hot."""
    layers = keras.layers
    stem = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(8, 3, padding="same", activation="relu")],
        name="stem",
    )
    stem.trainable = False
    x = keras.Input((8, 8, 3))
    a = stem(x)
    a = layers.Conv2D(8, 3, padding="same", activation="relu")(a)
    b = layers.Conv2D(8, 3, padding="same", kernel_initializer="zeros")(a)
    c = layers.MaxPooling2D()(layers.ReLU()(layers.Add()([a, b])))
    h = layers.Dense(10, "relu")(layers.Flatten()(c))
    model = keras.Model(x, layers.Dense(3)(layers.Dropout(0.9)(h)))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), loss, metrics=["accuracy"])

    def make(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
        y = np.eye(3, dtype="float32")[np.arange(rows) % 3]
        return generator.integers(0, 256, (rows, 8, 8, 3)).astype("float32"), y

    task = Task(name="classes", classes=3, one_hot=True, from_logits=True, inputs="image")
    return recipe_of(model, _sets(make), task)


def shared() -> Recipe:
    """Functional, two inputs through one shared layer and one shared nested model; numbers."""
    layers = keras.layers
    dense = layers.Dense(8, "tanh", name="both")
    inner = keras.Sequential(
        [keras.Input((8,)), layers.Dense(6, "relu"), layers.Dense(6, "relu")], name="inner"
    )
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    joined = layers.Concatenate()([inner(dense(a)), inner(dense(b))])
    model = keras.Model([a, b], layers.Dense(1, name="out")(layers.Dense(8, "relu")(joined)))
    model.compile("rmsprop", "mse", metrics=["mae"])

    def make(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
        x = [generator.normal(size=(rows, 4)).astype("float32") for _ in range(2)]
        return x, (300 + 100 * x[0][:, 0]).astype("float32")

    return recipe_of(model, _sets(make), Task(name="regression", inputs="tabular"))


def series() -> Recipe:
    """Sequential, recurrent; class numbers that begin at 1, and a wrong head and loss."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.LSTM(6, return_sequences=True),
            layers.GRU(6),
            layers.Dense(4, "sigmoid"),
            layers.Dropout(0.2),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["mae"])

    def make(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
        x = generator.normal(size=(rows, 5, 3)).astype("float32")
        x[0, 0, 0] = np.nan
        return x, (np.arange(rows) % 4 + 1).reshape(-1, 1)

    return recipe_of(model, _sets(make), Task(name="classes", classes=4, inputs="sequence"))


def tokens() -> Recipe:
    """Sequential, an embedding; yes or no by logits, and repeated rows."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            layers.Embedding(20, 4),
            layers.Conv1D(5, 3, activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(6, "relu"),
            layers.Dense(1),
        ]
    )
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(0.01), loss, metrics=["accuracy"])

    def make(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
        x = generator.integers(0, 20, (rows, 7)).astype("int32")
        x[:3] = 1
        return x, (np.arange(rows) % 2).reshape(-1, 1).astype("float32")

    task = Task(name="binary", classes=2, from_logits=True, inputs="tokens")
    return recipe_of(model, _sets(make), task)


def rare_images() -> Recipe:
    """Functional; three classes by number, one in six and one in twelve rows of two of them."""
    layers = keras.layers
    x = keras.Input((6, 6, 1))
    h = layers.Conv2D(4, 3, activation="relu")(layers.Rescaling(1 / 255)(x))
    h = layers.Dense(8, "relu")(layers.GlobalAveragePooling2D()(h))
    model = keras.Model(x, layers.Dense(3, "softmax")(h))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def make(generator: np.random.Generator, rows: int) -> tuple[Any, Any]:
        y = np.where(np.arange(rows) % 12 == 0, 2, np.arange(rows) % 6 == 1)
        return generator.integers(0, 256, (rows, 6, 6, 1)).astype("uint8"), y.astype("uint8")

    return recipe_of(model, _sets(make), Task(name="classes", classes=3, inputs="image"))


MAKERS: Mapping[str, Callable[[], Recipe]] = {
    "tabular": tabular,
    "images": images,
    "shared": shared,
    "series": series,
    "tokens": tokens,
    "rare images": rare_images,
}


@cache
def base(name: str) -> Recipe:
    """The recipe of that name; always the same object, so that a change to it would show."""
    return MAKERS[name]()
