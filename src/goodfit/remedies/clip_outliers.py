"""clip-outliers: no feature far outside the bulk of the training rows.

Does: clips every feature, in every set, to the quantiles `share` and 1 - `share` of the training
rows.
Needs: a table of measured numbers.
Does not apply: to images, sequences, token ids and texts; to whole numbers of two values; where
nothing lies outside.
Source: Tukey, "The future of data analysis" (1962), on winsorising.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import rewritten, table

FLAGS = 2
"""Features of no more distinct values are yes or no, and rare ones are no outliers."""


def clip_outliers(recipe: Recipe, share: float) -> Recipe:
    """The recipe with a share `share`, in (0, 0.5), of each feature's training values clipped at
    either end."""
    features = table(recipe)
    if any(done.id == "clip-outliers" for done in recipe.remedies):
        raise DoesNotApplyError("the features are clipped already")
    low, high = np.nanquantile(features, [share, 1 - share], axis=0, method="nearest")
    flags = [len(np.unique(column)) <= FLAGS for column in features.T]
    low = np.where(flags, features.min(axis=0), low)
    high = np.where(flags, features.max(axis=0), high)
    if not ((features < low) | (features > high)).any():
        raise DoesNotApplyError("no training row has a feature outside these quantiles")
    change = partial(_clipped, low=low, high=high)

    def written(x: Any) -> Any:
        return rewritten(x, [change])

    return recipe.with_inputs(written)


def _clipped(leaf: np.ndarray, *, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(leaf, low, high), dtype=leaf.dtype)


CURE = Cure(
    id="clip-outliers",
    kind="data",
    function=clip_outliers,
    parameters=(Parameter(name="share", default=1e-3, low=1e-4, high=5e-2, log=True),),
    rewrites_inputs=True,
)
