"""channel-axis: images with their axes where the model's convolutions look for them.

Does: adds an axis of one channel to grey images, or moves channels from the front to the end (or
back, for layers with data_format="channels_first"), in all sets and in the model's input.
Needs: one array of images, and a model that begins with a convolution or pooling over maps.
Does not apply: where the axes are right.
Source: https://keras.io/api/layers/convolution_layers/convolution2d/, input shape by data_format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from goodfit.recipe import Recipe, leaves, map_leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import edited, input_layers, layers, model_config, unbuilt

CHANNELS = (1, 3, 4)
MOVES = ("add", "to last", "to first")
_ON_MAPS = re.compile(r"(Conv|Pooling)\w*2D")
_MOVED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "add": lambda leaf: np.asarray(leaf)[..., None],
    "to last": lambda leaf: np.moveaxis(np.asarray(leaf), 1, -1),
    "to first": lambda leaf: np.moveaxis(np.asarray(leaf), -1, 1),
}


def channel_axis(recipe: Recipe, move: str | None = None) -> Recipe:
    """The recipe with the channel axis moved: "add", "to last" or "to first"; None for what the
    first layer over maps needs."""
    config = model_config(recipe)
    arrays = list(leaves(recipe.data.train.x))
    if len(arrays) != 1:
        raise DoesNotApplyError(f"the model is fed {len(arrays)} arrays, not one")
    shape = np.shape(arrays[0])
    form = next(
        (
            layer.config.get("data_format", "channels_last")
            for layer in layers(config)
            if _ON_MAPS.search(layer.kind) and not layer.kind.startswith("Global")
        ),
        None,
    )
    if form is None:
        raise DoesNotApplyError("the model has no layer over maps")
    needed = move or _needed(shape, str(form))
    if needed not in MOVES:
        raise DoesNotApplyError(f"the axes of the images, {shape}, fit the first layer")
    moved = recipe.with_inputs(lambda tree: map_leaves(_MOVED[needed], tree))
    after = np.shape(next(leaves(moved.data.train.x)))
    first = input_layers(config)
    if first:
        told = {"batch_shape": [None, *after[1:]]}
        config = edited(config, {first[0].path: told})
    fresh = dict(unbuilt(config))
    fresh["config"] = {**fresh["config"]}
    fresh["config"].pop("build_input_shape", None)
    # The model as it was may not even build, so that this one is where weights are compared from.
    return replace(moved, model=replace(moved.model, config=fresh, base=None))


def _needed(shape: tuple[int, ...], form: str) -> str | None:
    if len(shape) == 3:
        return "add"
    if len(shape) != 4:
        raise DoesNotApplyError(f"the features of shape {shape} are no images")
    _, first, second, last = shape
    if form == "channels_last" and first in CHANNELS and last not in CHANNELS:
        return "to last"
    if form == "channels_first" and last in CHANNELS and first not in CHANNELS:
        return "to first"
    del second
    return None


CURE = Cure(
    id="channel-axis",
    kind="correctness",
    function=channel_axis,
    parameters=(Parameter(name="move", choices=MOVES),),
    rewrites_inputs=True,
)
