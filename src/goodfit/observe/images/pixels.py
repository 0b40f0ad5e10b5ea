"""Images as arrays: which input holds them, and their pixels as shares of the range of values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import flatten, to_numpy
from goodfit.observe.data.kinds import CHANNELS, LEAST_SIDE, input_kind
from goodfit.observe.data.statistics import Moments, numeric

KIND_ROWS = 64
CHUNK_CELLS = 1_000_000
COLOURS = 3
"""Channels beyond these are no colour: the fourth says how much is seen through."""


def upright(rows: np.ndarray) -> np.ndarray | None:
    """A view (rows, height, width, channels) of images; None where the shape is not theirs."""
    if rows.ndim == 3:
        rows = rows[..., None]
    elif rows.ndim == 4 and rows.shape[-1] not in CHANNELS and rows.shape[1] in CHANNELS:
        rows = np.moveaxis(rows, 1, -1)
    fits = rows.ndim == 4 and rows.shape[-1] in CHANNELS and min(rows.shape[1:3]) >= LEAST_SIDE
    return rows if fits else None


def image_input(x: Any) -> str | None:
    """The name of the first input that holds images, None where none does."""
    for name, leaf in flatten(x):
        some = to_numpy(leaf)[:KIND_ROWS]
        if not len(some) or not numeric(some) or upright(some) is None:
            continue
        moments = Moments(per_column=False)
        moments.add(0, some)
        if input_kind(some, moments, embedded=False, guess=False) == "image":
            return name
    return None


def input_called(x: Any, name: str) -> Any:
    """The input of that name; None where there is none."""
    return dict(flatten(x)).get(name)


def extremes(rows: np.ndarray) -> tuple[float, float]:
    """The least and the greatest finite value; both 0 where there is none."""
    low, high = np.inf, -np.inf
    for part in _parts(rows):
        finite = part if part.dtype.kind != "f" else part[np.isfinite(part)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high) if low <= high else (0.0, 0.0)


def value_range(low: float, high: float, dtype: np.dtype[Any]) -> tuple[float, float]:
    """The range that values from `low` to `high` are shares of: [0, 1], [-1, 1] or [0, 255], else
    their own. Values up to 127 that are no bytes have a range of their own."""
    if low >= -1 and high <= 1:
        return (0.0, 1.0) if low >= 0 else (-1.0, 1.0)
    if low >= 0 and high <= 255 and (high > 127 or dtype == np.uint8 or low == high):
        return (0.0, 255.0)
    return (low, high) if low < high else (low, low + 1.0)


def _parts(rows: np.ndarray) -> Iterator[np.ndarray]:
    cells = max(1, int(np.prod(rows.shape[1:])))
    step = max(1, CHUNK_CELLS // cells)
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


@dataclass(frozen=True, slots=True)
class Pixels:
    """Images (rows, height, width, channels) as the model is given them, and the range that their
    values are shares of."""

    rows: np.ndarray
    low: float
    high: float

    def shares(self, rows: np.ndarray) -> np.ndarray:
        """Some rows as float32 shares of the range; what is not finite is its lower end."""
        found = rows.astype(np.float32)
        found -= np.float32(self.low)
        found /= np.float32(self.high - self.low)
        if rows.dtype.kind == "f":
            found[~np.isfinite(found)] = 0
        return found

    def chunks(self) -> Iterator[np.ndarray]:
        """All rows as shares of the range, a few at a time."""
        for part in _parts(self.rows):
            yield self.shares(part)


def planes(shares: np.ndarray) -> list[np.ndarray]:
    """The channels (rows, height, width), each in one piece of memory."""
    return [np.ascontiguousarray(shares[..., channel]) for channel in range(shares.shape[-1])]


def grey(channels: list[np.ndarray]) -> np.ndarray:
    """The mean of the colour channels (rows, height, width)."""
    colours = channels[:COLOURS]
    return np.asarray(sum(colours[1:], colours[0]) / np.float32(len(colours)))
