"""Runs small failing Keras programs and notes their messages in messages.json.

Once for each backend, from the root of the repository:

    KERAS_BACKEND=jax python tests/checks/crash/collect_messages.py
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

FILE = Path(__file__).with_name("messages.json")
rng = np.random.default_rng(0)


def numbers(*shape: int) -> np.ndarray:
    return np.ones(shape, "float32")


IMAGES, TABLE, SERIES = numbers(64, 28, 28), numbers(64, 20), numbers(64, 12, 4)
DIGITS, BITS = rng.integers(0, 10, 64), rng.integers(0, 2, 64)
ONE_HOT = np.eye(10, dtype="float32")[DIGITS]
SPARSE, CATEGORICAL, BINARY = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
)


def stack(*parts: Any, loss: str | None = SPARSE, **options: Any) -> keras.Model:
    model = keras.Sequential(
        [layers.Input(part) if isinstance(part, tuple) else part for part in parts]
    )
    model.compile("adam", loss, **options)
    return model


def fit(x: Any, y: Any, *parts: Any, **options: Any) -> None:
    stack(*parts, **options).fit(x, y, epochs=1, verbose=0)


def dense(units: int, activation: str | None = None) -> layers.Layer:
    return layers.Dense(units, activation=activation)


def conv(**options: Any) -> layers.Layer:
    return layers.Conv2D(8, 3, **options)


def convnet(*shape: int) -> keras.Model:
    return stack(shape, conv(), layers.Flatten(), dense(10))


class Product(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first = dense(8)
        self.weight = self.add_weight(shape=(9, 10))

    def call(self, x: Any) -> Any:
        return ops.matmul(self.first(x), self.weight)


class Sum(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = dense(8), dense(9)

    def call(self, x: Any) -> Any:
        return self.first(x) + self.second(x)


def own(model: keras.Model) -> None:
    model.compile("adam", SPARSE)
    model.fit(TABLE, DIGITS, verbose=0)


def functional() -> None:
    x = keras.Input((20,))
    model = keras.Model(x, dense(10)(dense(8)(x)))
    model.compile("adam", SPARSE)
    model.fit(numbers(64, 30), DIGITS, verbose=0)


def two_inputs() -> None:
    x, z = keras.Input((20,)), keras.Input((20,))
    model = keras.Model([x, z], dense(1)(layers.Add()([x, z])))
    model.compile("adam", "mse")
    model.fit(TABLE, numbers(64, 1), verbose=0)


def concatenate() -> None:
    x = keras.Input((28, 28, 1))
    layers.Concatenate()([conv()(x), conv(padding="same")(x)])


def add() -> None:
    x = keras.Input((20,))
    layers.Add()([dense(32)(x), dense(64)(x)])


def add_operator() -> None:
    x = keras.Input((20,))
    dense(32)(x) + dense(64)(x)


LSTM = layers.LSTM
PROGRAMS: dict[str, Callable[[], Any]] = {
    "build conv without channels": lambda: stack((28, 28), conv(), layers.Flatten(), dense(10)),
    "fit conv without channels": lambda: fit(IMAGES, DIGITS, conv(), layers.Flatten(), dense(10)),
    "fit conv on flat rows": lambda: convnet(28, 28, 1).fit(
        IMAGES.reshape(64, 784), DIGITS, verbose=0
    ),
    "fit channels first": lambda: convnet(32, 32, 3).fit(numbers(64, 3, 32, 32), DIGITS, verbose=0),
    "build lstm without time": lambda: stack((10,), LSTM(8), dense(1)),
    "fit dense of another width": lambda: fit(numbers(64, 30), DIGITS, (20,), dense(8), dense(10)),
    "fit functional of another width": functional,
    "fit dense on images": lambda: fit(IMAGES, DIGITS, (784,), dense(8), dense(10)),
    "fit transposed": lambda: fit(numbers(20, 30), DIGITS[:20], (20,), dense(10)),
    "fit unequal rows": lambda: fit(numbers(20, 64), DIGITS, (20,), dense(10)),
    "fit two inputs with one array": two_inputs,
    "predict one row": lambda: stack((20,), dense(10)).predict(TABLE[0], verbose=0),
    "predict one grey image": lambda: convnet(28, 28, 1).predict(IMAGES[0][..., None], verbose=0),
    "predict one colour image": lambda: convnet(32, 32, 3).predict(numbers(32, 32, 3), verbose=0),
    "evaluate another width": lambda: stack((20,), dense(10)).evaluate(
        numbers(64, 21), DIGITS, verbose=0
    ),
    "build lstm after lstm": lambda: stack((12, 4), LSTM(8), LSTM(8)),
    "build conv after flatten": lambda: stack((28, 28, 1), conv(), layers.Flatten(), conv()),
    "build lstm after conv": lambda: stack((28, 28, 1), conv(), LSTM(8)),
    "build reshape": lambda: stack((784,), layers.Reshape((28, 29, 1))),
    "build concatenate": concatenate,
    "build add": add,
    "build add operator": add_operator,
    "build map gone": lambda: stack(
        (4, 4, 1), conv(), layers.MaxPooling2D(), layers.MaxPooling2D()
    ),
    "fit own matmul": lambda: own(Product()),
    "fit own sum": lambda: own(Sum()),
    "fit conv without flatten": lambda: fit(
        IMAGES[..., None], DIGITS, (28, 28, 1), conv(), dense(10, "softmax")
    ),
    "fit images without flatten": lambda: fit(
        IMAGES, ONE_HOT, (28, 28), dense(10, "softmax"), loss=CATEGORICAL
    ),
    "fit lstm returns sequences": lambda: fit(
        SERIES, DIGITS, (12, 4), LSTM(8, return_sequences=True), dense(10, "softmax")
    ),
    "fit integers with categorical": lambda: fit(
        TABLE, DIGITS, (20,), dense(10, "softmax"), loss=CATEGORICAL
    ),
    "fit column with categorical": lambda: fit(
        TABLE, DIGITS[:, None], (20,), dense(10, "softmax"), loss=CATEGORICAL
    ),
    "fit one-hot with sparse": lambda: fit(TABLE, ONE_HOT, (20,), dense(10, "softmax")),
    "fit one-hot of another width": lambda: fit(
        TABLE, ONE_HOT, (20,), dense(9, "softmax"), loss=CATEGORICAL
    ),
    "fit two units with binary": lambda: fit(
        TABLE, BITS[:, None], (20,), dense(2, "softmax"), loss=BINARY
    ),
    "fit flat labels two units": lambda: fit(
        TABLE, BITS, (20,), dense(2, "softmax"), loss=BINARY, metrics=["accuracy"]
    ),
    "fit one-hot with one unit": lambda: fit(
        TABLE, np.eye(2)[BITS], (20,), dense(1, "sigmoid"), loss=BINARY
    ),
    "fit mse of another width": lambda: fit(TABLE, numbers(64, 3), (20,), dense(2), loss="mse"),
    "fit huber of another width": lambda: fit(TABLE, numbers(64, 3), (20,), dense(2), loss="huber"),
    "fit autoencoder of another size": lambda: fit(
        IMAGES[..., None], IMAGES[..., None], (28, 28, 1), layers.Conv2D(1, 3), loss="mse"
    ),
    "fit flat outputs, image labels": lambda: fit(
        IMAGES.reshape(64, 784), IMAGES, (784,), dense(784, "sigmoid"), loss=BINARY
    ),
    "fit metric on flat labels": lambda: fit(
        TABLE,
        BITS,
        (20,),
        dense(1, "sigmoid"),
        loss=BINARY,
        metrics=[keras.metrics.BinaryCrossentropy()],
    ),
    "fit precision on integers": lambda: fit(
        TABLE, DIGITS, (20,), dense(10, "softmax"), metrics=[keras.metrics.Precision()]
    ),
    "fit f1 on integers": lambda: fit(
        TABLE, DIGITS, (20,), dense(10, "softmax"), metrics=[keras.metrics.F1Score()]
    ),
}


def message(program: Callable[[], Any]) -> list[str]:
    keras.backend.clear_session()
    try:
        program()
    except Exception as error:
        return [type(error).__name__, str(error)]
    raise SystemExit("a program that should fail did not")


def main() -> None:
    known: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name, program in PROGRAMS.items():
        known.setdefault(name, {})[keras.backend.backend()] = message(program)
    FILE.write_text(json.dumps({name: known[name] for name in PROGRAMS}, indent=1) + "\n")


if __name__ == "__main__":
    main()
