"""epochs: train for longer, or for less long.

Does: sets the number of epochs, or multiplies it. A schedule that ends with the last epoch is left
as it is.
Needs: nothing.
Does not apply: where the number is that already. Many epochs want early stopping beside them.
Source: Hoffer, Hubara, Soudry, "Train longer, generalize better" (2017), section 5; Prechelt,
"Early stopping - but when?" (1998) for its end.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter


def epochs(recipe: Recipe, epochs: int | None = None, factor: float | None = None) -> Recipe:
    """The recipe with this number of epochs, or `factor` times as many; four times as many where
    neither is given. At least 1."""
    wanted = epochs or max(1, round(recipe.fit.epochs * (factor or 4.0)))
    if wanted == recipe.fit.epochs:
        raise DoesNotApplyError(f"training takes {wanted} epochs already")
    return recipe.with_fit(epochs=wanted)


CURE = Cure(
    id="epochs",
    kind="training",
    function=epochs,
    parameters=(
        Parameter(name="epochs"),
        Parameter(name="factor", low=0.5, high=10.0, log=True),
    ),
)
