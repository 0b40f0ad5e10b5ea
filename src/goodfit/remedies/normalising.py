"""Normalisation layers put behind hidden layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.recipe import Recipe
from goodfit.remedies.cure import DoesNotApplyError
from goodfit.remedies.layers import Layer, hidden, inserted_after, model_config, settled

NORMALISING = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "UnitNormalization",
    "RMSNormalization",
)


def normalised(recipe: Recipe, kind: str, kinds: Sequence[str], **options: Any) -> Recipe:
    """The recipe with a normalisation layer right behind every hidden layer of these kinds that is
    followed by none: before its activation where that is a layer of its own, else past it.

    Args:
        options: of the normalisation layers.

    Raises:
        DoesNotApplyError: there is no such layer, or only the user's code can build the model.
    """
    config = model_config(recipe)
    found = hidden(config, kinds)
    if not found:
        raise DoesNotApplyError("the model has no hidden layer whose answers could be normalised")
    bare = [
        layer
        for layer in found
        if all(settled(config, layer, other)[1] is None for other in NORMALISING)
    ]
    if not bare:
        raise DoesNotApplyError("every hidden layer is followed by a normalisation already")
    for layer in bare:
        config = inserted_after(config, layer.path, kind, {**_options(layer), **options})
    return recipe.with_model(config)


def _options(layer: Layer) -> dict[str, Any]:
    """Channels stand last but where a convolution says that they stand first."""
    first = layer.config.get("data_format") == "channels_first"
    return {"axis": 1} if first else {"axis": -1}
