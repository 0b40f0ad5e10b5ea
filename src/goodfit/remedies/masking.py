"""masking: recurrent layers pass over padding.

Does: gives an Embedding that feeds a recurrent layer `mask_zero=True`; puts a Masking layer between
an input of numbers and the recurrent layer that reads it.
Needs: rows that are zero at their ends, and a recurrent layer that reads them straight away.
Does not apply: to models that mask already; behind layers that pass no mask on, such as
convolutions.
Source: the Keras guide "Understanding masking and padding"; Dwarampudi, Reddy, "Effects of Padding
on LSTMs and CNNs" (2019).
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.features import fed, sole_reader
from goodfit.remedies.layers import Layer, edited, inserted_after, layers, model_config

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")


def masking(recipe: Recipe) -> Recipe:
    """The recipe with its padding masked."""
    config = model_config(recipe)
    if any(one.kind == "Masking" or one.config.get("mask_zero") for one in layers(config)):
        raise DoesNotApplyError("the model masks padding already")
    changed = config
    for layer, array in fed(recipe):
        reader = sole_reader(config, layer)
        if reader is None or not _padded(array):
            continue
        if reader.kind == "Embedding" and _recurrent(sole_reader(config, reader)):
            changed = edited(changed, {reader.path: {"mask_zero": True}})
        elif array.ndim == 3 and _recurrent(reader):
            changed = inserted_after(changed, layer.path, "Masking", {"mask_value": 0.0})
    if changed is config:
        raise DoesNotApplyError("no recurrent layer reads rows that end with zeros")
    return recipe.with_model(changed)


def _recurrent(layer: Layer | None) -> bool:
    return layer is not None and layer.kind in RECURRENT


def _padded(array: np.ndarray) -> bool:
    """Whether most rows begin or end with a step of zeros."""
    if array.ndim < 2 or array.dtype.kind not in "iuf":
        return False
    ends = (array[:, place].reshape(len(array), -1) for place in (0, -1))
    return any(bool((end == 0).all(axis=1).mean() > 0.5) for end in ends)


CURE = Cure(id="masking", kind="correctness", function=masking)
