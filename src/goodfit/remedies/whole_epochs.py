"""whole-epochs: every training row in every epoch.

Does: leaves `steps_per_epoch` out, so that an epoch is one pass over the training rows.
Needs: rows given as arrays.
Does not apply: where no `steps_per_epoch` is given, or where it makes a whole pass.
Source: the documentation of `Model.fit` in Keras.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.pace import batch_rows


def whole_epochs(recipe: Recipe) -> Recipe:
    """The recipe with whole passes over its rows."""
    steps = recipe.fit.steps
    if steps is None:
        raise DoesNotApplyError("no steps_per_epoch is given")
    if steps * batch_rows(recipe) >= recipe.data.train.count:
        raise DoesNotApplyError(f"{steps} steps are a whole pass over the training rows")
    return recipe.with_fit(steps=None)


CURE = Cure(id="whole-epochs", kind="training", function=whole_epochs)
