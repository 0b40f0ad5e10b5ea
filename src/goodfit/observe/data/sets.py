"""The rows that the user handed to `fit`, as facts.

Whole arrays are looked at, a chunk at a time; beyond `budget_cells` numbers, evenly spaced blocks
of rows. Rows are compared by 64-bit hashes (`statistics.hash_rows`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from goodfit.facts import ArrayFacts, SetFacts
from goodfit.observe.data.array_errors import STREAMS, check_arrays
from goodfit.observe.data.arrays import (
    Keep,
    cells_of_row,
    chunks,
    dtype_name,
    flatten,
    rows_of,
    take,
)
from goodfit.observe.data.duplicates import (
    BUDGET_CELLS,
    accuracy_ceiling,
    join,
    kept,
    repeats,
    row_numbers,
    split_facts,
)
from goodfit.observe.data.kinds import input_kind
from goodfit.observe.data.order import Order, mean_correlation
from goodfit.observe.data.padding import padding
from goodfit.observe.data.statistics import MAX_FEATURES, Moments, hash_rows, numeric, quartiles
from goodfit.observe.data.targets import DISCRETE, Target, look_at_target

__all__ = ["BUDGET_CELLS", "check_arrays", "set_facts", "split_facts"]

SAMPLE_ROWS = 2048
SAMPLE_CELLS = 1_000_000
"""Numbers that quantiles, padding and types of objects are taken from."""


class _Sampled(TypedDict, total=False):
    """The fields of `ArrayFacts` that come from a random sample of the rows."""

    feature_q25: tuple[float, ...]
    feature_median: tuple[float, ...]
    feature_q75: tuple[float, ...]
    pad_share: float | None
    pad_side: str | None
    object_types: tuple[str, ...]


def _sampled(leaf: Any, rows: np.ndarray, kind: str, per_column: bool) -> _Sampled:
    """What is taken from a random sample of `leaf`, out of the `rows` looked at."""
    wanted = max(1, min(SAMPLE_ROWS, SAMPLE_CELLS // cells_of_row(leaf)))
    if len(rows) > wanted:
        rng = np.random.default_rng(0)
        rows = np.sort(rng.choice(rows, wanted, replace=False))
    found = _Sampled()
    padded = kind in ("tokens", "sequence")
    if not len(rows) or not (per_column or padded or kind in ("text", "other")):
        return found
    some = take(leaf, rows)
    if some.dtype.kind == "O":
        found["object_types"] = tuple(sorted({type(value).__name__ for value in some.flat}))
    if not numeric(some):
        return found
    if per_column:
        found["feature_q25"], found["feature_median"], found["feature_q75"] = quartiles(some)
    if padded and some.ndim >= 2:
        found["pad_share"], found["pad_side"] = padding(some)
    return found


@dataclass(frozen=True, slots=True)
class _Input:
    """Facts of one input array, the hash of each row looked at, and what its order shows."""

    facts: ArrayFacts
    hashes: np.ndarray
    order: Order


def _input_facts(name: str, leaf: Any, keep: Keep, tokens: frozenset[str] | None) -> _Input:
    shape = tuple(int(size) for size in getattr(leaf, "shape", None) or np.shape(leaf))[1:]
    per_column = len(shape) == 1 and shape[0] <= MAX_FEATURES
    moments, hashes, order = Moments(per_column), [np.empty(0, np.uint64)], Order()
    first = np.empty((0, *shape), np.float32)
    for start, rows in chunks(leaf, keep):
        first = first if len(first) else rows
        hashes.append(hash_rows(rows))
        if numeric(rows):
            moments.add(start, rows)
            order.add(start, rows)
    hashed = np.concatenate(hashes)
    columns = moments.columns if per_column and numeric(first) and first.size else {}
    kind = input_kind(first, moments, name in (tokens or ()), tokens is None)
    facts = ArrayFacts(
        name=name,
        shape=shape,
        dtype=dtype_name(leaf, first.dtype),
        kind=kind,
        rows_seen=len(hashed),
        non_finite=moments.non_finite,
        first_non_finite=moments.first_non_finite,
        **moments.overall,
        whole_numbers=numeric(first) and moments.whole and len(first) > 0,
        feature_min=columns.get("min", ()),
        feature_max=columns.get("max", ()),
        feature_mean=columns.get("mean", ()),
        feature_std=columns.get("std", ()),
        **_sampled(leaf, row_numbers(rows_of(leaf), keep), kind, bool(columns)),
    )
    return _Input(facts, hashed, order)


def _runs(labels: np.ndarray) -> tuple[float | None, float | None]:
    """The share of neighbours with equal labels, and that expected in random order."""
    n = len(labels)
    if n < 2:
        return None, None
    counts = np.unique(labels, return_counts=True)[1].astype(np.float64)
    expected = float((counts * (counts - 1)).sum() / (n * (n - 1)))
    return float(np.mean(labels[1:] == labels[:-1])), expected


class _Repeated(TypedDict, total=False):
    duplicates: int
    conflicts: int | None
    accuracy_ceiling: float | None


def _repeated(x: list[np.ndarray], targets: list[Target]) -> _Repeated:
    """What equal rows show, as in `SetFacts`; no conflicts where a target is a number, since
    measured numbers differ between equal inputs anyway."""
    rows = join(x)
    if rows is None or not len(rows):
        return {}
    discrete = all(target.facts.kind in DISCRETE for target in targets)
    labels = join([target.hashes for target in targets]) if discrete else None
    if labels is not None and len(labels) != len(rows):
        labels = None
    duplicates, conflicts = repeats(rows, labels)
    ceiling = None if labels is None else accuracy_ceiling(rows, labels) if conflicts else 1.0
    return {"duplicates": duplicates, "conflicts": conflicts, "accuracy_ceiling": ceiling}


class _Ordered(TypedDict, total=False):
    order_correlation: float | None
    target_order_correlation: float | None
    monotone_features: tuple[tuple[int, int], ...]


def _ordered(inputs: list[_Input], y: Any, targets: list[Target], keep: Keep) -> _Ordered:
    """What the order of rows shows, as in `SetFacts`."""
    numbers = []
    for (_, leaf), target in zip(flatten(y), targets, strict=True):
        if target.facts.kind == "continuous":
            numbers.append(Order())
            for start, rows in chunks(leaf, keep):
                numbers[-1].add(start, rows)
    found = [(i, one) for i, one in enumerate(inputs) if len(one.facts.shape) <= 1]
    return {
        "order_correlation": mean_correlation([one.order for one in inputs]),
        "target_order_correlation": mean_correlation(numbers),
        "monotone_features": tuple((i, c) for i, one in found for c in one.order.monotone),
    }


def _non_finite(weights: Any) -> int:
    """Weights that are NaN or infinite."""
    found = 0
    for _, leaf in flatten(weights):
        for _, rows in chunks(leaf):
            if rows.dtype.kind == "f":
                found += int(rows.size - np.count_nonzero(np.isfinite(rows)))
    return found


def set_facts(
    role: str,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    source: str,
    rows: int | None,
    sampled: bool = False,
    budget_cells: int = BUDGET_CELLS,
    token_inputs: frozenset[str] | None = None,
    class_targets: bool | None = None,
) -> SetFacts:
    """Facts of one set of rows.

    Args:
        role: "train" or "validation".
        x: an array (rows, ...) of any library, or a structure of them, in the user's row order.
        y: likewise, or None.
        sample_weight: likewise, or None.
        source: what the user handed over, as `arrays.source_of` names it.
        rows: rows of the whole set; None for a stream of unknown length.
        sampled: whether `x` and `y` are a sample of the set; their row order then means nothing.
        budget_cells: numbers of x, and of y, to look at; beyond it, blocks of rows.
        token_inputs: names of the inputs that feed an embedding; None where that is not known, and
            then whole numbers that look like tokens are taken for tokens.
        class_targets: whether the loss takes targets for class labels; None where not known.
    """
    keep = kept(x, budget_cells)
    inputs = [_input_facts(name, leaf, keep, token_inputs) for name, leaf in flatten(x)]
    targets = [
        look_at_target(name, leaf, keep=keep, class_targets=class_targets)
        for name, leaf in flatten(y)
    ]
    ordered = bool(targets) and targets[0].facts.kind in DISCRETE and not sampled
    runs, runs_expected = _runs(targets[0].hashes) if ordered else (None, None)
    return SetFacts(
        role=role,
        source=source,
        rows=rows,
        rows_seen=inputs[0].facts.rows_seen if inputs else 0,
        sampled=sampled or keep is not None,
        inputs=tuple(one.facts for one in inputs),
        targets=tuple(target.facts for target in targets),
        sample_weights=sample_weight is not None,
        non_finite_weights=_non_finite(sample_weight),
        label_runs=runs,
        label_runs_expected=runs_expected,
        **_repeated([one.hashes for one in inputs], targets),
        **(_Ordered() if sampled or source in STREAMS else _ordered(inputs, y, targets, keep)),
    )
