"""Images that show the same: copies that were saved again, resized, or lightly retouched.

Where the hashes of two images agree, a close look decides. They must differ little for the contrast
they have; and by chance alone no image of the set would lie that near: so near an image lie
k * (d / d_k)^m others by chance, d_k being the distance to its k-th neighbour and m the dimension
in which its neighbours spread (Levina and Bickel, "Maximum likelihood estimation of intrinsic
dimension", 2004). Digits written by many hands lie close together, but no two as close as that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from goodfit.observe.images.hashes import BITS, agreements, averaging, difference_hashes
from goodfit.observe.images.pixels import Pixels

SIDE = 16
HASH_BITS = 10
PER_IMAGE = 4
LEAST_ROWS = 50
LEAST_CONTRAST = 0.03
UNLIKE = 0.25
UNLIKE_IN_FULL = 0.3
"""The most that two images may differ, in standard deviations of their pixels."""
NEIGHBOURS = 40
CHANCE = 1e-5
"""Pairs that chance may give in all: few, since how the neighbours spread is known roughly only."""
CAUTION = 0.7
"""A dimension is known from forty distances only, and its neighbours may spread in fewer."""
CELLS = 4_000_000
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Views:
    """Images as shares of their range, at most 16 by 16 pixels (rows, cells), the standard
    deviation of each, and their hashes."""

    small: np.ndarray
    contrast: np.ndarray
    hashes: np.ndarray


@dataclass(frozen=True, slots=True)
class Pool:
    """Where copies are looked for: hashes of its images, their row numbers and labels, and how to
    get some of them, as shares of the range, by their places."""

    hashes: np.ndarray
    numbers: np.ndarray
    labels: np.ndarray | None
    fetch: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Alike:
    """How many of the `rows` images looked at show the same as another, how many of those under
    another label (None without labels), and pairs of row numbers, at most ten."""

    count: int
    contradicting: int | None
    rows: int
    examples: tuple[tuple[int, int], ...]


def _small(shares: np.ndarray) -> np.ndarray:
    """Images of at most 16 by 16 pixels, laid flat."""
    height, width = (averaging(size, min(size, SIDE)) for size in shares.shape[1:3])
    planes = np.moveaxis(shares, -1, 1)
    return np.asarray((height @ planes @ width.T).reshape(len(shares), -1))


def views(pixels: Pixels) -> Views:
    """All images of a set, a few at a time."""
    parts = [(_small(shares), difference_hashes(shares)) for shares in pixels.chunks()]
    small, hashes = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Views(small, small.std(axis=1), hashes)


def _candidates(queries: Views, own: np.ndarray, pool: Pool) -> tuple[np.ndarray, np.ndarray]:
    """Places of queries and of images of the pool whose hashes are close, at most four for each
    query: the closest ones. `own` are the queries' row numbers in the pool, -1 for none."""
    place, other, agree = np.empty(0, int), np.empty(0, int), np.empty(0, np.float32)
    least = np.full(len(own), BITS - 2 * HASH_BITS, np.float32)
    for start, block in agreements(queries.hashes, pool.hashes):
        mine, theirs = np.nonzero(block >= least[:, None])
        agrees, theirs = block[mine, theirs], theirs + start
        them = pool.numbers[theirs] != own[mine]
        found = [(place, mine[them]), (other, theirs[them]), (agree, agrees[them])]
        place, other, agree = _closest(*(np.concatenate(pair) for pair in found))
        # who has four already takes closer ones only
        last = np.flatnonzero(np.bincount(place, minlength=len(own)) == PER_IMAGE)
        ends = np.searchsorted(place, last, side="right") - 1
        least[last] = agree[ends] + 1
    return place, other


def _closest(
    place: np.ndarray, other: np.ndarray, agree: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The few pairs of each query that agree most, queries in order and the closest first."""
    order = np.lexsort((other, -agree, place))
    place, other, agree = place[order], other[order], agree[order]
    rank = np.arange(len(place)) - np.searchsorted(place, place, side="left")
    few = rank < PER_IMAGE
    return place[few], other[few], agree[few]


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Root mean squares of the differences of rows side by side."""
    return np.asarray(np.sqrt(np.square(first - second).mean(axis=1)))


def _expected(query: np.ndarray, distance: np.ndarray, around: Views, share: float) -> np.ndarray:
    """How many images of the pool lie within `distance` of each query by chance. `around` is a
    sample of the pool, of which it is the part `share`."""
    squares = np.square(query).sum(axis=1)[:, None] + np.square(around.small).sum(axis=1)
    apart = np.sqrt(np.maximum(squares - 2 * query @ around.small.T, 0) / query.shape[1])
    far = min(NEIGHBOURS, len(around.small) // 2)
    near = max(1, far // 4)
    # A query that is in the sample itself is its own first neighbour: its tenth is then its ninth.
    ordered = np.sort(np.partition(apart, far, axis=1)[:, : far + 1], axis=1)
    logs = np.log(np.maximum(ordered[:, [far]], 1e-9) / np.maximum(ordered[:, near:far], 1e-9))
    dimension = CAUTION / np.maximum(logs.mean(axis=1), 1e-3)
    ratio = np.minimum(distance / np.maximum(ordered[:, near], 1e-9), 1.0)
    return np.asarray(near / share * ratio**dimension)


def _alike(
    pixels: Pixels, queries: Views, pairs: tuple[np.ndarray, np.ndarray], pool: Pool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of candidate pairs: distances of the small views, whether both images as they are differ
    little enough, and whether they are the same number for number."""
    distance, little = np.empty(len(pairs[0])), np.zeros(len(pairs[0]), bool)
    exact = np.zeros(len(pairs[0]), bool)
    cells = int(np.prod(pixels.rows.shape[1:]))
    step = max(1, CELLS // max(1, cells))
    for start in range(0, len(pairs[0]), step):
        part = slice(start, start + step)
        place, theirs = pairs[0][part], pool.fetch(pairs[1][part])
        small = _small(theirs)
        distance[part] = _distances(queries.small[place], small)
        contrast = np.minimum(queries.contrast[place], small.std(axis=1))
        close = (contrast > LEAST_CONTRAST) & (distance[part] < UNLIKE * contrast)
        mine = pixels.shares(pixels.rows[place[close]]).reshape(-1, cells)
        other = theirs[close].reshape(-1, cells)
        spread = np.minimum(mine.std(axis=1), other.std(axis=1))
        apart = _distances(mine, other)
        little[np.flatnonzero(close) + start] = apart < UNLIKE_IN_FULL * spread
        exact[np.flatnonzero(close) + start] = apart == 0
    return distance, little, exact


def alike(
    pixels: Pixels,
    queries: Views,
    numbers: np.ndarray,
    labels: np.ndarray | None,
    pool: Pool,
    around: Views,
    *,
    within: bool,
) -> Alike | None:
    """Images that show the same as one of the pool, exact copies left out; None where too few
    images are known to say what is near.

    Args:
        pixels, queries: the images asked about, as they are and as views.
        numbers, labels: their row numbers, and their labels where there are any.
        pool: where to look for others.
        around: views of a sample of the pool.
        within: whether they are of the pool themselves; else one with an exact copy in it is left
            out altogether.
    """
    if len(around.small) < LEAST_ROWS or not len(numbers):
        return None
    own = numbers if within else np.full(len(numbers), -1)
    place, other = _candidates(queries, own, pool)
    distance, little, exact = _alike(pixels, queries, (place, other), pool)
    copied = np.empty(0, int) if within else place[exact]
    left = little & ~exact & ~np.isin(place, copied)
    place, other, distance = place[left], other[left], distance[left]
    if len(place):
        share = len(around.small) / len(pool.hashes)
        expected = _expected(queries.small[place], distance, around, share) * len(numbers)
        place, other, distance = (part[expected < CHANCE] for part in (place, other, distance))
    order = np.lexsort((distance, place))
    found, first = np.unique(place[order], return_index=True)
    match = other[order][first]
    differ = None
    if labels is not None and pool.labels is not None:
        differ = int(np.count_nonzero(labels[found] != pool.labels[match]))
    examples = zip(numbers[found].tolist(), pool.numbers[match].tolist(), strict=True)
    return Alike(len(found), differ, len(numbers), tuple(examples)[:SHOWN])
