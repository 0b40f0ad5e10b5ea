"""Held-out rows: which choose, and which only confirm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from goodfit.recipe import Recipe, Rows, map_leaves
from goodfit.results import Protocol

SPLIT_SEED = 20_240_229
"""One split for all studies, so that the same data are always cut alike."""


def choosing_rows(rows: int, share: float) -> np.ndarray:
    """A mask of shape (rows,): True for the rows that choose."""
    order = np.random.default_rng(SPLIT_SEED).permutation(rows)
    mask = np.zeros(rows, dtype=bool)
    mask[order[: round(share * rows)]] = True
    return mask


class Cutter:
    """Cuts the validation rows of recipes in two. Arrays that recipes share stay shared."""

    def __init__(self, protocol: Protocol) -> None:
        self._share = protocol.choosing_share
        self._cut: dict[tuple[int, bool], tuple[np.ndarray, np.ndarray]] = {}

    def __call__(self, recipe: Recipe) -> Recipe:
        """The recipe with the choosing rows as its validation rows, and the confirming ones as its
        test rows: what stops a trial early chooses too, so it must not see the others.

        Unchanged where the recipe has test rows, which then confirm, or no validation rows.
        """
        data = recipe.data
        if data.validation is None or data.test is not None or self._share >= 1:
            return recipe
        parts = [self._part(data.validation, chooses) for chooses in (True, False)]
        return replace(recipe, data=replace(data, validation=parts[0], test=parts[1]))

    def _part(self, rows: Rows, chooses: bool) -> Rows:
        mask = choosing_rows(rows.count, self._share) == chooses

        def part(leaf: np.ndarray) -> np.ndarray:
            known = self._cut.get((id(leaf), chooses))
            if known is None:
                # The array is kept with its part, so that its id stays its own.
                known = self._cut[id(leaf), chooses] = (leaf, leaf[mask])
            return known[1]

        return _mapped(part, rows)


def _mapped(change: Callable[[np.ndarray], np.ndarray], rows: Rows) -> Rows:
    return Rows(
        x=map_leaves(change, rows.x),
        y=map_leaves(change, rows.y),
        weight=map_leaves(change, rows.weight),
    )
