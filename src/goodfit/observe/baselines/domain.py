"""A classifier that tries to tell validation from training rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from goodfit.observe.baselines.design import table_of
from goodfit.observe.baselines.learners import class_trees
from goodfit.observe.baselines.threads import one_thread
from goodfit.observe.data.arrays import flatten, rows_of, take
from goodfit.observe.data.drift import blurred, spread_of
from goodfit.observe.data.statistics import hash_rows

MAX_ROWS = 1024
LEAST_ROWS = 40
FOLDS = 3
TREES = 16


def area_under_curve(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The chance that a score of `second` is above one of `first` (ties count half), and its
    standard error (DeLong, DeLong and Clarke-Pearson 1988)."""

    def above(scores: np.ndarray, others: np.ndarray) -> np.ndarray:
        ordered = np.sort(others)
        places = [np.searchsorted(ordered, scores, side) for side in ("left", "right")]
        return np.asarray((places[0] + places[1]) / (2 * len(others)))

    ahead, behind = above(second, first), 1 - above(first, second)
    variance = ahead.var(ddof=1) / len(second) + behind.var(ddof=1) / len(first)
    return float(ahead.mean()), math.sqrt(float(variance))


def _some(x: Any, rng: np.random.Generator) -> Any:
    """Random rows without those that repeat an earlier one: copies within a set would be told by
    heart."""
    n = rows_of(x)
    chosen = take(x, np.sort(rng.choice(n, min(n, 2 * MAX_ROWS), replace=False)))
    hashes = np.stack([hash_rows(leaf) for _, leaf in flatten(chosen)], axis=1)
    first = np.unique(hash_rows(hashes), return_index=True)[1]
    return take(chosen, np.sort(rng.permutation(first)[:MAX_ROWS]))


def domain_auc(
    train_x: Any,
    val_x: Any,
    *,
    token_inputs: frozenset[str] | None = None,
    seed: int = 0,
) -> tuple[float, float] | None:
    """How well a small forest tells validation from training rows that it was not fitted on: the
    area under its curve (0.5: not at all), with its standard error.

    Args:
        train_x, val_x: arrays (rows, ...) or structures of them; as many random rows of each are
            taken as the smaller one has, at most 1,024, without repeated rows.
        token_inputs: names of inputs that feed an embedding; None where not known.
        seed: of that choice, the folds and the forests.

    Returns:
        None with fewer than 40 rows of a set, or inputs that simple learners cannot take.
    """
    rng = np.random.default_rng(seed)
    if min(rows_of(train_x), rows_of(val_x)) < LEAST_ROWS:
        return None
    first, second = _some(train_x, rng), _some(val_x, rng)
    n = min(rows_of(first), rows_of(second))
    if n < LEAST_ROWS:
        return None
    parts = [take(x, np.sort(rng.permutation(rows_of(x))[:n])) for x in (first, second)]
    table = table_of(parts[0], parts[1], token_inputs=token_inputs, seed=seed)
    if isinstance(table, str):
        return None
    spreads = spread_of(table.train_wide)
    sides = (table.train_wide, table.other_wide)
    rows = np.concatenate([blurred(side, spreads, seed + at) for at, side in enumerate(sides)])
    wanted = np.eye(2)[np.repeat([0, 1], n)]
    folds = np.concatenate([rng.permutation(n) % FOLDS for _ in range(2)])
    scores = np.empty(2 * n)
    with one_thread():
        for fold in range(FOLDS):
            held = folds == fold
            answer = class_trees(rows[~held], rows[held], seed, TREES)
            scores[held] = answer(wanted[~held])[:, 1]
    return area_under_curve(scores[:n], scores[n:])
