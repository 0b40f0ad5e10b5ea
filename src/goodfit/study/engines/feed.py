"""Training rows of a recipe as `fit` is given them: arrays, or images that a feed augments."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from goodfit.augmented.chain import taken_out
from goodfit.augmented.policy import Policy
from goodfit.recipe import Recipe


def fed(recipe: Recipe, seed: int) -> tuple[Recipe, dict[str, Any]]:
    """The recipe to build the model of, and what its training rows are to `fit`.

    Augmentation layers that a remedy put behind the input are left out while training, and a feed
    changes the images as they would: inside the training step they take most of the time, and keep
    some backends from compiling it. Held-out rows pass such layers unchanged in any case. A feed
    also mixes images where that is asked for.
    """
    rows, fit = recipe.data.train, recipe.fit
    found, policy = _without_layers(recipe)
    if policy is None and fit.mixing is None:
        plain = {"x": rows.x, "y": rows.y, "sample_weight": rows.weight}
        return recipe, plain | {"batch_size": fit.batch_size, "shuffle": fit.shuffle}
    from goodfit.augmented.dataset import AugmentedImages

    changes = {} if policy is None else asdict(policy)
    if fit.mixing is not None:
        changes |= {"mixing": fit.mixing.kind, "alpha": fit.mixing.alpha}
    images = AugmentedImages(
        rows.x,
        rows.y,
        rows.weight,
        batch_size=fit.batch_size or 32,
        shuffle=fit.shuffle,
        seed=seed,
        workers=1,  # a worker process has one core, and Keras' threads cost a pause every epoch
        **changes,
    )
    return found, {"x": images, "shuffle": False}


def _without_layers(recipe: Recipe) -> tuple[Recipe, Policy | None]:
    """The recipe without the augmentation layers that a feed can stand in for, and what they do."""
    config, base = recipe.model.config, recipe.model.base
    able = _images(recipe.data.train.x) and recipe.fit.steps is None
    if config is None or base is None or not able:
        return recipe, None
    found = taken_out(config, base)
    return (recipe, None) if found is None else (recipe.with_model(found[0]), found[1])


def _images(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.ndim == 4 and x.dtype.kind in "fiu"
