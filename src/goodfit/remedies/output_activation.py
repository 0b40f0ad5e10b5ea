"""output-activation: the activation of the answers that fits the task and the loss.

Does: gives the last layer sigmoid (yes or no, several labels), softmax (one of several classes) or
no activation (numbers, or logits where the loss takes them), and takes away what stands behind it:
a second activation, dropout, noise or a normalisation of the answers. With several outputs, each of
which has a loss of its own, that loss tells the activation.
Needs: a Sequential or Functional model whose last layers have weights and a width.
Does not apply: where the activation fits already; where units and task do not fit each other (see
output-units).
Source: Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.6, canonical link
functions; https://keras.io/api/losses/probabilistic_losses/ on from_logits.
"""

from __future__ import annotations

from collections.abc import Mapping

from goodfit.recipe import WIDTHS, Config, Recipe
from goodfit.remedies.compiled import loss_name, loss_options
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import (
    CROSS_ENTROPIES,
    EXCLUSIVE,
    activation_for,
    answered,
    head,
    task_of,
    with_activation,
)
from goodfit.remedies.head import activation as applied
from goodfit.remedies.layers import Layer, edited, layers, model_config, outputs


def output_activation(
    recipe: Recipe, activation: str | None = None, task: str | None = None
) -> Recipe:
    """The recipe with this activation of the answers; None works it out from `task` and loss."""
    config = model_config(recipe)
    if len(outputs(config)) > 1 and activation is None:
        return recipe.with_model(_each(recipe, config))
    part, told = head(config), task_of(recipe, task)
    if told == "classes" and activation is None and part.units == 1:
        raise DoesNotApplyError("one unit cannot tell several classes (see output-units)")
    wanted = activation or activation_for(recipe, told, part.units, part.activation)
    changed = with_activation(config, part, wanted)
    if changed is config:
        raise DoesNotApplyError(f"the answers have the activation {wanted} already")
    return answered(recipe.with_model(changed), told)


def _each(recipe: Recipe, config: Config) -> Config:
    """The model whose every output has the activation that its own loss asks for."""
    losses, ends = recipe.compile.get("loss"), outputs(config)
    by_path = {layer.path: layer for layer in layers(config)}
    changes = {}
    for place, path in enumerate(ends):
        layer, loss = by_path[path], None
        if isinstance(losses, Mapping):
            loss = losses.get(layer.name)
        elif isinstance(losses, (list, tuple)) and len(losses) == len(ends):
            loss = losses[place]
        wanted = _wanted(recipe.with_compile(loss=loss), layer)
        if wanted is not None and wanted != applied(layer):
            changes[path] = {"activation": wanted or "linear"}
    if not changes:
        raise DoesNotApplyError("the answers have the activations of their losses already")
    return edited(config, changes)


def _wanted(recipe: Recipe, layer: Layer) -> str | None:
    """The activation for the recipe's one loss; None where the loss says nothing."""
    loss = loss_name(recipe)
    if layer.kind not in WIDTHS or loss not in CROSS_ENTROPIES:
        return None
    if loss_options(recipe).get("from_logits"):
        return ""
    return "softmax" if loss in EXCLUSIVE else "sigmoid"


CURE = Cure(
    id="output-activation",
    kind="correctness",
    function=output_activation,
    parameters=(Parameter(name="activation"), Parameter(name="task")),
)
