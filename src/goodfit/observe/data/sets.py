"""The rows that the user handed to `fit`, as facts.

Whole arrays are looked at, a chunk at a time; beyond `budget_cells` numbers, evenly spaced blocks
of rows. Rows are compared by 64-bit hashes (`statistics.hash_rows`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.facts import ArrayFacts, SetFacts
from goodfit.observe.data.array_errors import check_arrays
from goodfit.observe.data.arrays import Keep, chunks, dtype_name, flatten
from goodfit.observe.data.duplicates import BUDGET_CELLS, join, kept, repeats, split_facts
from goodfit.observe.data.kinds import input_kind
from goodfit.observe.data.statistics import MAX_FEATURES, Moments, hash_rows, numeric
from goodfit.observe.data.targets import DISCRETE, Target, look_at_target

__all__ = ["BUDGET_CELLS", "check_arrays", "set_facts", "split_facts"]


def _input_facts(
    name: str, leaf: Any, keep: Keep, tokens: frozenset[str] | None
) -> tuple[ArrayFacts, np.ndarray]:
    """Facts of one input array, and the hash of each row looked at."""
    shape = tuple(int(size) for size in getattr(leaf, "shape", None) or np.shape(leaf))[1:]
    per_column = len(shape) == 1 and shape[0] <= MAX_FEATURES
    moments, hashes = Moments(per_column), [np.empty(0, np.uint64)]
    first = np.empty((0, *shape), np.float32)
    for start, rows in chunks(leaf, keep):
        first = first if len(first) else rows
        hashes.append(hash_rows(rows))
        if numeric(rows):
            moments.add(start, rows)
    hashed = np.concatenate(hashes)
    columns = moments.columns if per_column and numeric(first) and first.size else {}
    facts = ArrayFacts(
        name=name,
        shape=shape,
        dtype=dtype_name(leaf, first.dtype),
        kind=input_kind(first, moments, name in (tokens or ()), tokens is None),
        rows_seen=len(hashed),
        non_finite=moments.non_finite,
        first_non_finite=moments.first_non_finite,
        **moments.overall,
        whole_numbers=numeric(first) and moments.whole and len(first) > 0,
        feature_min=columns.get("min", ()),
        feature_max=columns.get("max", ()),
        feature_mean=columns.get("mean", ()),
        feature_std=columns.get("std", ()),
    )
    return facts, hashed


def _runs(labels: np.ndarray) -> tuple[float | None, float | None]:
    """The share of neighbours with equal labels, and that expected in random order."""
    n = len(labels)
    if n < 2:
        return None, None
    counts = np.unique(labels, return_counts=True)[1].astype(np.float64)
    expected = float((counts * (counts - 1)).sum() / (n * (n - 1)))
    return float(np.mean(labels[1:] == labels[:-1])), expected


def _repeated(x: list[np.ndarray], targets: list[Target]) -> tuple[int | None, int | None]:
    """Duplicates and conflicts, as in `SetFacts`; no conflicts where a target is a number, since
    measured numbers differ between equal inputs anyway."""
    rows = join(x)
    if rows is None or not len(rows):
        return None, None
    discrete = all(target.facts.kind in DISCRETE for target in targets)
    labels = join([target.hashes for target in targets]) if discrete else None
    if labels is not None and len(labels) != len(rows):
        labels = None
    return repeats(rows, labels)


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
    duplicates, conflicts = _repeated([hashes for _, hashes in inputs], targets)
    return SetFacts(
        role=role,
        source=source,
        rows=rows,
        rows_seen=inputs[0][0].rows_seen if inputs else 0,
        sampled=sampled or keep is not None,
        inputs=tuple(facts for facts, _ in inputs),
        targets=tuple(target.facts for target in targets),
        sample_weights=sample_weight is not None,
        non_finite_weights=_non_finite(sample_weight),
        label_runs=runs,
        label_runs_expected=runs_expected,
        duplicates=duplicates,
        conflicts=conflicts,
    )
