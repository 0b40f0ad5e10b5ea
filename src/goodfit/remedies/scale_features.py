"""scale-features: standardise the inputs by a layer inside the model.

Does: puts a Normalization layer behind every input of numbers, with the mean and the variance of
the training rows, by feature (by channel for images); prediction and validation then scale alike.
Needs: float or integer inputs of fixed width that feed no embedding.
Does not apply: token ids and texts; inputs that a Normalization or Rescaling already scales.
Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.recipe import Config, Recipe, leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.features import augmented_end
from goodfit.remedies.layers import Layer, input_layers, inserted_after, layers, model_config

SCALING = ("Normalization", "Rescaling", "BatchNormalization")
LEAST_VARIANCE = 1e-12


def scale_features(recipe: Recipe) -> Recipe:
    """The recipe with standardised inputs."""
    config = model_config(recipe)
    inputs = input_layers(config)
    arrays = list(leaves(recipe.data.train.x))
    if len(inputs) != len(arrays):
        raise DoesNotApplyError(
            f"the model has {len(inputs)} input layers for {len(arrays)} arrays of features"
        )
    changed = config
    for layer, array in zip(inputs, arrays, strict=True):
        last = augmented_end(config, layer)
        if _scalable(config, last, array):
            changed = inserted_after(changed, last.path, "Normalization", _options(array))
    if changed is config:
        raise DoesNotApplyError("no input of numbers that is not scaled already")
    return recipe.with_model(changed)


def _scalable(config: Config, layer: Layer, array: np.ndarray) -> bool:
    if array.dtype.kind not in "fiub" or array.ndim < 2:
        return False
    readers = [other.kind for other in layers(config) if layer.name in other.inputs]
    return not any(kind in ("Embedding", *SCALING) for kind in readers)


def _options(array: np.ndarray) -> dict[str, Any]:
    """Mean and variance over all axes but the last, as Keras' Normalization takes them."""
    axes = tuple(range(array.ndim - 1))
    values = np.asarray(array, dtype="float64")
    mean, variance = np.nanmean(values, axis=axes), np.nanvar(values, axis=axes)
    # A constant feature tells nothing: it is moved to zero and not blown up.
    variance = np.where(variance < LEAST_VARIANCE, 1.0, variance)
    return {"axis": -1, "mean": mean.tolist(), "variance": variance.tolist()}


CURE = Cure(id="scale-features", kind="scaling", function=scale_features)
