"""Images a second of each way to augment, and what each costs a training; one backend a run.

Usage: KERAS_BACKEND=jax|tensorflow|torch python augmentation.py [--seconds 3] [--rows 1024]

Every image is mirrored, turned, moved and zoomed by the same strengths in all of them. The ways are
measured in turns, and the best round of each counts: other programs only make it slower.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import keras
import numpy as np
from bench import machine, table

import goodfit

SIDE, BATCH, ROUNDS = 32, 32, 3
STRENGTH = 0.1
CHANGES = {"flip": "horizontal", "rotation": 0.1, "translation": 0.1, "zoom": 0.1}


def layers() -> list[keras.layers.Layer]:
    """The same changes as Keras' layers."""
    return [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(STRENGTH),
        keras.layers.RandomTranslation(STRENGTH, STRENGTH),
        keras.layers.RandomZoom(STRENGTH),
    ]


def images(rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (rows, SIDE, SIDE, 3)).astype("float32")
    return x, rng.integers(0, 10, rows)


def legacy(x: np.ndarray, y: np.ndarray) -> Any:
    """ImageDataGenerator with these changes; its rotation is in degrees."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(
        horizontal_flip=True,
        rotation_range=360 * STRENGTH,
        width_shift_range=STRENGTH,
        height_shift_range=STRENGTH,
        zoom_range=STRENGTH,
    )
    return generator.flow(x, y, batch_size=BATCH)


def mapped(x: np.ndarray, y: np.ndarray) -> Any:
    """A tf.data pipeline that maps the layers over its batches."""
    import tensorflow as tf

    chain = layers()

    def change(batch: Any) -> Any:
        for layer in chain:
            batch = layer(batch, training=True)
        return batch

    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(BATCH)
    data = data.map(lambda a, b: (change(a), b), num_parallel_calls=tf.data.AUTOTUNE)
    return data.prefetch(tf.data.AUTOTUNE)


def rate(data: Any, seconds: float) -> float:
    """Images a second over about these seconds, after one batch that may compile."""
    source = iter(data)
    next(source)
    seen, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for batch in source:
            seen += len(batch[0])
            if time.perf_counter() - started >= seconds:
                break
        else:
            source = iter(data)
    return seen / (time.perf_counter() - started)


def network(inside: bool) -> keras.Model:
    """A small convolutional network, with the layers inside it or not."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            *(layers() if inside else []),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def epoch(model: keras.Model, data: tuple[Any, ...]) -> float:
    """Seconds of one epoch."""
    started = time.perf_counter()
    model.fit(*data, batch_size=None if len(data) == 1 else BATCH, epochs=1, verbose=0)
    return time.perf_counter() - started


def best(ways: dict[str, Callable[[], float]], choose: Callable[..., float]) -> dict[str, float]:
    """The best of some rounds of each way, in turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            found[name].append(way())
    return {name: choose(values) for name, values in found.items()}


def speeds(x: np.ndarray, y: np.ndarray, seconds: float) -> None:
    pipelines = {
        "ImageDataGenerator.flow": legacy(x, y),
        "AugmentedImages, one thread": goodfit.AugmentedImages(x, y, batch_size=BATCH, **CHANGES),
    }
    if find_spec("tensorflow"):
        pipelines["Keras' layers in tf.data"] = mapped(x, y)
    ways = {name: partial(rate, data, seconds) for name, data in pipelines.items()}
    found = best(ways, max)
    base = found["ImageDataGenerator.flow"]
    table(
        ("way", "images a second", "over ImageDataGenerator"),
        [(name, f"{value:,.0f}", f"{value / base:.2f}") for name, value in found.items()],
    )


def epochs(x: np.ndarray, y: np.ndarray) -> None:
    def feed(workers: int) -> goodfit.AugmentedImages:
        return goodfit.AugmentedImages(x, y, batch_size=BATCH, workers=workers, **CHANGES)

    plain, inside = network(False), network(True)
    fed: dict[str, tuple[keras.Model, tuple[Any, ...]]] = {
        "plain arrays": (plain, (x, y)),
        "AugmentedImages, workers=1": (plain, (feed(1),)),
        "AugmentedImages, workers=2": (plain, (feed(2),)),
        "ImageDataGenerator.flow": (plain, (legacy(x, y),)),
        "Keras' layers in the model": (inside, (x, y)),
    }
    for model, data in fed.values():
        epoch(model, data)  # compiles
    found = best({name: partial(epoch, *told) for name, told in fed.items()}, min)
    base = found["plain arrays"]
    table(
        ("epoch of a small CNN on", "seconds", "over plain arrays", "images a second"),
        [
            (name, f"{value:.2f}", f"{value / base:.2f}", f"{len(x) / value:,.0f}")
            for name, value in found.items()
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each way and round")
    parser.add_argument("--rows", type=int, default=1024, help="images of an epoch")
    asked = parser.parse_args()
    x, y = images(asked.rows)
    print(f"{keras.backend.backend()}; {SIDE}x{SIDE}x3; {machine()}")
    speeds(x, y, asked.seconds)
    print()
    epochs(x, y)


if __name__ == "__main__":
    main()
