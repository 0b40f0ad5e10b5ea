"""initialiser: weights that begin at random and in scale.

Does: gives hidden layers that begin with one number for all weights, or with a spread that does not
look at the layer's size and is far from it, Glorot's initialiser, or He's in front of a relu; large
constant biases begin at zero.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: where all begin so; `name` sets one initialiser on every hidden layer all the same.
Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
networks" (2010), section 4.2; He, Zhang, Ren, Sun, "Delving deep into rectifiers" (2015), 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import activation
from goodfit.remedies.layers import (
    SHAPE_KEEPERS,
    Layer,
    answering,
    edited,
    hidden,
    layers,
    model_config,
)

CONSTANT = ("Zeros", "Ones", "Constant", "zeros", "ones")
SPREADS: Mapping[str, str] = {
    "RandomNormal": "stddev",
    "TruncatedNormal": "stddev",
    "RandomUniform": "maxval",
}
"""Initialisers whose spread does not look at the layer's shape, and the option that sets it."""
USUAL_SPREADS = (0.005, 0.3)
"""Between LeCun's for 40,000 inputs and He's for some 20; Keras' own default here is 0.05."""
LARGE_BIAS = 0.5
RECTIFIERS = ("relu", "relu6", "leaky_relu", "elu", "prelu", "gelu", "silu", "swish")
NAMES: Mapping[str, str] = {
    "glorot_uniform": "GlorotUniform",
    "glorot_normal": "GlorotNormal",
    "he_normal": "HeNormal",
    "he_uniform": "HeUniform",
    "lecun_normal": "LecunNormal",
    "orthogonal": "Orthogonal",
}


def initialiser(
    recipe: Recipe, name: str | None = None, layers: Sequence[str] | None = None
) -> Recipe:
    """The recipe with this initialiser, by Keras' name, on every hidden kernel, or on those of
    `layers` (paths); None for the one that fits, where what is there does not."""
    config = model_config(recipe)
    found = [layer for layer in _trained(config) if layers is None or layer.path in layers]
    changes = {layer.path: told for layer in found if (told := _change(config, layer, name))}
    if not changes:
        raise DoesNotApplyError("the weights of all hidden layers begin at random and in scale")
    return recipe.with_model(edited(config, changes))


def _trained(config: Config) -> Iterator[Layer]:
    yield from hidden(config)
    # A last layer of zeros is fine behind hidden layers that are not.
    for layer in answering(config):
        told = layer.config.get("kernel_initializer")
        if _kind(told) in ("Ones", "ones", "Constant") or _odd_spread(told):
            yield layer


def _change(config: Config, layer: Layer, name: str | None) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for option, told in layer.config.items():
        if not option.endswith("_initializer") or told is None:
            continue
        wanted = _wanted(config, layer, option)
        if option == "bias_initializer":
            if _large_bias(told):
                changes[option] = _configured("Zeros")
        elif name is not None and option != "recurrent_initializer":
            if _kind(told) != NAMES.get(name, name):
                changes[option] = _configured(NAMES.get(name, name))
        elif _kind(told) in CONSTANT or _odd_spread(told):
            changes[option] = _configured(wanted)
    return changes


def _wanted(config: Config, layer: Layer, option: str) -> str:
    if option == "recurrent_initializer":
        return "Orthogonal"
    return "HeNormal" if applied(config, layer) in RECTIFIERS else "GlorotUniform"


def applied(config: Config, layer: Layer) -> str:
    """The activation of the layer, or of one right behind it; "linear" for none."""
    if own := activation(layer):
        return own
    prefix = layer.path[: len(layer.path) - len(layer.name)]
    for other in layers(config):
        beside = other.path == prefix + other.name and layer.name in other.inputs
        if beside and other.kind in SHAPE_KEEPERS:
            if not activation(other) and other.kind != "Activation":
                return applied(config, other)
            return activation(other) or "linear"
    return "linear"


def _kind(told: Any) -> str:
    return str(told.get("class_name")) if isinstance(told, Mapping) else str(told)


def _odd_spread(told: Any) -> bool:
    option = SPREADS.get(_kind(told))
    if option is None or not isinstance(told, Mapping):
        return False
    spread = abs(float(told["config"].get(option, 0.05)))
    return not USUAL_SPREADS[0] <= spread <= USUAL_SPREADS[1]


def _large_bias(told: Any) -> bool:
    kind = _kind(told)
    if kind != "Constant" or not isinstance(told, Mapping):
        return kind in ("Ones", "ones")
    value = told["config"].get("value", 0.0)
    return isinstance(value, (int, float)) and abs(value) > LARGE_BIAS


def _configured(kind: str) -> dict[str, Any]:
    return {
        "module": "keras.initializers",
        "class_name": kind,
        "config": {},
        "registered_name": None,
    }


CURE = Cure(
    id="initialiser",
    kind="correctness",
    function=initialiser,
    parameters=(Parameter(name="name", choices=tuple(NAMES)), Parameter(name="layers")),
)
