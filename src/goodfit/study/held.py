"""Held-out rows: which choose, and which only confirm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from goodfit.recipe import Recipe, Rows, map_leaves
from goodfit.results import Protocol
from goodfit.study.scores import held_classes

SPLIT_SEED = 20_240_229
"""One split for all studies, so that the same data are always cut alike."""


def choosing_rows(rows: int, share: float, classes: np.ndarray | None = None) -> np.ndarray:
    """A mask of shape (rows,): True for the rows that choose; of every class the same share where
    `classes` says that of each row."""
    order = np.random.default_rng(SPLIT_SEED).permutation(rows)
    mask = np.zeros(rows, dtype=bool)
    if classes is None:
        mask[order[: round(share * rows)]] = True
        return mask
    # Class after class, every second row (of a half) is taken.
    order = order[np.argsort(classes[order], kind="stable")]
    steps = np.floor(np.arange(rows + 1) * share)
    mask[order[np.diff(steps) > 0]] = True
    return mask


class Cutter:
    """Cuts the validation rows of recipes in two. Arrays that recipes share stay shared."""

    def __init__(self, protocol: Protocol) -> None:
        self._share, self._measure = protocol.choosing_share, protocol.measure
        self._masks: dict[int, np.ndarray] = {}
        self._cut: dict[tuple[int, bool], tuple[np.ndarray, np.ndarray]] = {}

    def __call__(self, recipe: Recipe) -> Recipe:
        """The recipe with the choosing rows as its validation rows, and the confirming ones as its
        test rows: what stops a trial early chooses too, so it must not see the others.

        Unchanged where the recipe has test rows, which then confirm, or no validation rows.
        """
        data = recipe.data
        if data.validation is None or data.test is not None or self._share >= 1:
            return recipe
        mask = self._masks.get(data.validation.count)
        if mask is None:
            # Recipes that write the classes another way are cut as the first one is.
            classes = held_classes(self._measure, recipe.task, data.validation)
            mask = choosing_rows(data.validation.count, self._share, classes)
            self._masks[data.validation.count] = mask
        parts = [self._part(data.validation, mask == chooses, chooses) for chooses in (True, False)]
        return replace(recipe, data=replace(data, validation=parts[0], test=parts[1]))

    def _part(self, rows: Rows, mask: np.ndarray, chooses: bool) -> Rows:
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
