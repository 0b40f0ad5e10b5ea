"""Rows that are almost equal: measured twice, copied with a little noise, or scaled apart.

What is almost equal depends on how densely the rows lie there: two rows are near each other if
their distance is under a hundredth of that to the tenth nearest training row. So near a row, chance
alone puts 10 * 0.01^d others, d the number of dimensions in which rows really differ: one in 10^5
rows for three, hardly any for more, whatever the density. Rows that are copied up to nine times
are still found.

Pairs are looked for in a random projection onto a few directions, which brings rows closer
together but not much further apart, and are then measured in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import rows_of, take
from goodfit.observe.data.duplicates import MAX_EXAMPLES, kept, paired, row_numbers
from goodfit.observe.data.statistics import laid_flat, numeric

NEAR = 0.01
RANK = 10
DIRECTIONS = 8
STRETCH = 2.0
"""A projection makes fewer than one distance in 10^4 longer than this."""
ROUNDING = 0.01
MAX_QUERIES = 2048
LANDMARKS = 1024
PROBES = 256
PER_ROW = 4
CELLS = 40_000_000
MAX_WIDTH = 20_000
LEAST_ROWS = 50
CONTINUOUS = 3
"""Columns of many values that there must be: with fewer, rows are near each other by chance."""
FEW_VALUES = 20


@dataclass(frozen=True, slots=True)
class Near:
    """Rows of one set almost equal to a row of the other: how many of the `rows` looked at, and
    pairs of row numbers, at most ten."""

    count: int
    rows: int
    examples: tuple[tuple[int, int], ...]


def _table(leaves: list[Any], index: np.ndarray) -> np.ndarray:
    """Rows `index` of several arrays side by side: float32 (rows, columns)."""
    parts = [laid_flat(take(leaf, index)).astype(np.float32) for leaf in leaves]
    found = np.concatenate(parts, axis=1)
    return np.where(np.isfinite(found), found, np.float32(0))


@dataclass(frozen=True, slots=True)
class _Space:
    """Training rows to measure distances by: `landmarks` are some of them, standardised."""

    leaves: list[Any]
    usable: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    directions: np.ndarray
    landmarks: np.ndarray
    rank: int

    def rows(self, leaves: list[Any], index: np.ndarray) -> np.ndarray:
        """Rows `index` in training standard deviations: float32 (rows, columns)."""
        return np.asarray((_table(leaves, index)[:, self.usable] - self.mean) / self.scale)

    def projected(self, leaves: list[Any], numbers: np.ndarray) -> np.ndarray:
        """Rows on the few directions, a cache's worth at a time."""
        step = max(1, 1_000_000 // max(1, len(self.usable)))
        found = [
            self.rows(leaves, numbers[start : start + step]) @ self.directions
            for start in range(0, len(numbers), step)
        ]
        return np.concatenate(found)

    def reach(self, rows: np.ndarray, beyond: np.ndarray) -> np.ndarray:
        """The distance (rows,) to about the tenth nearest training row, those within `beyond`
        left out; 0 where it is too small to be known."""
        squares = np.square(rows).sum(axis=1)[:, None] + np.square(self.landmarks).sum(axis=1)
        distances = np.sqrt(np.maximum(squares - 2 * rows @ self.landmarks.T, 0))
        distances[distances <= beyond[:, None] * 1.001] = np.inf
        place = min(self.rank, distances.shape[1]) - 1
        found = np.partition(distances, place, axis=1)[:, place]
        # sums in single precision may leave this much of a distance of nothing
        rounding = ROUNDING * np.sqrt(np.square(rows).sum(axis=1))
        return np.where(np.isfinite(found) & (found > rounding), found, 0.0)


def _continuous(table: np.ndarray, tokens: np.ndarray) -> int:
    """Columns with many values, tokens left out; counting ends once there are enough."""
    found = 0
    for column in np.flatnonzero(~tokens):
        found += len(np.unique(table[:, column])) > FEW_VALUES
        if found >= CONTINUOUS:
            break
    return found


def _space(leaves: list[Any], kinds: tuple[str, ...], rng: np.random.Generator) -> _Space | None:
    """None where near rows mean nothing: texts, few rows, or columns of few values only."""
    rows = rows_of(leaves[0])
    if rows < LEAST_ROWS:
        return None
    first = [laid_flat(take(leaf, slice(0, 1))) for leaf in leaves]
    if not all(numeric(one) for one in first) or sum(one.shape[1] for one in first) > MAX_WIDTH:
        return None
    some = _table(leaves, np.sort(rng.choice(rows, min(rows, LANDMARKS), replace=False)))
    known = (*kinds, *[""] * len(leaves))
    tokens = np.concatenate(
        [np.full(f.shape[1], known[i] == "tokens") for i, f in enumerate(first)]
    )
    scale, mean = some.std(axis=0), some.mean(axis=0)
    usable = np.flatnonzero(np.isfinite(scale) & (scale > 1e-6 * np.abs(mean)))
    if len(usable) < CONTINUOUS or _continuous(some[:, usable], tokens[usable]) < CONTINUOUS:
        return None
    directions = rng.standard_normal((len(usable), DIRECTIONS)) / np.sqrt(DIRECTIONS)
    mean, scale = mean[usable], scale[usable]
    landmarks = (some[:, usable] - mean) / scale
    rank = max(1, min(RANK, round(RANK * len(some) / rows)))
    return _Space(leaves, usable, mean, scale, directions.astype(np.float32), landmarks, rank)


def _pairs(
    space: _Space,
    train: np.ndarray,
    leaves: list[Any],
    queries: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Places in `queries`, and numbers of the training rows, of pairs that may be near."""
    from scipy.spatial import cKDTree

    probes = space.rows(leaves, queries[:: max(1, len(queries) // PROBES)])
    reach = space.reach(probes, np.zeros(len(probes)))
    if not reach.any():
        return np.empty(0, int), np.empty(0, int)
    radius = STRETCH * NEAR * float(np.quantile(reach, 0.95))
    tree = cKDTree(space.projected(space.leaves, train), balanced_tree=False)
    ahead = space.projected(leaves, queries)
    k = min(PER_ROW, len(train))
    _, found = tree.query(ahead, k=k, distance_upper_bound=radius)
    found = found.reshape(len(queries), k)
    place, column = np.nonzero(found < len(train))
    return place, train[found[place, column]]


def _measured(
    space: _Space, leaves: list[Any], queries: np.ndarray, pairs: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Distances of pairs, and the distance under which the first of each counts as near."""
    distances, limits = np.empty(len(pairs[0])), np.empty(len(pairs[0]))
    step = max(1, 1_000_000 // max(1, len(space.usable)))
    for start in range(0, len(pairs[0]), step):
        part = slice(start, start + step)
        rows = space.rows(leaves, queries[pairs[0][part]])
        others = space.rows(space.leaves, pairs[1][part])
        distances[part] = np.sqrt(np.square(rows - others).sum(axis=1))
        limits[part] = NEAR * space.reach(rows, distances[part])
    return distances, limits


def _queries(x: Any, rng: np.random.Generator) -> np.ndarray:
    rows = rows_of(x)
    return np.sort(rng.choice(rows, min(rows, MAX_QUERIES), replace=False))


def near_rows(
    train: Any, other: Any = None, *, kinds: tuple[str, ...] = (), seed: int = 0
) -> Near | None:
    """Rows of `other` almost equal to a training row, exact copies of a training row left out; of
    `train` itself where `other` is None, and then rows almost equal to another row.

    Args:
        train, other: arrays (rows, ...) of any library, or structures of them. Of `other`, a random
            2,048 rows are looked at; of `train`, all, or blocks of them beyond 40 million numbers.
        kinds: the kind of each input, as in `ArrayFacts`.
        seed: of the rows looked at and the projection.

    Returns:
        None where near rows mean nothing: texts, fewer than 50 training rows, fewer than three
        columns of more than 20 values, or sets that do not match.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _near(train, other, kinds, np.random.default_rng(seed))


def _near(train: Any, other: Any, kinds: tuple[str, ...], rng: np.random.Generator) -> Near | None:
    pairs = paired(train, train if other is None else other)
    if not pairs or rows_of(train) < LEAST_ROWS or not rows_of(pairs[0][1]):
        return None
    leaves = [[first for first, _ in pairs], [second for _, second in pairs]]
    widths = [[laid_flat(take(leaf, slice(0, 1))).shape for leaf in part] for part in leaves]
    space = _space(leaves[0], kinds, rng)
    if space is None or widths[0] != widths[1]:
        return None
    if not all(numeric(take(leaf, slice(0, 1))) for leaf in leaves[1]):
        return None
    queries = _queries(leaves[1][0], rng)
    numbers = row_numbers(rows_of(train), kept(train, CELLS))
    place, match = _pairs(space, numbers, leaves[1], queries)
    if other is None:
        apart = queries[place] != match
        place, match = place[apart], match[apart]
    distances, limits = _measured(space, leaves[1], queries, (place, match))
    copied = np.unique(place[distances == 0]) if other is not None else np.empty(0, int)
    near = (distances > 0) & (distances < limits) & ~np.isin(place, copied)
    place, match, distances = place[near], match[near], distances[near]
    order = np.lexsort((distances, place))
    found, first = np.unique(place[order], return_index=True)
    examples = zip(queries[found].tolist(), match[order][first].tolist(), strict=True)
    return Near(len(found), len(queries), tuple(examples)[:MAX_EXAMPLES])
