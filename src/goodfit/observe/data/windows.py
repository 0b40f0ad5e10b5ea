"""Windows of one series on both sides of a split, moved by a single step."""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.observe.data.arrays import chunks, flatten, rows_of, take
from goodfit.observe.data.duplicates import common_dtype
from goodfit.observe.data.statistics import hash_rows, numeric

LEAST_STEPS = 4
MAX_CELLS = 50_000_000
MAX_ROWS = 2048
KINDS = ("features", "sequence", "tokens")


def _ends(rows: np.ndarray, dtype: np.dtype[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of windows without their last, and without their first step."""
    return hash_rows(rows[:, :-1], dtype), hash_rows(rows[:, 1:], dtype)


def window_overlap(train: Any, validation: Any, kind: str, *, seed: int = 0) -> float | None:
    """The share of validation windows that are a training window moved by one step, less the share
    of those that are one unmoved but for a step: series that repeat themselves have both.

    Args:
        train, validation: one array each, (rows, time) or (rows, time, features), of any library.
            A random 2,048 validation windows are looked at; constant ones are left out.
        kind: of the input, as in `ArrayFacts`.
        seed: of that choice.

    Returns:
        None where rows are no windows of at least four steps, or there are too many training
        windows to look at all.
    """
    first, second = flatten(train), flatten(validation)
    if kind not in KINDS or len(first) != 1 or len(second) != 1:
        return None
    leaf, other = first[0][1], second[0][1]
    one, two = take(leaf, slice(0, 1)), take(other, slice(0, 1))
    dtype = common_dtype(one.dtype, two.dtype)
    alike = one.shape[1:] == two.shape[1:] and one.ndim in (2, 3) and numeric(one)
    if not alike or dtype is None or one.shape[1] < LEAST_STEPS or not len(one) or not len(two):
        return None
    if one.size * rows_of(leaf) > MAX_CELLS:
        return None
    n = rows_of(other)
    rng = np.random.default_rng(seed)
    windows = take(other, np.sort(rng.choice(n, min(n, MAX_ROWS), replace=False)))
    windows = windows[(windows[:, 1:] != windows[:, :-1]).any(axis=tuple(range(1, windows.ndim)))]
    if not len(windows):
        return None
    parts = [_ends(rows, dtype) for _, rows in chunks(leaf)]
    heads, tails = (np.concatenate(side) for side in zip(*parts, strict=True))
    head, tail = _ends(windows, dtype)
    moved = np.isin(head, tails) | np.isin(tail, heads)
    unmoved = np.isin(head, heads) | np.isin(tail, tails)
    return max(0.0, float(np.mean(moved & ~unmoved) - np.mean(unmoved & ~moved)))
