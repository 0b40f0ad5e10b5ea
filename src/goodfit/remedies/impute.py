"""impute: numbers where features are not finite.

Does: replaces NaN and infinite features, in every set, by the median of the finite values of that
feature (that channel of images) among the training rows; 0 where there are none.
Needs: features that are floats.
Does not apply: where all features are finite; to targets, which cannot be made up.
Source: Little and Rubin, "Statistical analysis with missing data" (2019), section 4.2, for what it
does to variances.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.features import rewritten


def impute(recipe: Recipe) -> Recipe:
    """The recipe with finite features."""
    data = recipe.data
    sets = [rows for rows in (data.train, data.validation, data.test) if rows is not None]
    if all(_finite(leaf) for rows in sets for leaf in leaves(rows.x)):
        raise DoesNotApplyError("all features are finite")
    changes = [partial(_filled, medians=_medians(leaf)) for leaf in leaves(data.train.x)]

    def written(x: Any) -> Any:
        return rewritten(x, changes)

    return recipe.with_inputs(written)


def _finite(leaf: np.ndarray) -> bool:
    return leaf.dtype.kind != "f" or bool(np.isfinite(leaf).all())


def _medians(leaf: np.ndarray) -> np.ndarray:
    """Median of the finite values by feature, shape (features,); () for arrays of one axis."""
    if leaf.dtype.kind != "f":
        return np.zeros(())
    values = np.where(np.isfinite(leaf), leaf, np.nan)
    axes = tuple(range(max(values.ndim - 1, 1)))
    with warnings.catch_warnings():
        # A feature without any finite value.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = np.nanmedian(values, axis=axes)
    return np.asarray(np.nan_to_num(found, nan=0.0))


def _filled(leaf: np.ndarray, *, medians: np.ndarray) -> np.ndarray:
    if leaf.dtype.kind != "f":
        return leaf
    return np.asarray(np.where(np.isfinite(leaf), leaf, medians), dtype=leaf.dtype)


CURE = Cure(id="impute", kind="data", function=impute, rewrites_inputs=True)
