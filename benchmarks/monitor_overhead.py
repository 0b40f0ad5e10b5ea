"""Plain `fit` against `fit` with goodfit.Monitor, on the tiny and the large HIGGS model.

    python benchmarks/monitor_overhead.py [--size tiny|large] [--rounds 5] [FOLDER]

Two models with the same weights are trained in turns, A B B A A B ..., in one process, each
compiled and warmed before; every round starts from the first weights. A ratio is one round's
monitored over its plain time; where other programs disturb them, the ratio of the fastest fit of
each side, and the ratio in processor seconds of all threads, are nearer the truth. The weights
after each round must be equal bit for bit. FOLDER (or the folder that GOODFIT_DATA names) holds
the HIGGS files; without it, random rows of the same shape are used.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from bench import machine, reached, spread, table

os.environ.setdefault("KERAS_BACKEND", "jax")

# Hidden layers, epochs of a fit (as the protocol with early stopping trains), target ratio.
SIZES = {"tiny": ([16], 152, 1.05), "large": ([512] * 4, 33, 1.02)}


def rows(folder: str | None) -> tuple[Any, Any]:
    """Training and validation rows, (x, y) each."""
    if folder is None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(11_000, 28)).astype("float32")
        y = (x[:, 0] * x[:, 1] + rng.normal(size=11_000) > 0).astype("float32")
        return (x[:10_000], y[:10_000]), (x[10_000:], y[10_000:])
    train, other = (
        np.loadtxt(Path(folder) / name, delimiter=",", dtype="float32")
        for name in ("higgs_train_10k.csv.gz", "higgs_test_5k.csv.gz")
    )
    return (train[:, 1:], train[:, 0]), (other[:1000, 1:], other[:1000, 0])


class Side:
    """One model that is trained again and again from the same start."""

    def __init__(self, units: list[int], train: Any, validation: Any, *, watched: bool) -> None:
        import keras

        keras.utils.set_random_seed(0)
        layers = [keras.layers.Dense(n, activation="elu") for n in units]
        self.model = keras.Sequential([keras.Input((28,)), *layers, keras.layers.Dense(1)])
        rate = keras.optimizers.schedules.InverseTimeDecay(0.001, 20 * 1000, 1)
        self.model.compile(
            optimizer=keras.optimizers.Adam(rate),
            loss=keras.losses.BinaryCrossentropy(from_logits=True),
        )
        self.model.optimizer.build(self.model.trainable_variables)
        self.variables = [*self.model.variables, *self.model.optimizer.variables]
        self.start = self.weights
        self.train, self.validation, self.watched = train, validation, watched

    def fit(self, epochs: int) -> tuple[float, float]:
        """Wall and processor seconds of one fit from the start."""
        import keras

        import goodfit

        for variable, value in zip(self.variables, self.start, strict=True):
            variable.assign(value)
        keras.utils.set_random_seed(1)
        wall, cpu = time.perf_counter(), time.process_time()
        self.model.fit(
            *self.train,
            batch_size=500,
            epochs=epochs,
            validation_data=self.validation,
            callbacks=[goodfit.Monitor()] if self.watched else [],
            verbose=0,
        )
        return time.perf_counter() - wall, time.process_time() - cpu

    @property
    def weights(self) -> list[np.ndarray]:
        import keras

        return [keras.ops.convert_to_numpy(variable).copy() for variable in self.variables]


def measure(size: str, rounds: int, epochs: int | None, folder: str | None) -> list[object]:
    units, usual, target = SIZES[size]
    train, validation = rows(folder)
    plain = Side(units, train, validation, watched=False)
    watched = Side(units, train, validation, watched=True)
    for side in (plain, watched):
        side.fit(2)
    pairs = []
    for number in range(rounds):
        order = (plain, watched) if number % 2 == 0 else (watched, plain)
        seconds = {side: side.fit(epochs or usual) for side in order}
        pairs.append((seconds[plain], seconds[watched]))
        same = zip(plain.weights, watched.weights, strict=True)
        assert all(np.array_equal(a, b) for a, b in same), "the monitor changed the training"
    wall = [b[0] / a[0] for a, b in pairs]
    cpu = [b[1] / a[1] for a, b in pairs]
    middle = statistics.median(wall)
    usual_seconds = statistics.median(a[0] for a, _ in pairs)
    return [
        size,
        epochs or usual,
        f"{usual_seconds:.1f}",
        spread(wall),
        f"{min(b[0] for _, b in pairs) / min(a[0] for a, _ in pairs):.3f}",
        spread(cpu),
        f"<= {target}",
        reached(middle, target),
        "bit-equal",
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default=os.environ.get("GOODFIT_DATA"))
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int)
    options = parser.parse_args()
    print(machine())
    header = (
        "model",
        "epochs",
        "plain s",
        "ratio",
        "fastest",
        "cpu ratio",
        "target",
        "reached",
        "weights",
    )
    sizes = options.size or list(SIZES)
    table(header, [measure(s, options.rounds, options.epochs, options.folder) for s in sizes])


if __name__ == "__main__":
    main()
