"""Copies among the images of a fit: within each set, and validation images that training has."""

from __future__ import annotations

import numpy as np

from goodfit.observe.data.arrays import chunks, rows_of, take
from goodfit.observe.data.duplicates import kept, row_numbers
from goodfit.observe.images.alike import Alike, Pool, alike
from goodfit.observe.images.hashes import difference_hashes
from goodfit.observe.images.pixels import input_called, upright
from goodfit.observe.images.sets import ImageSet

CELLS = 40_000_000
"""Numbers of the user's arrays among which copies are looked for; beyond it, blocks of rows."""


def sampled_pool(one: ImageSet) -> Pool:
    """The sample of a set, as a place to look for copies."""
    pixels, seen = one.pixels, one.views
    hashes = seen.hashes if seen is not None else np.empty(0, np.uint64)
    return Pool(hashes, one.numbers, one.part.labels, lambda some: pixels.shares(pixels.rows[some]))


def pool_of(one: ImageSet, name: str) -> Pool:
    """All images of a set where they are arrays, else the sample."""
    pixels, part = one.pixels, one.part
    leaf = None if part.whole is None else input_called(part.whole, name)
    if leaf is None or rows_of(leaf) <= len(pixels.rows):
        return sampled_pool(one)
    keep = kept(leaf, CELLS)
    numbers = row_numbers(rows_of(leaf), keep)

    def shares(rows: np.ndarray) -> np.ndarray:
        standing = upright(rows)
        if standing is None:
            raise ValueError(f"rows of shape {rows.shape[1:]} are no images")
        return pixels.shares(standing)

    hashes = np.concatenate([difference_hashes(shares(rows)) for _, rows in chunks(leaf, keep)])
    labels = None if part.whole_labels is None else part.whole_labels[numbers]
    return Pool(hashes, numbers, labels, lambda some: shares(take(leaf, numbers[some])))


def twins(one: ImageSet, pool: Pool, among: ImageSet, *, within: bool) -> Alike | None:
    """Images of `one` that show the same as an image of `pool`, of which `among` is a sample; None
    where the two sets cannot be compared."""
    alike_shapes = one.pixels.rows.shape[1:] == among.pixels.rows.shape[1:]
    if not alike_shapes or one.views is None or among.views is None:
        return None
    return alike(
        one.pixels, one.views, one.numbers, one.part.labels, pool, among.views, within=within
    )
