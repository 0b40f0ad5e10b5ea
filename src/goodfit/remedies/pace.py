"""How many rows a step sees, and how many steps an epoch has."""

from __future__ import annotations

import math

from goodfit.recipe import Recipe

KERAS_BATCH = 32


def batch_rows(recipe: Recipe) -> int:
    """Rows of one step, as Keras works them out."""
    fit = recipe.fit
    if fit.batch_size:
        return fit.batch_size
    return math.ceil(recipe.data.train.count / fit.steps) if fit.steps else KERAS_BATCH


def steps_per_epoch(recipe: Recipe) -> int:
    """Steps of one epoch."""
    return recipe.fit.steps or max(1, math.ceil(recipe.data.train.count / batch_rows(recipe)))
