"""target-shape: targets and answers of one shape.

Does: writes targets of the shape (rows,) as (rows, 1) for a model that answers (rows, 1), or takes
axes of one number away; where a recurrent layer hands every step on to the last Dense layer while
there is one target per row, it hands on the last step only.
Needs: one array of targets and one output.
Does not apply: where both have one shape; where the numbers of columns differ (see output-units).
Source: https://numpy.org/doc/stable/user/basics.broadcasting.html: (N,) against (N, 1) is (N, N).
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Config, Recipe, map_leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.head import head, one_target
from goodfit.remedies.layers import Layer, edited, layers, model_config, outputs, unbuilt

RECURRENT = ("LSTM", "GRU", "SimpleRNN")
PER_STEP = ("Dense", "Activation", "Dropout", "LayerNormalization", "BatchNormalization")


def target_shape(recipe: Recipe) -> Recipe:
    """The recipe with targets of the shape that the model answers."""
    config, y = model_config(recipe), one_target(recipe)
    if y.dtype.kind not in "fiub":
        raise DoesNotApplyError("the targets are no numbers")
    if _flat_answers(config):
        return _reshaped(recipe, y, ())
    part = head(config)
    steps = _every_step(config, part.layer)
    if steps is not None and y.size == len(y) * (y.shape[-1] if y.ndim == 2 else 1):
        return recipe.with_model(unbuilt(edited(config, {steps.path: {"return_sequences": False}})))
    if part.units != 1 or y.size != len(y):
        raise DoesNotApplyError("targets and answers have one shape, or other numbers of columns")
    return _reshaped(recipe, y, (1,))


def _reshaped(recipe: Recipe, y: np.ndarray, shape: tuple[int, ...]) -> Recipe:
    if y.shape[1:] == shape or y.size != len(y):
        raise DoesNotApplyError("targets have the shape of the answers already")
    return recipe.with_targets(
        lambda tree: map_leaves(lambda leaf: np.asarray(leaf).reshape(len(leaf), *shape), tree)
    )


def _flat_answers(config: Config) -> bool:
    """Whether the model ends in a Reshape to one number per row."""
    last = {layer.path: layer for layer in layers(config)}[outputs(config)[0]]
    return last.kind == "Reshape" and list(last.config.get("target_shape", [0])) == []


def _every_step(config: Config, last: Layer) -> Layer | None:
    """The recurrent layer whose every step comes out at the end."""
    by_path = {layer.path: layer for layer in layers(config)}
    prefix = last.path[: len(last.path) - len(last.name)]
    layer: Layer | None = last
    while layer is not None and layer.kind in PER_STEP and len(layer.inputs) == 1:
        layer = by_path.get(f"{prefix}{layer.inputs[0]}")
    if layer is None or layer.kind not in RECURRENT:
        return None
    return layer if layer.config.get("return_sequences") else None


CURE = Cure(id="target-shape", kind="correctness", function=target_shape)
