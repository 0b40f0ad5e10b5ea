"""depth: more or fewer hidden layers.

Does: for a number above 0, puts so many dense layers like the last hidden dense one behind it (64
relu units in front of the answers where there is none); below 0, takes so many hidden dense layers
away, the last first, each with what stands behind it alone (activation, normalisation, dropout).
Needs: a Sequential or Functional model with one output.
Does not apply: where fewer hidden dense layers are left than are to go, or what they hand on is
added to something else.
Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.4.1; Glorot and Bengio
(2010) on gradients through many layers.
"""

from __future__ import annotations

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import (
    SHAPE_KEEPERS,
    Layer,
    answering,
    hidden,
    inserted_after,
    inserted_before,
    layers,
    model_config,
    removed,
    settled,
    unbuilt,
)
from goodfit.remedies.widths import changeable

UNITS = 64
"""Width of a first hidden layer."""


def depth(recipe: Recipe, number: int) -> Recipe:
    """The recipe with so many more hidden dense layers, or fewer where `number` is below 0."""
    config = model_config(recipe)
    if not number:
        raise DoesNotApplyError("a change by no layer changes nothing")
    changed = deeper(config, number) if number > 0 else shallower(recipe, config, -number)
    return recipe.with_model(changed)


def deeper(config: Config, number: int) -> Config:
    """The model with so many more hidden dense layers, at least 1."""
    dense = hidden(config, ("Dense",))
    if dense:
        last, _ = settled(config, dense[-1], "")
        options = {key: value for key, value in dense[-1].config.items() if key != "name"}
        for _ in range(number):
            config = inserted_after(config, last.path, "Dense", options)
        return unbuilt(config)
    ends = answering(config)
    if len(ends) != 1 or ends[0].kind != "Dense":
        raise DoesNotApplyError("the model does not end in one dense layer")
    options = {"units": UNITS, "activation": "relu"}
    for _ in range(number):
        config = inserted_before(config, ends[0].path, "Dense", options)
    return unbuilt(config)


def shallower(recipe: Recipe, config: Config, number: int) -> Config:
    """The model without so many of its hidden dense layers.

    Raises:
        DoesNotApplyError: there are not so many that can go.
    """
    free = {layer.path for layer in changeable(recipe, config)}
    dense = [layer for layer in hidden(config, ("Dense",)) if layer.path in free]
    if len(dense) < number:
        raise DoesNotApplyError(f"the model has {len(dense)} hidden dense layers that can go")
    for layer in reversed(dense[-number:]):
        for follower in reversed(_followers(config, layer)):
            config = removed(config, follower.path)
        config = removed(config, layer.path)
    return unbuilt(config)


def _followers(config: Config, layer: Layer) -> list[Layer]:
    """The shape-keeping layers that follow the layer and nothing else does."""
    prefix = layer.path[: len(layer.path) - len(layer.name)]
    beside = [other for other in layers(config) if other.path == prefix + other.name]
    found: list[Layer] = []
    while True:
        last = found[-1] if found else layer
        readers = [other for other in beside if last.name in other.inputs]
        if len(readers) != 1 or readers[0].kind not in SHAPE_KEEPERS:
            return found
        found.append(readers[0])


CURE = Cure(
    id="depth",
    kind="capacity",
    function=depth,
    parameters=(Parameter(name="number", default=1, choices=(-2, -1, 1, 2)),),
)
