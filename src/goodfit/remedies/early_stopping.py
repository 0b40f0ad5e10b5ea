"""early-stopping: stop when the validation loss has stopped falling, and keep the best weights.

Does: gives `fit` an EarlyStopping on val_loss that restores the best weights; one that is there
already and watches something else, or does not restore, is replaced.
Needs: validation rows.
Does not apply: where such a callback is there already.
Source: Prechelt, "Early stopping - but when?" (1998).
"""

from __future__ import annotations

from goodfit.recipe import CallbackRecipe, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter

NAME = "EarlyStopping"


def early_stopping(recipe: Recipe, patience: int) -> Recipe:
    """The recipe with early stopping after `patience` epochs without a lower validation loss."""
    if recipe.data.validation is None:
        raise DoesNotApplyError("there are no validation rows to watch")
    wanted = CallbackRecipe(
        name=NAME,
        arguments={"monitor": "val_loss", "patience": patience, "restore_best_weights": True},
    )
    if wanted in recipe.fit.callbacks:
        raise DoesNotApplyError(f"training stops early already, with a patience of {patience}")
    others = tuple(one for one in recipe.fit.callbacks if one.name != NAME)
    return recipe.with_fit(callbacks=(*others, wanted))


CURE = Cure(
    id="early-stopping",
    kind="training",
    function=early_stopping,
    parameters=(Parameter(name="patience", default=10, choices=(3, 5, 10, 20, 50)),),
)
