"""Whether rows follow an order: neighbours alike, columns that only rise or only fall."""

from __future__ import annotations

import numpy as np

from goodfit.observe.data.statistics import laid_flat

COLUMNS = 64
"""Columns, evenly spread, whose autocorrelation is averaged: that of one is known to
1 / sqrt(rows), so that more would not show what these do not."""
LEAST_ROWS = 10
"""Fewer rows rise by chance: ten do so in one of two million orders."""


class Order:
    """Takes in the rows of one array in their order, a chunk at a time. Blocks of rows that do not
    follow on each other are not held against each other."""

    def __init__(self) -> None:
        self._columns: np.ndarray | None = None
        self._offset = np.zeros(0)
        self._sum = self._squares = self._products = np.zeros(0)
        self._firsts = self._lasts = np.zeros(0)
        self._pairs = 0
        self._before: tuple[int, np.ndarray] | None = None
        self._rising = self._falling = np.zeros(0, bool)
        self.rows = 0

    def add(self, start: int, rows: np.ndarray) -> None:
        """Take in numbers (rows, ...), with the number of their first row."""
        if rows.size:
            # values near the largest there are have no squares; their columns are left out at last
            with np.errstate(over="ignore", invalid="ignore"):
                self._add(start, rows)

    def _add(self, start: int, rows: np.ndarray) -> None:
        flat = laid_flat(rows)
        if self._columns is None:
            self._begin(flat)
        self._follow_up(flat)
        assert self._columns is not None
        some = flat[:, self._columns].astype(np.float64) - self._offset
        some = np.where(np.isfinite(some), some, 0.0)
        self._sum = self._sum + some.sum(axis=0)
        self._squares = self._squares + np.square(some).sum(axis=0)
        if self._before is not None and self._before[0] == start:
            some = np.concatenate([self._before[1], some])
        self._products = self._products + (some[1:] * some[:-1]).sum(axis=0)
        self._firsts = self._firsts + some[:-1].sum(axis=0)
        self._lasts = self._lasts + some[1:].sum(axis=0)
        self._pairs += len(some) - 1
        self._before = (start + len(rows), some[-1:])
        self.rows += len(rows)

    def _begin(self, flat: np.ndarray) -> None:
        width = flat.shape[1]
        self._columns = np.unique(np.linspace(0, width - 1, min(width, COLUMNS)).astype(int))
        first = flat[:, self._columns].astype(np.float64)
        count = np.maximum(np.isfinite(first).sum(axis=0), 1)
        # less the first rows' mean, so that columns far from 0 lose no digits
        self._offset = np.where(np.isfinite(first), first, 0.0).sum(axis=0) / count
        self._sum = self._squares = self._products = np.zeros(len(self._columns))
        self._firsts = self._lasts = np.zeros(len(self._columns))
        self._rising, self._falling = np.ones(width, bool), np.ones(width, bool)
        self._last_row = flat[:0]

    def _follow_up(self, flat: np.ndarray) -> None:
        """Which columns only rise, or only fall; hardly any after the first few rows."""
        left = np.flatnonzero(self._rising | self._falling)
        if not len(left):
            return
        some = flat[:, left]
        if len(self._last_row):
            some = np.concatenate([self._last_row[:, left], some])
        self._rising[left] &= (some[1:] > some[:-1]).all(axis=0)
        self._falling[left] &= (some[1:] < some[:-1]).all(axis=0)
        self._last_row = flat[-1:].copy()

    @property
    def monotone(self) -> list[int]:
        """Columns that grow strictly, or fall strictly, from row to row."""
        if self.rows < LEAST_ROWS:
            return []
        found: list[int] = np.flatnonzero(self._rising | self._falling).tolist()
        return found

    @property
    def correlations(self) -> np.ndarray:
        """The lag-1 autocorrelation of each column looked at that varies."""
        if self._pairs < LEAST_ROWS:
            return np.zeros(0)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = self._sum / self.rows
            variance = self._squares / self.rows - mean * mean
            shared = self._products - mean * (self._firsts + self._lasts)
            shared = shared / self._pairs + mean * mean
            varies = variance > 1e-12 * np.maximum(self._squares / self.rows, 1e-300)
            found = shared[varies] / variance[varies]
        return np.asarray(found[np.isfinite(found)])


def mean_correlation(orders: list[Order]) -> float | None:
    """The lag-1 autocorrelation averaged over the columns of all arrays; None without one that
    varies, or with too few rows."""
    found = np.concatenate([order.correlations for order in orders] or [np.zeros(0)])
    return float(np.clip(found.mean(), -1.0, 1.0)) if len(found) else None
