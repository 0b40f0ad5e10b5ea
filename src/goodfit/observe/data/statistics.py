"""Sums over arrays that are seen a chunk of rows at a time: moments and row hashes.

Memory is that of one chunk, plus eight bytes a row for the hashes.
"""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np

MAX_FEATURES = 4096
"""Columns beyond which statistics are kept over all columns together only."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
_ODD_TOO = np.uint64(0xBF58476D1CE4E5B9)
_HALF = np.uint64(32)
_FIRST_HALF = np.uint64(29)


def numeric(array: np.ndarray) -> bool:
    """Whether an array holds real numbers or truth values."""
    return array.dtype.kind in "buif"


def laid_flat(rows: np.ndarray) -> np.ndarray:
    """(rows, cells) of an array (rows, ...), also where it has no rows."""
    return rows.reshape(len(rows), int(np.prod(rows.shape[1:])))


class Overall(TypedDict):
    """Moments of all values together; None where there is no finite one."""

    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None


class Moments:
    """Count, extremes, mean and spread of the finite values, per column or over all values."""

    def __init__(self, per_column: bool) -> None:
        self.axis = 0 if per_column else None
        self.count: Any = 0
        self.mean: Any = 0.0
        self.squares: Any = 0.0  # sum of squared deviations from the mean
        self.minimum: Any = np.inf
        self.maximum: Any = -np.inf
        self.non_finite = 0
        self.first_non_finite: tuple[int, ...] = ()
        self.whole = True

    def add(self, start: int, chunk: np.ndarray) -> None:
        """Take in rows; `start` is the number of the first."""
        if not chunk.size:
            return
        finite = None
        if chunk.dtype.kind == "f":
            finite = self._finite(start, chunk)
            self.whole = self.whole and self._all_whole(chunk, finite)
        values = chunk.astype(np.float64)
        if finite is None:
            low, high = chunk.min(self.axis), chunk.max(self.axis)
            count: Any = chunk.size if self.axis is None else len(chunk)
        else:
            low = np.where(finite, chunk, np.inf).min(self.axis)
            high = np.where(finite, chunk, -np.inf).max(self.axis)
            count = finite.sum(self.axis)
            values[~finite] = 0.0
        self.minimum = np.minimum(self.minimum, np.asarray(low, np.float64))
        self.maximum = np.maximum(self.maximum, np.asarray(high, np.float64))
        self._merge(values, finite, count)

    def _finite(self, start: int, chunk: np.ndarray) -> np.ndarray | None:
        """Where values are finite; None where all are."""
        finite: np.ndarray = np.isfinite(chunk)
        if finite.all():
            return None
        self.non_finite += int(finite.size - np.count_nonzero(finite))
        if not self.first_non_finite:
            row, *rest = np.unravel_index(int(np.argmin(finite)), chunk.shape)
            self.first_non_finite = (start + int(row), *(int(place) for place in rest))
        return finite

    @staticmethod
    def _all_whole(chunk: np.ndarray, finite: np.ndarray | None) -> bool:
        """Every finite value is a whole number."""
        whole = np.rint(chunk) == chunk
        return bool((whole if finite is None else whole | ~finite).all())

    def _merge(self, values: np.ndarray, finite: np.ndarray | None, count: Any) -> None:
        """Chan, Golub and LeVeque's update of mean and squares; `values` is overwritten."""
        with np.errstate(over="ignore", invalid="ignore"):
            safe = np.maximum(count, 1)
            mean = values.sum(self.axis) / safe
            if not np.isfinite(mean).all():  # a sum beyond float64
                mean = (values / safe).sum(self.axis)
            values -= mean
            if finite is not None:
                values[~finite] = 0.0
            np.square(values, out=values)
            total = self.count + count
            share = count / np.maximum(total, 1)
            step = mean - self.mean
            self.squares = self.squares + values.sum(self.axis) + step * step * self.count * share
            self.mean = self.mean + step * share
            self.count = total

    @property
    def columns(self) -> dict[str, tuple[float, ...]]:
        """Minimum, maximum, mean and standard deviation of each column; NaN where a column has no
        finite value."""
        seen = np.asarray(self.count) > 0
        with np.errstate(over="ignore", invalid="ignore"):
            std = np.sqrt(self.squares / np.maximum(self.count, 1))
        parts = {"min": self.minimum, "max": self.maximum, "mean": self.mean, "std": std}
        return {
            key: tuple(np.where(seen, value, np.nan).astype(float).tolist())
            for key, value in parts.items()
        }

    @property
    def overall(self) -> Overall:
        """The same over all values, None where there is no finite one."""
        means, squares = np.atleast_1d(self.mean), np.atleast_1d(self.squares)
        count = np.broadcast_to(np.asarray(self.count, np.float64), means.shape)
        total = count.sum()
        if not total:
            return {"minimum": None, "maximum": None, "mean": None, "std": None}
        with np.errstate(over="ignore", invalid="ignore"):
            mean = float((means * (count / total)).sum())
            between = (count / total * np.square(means - mean)).sum()
            std = float(np.sqrt((squares / total).sum() + between))
        return {
            "minimum": float(np.min(self.minimum)),
            "maximum": float(np.max(self.maximum)),
            "mean": mean,
            "std": std,
        }

    @property
    def variance(self) -> float | None:
        """The variance over rows, averaged over columns; None without a finite value."""
        count = np.asarray(self.count)
        if not np.any(count > 0):
            return None
        each = np.asarray(self.squares / np.maximum(count, 1))
        return float(each[count > 0].mean()) if each.ndim else float(each)


QUARTILES = (0.25, 0.5, 0.75)


def quartiles(rows: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """The lower quartile, median and upper quartile of each column's finite values, of rows
    (rows, columns); NaN where a column has none. Interpolated as NumPy does."""
    columns = np.where(np.isfinite(rows), rows, np.nan).astype(np.float64).T.copy()
    count = np.isfinite(columns).sum(axis=1)
    columns.sort(axis=1)  # NaN comes last
    each = np.arange(len(columns))
    found = []
    for part in QUARTILES:
        place = np.maximum(count - 1, 0) * part
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        first, second = columns[each, low], columns[each, high]
        share = place - low
        found.append(tuple((first * (1 - share) + second * share).tolist()))
    return tuple(found)


def mixed(words: np.ndarray) -> np.ndarray:
    """64-bit words, scrambled so that each bit of a word reaches all bits of the result.
    Overwrites and returns `words`."""
    words *= _ODD
    words ^= words >> _HALF
    words *= _ODD_TOO
    words ^= words >> _FIRST_HALF
    return words


def hash_rows(rows: np.ndarray, dtype: np.dtype[Any] | None = None) -> np.ndarray:
    """A 64-bit hash of each row, uint64 (rows,): equal rows have equal hashes, and -0.0 equals 0.0.

    Rows are compared as `dtype` (default: their own). Unequal rows share a hash with probability
    2^-64 a pair: three chances in 10^8 over a million rows, so no row is compared again.
    Texts and other objects are hashed by Python, and hashes hold within this process only.
    """
    flat = laid_flat(np.ascontiguousarray(rows))
    if not numeric(rows):
        hashes = [_object_hash(row) for row in flat.tolist()]
        return mixed(np.array(hashes, np.int64).view(np.uint64))
    kind = np.dtype(dtype or flat.dtype)
    if kind.kind == "b" or kind.itemsize > 8:
        kind = np.dtype(np.uint8 if kind.kind == "b" else np.float64)
    each = 8 // kind.itemsize
    cells = flat.shape[1]
    padded = np.zeros((len(flat), max(1, -(-cells // each)) * each), kind)
    with np.errstate(over="ignore", invalid="ignore"):
        padded[:, :cells] = flat
    if kind.kind == "f":
        padded += kind.type(0)
    words = padded.view(np.uint64)
    places = np.arange(1, words.shape[1] + 1, dtype=np.uint64)
    return np.asarray(mixed(words + mixed(places)).sum(axis=1, dtype=np.uint64))


def _object_hash(row: list[Any]) -> int:
    try:
        return hash(tuple(row))
    except TypeError:  # a list or array in a cell
        return hash(repr(row))


def joined(first: np.ndarray | None, second: np.ndarray) -> np.ndarray:
    """The hash of rows that are made of two arrays; `first` None is nothing."""
    return mixed(second.copy()) if first is None else mixed(first * np.uint64(3) + second)
