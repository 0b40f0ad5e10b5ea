"""What large memory pages save the workers of a study; one backend a run, Linux with glibc only.

Usage: KERAS_BACKEND=jax|tensorflow|torch python memory_pages.py [--rounds 3]

A convolutional network on 2,000 random images, in turns by workers that take large pages and by
workers that are told not to. Compared are the epochs after each trial's first, which compiles, and
the losses of both, which have to be the same.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile

import keras
import numpy as np
from bench import machine, spread, table

import goodfit
from goodfit.study.engines.worker import LARGE_PAGES

SIDE, ROWS, HELD, EPOCHS = 32, 2000, 200, 4
REMEDIES = ["spatial-dropout", "batch-normalisation"]


def network() -> keras.Model:
    """Compiled: two convolutions of 32 and 64 filters, and a dense layer of 128."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def study(pages: int) -> tuple[list[float], list[float | None]]:
    """Seconds of the later epochs of all trials, and the losses of all epochs."""
    rng = np.random.default_rng(0)
    x = rng.random((ROWS + HELD, SIDE, SIDE, 3), dtype="float32")
    y = rng.integers(0, 10, ROWS + HELD)
    os.environ["GLIBC_TUNABLES"] = f"{LARGE_PAGES}={pages}"
    with tempfile.TemporaryDirectory() as folder:
        result = goodfit.experiment(
            network(),
            (x[:ROWS], y[:ROWS]),
            validation_data=(x[ROWS:], y[ROWS:]),
            remedies=REMEDIES,
            seeds=2,
            epochs=EPOCHS,
            folder=folder,
        )
    trials = [trial for arm in result.arms for trial in arm.trials]
    assert all(trial.status == "finished" for trial in trials), "a trial did not finish"
    seconds = [epoch.seconds for trial in trials for epoch in trial.epochs[1:]]
    return seconds, [epoch.train_loss for trial in trials for epoch in trial.epochs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(machine())
    small, large, same = [], [], True
    for _ in range(given.rounds):
        first, losses = study(0)
        second, others = study(1)
        small.append(statistics.fmean(first))
        large.append(statistics.fmean(second))
        same = same and losses == others
    ratios = [a / b for a, b in zip(small, large, strict=True)]
    table(
        ("seconds of an epoch", "small pages", "large pages", "times faster", "same losses"),
        [(keras.config.backend(), spread(small, 2), spread(large, 2), spread(ratios, 2), same)],
    )


if __name__ == "__main__":
    main()
