"""Cost of all data facts on a million rows by a hundred features, and of the simple learners.

    python benchmarks/data_checks.py [rows] [features]

Prints seconds, extra memory, and the ratio to one `x.mean()` over the same array.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from goodfit.observe.baselines.compare import baseline_facts
from goodfit.observe.data.sets import set_facts, split_facts


def timed(name: str, act: Callable[[], Any], unit: float | None = None) -> tuple[Any, float]:
    """Run `act` once and print its time, as a multiple of `unit` where given."""
    start = time.perf_counter()
    result = act()
    seconds = time.perf_counter() - start
    print(f"{name:<34}{seconds:8.3f} s" + (f"  {seconds / unit:6.1f} x mean" if unit else ""))
    return result, seconds


def peak_megabytes() -> float:
    """The most memory the process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(rows: int = 1_000_000, features: int = 100) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, features), dtype=np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    x_val, y_val = x[: rows // 10] + np.float32(1e-3), y[: rows // 10].copy()
    _, mean = timed("one pass of x.mean()", lambda: x.mean())
    _, mean = timed("one pass of x.mean(), warm", lambda: x.mean())
    before = peak_megabytes()
    train, first = timed(
        "training set", lambda: set_facts("train", x, y, source="numpy", rows=rows), mean
    )
    _, second = timed(
        "validation set (a tenth)",
        lambda: set_facts("validation", x_val, y_val, source="numpy", rows=rows // 10),
        mean,
    )
    share = train.duplicates / rows
    _, third = timed("split", lambda: split_facts(x, y, x_val, y_val, share), mean)
    total = first + second + third
    print(f"{'all data facts':<34}{total:8.3f} s  {total / mean:6.1f} x mean")
    print(f"{'extra memory at the peak':<34}{peak_megabytes() - before:8.0f} MB")
    print(f"{'the arrays themselves':<34}{(x.nbytes + x_val.nbytes) / 2**20:8.0f} MB")
    learners(rng, mean)


def learners(rng: np.random.Generator, mean: float) -> None:
    """The worst case for the simple learners: no signal, so that all permutations are fitted."""
    x, y = rng.standard_normal((4096, 30)), rng.integers(0, 2, 4096)
    told = {"loss_name": "binary_crossentropy", "from_logits": None, "output_activation": None}
    small = (x[:64], y[:64])
    timed("loading scikit-learn", lambda: baseline_facts(*small, **told))
    train, validation = (x[:2048], y[:2048]), (x[2048:], y[2048:])
    timed("learners, 2,048 + 2,048 x 30", lambda: baseline_facts(*train, *validation, **told), mean)
    timed("learners out of fold, 2,048 x 30", lambda: baseline_facts(*train, **told), mean)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
