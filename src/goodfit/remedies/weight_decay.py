"""weight-decay: every step shrinks the weights, apart from the gradient.

Does: trains with decoupled weight decay: Adam becomes AdamW with the same settings, every other of
Keras' optimisers takes it as an option. Learning rate and schedule stay.
Needs: one of Keras' optimisers.
Does not apply: to an optimiser of the user's own without a `weight_decay`.
Source: Loshchilov and Hutter, "Decoupled weight decay regularization" (ICLR 2019), section 2.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import CLASSES, optimizer_config, with_optimizer
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter


def weight_decay(recipe: Recipe, decay: float) -> Recipe:
    """The recipe with weights multiplied by 1 - `decay` * learning rate at every step."""
    told = optimizer_config(recipe)
    kind, options = told["class_name"], told["config"]
    if kind not in CLASSES.values() and "weight_decay" not in options:
        raise DoesNotApplyError(f"the optimiser {kind} has no option weight_decay")
    if options.get("weight_decay") == decay:
        raise DoesNotApplyError(f"the weights decay by {decay:g} already")
    return with_optimizer(recipe, "AdamW" if kind == "Adam" else kind, weight_decay=decay)


CURE = Cure(
    id="weight-decay",
    kind="regularisation",
    function=weight_decay,
    parameters=(Parameter(name="decay", default=4e-3, low=1e-5, high=1.0, log=True),),
)
