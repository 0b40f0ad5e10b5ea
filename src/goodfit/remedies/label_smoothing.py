"""label-smoothing: targets a little less certain than the labels.

Does: gives the cross-entropy a `label_smoothing`; integer targets become one-hot in every set, with
the loss and the metrics that take them. What a row scores does not change.
Needs: a classification trained on one of Keras' cross-entropies.
Does not apply: to regression and to losses of the user's own.
Source: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the Inception architecture" (CVPR
2016), section 7; when it helps: Müller, Kornblith, Hinton (NeurIPS 2019).
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import loss_name, loss_options, with_loss
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.labels import SPARSE, one_hot

KINDS = {
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
}


def label_smoothing(recipe: Recipe, smoothing: float) -> Recipe:
    """The recipe with `smoothing`, in [0, 1), of each label's weight spread over all classes."""
    if loss_name(recipe) == SPARSE:
        recipe = one_hot(recipe)
    kind = KINDS.get(loss_name(recipe) or "")
    if kind is None:
        raise DoesNotApplyError("the loss is none of Keras' cross-entropies")
    options = dict(loss_options(recipe))
    if options.get("label_smoothing", 0.0) == smoothing:
        raise DoesNotApplyError(f"labels are smoothed by {smoothing:g} already")
    return with_loss(recipe, kind, **options | {"label_smoothing": smoothing})


CURE = Cure(
    id="label-smoothing",
    kind="regularisation",
    function=label_smoothing,
    parameters=(Parameter(name="smoothing", default=0.1, low=0.01, high=0.3),),
)
