"""What it costs to look: all static checks on a deep model, all data checks on a large table.

    python benchmarks/checks_scale.py [--layers 500] [--rows 1000000] [--features 100]

Looking (Keras objects and arrays to facts) and checking (facts to findings) are timed apart. The
table is validated on a tenth as many further rows. Extra memory is the growth of the process's
peak while the table is looked at; the arrays themselves are the user's.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from bench import machine, reached, table

os.environ.setdefault("KERAS_BACKEND", "jax")
MODEL_SECONDS, TABLE_SECONDS, TABLE_MEGABYTES = 1.0, 3.0, 200.0


def peak_megabytes() -> float:
    """The most memory this process has held so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = act()
    return result, time.perf_counter() - started


def check(facts: Any) -> None:
    """Run every check; one that fails would make the figure worthless."""
    from goodfit.checks import CHECKS, run_check

    for each in CHECKS:
        outcome, _ = run_check(each, facts)
        assert outcome.result != "failed", f"{outcome.code}: {outcome.reason}"


def deep_model(layers: int) -> Any:
    """A residual network of `layers` layers, compiled."""
    import keras

    inputs = tensor = keras.Input((32,))
    for _ in range((layers - 2) // 3):
        branch = keras.layers.Dense(32)(tensor)
        branch = keras.layers.Activation("relu")(branch)
        tensor = keras.layers.Add()([tensor, branch])
    tensor = keras.layers.BatchNormalization()(tensor)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(tensor))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def look_at_model(layers: int) -> list[list[object]]:
    from goodfit.facts import Facts
    from goodfit.observe.objects.model import model_facts
    from goodfit.observe.objects.settings import settings_facts

    model = deep_model(layers)
    x, y = np.zeros((64, 32), "float32"), np.zeros(64, "int64")

    def look() -> Facts:
        settings = settings_facts(model, {"x": x, "y": y, "epochs": 1})
        return Facts(model=model_facts(model), settings=settings)

    facts, looking = timed(look)
    _, checking = timed(lambda: check(facts))
    assert facts.model is not None
    assert len(facts.model.layers) >= layers - 4
    name = f"{len(facts.model.layers)} layers"
    return [row(name, looking, checking, MODEL_SECONDS)]


def row(name: str, looking: float, checking: float, target: float) -> list[object]:
    total = looking + checking
    met = reached(total, target)
    return [name, f"{looking:.2f}", f"{checking:.2f}", f"{total:.2f} s", f"< {target:g} s", met]


def look_at_table(rows: int, features: int) -> list[list[object]]:
    from goodfit.facts import DataFacts, Facts
    from goodfit.observe.data.sets import set_facts, split_facts

    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, features), dtype=np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    x_val = rng.standard_normal((rows // 10, features), dtype=np.float32)
    y_val = (x_val[:, 0] > 0).astype(np.int64)

    def look() -> Facts:
        train = set_facts("train", x, y, source="numpy", rows=rows)
        validation = set_facts("validation", x_val, y_val, source="numpy", rows=rows // 10)
        split = split_facts(x, y, x_val, y_val, (train.duplicates or 0) / rows)
        return Facts(data=DataFacts(train=train, validation=validation, split=split))

    before = peak_megabytes()
    facts, looking = timed(look)
    _, checking = timed(lambda: check(facts))
    extra = peak_megabytes() - before
    met = reached(extra, TABLE_MEGABYTES)
    memory = ["  extra memory", "", "", f"{extra:.0f} MB", f"< {TABLE_MEGABYTES:g} MB", met]
    return [row(f"{rows:,} rows x {features}", looking, checking, TABLE_SECONDS), memory]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--layers", type=int, default=500)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=100)
    options = parser.parse_args()
    import keras

    keras.ops.zeros(1)  # the backend's start is not ours
    print(machine())
    found = look_at_table(options.rows, options.features) + look_at_model(options.layers)
    table(("what", "looking", "checking", "both", "target", "reached"), found)


if __name__ == "__main__":
    main()
