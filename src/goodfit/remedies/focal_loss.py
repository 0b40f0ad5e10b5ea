"""focal-loss: rows that are answered well count for less.

Does: turns the cross-entropy into Keras' focal one; integer targets become one-hot in every set,
with the loss and the metrics that take them. What a row scores does not change.
Needs: a classification trained on one of Keras' cross-entropies.
Does not apply: where the loss is focal already.
Source: Lin, Goyal, Girshick, He, Dollár, "Focal loss for dense object detection" (ICCV 2017),
section 3; gamma = 2 and alpha = 0.25 there.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import loss_name, loss_options, with_loss
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.labels import SPARSE, one_hot

KINDS = {
    "binary_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalFocalCrossentropy",
}
KEPT = ("from_logits", "label_smoothing", "axis", "reduction")


def focal_loss(recipe: Recipe, gamma: float) -> Recipe:
    """The recipe with each row's loss times (1 - the probability of its class) to the `gamma`."""
    if loss_name(recipe) == SPARSE:
        recipe = one_hot(recipe)
    kind = KINDS.get(loss_name(recipe) or "")
    if kind is None:
        raise DoesNotApplyError("the loss is none of Keras' plain cross-entropies")
    options = {k: v for k, v in loss_options(recipe).items() if k in KEPT}
    return with_loss(recipe, kind, **options, gamma=gamma)


CURE = Cure(
    id="focal-loss",
    kind="data",
    function=focal_loss,
    parameters=(Parameter(name="gamma", default=2.0, low=0.5, high=5.0),),
)
