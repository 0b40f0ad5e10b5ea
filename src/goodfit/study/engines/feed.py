"""Training rows of a recipe as `fit` is given them: arrays, or images that a feed augments."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from goodfit.augmented.chain import taken_out
from goodfit.recipe import Recipe


def fed(recipe: Recipe, seed: int) -> tuple[Recipe, dict[str, Any]]:
    """The recipe to build the model of, and what its training rows are to `fit`.

    Augmentation layers that a remedy put behind the input are left out while training, and a feed
    changes the images as they would: inside the training step they take most of the time, and keep
    some backends from compiling it. Held-out rows pass such layers unchanged in any case.
    """
    rows, fit = recipe.data.train, recipe.fit
    plain = {
        "x": rows.x,
        "y": rows.y,
        "sample_weight": rows.weight,
        "batch_size": fit.batch_size,
        "shuffle": fit.shuffle,
    }
    config, base = recipe.model.config, recipe.model.base
    if config is None or base is None or not _images(rows.x) or fit.steps is not None:
        return recipe, plain
    found = taken_out(config, base)
    if found is None:
        return recipe, plain
    from goodfit.augmented.dataset import AugmentedImages

    images = AugmentedImages(
        rows.x,
        rows.y,
        rows.weight,
        batch_size=fit.batch_size or 32,
        shuffle=fit.shuffle,
        seed=seed,
        workers=1,  # a worker process has one core, and Keras' threads cost a pause every epoch
        **asdict(found[1]),
    )
    return recipe.with_model(found[0]), {"x": images, "shuffle": False}


def _images(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.ndim == 4 and x.dtype.kind in "fiu"
