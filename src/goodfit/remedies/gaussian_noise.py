"""gaussian-noise: noise added to the inputs while training.

Does: puts a GaussianNoise layer behind every input of numbers, past the layers that scale it;
where there is one already, its strength is set. The strength is a share of the features' own
standard deviation on the training rows. Keras' layer adds noise of a deviation of 1 at most, so
inputs of a larger scale are scaled down in front of it and up again behind it.
Needs: a Sequential or Functional model whose inputs are of like scale, or scaled inside the model.
Does not apply: to token ids and texts; to features of unlike scales (see scale-features), which one
strength cannot fit.
Source: Bishop, "Training with noise is equivalent to Tikhonov regularization" (Neural Computation
1995).
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import fed, numbers, sole_reader
from goodfit.remedies.layers import Layer, edited, inserted_after, model_config

STANDARDISING = ("Normalization", "BatchNormalization")
UNLIKE = 10.0
"""Features whose standard deviations differ by more than this have no noise in common."""
MOST = 1.0
"""Keras' GaussianNoise takes no larger `stddev`."""


def gaussian_noise(recipe: Recipe, strength: float) -> Recipe:
    """The recipe with noise of `strength` standard deviations of the features, at most 1, on its
    inputs."""
    config = model_config(recipe)
    numbers(recipe)
    for layer, array in fed(recipe):
        config = _with_noise(config, layer, array, strength)
    return recipe.with_model(config)


def _with_noise(config: Config, layer: Layer, array: np.ndarray, strength: float) -> Config:
    place, spread = _scaled(config, layer, array)
    stddev = {"stddev": float(strength * spread)}
    present = sole_reader(config, place)
    if present is not None and present.kind == "GaussianNoise":
        return edited(config, {present.path: stddev})
    if stddev["stddev"] <= MOST:
        return inserted_after(config, place.path, "GaussianNoise", stddev)
    # Each is put right behind the same place, so the last of them comes first.
    config = inserted_after(config, place.path, "Rescaling", _rescaling(spread))
    config = inserted_after(config, place.path, "GaussianNoise", {"stddev": float(strength)})
    return inserted_after(config, place.path, "Rescaling", _rescaling(1 / spread))


def _rescaling(scale: float) -> dict[str, float]:
    return {"scale": scale, "offset": 0.0}


def _scaled(config: Config, layer: Layer, array: np.ndarray) -> tuple[Layer, float]:
    """Where to put the noise, and the features' standard deviation there."""
    scale = 1.0
    while (reader := sole_reader(config, layer)) is not None and reader.kind == "Rescaling":
        layer, scale = reader, scale * float(np.max(np.abs(reader.config.get("scale", 1.0))))
    if reader is not None and reader.kind in STANDARDISING:
        return reader, 1.0
    return layer, scale * _spread(array)


def _spread(array: np.ndarray) -> float:
    """The standard deviation that features have in common."""
    axes = tuple(range(array.ndim - 1))
    found = np.atleast_1d(np.nanstd(np.asarray(array, dtype="float64"), axis=axes))
    found = found[found > 0]
    if not len(found):
        raise DoesNotApplyError("the features are constant")
    if found.max() > UNLIKE * found.min():
        raise DoesNotApplyError(
            f"the features' standard deviations reach from {found.min():.3g} to "
            f"{found.max():.3g}; scale them first"
        )
    return float(np.median(found))


CURE = Cure(
    id="gaussian-noise",
    kind="regularisation",
    function=gaussian_noise,
    parameters=(Parameter(name="strength", default=0.1, low=0.01, high=1.0, log=True),),
)
