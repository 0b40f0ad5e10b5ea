"""loss: the loss that fits the task and the form of its targets.

Does: binary cross-entropy for yes or no and for several labels at once, sparse or categorical
cross-entropy for one of several classes (class numbers or one-hot rows), squared error for numbers;
it takes logits where the answers are without activation. Units and activation that do not fit it
are set along with it.
Needs: a Sequential or Functional model with one output and one loss.
Does not apply: where the loss fits already; where the targets are no classes of this kind.
Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.2.1: maximum likelihood.
"""

from __future__ import annotations

from goodfit.recipe import Recipe, TaskName
from goodfit.remedies.compiled import loss_name, with_loss
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import (
    CROSS_ENTROPIES,
    LOSS_CLASSES,
    activation_for,
    answered,
    head,
    loss_for,
    one_target,
    task_of,
    units_for,
    whole,
    with_activation,
    with_from_logits,
    with_units,
)
from goodfit.remedies.layers import model_config


def loss(recipe: Recipe, task: str | None = None) -> Recipe:
    """The recipe with the loss of the task; None for the recipe's own task."""
    told = task_of(recipe, task)
    config = model_config(recipe)
    part = head(config)
    units = units_for(recipe, told, part.units)
    if loss_for(recipe, told, units) == loss_name(recipe):
        raise DoesNotApplyError(f"{loss_name(recipe)} fits the task already")
    if told != "regression" and not whole(one_target(recipe)):
        raise DoesNotApplyError("the targets are no class numbers and no rows of zeros and ones")
    if units != part.units:
        recipe = recipe.with_model(with_units(config, part, units))
    return fitted(recipe, told)


def fitted(recipe: Recipe, task: TaskName) -> Recipe:
    """The recipe with loss and activation that fit the units and the task, each left as it is where
    it does."""
    part = head(model_config(recipe))
    wanted = loss_for(recipe, task, part.units)
    if wanted != loss_name(recipe):
        recipe = with_loss(recipe, LOSS_CLASSES[wanted])
        # Answers without an activation were meant for logits.
        recipe = with_from_logits(recipe, part.activation == "linear" and not part.behind)
    config = model_config(recipe)
    if wanted in CROSS_ENTROPIES or task == "regression":
        activation = activation_for(recipe, task, part.units, part.activation)
        changed = with_activation(config, part, activation)
        if changed is not config:
            recipe = recipe.with_model(changed)
    return answered(recipe, task)


CURE = Cure(
    id="loss",
    kind="correctness",
    function=loss,
    parameters=(Parameter(name="task"),),
)
