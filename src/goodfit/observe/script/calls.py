"""Calls of `predict` and `evaluate` after a fit: what rows they read, and whether in their order.

Nothing is iterated: arrays are told by their first rows, streams by who they are and how they are
made.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from goodfit.facts import CallFacts, Shape
from goodfit.observe.data.arrays import cells_of_row, flatten, rows_of, source_of, take
from goodfit.observe.data.statistics import Moments, hash_rows, joined, numeric
from goodfit.observe.objects import origins

STREAMS = ("tf.data", "PyDataset", "DataLoader", "generator")
HASHED_ROWS, HASHED_CELLS = 64, 500_000
MEASURED_ROWS, MEASURED_CELLS = 2048, 300_000
"""What is measured of an input: a millisecond's work, however large it is."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose rows these are: for arrays their number and a hash of the first ones, for a stream the
    object itself."""

    rows: int | None = None
    first: int = 0
    stream: weakref.ref[Any] | None = None

    def same(self, other: Identity) -> bool:
        """Whether both are the same rows."""
        if self.stream is not None and other.stream is not None:
            mine = self.stream()
            return mine is not None and mine is other.stream()
        return self.rows is not None and (self.rows, self.first) == (other.rows, other.first)


def _identity(x: Any, start: int = 0, stop: int | None = None) -> Identity | None:
    """None where nothing can be told of x; `start` and `stop` cut out a part of the rows."""
    if x is None:
        return None
    if source_of(x) in STREAMS:
        try:
            return Identity(stream=weakref.ref(x))
        except TypeError:
            return None
    rows = rows_of(x)
    stop = rows if stop is None else stop
    if stop <= start:
        return None
    found: np.ndarray | None = None
    cells = max((cells_of_row(leaf) for _, leaf in flatten(x)), default=1)
    few = min(HASHED_ROWS, max(1, HASHED_CELLS // cells))
    for _, leaf in flatten(take(x, slice(start, min(start + few, stop)))):
        as_fed = np.dtype(np.float32) if leaf.dtype.kind == "f" else None
        found = joined(found, hash_rows(leaf, as_fed))
    if found is None:
        return None
    return Identity(rows=stop - start, first=hash(found.tobytes()))


def identities(arguments: Mapping[str, Any]) -> dict[str, Identity]:
    """The sets of a fit by role, from its arguments; a split is cut as Keras cuts it."""
    x, held = arguments.get("x"), arguments.get("validation_data")
    share = arguments.get("validation_split") or 0.0
    if held is not None:
        first = held[0] if isinstance(held, (tuple, list)) else held
        found = {"train": _identity(x), "validation": _identity(first)}
    elif share and source_of(x) not in STREAMS:
        cut = math.floor(rows_of(x) * (1.0 - share))
        found = {"train": _identity(x, 0, cut), "validation": _identity(x, cut)}
    else:
        found = {"train": _identity(x)}
    return {role: one for role, one in found.items() if one is not None}


def _dataset_reshuffles(dataset: Any) -> bool | None:
    """Whether a `tf.data` pipeline gives another order at each pass, by the steps it is made of."""
    name = type(dataset).__name__
    if "Cache" in name:  # what lies before it was read once
        return False
    if "Shuffle" in name:
        again = getattr(dataset, "_reshuffle_each_iteration", None)
        if again is None or bool(again):
            return True
    found = [_dataset_reshuffles(one) for one in getattr(dataset, "_inputs", tuple)()]
    if True in found:
        return True
    hidden = any(word in name for word in ("Generator", "FlatMap", "Interleave"))
    return None if hidden or None in found else False


def _loader_reshuffles(loader: Any) -> bool | None:
    sampler = type(getattr(loader, "sampler", None)).__name__
    if type(getattr(loader, "batch_sampler", None)).__name__ not in ("BatchSampler", "NoneType"):
        return None
    if "Random" in sampler:
        return True
    return False if sampler == "SequentialSampler" else None


def _reshuffles(x: Any, source: str) -> bool | None:
    try:
        if source == "tf.data":
            return _dataset_reshuffles(x)
        if source == "DataLoader":
            return _loader_reshuffles(x)
    except Exception:  # another version's insides
        return None
    return None if source in STREAMS else False


def _rows(x: Any, source: str) -> int | None:
    if source not in STREAMS:
        return rows_of(x)
    data = getattr(x, "dataset", None) if source == "DataLoader" else None
    return len(data) if data is not None and hasattr(data, "__len__") else None


class _Numbers(TypedDict, total=False):
    shape: Shape
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None


def _numbers(x: Any, source: str) -> _Numbers:
    """The shape of a row of the first input, and what its numbers are like: of evenly spread rows,
    as many as take no time. Nothing of streams and of texts."""
    leaves = [] if source in STREAMS else flatten(x)
    if not leaves:
        return {}
    leaf = leaves[0][1]
    rows, cells = rows_of(leaf), cells_of_row(leaf)
    wanted = min(rows, MEASURED_ROWS, max(4, MEASURED_CELLS // cells))
    if not rows or wanted * cells > 16 * MEASURED_CELLS:
        return {}
    every = slice(None) if wanted == rows else slice(0, rows, -(-rows // wanted))
    some = take(leaf, every)
    if not numeric(some):
        return {}
    moments = Moments(per_column=False)
    moments.add(0, some)
    return {"shape": tuple(int(size) for size in some.shape[1:]), **moments.overall}


def call_facts(
    kind: str,
    arguments: Mapping[str, Any],
    sets: Mapping[str, Identity],
    *,
    measured: bool = True,
) -> CallFacts | None:
    """Facts of a call from its arguments; None for one without rows.

    Args:
        kind: "predict" or "evaluate".
        sets: those of the fit before, from `identities`.
        measured: whether to look at the numbers of its input.
    """
    x = arguments.get("x")
    if x is None:
        return None
    source = source_of(x)
    mine = _identity(x)
    same = [role for role, other in sets.items() if mine is not None and mine.same(other)]
    return CallFacts(
        kind=kind,
        source=source,
        rows=_rows(x, source),
        reshuffles=_reshuffles(x, source),
        same_as=same[0] if same else "",
        where=origins.user_line(),
        **(_numbers(x, source) if measured else {}),
    )
