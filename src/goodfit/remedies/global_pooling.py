"""global-pooling: the mean of each feature map in the place of Flatten.

Does: replaces the Flatten behind convolutions by GlobalAveragePooling of the same rank, so that the
dense layer behind it has weights by channel and not by place.
Needs: a Sequential or Functional model with a Flatten behind convolution, pooling or recurrent
layers.
Does not apply: to a Flatten of other rows.
Source: Lin, Chen, Yan, "Network in network" (ICLR 2014), section 3.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.layers import Layer, layers, model_config, replaced, unbuilt

_RANK = re.compile(r"(?:Conv|Pooling|SpatialDropout|UpSampling|ZeroPadding|Cropping)\w*([123])D")
STEPS = ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed")


def global_pooling(recipe: Recipe) -> Recipe:
    """The recipe with global average pooling in the place of every Flatten of feature maps."""
    config = model_config(recipe)
    changed = config
    for layer in layers(config):
        if layer.kind != "Flatten":
            continue
        rank = _rank(config, layer)
        if rank:
            options = {"data_format": layer.config.get("data_format") or "channels_last"}
            kind = f"GlobalAveragePooling{rank}D"
            changed = replaced(changed, layer.path, kind, options)
    if changed is config:
        raise DoesNotApplyError("the model has no Flatten of feature maps")
    return recipe.with_model(unbuilt(changed))


def _rank(config: Config, flatten: Layer) -> int:
    """Axes between the rows and the channels in front of the Flatten; 0 for none, or unknown."""
    built: Any = flatten.entry.get("build_config")
    shape = built.get("input_shape") if isinstance(built, Mapping) else None
    if shape is not None and 3 <= len(shape) <= 5:
        return len(shape) - 2 if _maps(config, flatten) else 0
    return _maps(config, flatten)


def _maps(config: Config, flatten: Layer) -> int:
    """Rank of the nearest layer over maps in front of the Flatten; 0 where there is none."""
    by_path = {layer.path: layer for layer in layers(config)}
    prefix = flatten.path[: len(flatten.path) - len(flatten.name)]
    layer: Layer | None = flatten
    while layer is not None and layer.inputs:
        name = prefix + layer.inputs[0]
        nested = [one for one in by_path.values() if one.path.startswith(f"{name}/")]
        layer = by_path.get(name) or (nested[-1] if nested else None)
        if layer is None:
            return 0
        if layer.kind in ("Flatten", "Reshape", "Dense"):
            return 0
        found = _RANK.search(layer.kind)
        if found and not layer.kind.startswith("Global"):
            return int(found.group(1))
        if layer.kind in STEPS:
            return 1
        if nested and layer is nested[-1]:
            prefix = layer.path[: len(layer.path) - len(layer.name)]
    return 0


CURE = Cure(id="global-pooling", kind="capacity", function=global_pooling)
