"""activation: the activation of the hidden layers.

Does: gives hidden dense and convolution layers this activation (relu by default): those named, or
those without any that feed another layer of weights, or else all; one that stands in a layer of its
own is changed there. `doubled` takes away activations that follow straight on another.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: to recurrent layers that are not named; where all hidden layers have it.
Source: Glorot, Bordes, Bengio, "Deep sparse rectifier neural networks" (2011); for selu, Klambauer
et al., "Self-normalizing neural networks" (2017), with LeCun's initialiser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodfit.recipe import WIDTHS, Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import activation as applies
from goodfit.remedies.initialiser import applied
from goodfit.remedies.layers import (
    SHAPE_KEEPERS,
    Layer,
    answering,
    edited,
    hidden,
    layers,
    model_config,
    removed,
    replaced,
)

PLAIN = ("Dense", "Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D")
CHOICES = ("relu", "leaky_relu", "elu", "gelu", "selu", "silu", "tanh")
_OWN_LAYERS = ("ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax")


def activation(
    recipe: Recipe,
    name: str = "relu",
    layers: Sequence[str] | None = None,
    doubled: bool = False,
) -> Recipe:
    """The recipe with this activation, by Keras' name, of the layers at these paths; see above for
    None."""
    config = model_config(recipe)
    if doubled:
        return recipe.with_model(_single(config))
    changed = config
    for layer in _chosen(config, layers):
        changed = _given(changed, layer, name)
    if changed is config:
        raise DoesNotApplyError(f"no hidden layer without the activation {name}")
    return recipe.with_model(changed)


def _chosen(config: Config, paths: Sequence[str] | None) -> list[Layer]:
    if paths is not None:
        ends = {layer.path for layer in answering(config)}
        return [
            layer
            for layer in layers(config)
            if layer.path in paths and layer.path not in ends and layer.kind in WIDTHS
        ]
    every = list(hidden(config, PLAIN))
    missing = [layer for layer in every if applied(config, layer) == "linear"]
    return [layer for layer in missing if _feeds_weights(config, layer)] or every


def _behind(config: Config, layer: Layer) -> list[Layer]:
    prefix = layer.path[: len(layer.path) - len(layer.name)]
    return [
        other
        for other in layers(config)
        if other.path == prefix + other.name and layer.name in other.inputs
    ]


def _feeds_weights(config: Config, layer: Layer) -> bool:
    """Whether what reads the layer is another layer of weights: a residual branch is added before
    its activation, and a projection has none on purpose."""
    return any(
        other.kind in WIDTHS
        or (other.kind in (*SHAPE_KEEPERS, "Flatten") and _feeds_weights(config, other))
        or "Pooling" in other.kind
        for other in _behind(config, layer)
    )


def _given(config: Config, layer: Layer, name: str) -> Config:
    follower = layer
    while True:
        readers = _behind(config, follower)
        if len(readers) != 1 or readers[0].kind not in SHAPE_KEEPERS:
            break
        follower = readers[0]
        if follower.kind == "Activation" and not applies(layer):
            same = applies(follower) == name
            return config if same else edited(config, {follower.path: {"activation": name}})
        if follower.kind in _OWN_LAYERS and not applies(layer):
            if applies(follower) == name:
                return config
            return replaced(config, follower.path, "Activation", {"activation": name})
    if applies(layer) == name:
        return config
    options: dict[str, Any] = {"activation": name}
    if name == "selu" and layer.kind in PLAIN:
        options["kernel_initializer"] = "lecun_normal"
    return edited(config, {layer.path: options})


def _single(config: Config) -> Config:
    """The model without activations that follow straight on another, in the hidden layers."""
    changed = config
    for layer in hidden(config, tuple(WIDTHS)):
        if not applies(layer):
            continue
        for other in _behind(config, layer):
            if other.kind == "Activation" or other.kind in _OWN_LAYERS:
                changed = removed(changed, other.path)
    if changed is config:
        raise DoesNotApplyError("no activation follows straight on another in a hidden layer")
    return changed


CURE = Cure(
    id="activation",
    kind="correctness",
    function=activation,
    parameters=(
        Parameter(name="name", default="relu", choices=CHOICES),
        Parameter(name="layers"),
        Parameter(name="doubled", default=False),
    ),
)
