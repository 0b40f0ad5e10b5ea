"""Two passes over a stream, told apart by hashes of their rows: no row is kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from goodfit.facts import PassFacts
from goodfit.observe.data.arrays import flatten, to_numpy
from goodfit.observe.data.statistics import hash_rows, joined, laid_flat

COMPARED_ROWS = 4096
KEPT_ROWS = 50_000
MAX_CELLS = 1024
"""Numbers of a row that are hashed, evenly spaced: what changes a row changes many of them."""
SECONDS, SHARE = 0.1, 0.02
"""What hashing may take: so long in any case, and this share of the time since it began."""


@dataclass
class Pass:
    """Row hashes of one pass in its order. `cut` says that rows came by that were not hashed."""

    x: list[np.ndarray] = field(default_factory=list)
    y: list[np.ndarray] = field(default_factory=list)
    rows: int = 0
    cut: bool = False

    def hashes(self, part: str) -> np.ndarray:
        """uint64 (rows,) of x or y; empty where there is none."""
        found: list[np.ndarray] = getattr(self, part)
        return np.concatenate(found) if found else np.empty(0, np.uint64)


def _hash(structure: Any) -> np.ndarray | None:
    found: np.ndarray | None = None
    for _, leaf in flatten(structure):
        flat = laid_flat(to_numpy(leaf))
        stride = -(-flat.shape[1] // MAX_CELLS) if flat.ndim > 1 else 1
        found = joined(found, hash_rows(flat[:, ::stride] if stride > 1 else flat))
    return found


class Passes:
    """The first two passes over one stream."""

    def __init__(self) -> None:
        self._passes: list[Pass] = []
        self._closed = False
        self._spent = 0.0
        self._began = time.perf_counter()

    @property
    def count(self) -> int:
        """Passes begun, two at most."""
        return len(self._passes)

    def close(self) -> None:
        """Note nothing more."""
        self._closed = True

    def begin(self) -> None:
        """Another pass begins."""
        if self.count == 2:
            self._closed = True
        else:
            self._passes.append(Pass())

    def add(self, batch: Any) -> None:
        """Note the rows of a batch (x, y, ...) of the pass that is running."""
        if self._closed or not self._passes:
            return
        now, started = self._passes[-1], time.perf_counter()
        limit = KEPT_ROWS if self.count == 1 else COMPARED_ROWS
        late = self._spent > max(SECONDS, SHARE * (started - self._began))
        if now.cut or now.rows >= limit or late:
            now.cut = True
            return
        parts = batch if isinstance(batch, (list, tuple)) else (batch,)
        x = _hash(parts[0])
        y = _hash(parts[1]) if len(parts) > 1 and parts[1] is not None else None
        if x is not None:
            now.x.append(x)
            now.rows += len(x)
        if y is not None and x is not None and len(y) == len(x):
            now.y.append(y)
        self._spent += time.perf_counter() - started

    def facts(self, train: Passes | None = None) -> PassFacts | None:
        """The second pass against the first, and against the first over `train`.

        Returns:
            None where there was one pass only, or too little of the first is known: rows that come
            in another order can be looked for among all of them only.
        """
        if self.count < 2:
            return None
        first, second = (found.hashes("x") for found in self._passes)
        n = min(len(first), len(second), COMPARED_ROWS)
        if not n:
            return None
        there = first[:n] == second[:n]
        if not there.all():
            if self._passes[0].cut:
                return None
            there = np.isin(second[:n], first)
        labels = tuple(found.hashes("y") for found in self._passes)
        labelled = all(len(y) >= n for y in labels)
        other = train._passes[0].hashes("x") if train is not None and train.count else None
        return PassFacts(
            rows=n,
            same_rows=float(there.mean()),
            same_labels=float((labels[0][:n] == labels[1][:n]).mean()) if labelled else None,
            from_train=float(np.isin(second[:n], other).mean()) if other is not None else None,
        )
