"""undersampling: fewer rows of the frequent classes.

Does: keeps as many training rows of every class as the smallest has, drawn without replacement, in
their order.
Needs: rows of one class each; at least 10 of the smallest class.
Does not apply: where all classes have as many training rows, or are weighted already.
Source: Drummond and Holte, "C4.5, class imbalance, and cost sensitivity: why under-sampling beats
over-sampling" (2003).
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.labels import uneven, unweighted

FEWEST = 10


def undersampling(recipe: Recipe, seed: int) -> Recipe:
    """The recipe with as few training rows of every class; `seed` is that of the draws."""
    labels = unweighted(recipe)
    found = uneven(labels)
    least = min(found.values())
    if least < FEWEST:
        raise DoesNotApplyError(
            f"the smallest class has {least} training rows; too few to train on"
        )
    generator = np.random.default_rng(seed)
    kept = [
        generator.choice(np.flatnonzero(labels == one), size=least, replace=False) for one in found
    ]
    return recipe.with_train(recipe.data.train.at(np.sort(np.concatenate(kept))))


CURE = Cure(
    id="undersampling",
    kind="data",
    function=undersampling,
    parameters=(Parameter(name="seed", default=0),),
)
