"""What the targets are: their kind, their spread, their labels.

Kinds are those of `TargetFacts`. A whole-number column may be class labels or a measured count,
and only its use tells for sure: `class_targets` says so where the loss is known. Without it, whole
numbers are classes if there are few of them, or if they fill 0..K-1 as labels drawn at random
would; prices, ages in years and passengers an hour do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from goodfit.facts import TargetFacts
from goodfit.observe.data.arrays import Keep, chunks, dtype_name
from goodfit.observe.data.statistics import MAX_FEATURES, Moments, hash_rows, laid_flat, numeric

FEW = 20
"""So many different whole numbers are labels if each comes twice on average."""
FILLED = 0.9
"""Labels drawn evenly from 0..K-1 fill the range; less than this share of what they would fill
means a measured number."""
SUM_TOLERANCE = 1e-3
DISCRETE = frozenset({"binary", "classes", "one-hot", "multi-hot", "signs", "text"})


@dataclass(slots=True)
class _Columns:
    """What is true of every row seen so far, for targets of several columns."""

    zero_one: bool = True
    one_each: bool = True
    sums_to_one: bool = True
    counts: Any = 0

    def add(self, rows: np.ndarray) -> None:
        if self.zero_one:
            ones = rows == 1
            self.zero_one = bool((ones | (rows == 0)).all())
            self.counts = self.counts + ones.sum(axis=0)
            self.one_each = self.one_each and bool((ones.sum(axis=-1) == 1).all())
        if self.sums_to_one and not self.zero_one:
            near = np.abs(rows.sum(axis=-1, dtype=np.float64) - 1) <= SUM_TOLERANCE
            self.sums_to_one = bool(near.all() and (rows >= 0).all())

    def kind(self, columns: int, whole: bool, integer: bool) -> str:
        if self.zero_one:
            return "one-hot" if self.one_each and columns > 1 else "multi-hot"
        if self.sums_to_one and columns > 1:
            return "probabilities"
        return "other" if whole and integer else "continuous"


@dataclass(frozen=True, slots=True)
class Target:
    """The facts of one target array, and a 64-bit hash of each of its rows."""

    facts: TargetFacts
    hashes: np.ndarray


@dataclass(slots=True)
class _Seen:
    """One pass over a target array."""

    moments: Moments
    columns: _Columns = field(default_factory=_Columns)
    values: list[np.ndarray] = field(default_factory=list)
    hashes: list[np.ndarray] = field(default_factory=list)
    rows: int = 0
    shape: tuple[int, ...] = ()
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))


def _look(leaf: Any, keep: Keep) -> _Seen:
    seen: _Seen | None = None
    cells = 1
    for start, rows in chunks(leaf, keep):
        if seen is None:
            cells = int(np.prod(rows.shape[1:]))
            seen = _Seen(Moments(cells <= MAX_FEATURES), shape=rows.shape[1:], dtype=rows.dtype)
        flat = laid_flat(rows)
        seen.rows += len(rows)
        seen.hashes.append(hash_rows(rows))
        if cells == 1 or not numeric(rows):
            seen.values.append(flat)
        if numeric(rows):
            seen.moments.add(start, flat)
            if cells != 1:
                seen.columns.add(rows)
    return seen or _Seen(Moments(False))


def _fills(distinct: np.ndarray, rows: int) -> bool:
    """Whether the values fill a range from -1, 0 or 1 upwards as evenly drawn labels would."""
    low, high = float(distinct[0]), float(distinct[-1])
    labels = high - low + 1
    if low not in (-1, 0, 1) or labels > 1e6:
        return False
    expected = -labels * np.expm1(rows * np.log1p(-1 / labels)) if labels > 1 else 1.0
    return len(distinct) >= FILLED * expected


def column_kind(
    values: np.ndarray, *, integer: bool, class_targets: bool | None = None
) -> tuple[str, np.ndarray, np.ndarray]:
    """The kind of one column of finite numbers, with its distinct values and their counts.

    Args:
        values: (rows,) finite numbers.
        integer: whether the user's own dtype is of whole numbers or truth values.
        class_targets: True where the loss treats the column as class labels, False where it
            treats it as a number, None where that is not known.
    """
    distinct, counts = np.unique(values, return_counts=True)
    rows = len(values)
    if not rows:
        return "other", distinct, counts
    if np.isin(distinct, (0, 1)).all():
        return "binary", distinct, counts
    if np.array_equal(distinct, (-1, 1)):
        return "signs", distinct, counts
    if class_targets is False or not (np.rint(distinct) == distinct).all():
        return "continuous", distinct, counts
    often = rows >= 2 * len(distinct)
    labels = (len(distinct) <= FEW and often) or (
        (often or integer) and _fills(distinct, rows) and (integer or len(distinct) <= 1000)
    )
    return ("classes" if labels or class_targets else "continuous"), distinct, counts


def _text_kind(values: np.ndarray) -> tuple[str, Mapping[str, int], int | None]:
    """ "text" with its labels where all values are texts, else "other"."""
    flat = values.ravel().tolist()
    if values.dtype.kind not in "USOT" or not all(isinstance(v, (str, bytes)) for v in flat):
        return "other", {}, None
    names = [v.decode(errors="replace") if isinstance(v, bytes) else v for v in flat]
    labels, counts = np.unique(np.array(names, dtype=object), return_counts=True)
    few = len(labels) <= max(FEW, len(names) // 2)
    counted = dict(zip(labels.tolist(), counts.tolist(), strict=True)) if few else {}
    return "text", counted, len(labels)


def _kind(seen: _Seen, class_targets: bool | None) -> tuple[str, Mapping[str, int], int | None]:
    """Kind, rows of each class, and number of distinct values."""
    integer = seen.dtype.kind in "bui"
    if seen.values and seen.dtype.kind not in "buif":
        return _text_kind(np.concatenate(seen.values))
    if seen.values:
        column = np.concatenate(seen.values).ravel()
        if seen.dtype.kind == "f":
            column = column[np.isfinite(column)]
        kind, distinct, counts = column_kind(column, integer=integer, class_targets=class_targets)
        named = zip(distinct.tolist(), counts.tolist(), strict=True)
        counted = {str(int(v)): n for v, n in named} if kind in DISCRETE else {}
        return kind, counted, len(distinct)
    if not seen.rows or not np.any(np.asarray(seen.moments.count) > 0):
        return "other", {}, None
    if len(seen.shape) > 1:
        return _positions_kind(seen, integer), {}, None
    kind = seen.columns.kind(seen.shape[-1], seen.moments.whole, integer)
    if kind not in DISCRETE:
        return kind, {}, None
    return kind, {str(i): int(n) for i, n in enumerate(seen.columns.counts)}, None


def _positions_kind(seen: _Seen, integer: bool) -> str:
    """Targets with positions (sequences, images): one-hot labels at each, numbers, or other."""
    columns = seen.columns
    if columns.zero_one and columns.one_each and seen.shape[-1] > 1:
        return "one-hot"
    return "other" if integer or columns.zero_one else "continuous"


def look_at_target(
    name: str, leaf: Any, *, keep: Keep = None, class_targets: bool | None = None
) -> Target:
    """Facts and row hashes of one target array (rows, ...) of any library; see `column_kind` for
    `class_targets`. Labels are counted for columns and rows, not for positions in a sequence or
    image."""
    seen = _look(leaf, keep)
    kind, counted, distinct = _kind(seen, class_targets)
    hashes = np.concatenate(seen.hashes) if seen.hashes else np.empty(0, np.uint64)
    moments = seen.moments
    facts = TargetFacts(
        name=name,
        shape=seen.shape,
        dtype=dtype_name(leaf, seen.dtype),
        kind=kind,
        rows_seen=seen.rows,
        non_finite=moments.non_finite,
        **moments.overall,
        variance=moments.variance,
        whole_numbers=numeric(np.empty(0, seen.dtype)) and moments.whole and bool(seen.rows),
        distinct=distinct,
        class_counts=counted,
    )
    return Target(facts, hashes)


def target_kind(y: np.ndarray, *, class_targets: bool | None = None) -> str:
    """The kind of a target array, as in `TargetFacts`."""
    return look_at_target("", y, class_targets=class_targets).facts.kind
