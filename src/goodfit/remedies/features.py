"""The arrays of features, and whether values between those of two rows mean anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from goodfit.recipe import Config, Recipe, leaves
from goodfit.remedies.cure import DoesNotApplyError
from goodfit.remedies.layers import Layer, input_layers, layers, model_config


def numbers(recipe: Recipe) -> list[np.ndarray]:
    """The arrays of training features, where all hold numbers that may be mixed and moved.

    Raises:
        DoesNotApplyError: some are texts, token ids or other objects.
    """
    if recipe.task.inputs in ("tokens", "text"):
        raise DoesNotApplyError(f"the inputs are {recipe.task.inputs}, not measured numbers")
    arrays = [np.asarray(leaf) for leaf in leaves(recipe.data.train.x)]
    if any(array.dtype.kind not in "fiub" for array in arrays):
        raise DoesNotApplyError("some of the inputs are not numbers")
    config = recipe.model.config
    if config is not None:
        found = list(layers(config))
        inputs = {layer.name for layer in found if layer.kind == "InputLayer"}
        for layer in found:
            if layer.kind == "Embedding" and (not layer.inputs or inputs & set(layer.inputs)):
                raise DoesNotApplyError("an Embedding layer reads an input as token ids")
    return arrays


def table(recipe: Recipe) -> np.ndarray:
    """The one array of training features of shape (rows, features).

    Raises:
        DoesNotApplyError: there are several, or the rows are images, sequences, texts or token ids.
    """
    arrays = numbers(recipe)
    if len(arrays) != 1 or arrays[0].ndim != 2:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise DoesNotApplyError(f"the inputs are no single table of features: {shapes}")
    return arrays[0]


def fed(recipe: Recipe) -> list[tuple[Layer, np.ndarray]]:
    """Every input layer of the model with the array of training features that feeds it.

    Raises:
        DoesNotApplyError: they do not pair, or only the user's code can build the model.
    """
    inputs = input_layers(model_config(recipe))
    arrays = [np.asarray(leaf) for leaf in leaves(recipe.data.train.x)]
    if len(inputs) != len(arrays):
        raise DoesNotApplyError(
            f"the model has {len(inputs)} input layers for {len(arrays)} arrays of features"
        )
    return list(zip(inputs, arrays, strict=True))


def sole_reader(config: Config, layer: Layer) -> Layer | None:
    """The one layer that an input of the model itself feeds, or one behind it; None where there are
    several, or a model is fed."""
    found = [
        other for other in layers(config) if "/" not in other.path and layer.name in other.inputs
    ]
    return found[0] if len(found) == 1 else None


AUGMENTING = (
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomShear", "RandomCrop",
    "RandomBrightness", "RandomContrast", "RandomErasing", "RandAugment", "RandomColorJitter",
    "RandomSaturation", "RandomHue", "RandomPerspective", "RandomElasticTransform", "AugMix",
)  # fmt: skip
"""Keras' layers that change images at random, while training only."""


def augmented_end(config: Config, layer: Layer) -> Layer:
    """The last of the layers behind an input that change images at random, the input where there
    are none: what scales or resizes stands behind it, for such layers know the range of values."""
    while True:
        reader = sole_reader(config, layer)
        if reader is None or reader.kind not in AUGMENTING:
            return layer
        layer = reader


def rewritten(tree: Any, changes: Iterable[Callable[[np.ndarray], np.ndarray]]) -> Any:
    """The structure of features with each array changed by its own function, in the order of
    `leaves`."""
    left = iter(changes)

    def walk(part: Any) -> Any:
        if isinstance(part, dict):
            done = {key: walk(part[key]) for key in sorted(part)}
            return {key: done[key] for key in part}
        if isinstance(part, (tuple, list)):
            return type(part)(walk(one) for one in part)
        return None if part is None else next(left)(part)

    return walk(tree)
