"""scale-targets: numbers to predict, standardised.

Does: subtracts the training targets' mean and divides by their spread, column by column, in all
sets. The model then answers in these units: its predictions are to be multiplied by the spread and
the mean added.
Needs: a regression with one array of targets and answers that can be of any size and sign.
Does not apply: to targets that are of mean 0 and spread 1 about; to losses of positive numbers
(mean squared logarithmic error, Poisson, percentages); behind sigmoid, softmax or relu. A score by
share of variance does not depend on it.
Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.5; Bishop, "Neural
Networks for Pattern Recognition" (1995), section 8.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.recipe import Recipe, map_leaves
from goodfit.remedies.compiled import loss_name
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.head import POSITIVE, head, one_target, task_of
from goodfit.remedies.layers import model_config

CLOSE = 0.05


def scale_targets(recipe: Recipe) -> Recipe:
    """The recipe with standardised targets."""
    if task_of(recipe) != "regression":
        raise DoesNotApplyError("the targets are classes, not numbers")
    if loss_name(recipe) in POSITIVE:
        raise DoesNotApplyError(f"{loss_name(recipe)} has no meaning for negative targets")
    mean, spread = scaling(one_target(recipe))
    if np.all(np.abs(mean) < CLOSE) and np.all(np.abs(spread - 1) < CLOSE):
        raise DoesNotApplyError("the targets are of mean 0 and spread 1 already")
    bounded = _bound(recipe)
    if bounded:
        raise DoesNotApplyError(f"{bounded} cannot answer every number (see output-activation)")

    def change(leaf: Any) -> Any:
        values = np.asarray(leaf, dtype="float64")
        return ((values - mean) / spread).astype("float32")

    return recipe.with_targets(lambda y: map_leaves(change, y))


def scaling(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of every column of the training targets; the spread of a constant one is 1.
    Rows without a finite value do not count."""
    values = np.asarray(y, dtype="float64")
    axes = 0 if values.ndim > 1 else None
    values = np.where(np.isfinite(values), values, np.nan)
    mean, spread = np.nanmean(values, axis=axes), np.nanstd(values, axis=axes)
    return np.asarray(mean), np.asarray(np.where(spread > 0, spread, 1.0))


def _bound(recipe: Recipe) -> str:
    """The activation that keeps the answers from some numbers; "" for none, or none known."""
    if recipe.model.config is None:
        return ""
    try:
        applied = head(model_config(recipe)).activation
    except DoesNotApplyError:
        return ""
    return "" if applied in ("linear", "leaky_relu", "prelu", "own") else applied


CURE = Cure(id="scale-targets", kind="scaling", function=scale_targets)
