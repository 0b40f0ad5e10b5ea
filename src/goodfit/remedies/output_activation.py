"""output-activation: the activation of the answers that fits the task and the loss.

Does: gives the last layer sigmoid (yes or no, several labels), softmax (one of several classes) or
no activation (numbers, or logits where the loss takes them), and takes away what stands behind it:
a second activation, dropout, noise or a normalisation of the answers.
Needs: a Sequential or Functional model with one output, whose last layer with weights has a width.
Does not apply: where the activation fits already; where units and task do not fit each other (see
output-units).
Source: Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.6, canonical link
functions; https://keras.io/api/losses/probabilistic_losses/ on from_logits.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import activation_for, answered, head, task_of, with_activation
from goodfit.remedies.layers import model_config


def output_activation(
    recipe: Recipe, activation: str | None = None, task: str | None = None
) -> Recipe:
    """The recipe with this activation of the answers; None works it out from `task` and loss."""
    config = model_config(recipe)
    part, told = head(config), task_of(recipe, task)
    if told == "classes" and activation is None and part.units == 1:
        raise DoesNotApplyError("one unit cannot tell several classes (see output-units)")
    wanted = activation or activation_for(recipe, told, part.units, part.activation)
    changed = with_activation(config, part, wanted)
    if changed is config:
        raise DoesNotApplyError(f"the answers have the activation {wanted} already")
    return answered(recipe.with_model(changed), told)


CURE = Cure(
    id="output-activation",
    kind="correctness",
    function=output_activation,
    parameters=(Parameter(name="activation"), Parameter(name="task")),
)
