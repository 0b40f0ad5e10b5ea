"""shuffle-split: validation rows drawn at random rather than from the end.

Does: puts training and validation rows together, shuffles them under a fixed seed, and cuts them
into sets of the same sizes. Test rows stay.
Needs: rows that lie in an order, such as by class, and are otherwise independent. Its purpose is to
change the validation rows: scores before and after are of different rows.
Does not apply: to series that are to be forecast, of which the future must be held out.
Source: Hastie, Tibshirani, Friedman, "The elements of statistical learning" (2009), section 7.2.
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.pooled import dealt, pooled


def shuffle_split(recipe: Recipe, seed: int) -> Recipe:
    """The recipe with rows dealt out by the permutation that `seed` gives."""
    if recipe.task.inputs == "sequence" and recipe.task.name == "regression":
        raise DoesNotApplyError("the rows may follow on each other in time")
    if any(done.id in ("shuffle-split", "stratify-split") for done in recipe.remedies):
        raise DoesNotApplyError("the rows are shuffled already")
    rows, held = pooled(recipe)
    order = np.random.default_rng(seed).permutation(rows.count)
    return dealt(recipe, rows, np.sort(order[:-held]), np.sort(order[-held:]))


CURE = Cure(
    id="shuffle-split",
    kind="data",
    function=shuffle_split,
    parameters=(Parameter(name="seed", default=0),),
    resplits=True,
)
