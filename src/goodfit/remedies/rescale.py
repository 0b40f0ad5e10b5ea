"""rescale: pixels brought into the range that layers expect.

Does: puts a Rescaling layer behind every input of pixels from 0 to 255, to 0..1 or to -1..1; where
pixels that were divided already pass a Rescaling layer, that one is taken away.
Needs: images (height, width, channels) as an input of their own.
Does not apply: to images already in range; to inputs that a Normalization or BatchNormalization
scales.
Source: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/; LeCun,
Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.3.
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Recipe, leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import augmented_end
from goodfit.remedies.layers import (
    Layer,
    input_layers,
    inserted_after,
    layers,
    model_config,
    removed,
)

SCALES = {"unit": (1 / 255, 0.0), "signed": (1 / 127.5, -1.0)}
RAW = 2.0
"""Pixels beyond it are in 0..255: those from 0 to 1 or -1 to 1 hardly leave it by resampling."""


def rescale(recipe: Recipe, to: str = "unit") -> Recipe:
    """The recipe with pixels in 0..1 ("unit") or -1..1 ("signed")."""
    config = model_config(recipe)
    inputs, arrays = input_layers(config), list(leaves(recipe.data.train.x))
    if len(inputs) != len(arrays):
        raise DoesNotApplyError(
            f"the model has {len(inputs)} input layers for {len(arrays)} arrays of features"
        )
    scale, offset = SCALES[to]
    changed = config
    for layer, array in zip(inputs, arrays, strict=True):
        if array.ndim != 4 or array.dtype.kind not in "fiu":
            continue
        last = augmented_end(config, layer)
        readers = [other for other in layers(config) if last.name in other.inputs]
        scaling = [other for other in readers if other.kind == "Rescaling"]
        raw = _largest(array) > RAW
        if scaling and not raw:
            changed = removed(changed, scaling[0].path)
        elif raw and not _scaled(readers):
            options = {"scale": scale, "offset": offset}
            changed = inserted_after(changed, last.path, "Rescaling", options)
    if changed is config:
        raise DoesNotApplyError("no input of pixels from 0 to 255 that nothing scales")
    return recipe.with_model(changed)


def _largest(array: np.ndarray) -> float:
    return float(np.nanmax(array)) if array.size else 0.0


def _scaled(readers: list[Layer]) -> bool:
    kinds = ("Rescaling", "Normalization", "BatchNormalization", "Embedding")
    return any(layer.kind in kinds for layer in readers)


CURE = Cure(
    id="rescale",
    kind="scaling",
    function=rescale,
    parameters=(Parameter(name="to", default="unit", choices=tuple(SCALES)),),
)
