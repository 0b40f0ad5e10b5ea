"""drop-leaked-rows: no training row that is also a validation row.

Does: drops training rows whose features equal those of a validation or test row, bit by bit; the
held-out rows stay, so that scores before and after are those of the same rows.
Needs: validation rows.
Does not apply: where no row stands in both sets, or all training rows do.
Source: Barz and Denzler, "Do we train on test data? Purging CIFAR of near-duplicates" (2020).
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Rows, leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError


def drop_leaked_rows(recipe: Recipe) -> Recipe:
    """The recipe without the training rows that are held out as well."""
    train, data = recipe.data.train, recipe.data
    held = [rows for rows in (data.validation, data.test) if rows is not None]
    if not held:
        raise DoesNotApplyError("there are no validation rows")
    kinds = _kinds([train, *held])
    known = {digest for rows in held for digest in _digests(rows, kinds)}
    leaked = np.array([digest in known for digest in _digests(train, kinds)], dtype=bool)
    if not leaked.any():
        raise DoesNotApplyError("no training row equals a held-out row")
    if leaked.all():
        raise DoesNotApplyError("every training row equals a held-out row")
    return recipe.with_train(train.at(np.flatnonzero(~leaked)))


def _kinds(sets: list[Rows]) -> list[np.dtype[Any] | None]:
    """For each array of features: what to compare its values as; None for texts and objects. Sets
    that hold it in unlike kinds are compared as Keras will see them."""
    found: list[np.dtype[Any] | None] = []
    for arrays in zip(*(list(leaves(rows.x)) for rows in sets), strict=True):
        kinds = {np.asarray(array).dtype for array in arrays}
        numbers = all(kind.kind in "fiub" for kind in kinds)
        same = next(iter(kinds)) if len(kinds) == 1 else np.dtype("float32")
        found.append(same if numbers else None)
    return found


def _digests(rows: Rows, kinds: list[np.dtype[Any] | None]) -> list[bytes]:
    """A digest of every row's features."""
    found = [hashlib.blake2b(digest_size=16) for _ in range(rows.count)]
    for leaf, kind in zip(leaves(rows.x), kinds, strict=True):
        values = np.asarray(leaf).reshape(rows.count, -1)
        if kind is not None:
            # -0.0 + 0 is 0.0: equal numbers are to have equal bytes.
            values = np.ascontiguousarray(values.astype(kind) + np.zeros((), dtype=kind))
        for digest, row in zip(found, values, strict=True):
            digest.update(repr(row.tolist()).encode() if kind is None else row.tobytes())
    return [digest.digest() for digest in found]


CURE = Cure(id="drop-leaked-rows", kind="data", function=drop_leaked_rows)
