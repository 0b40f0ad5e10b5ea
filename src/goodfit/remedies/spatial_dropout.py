"""spatial-dropout: dropout of whole feature maps behind the hidden convolutions.

Does: puts a SpatialDropout layer of the right rank behind every hidden convolution, past its
activation and normalisation; where there is one already, its rate is set.
Needs: a Sequential or Functional model with a hidden convolution.
Does not apply: to dense and recurrent layers (see dropout), whose units are not neighbours.
Source: Tompson, Goroshin, Jain, LeCun, Bregler, "Efficient object localization using convolutional
networks" (CVPR 2015), section 3.2.
"""

from __future__ import annotations

from typing import Any

from goodfit.recipe import WIDTHS, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import Layer, edited, hidden, inserted_after, model_config, settled

KINDS = tuple(kind for kind in WIDTHS if "Conv" in kind)


def spatial_dropout(recipe: Recipe, rate: float) -> Recipe:
    """The recipe with a share `rate`, in [0, 1), of the maps of every hidden convolution
    dropped."""
    config = model_config(recipe)
    found = hidden(config, KINDS)
    if not found:
        raise DoesNotApplyError("the model has no hidden convolution")
    for layer in found:
        kind = f"SpatialDropout{layer.kind[-2:]}"
        last, present = settled(config, layer, kind)
        if present is not None:
            config = edited(config, {present.path: {"rate": rate}})
        else:
            config = inserted_after(config, last.path, kind, _options(layer, rate))
    return recipe.with_model(config)


def _options(layer: Layer, rate: float) -> dict[str, Any]:
    if layer.kind.endswith("1D"):
        return {"rate": rate}
    return {"rate": rate, "data_format": layer.config.get("data_format")}


CURE = Cure(
    id="spatial-dropout",
    kind="regularisation",
    function=spatial_dropout,
    parameters=(Parameter(name="rate", default=0.2, low=0.05, high=0.5),),
)
