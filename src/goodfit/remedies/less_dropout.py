"""less-dropout: less dropout, or none where it does harm.

Does: takes away dropout of the answers themselves, and lowers a rate that leaves what the next
layer sums up too noisy; a rate given is set on all dropout layers, or on those named.
Needs: a Sequential or Functional model with dropout layers.
Does not apply: where no dropout stands behind the answers or in front of few units.
Source: Srivastava et al., "Dropout" (JMLR 2014), section 7.3 and appendix A.1; the sum over n kept
units at rate p varies by sqrt(p / ((1 - p) n)) of its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from goodfit.recipe import WIDTHS, Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import (
    SHAPE_KEEPERS,
    Layer,
    edited,
    layers,
    model_config,
    outputs,
    removed,
)

KINDS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
         "GaussianDropout")  # fmt: skip
TOO_NOISY = 0.3
LOW_RATE = 0.1


def less_dropout(
    recipe: Recipe, rate: float | None = None, layers: Sequence[str] | None = None
) -> Recipe:
    """The recipe with dropout of this rate, in [0, 1), where 0 takes the layers away; None for what
    the place allows."""
    config = model_config(recipe)
    found = _chosen(config, layers)
    if rate is None and layers is None:
        changed = _sensible(config, found)
    else:
        changed = _rated(config, found, 0.0 if rate is None else rate)
    if changed is config:
        raise DoesNotApplyError("the model has no dropout of this kind to lower")
    return recipe.with_model(changed)


def _chosen(config: Config, paths: Sequence[str] | None) -> list[Layer]:
    return [
        layer
        for layer in layers(config)
        if layer.kind in KINDS and (paths is None or layer.path in paths)
    ]


def _rated(config: Config, found: Sequence[Layer], rate: float) -> Config:
    for layer in found:
        if rate == 0:
            config = removed(config, layer.path)
        elif layer.config.get("rate") != rate:
            config = edited(config, {layer.path: {"rate": rate}})
    return config


def _sensible(config: Config, found: Sequence[Layer]) -> Config:
    ends = _behind_answers(config)
    changed = config
    for layer in found:
        rate, width = float(layer.config.get("rate", 0.0)), _width(config, layer)
        if layer.path in ends:
            changed = removed(changed, layer.path)
        elif 0 < rate < 1 and width and math.sqrt(rate / ((1 - rate) * width)) > TOO_NOISY:
            most = width * TOO_NOISY**2 / (1 + width * TOO_NOISY**2)
            # So few units that even a low rate is too noisy have none.
            fit = min(most, LOW_RATE)
            changed = (
                removed(changed, layer.path)
                if most < LOW_RATE
                else edited(changed, {layer.path: {"rate": fit}})
            )
    return changed


def _behind_answers(config: Config) -> set[str]:
    """Paths of the shape-keeping layers between the last weights and the outputs."""
    by_path = {layer.path: layer for layer in layers(config)}
    found: set[str] = set()
    for path in outputs(config):
        layer, prefix = by_path[path], path.rpartition("/")[0]
        while layer.kind in SHAPE_KEEPERS and len(layer.inputs) == 1:
            found.add(layer.path)
            before = by_path.get(f"{prefix}/{layer.inputs[0]}" if prefix else layer.inputs[0])
            if before is None:
                break
            layer = before
    return found


def _width(config: Config, layer: Layer) -> int | None:
    """Units of the layer in front of the dropout; None where that is not known."""
    by_path = {other.path: other for other in layers(config)}
    prefix = layer.path[: len(layer.path) - len(layer.name)]
    before: Layer | None = layer
    while before is not None and before.kind in SHAPE_KEEPERS and len(before.inputs) == 1:
        before = by_path.get(prefix + before.inputs[0])
    if before is None or before.kind not in WIDTHS:
        return None
    return int(before.config[WIDTHS[before.kind]])


CURE = Cure(
    id="less-dropout",
    kind="regularisation",
    function=less_dropout,
    parameters=(Parameter(name="rate", low=0.0, high=0.5), Parameter(name="layers")),
)
