"""resize: images brought to a size that pooling divides evenly.

Does: puts a Resizing layer behind the image input, past layers that change images at random;
without `side`, to the next height and width that can be halved as often as the model halves its
maps, so that no row or column is dropped at a border.
Needs: images of shape (height, width, channels) as the one input.
Does not apply: to images that fit already; where a nested model was made for one size.
Source: Keras, layers MaxPooling2D, `padding` ("valid": the border that does not fit is dropped);
Touvron et al., "Fixing the train-test resolution discrepancy" (2019).
"""

from __future__ import annotations

from typing import Any

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import augmented_end, fed, numbers, sole_reader
from goodfit.remedies.layers import edited, inserted_after, layers, model_config, unbuilt

POOLS = ("MaxPooling2D", "AveragePooling2D")
LARGEST = 1024
"""Pixels a side: no image needs more here."""


def resize(recipe: Recipe, side: int | None = None) -> Recipe:
    """The recipe with images resized inside the model.

    Args:
        side: height and width to have, 8 to 1,024 pixels; None for the next size that fits.
    """
    config = model_config(recipe)
    numbers(recipe)
    inputs = fed(recipe)
    if len(inputs) != 1 or inputs[0][1].ndim != 4:
        raise DoesNotApplyError("the inputs are no images of shape (height, width, channels) alone")
    if any("/" in layer.path for layer in layers(config)):
        raise DoesNotApplyError("the model holds another, which was made for one size")
    if side is not None and not 8 <= side <= LARGEST:
        raise ValueError(f"side is {side}; expected 8 to {LARGEST} pixels")
    layer, array = inputs[0]
    size = array.shape[1:3]
    wanted = (side, side) if side is not None else _fitting(config, size)
    last = augmented_end(config, layer)
    known = sole_reader(config, last)
    resized = known if known is not None and known.kind == "Resizing" else None
    now = (resized.config["height"], resized.config["width"]) if resized else size
    if wanted == now:
        raise DoesNotApplyError(f"images of {now[0]}x{now[1]} fit the model's pooling")
    options = {"height": wanted[0], "width": wanted[1]}
    if resized:
        return recipe.with_model(unbuilt(edited(config, {resized.path: options})))
    return recipe.with_model(unbuilt(inserted_after(config, last.path, "Resizing", options)))


def _fitting(config: Config, size: tuple[int, ...]) -> tuple[int, int]:
    """The next size that all pooling and strides divide evenly, one after the other."""
    factor = 1
    for layer in layers(config):
        if layer.kind in POOLS:
            factor *= _step(layer.config.get("strides") or layer.config.get("pool_size", 2))
        elif layer.kind in ("Conv2D", "SeparableConv2D"):
            factor *= _step(layer.config.get("strides", 1))
    found = tuple(-(-length // factor) * factor for length in size)
    if factor == 1 or max(found) > LARGEST:
        raise DoesNotApplyError("the model does not pool, or a size that fits would be too large")
    return found[0], found[1]


def _step(value: Any) -> int:
    return int(max(value)) if isinstance(value, (list, tuple)) else int(value)


CURE = Cure(
    id="resize",
    kind="data",
    function=resize,
    parameters=(Parameter(name="side", choices=(32, 64, 96, 128, 160)),),
)
