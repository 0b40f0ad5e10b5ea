"""Equal rows, within a set and across training and validation, by 64-bit row hashes."""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.facts import SplitFacts
from goodfit.observe.data.arrays import (
    Keep,
    cells_of_row,
    chunks,
    flatten,
    rows_of,
    spread_out,
    take,
)
from goodfit.observe.data.statistics import hash_rows, joined, numeric

MAX_EXAMPLES = 10
BUDGET_CELLS = 200_000_000
"""Numbers of an array that are looked at; beyond it, evenly spaced blocks of rows."""


def kept(structure: Any, budget_cells: int) -> Keep:
    """The rows of a structure to look at within the budget; None for all."""
    cells = sum(cells_of_row(leaf) for _, leaf in flatten(structure))
    return spread_out(rows_of(structure), max(1, budget_cells // max(1, cells)))


def row_numbers(rows: int, keep: Keep) -> np.ndarray:
    """The row numbers that `keep` stands for."""
    if keep is None:
        return np.arange(rows)
    return np.concatenate([np.arange(part.start, min(part.stop, rows)) for part in keep])


def repeats(x: np.ndarray, y: np.ndarray | None) -> tuple[int, int | None]:
    """Rows whose hash `x` an earlier row has, and those of them whose `y` is not that of the first
    such row (None without `y`)."""
    order = np.argsort(x, kind="stable")
    repeated = np.flatnonzero(x[order[1:]] == x[order[:-1]]) + 1
    if y is None:
        return len(repeated), None
    place = np.arange(len(x))
    place[repeated] = 0
    first = np.maximum.accumulate(place)
    return len(repeated), int(np.count_nonzero(y[order[repeated]] != y[order[first[repeated]]]))


def accuracy_ceiling(x: np.ndarray, y: np.ndarray) -> float:
    """The accuracy of giving all rows with equal hash `x` the label (hash `y`) that most of them
    have: the best that equal inputs with different labels leave."""
    order = np.lexsort((y, x))
    ahead, label = x[order], y[order]
    both = np.flatnonzero((ahead[1:] != ahead[:-1]) | (label[1:] != label[:-1])) + 1
    starts = np.concatenate([[0], both])
    sizes = np.diff(np.concatenate([starts, [len(x)]]))
    rows = np.flatnonzero(np.concatenate([[True], ahead[starts[1:]] != ahead[starts[:-1]]]))
    return float(np.maximum.reduceat(sizes, rows).sum() / len(x))


def join(parts: list[np.ndarray]) -> np.ndarray | None:
    """Hashes of rows made of several arrays; None where there is no array, or lengths differ."""
    found: np.ndarray | None = None
    for part in parts:
        if found is not None and len(found) != len(part):
            return None
        found = joined(found, part)
    return found


def common_dtype(first: np.dtype[Any], second: np.dtype[Any]) -> np.dtype[Any] | None:
    """The type in which values of both are compared: the coarser of two float types."""
    if first.kind == second.kind == "f":
        return min(first, second, key=lambda dtype: dtype.itemsize)
    if first.kind in "buif" and second.kind in "buif":
        return np.result_type(first, second)
    return None


def paired(train: Any, validation: Any) -> list[tuple[Any, Any]] | None:
    """The arrays of both sets that belong together; None where they do not match."""
    first, second = flatten(train), flatten(validation)
    if len(first) != len(second) or not first:
        return None
    if {name for name, _ in first} == {name for name, _ in second}:
        by_name = dict(second)
        return [(leaf, by_name[name]) for name, leaf in first]
    return [(one, other) for (_, one), (_, other) in zip(first, second, strict=True)]


def _hashes(leaf: Any, keep: Keep, dtype: np.dtype[Any] | None) -> np.ndarray:
    parts = [hash_rows(rows, dtype) for _, rows in chunks(leaf, keep)]
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def _both(
    train: Any, validation: Any, keeps: tuple[Keep, Keep]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Row hashes of both sets, comparable with each other."""
    pairs = paired(train, validation)
    found: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for leaves in pairs or []:
        ends = [take(leaf, slice(0, 1)) for leaf in leaves]
        squeezed = [end.shape[1:-1] if end.shape[-1:] == (1,) else end.shape[1:] for end in ends]
        if squeezed[0] != squeezed[1] or numeric(ends[0]) != numeric(ends[1]):
            return None
        dtype = common_dtype(ends[0].dtype, ends[1].dtype)
        for hashes, leaf, keep in zip(found, leaves, keeps, strict=True):
            hashes.append(_hashes(leaf, keep, dtype))
    first, second = join(found[0]), join(found[1])
    return None if first is None or second is None else (first, second)


def _expected(ordered: np.ndarray, validation_rows: int, duplicate_share: float | None) -> float:
    """Validation rows that would equal a training row if both sets were drawn alike: by Good and
    Turing, a new row is one seen before with the probability that a training row has a twin.
    `ordered` are the training rows' hashes, sorted."""
    bounds = np.flatnonzero(np.diff(ordered)) + 1
    sizes = np.diff(np.concatenate([[0], bounds, [len(ordered)]]))
    share = 1 - np.count_nonzero(sizes == 1) / len(ordered)
    return float(validation_rows * max(share, duplicate_share or 0.0))


def _places(ordered: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where in `ordered` each of `wanted` first stands, and whether it stands there at all."""
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return place, ordered[place] == wanted


def split_facts(
    train_x: Any,
    train_y: Any,
    val_x: Any,
    val_y: Any,
    train_duplicate_share: float | None = None,
    *,
    budget_cells: int = BUDGET_CELLS,
) -> SplitFacts:
    """Training against validation rows, compared by 64-bit row hashes; unequal rows pass for equal
    with probability 2^-64 a pair. Floats of different types are compared in the coarser one.

    Args:
        train_x, train_y, val_x, val_y: arrays (rows, ...) of any library, or structures of them;
            targets may be None.
        train_duplicate_share: rows equal to an earlier row over all training rows, from a larger
            part of the set than is given here, if there is one.
        budget_cells: numbers of each set to look at; beyond it, blocks of rows.

    Returns:
        Facts with everything None where the two sets cannot be compared (unlike shapes, no rows).
    """
    keeps = (kept(train_x, budget_cells), kept(val_x, budget_cells))
    x = _both(train_x, val_x, keeps)
    if x is None or not len(x[0]) or not len(x[1]):
        return SplitFacts()
    train, validation = x
    order = np.argsort(train, kind="stable")
    ordered = train[order]
    place, there = _places(ordered, validation)
    found = np.flatnonzero(there)
    few = found[:MAX_EXAMPLES]
    numbers = (
        row_numbers(rows_of(val_x), keeps[1])[few],
        row_numbers(rows_of(train_x), keeps[0])[order[place[few]]],
    )
    y = None if train_y is None or val_y is None else _both(train_y, val_y, keeps)
    same: int | None = None
    if y is not None and len(y[0]) == len(train) and len(y[1]) == len(validation):
        with_labels = np.sort(joined(train, y[0])) if len(found) else train
        _, alike = _places(with_labels, joined(validation, y[1])[found])
        same = int(np.count_nonzero(alike))
    return SplitFacts(
        leaked=len(found),
        leaked_same_label=same,
        leaked_expected=_expected(ordered, len(validation), train_duplicate_share),
        rows_compared=len(validation),
        examples=tuple(zip(numbers[0].tolist(), numbers[1].tolist(), strict=True)),
    )
