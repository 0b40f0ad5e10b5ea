"""oversampling: rows of rare classes several times.

Does: draws training rows of every class, with replacement, until it has as many as the largest, and
shuffles them; every row stays in at least once.
Needs: rows of one class each.
Does not apply: where all classes have as many training rows, or are weighted already.
Source: Buda, Maki, Mazurowski, "A systematic study of the class imbalance problem in convolutional
neural networks" (2018).
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, Parameter
from goodfit.remedies.labels import uneven, unweighted


def oversampling(recipe: Recipe, seed: int) -> Recipe:
    """The recipe with as many training rows of every class; `seed` is that of the draws."""
    labels = unweighted(recipe)
    found = uneven(labels)
    generator = np.random.default_rng(seed)
    drawn = [np.arange(len(labels))]
    for one, rows in found.items():
        more = max(found.values()) - rows
        drawn.append(generator.choice(np.flatnonzero(labels == one), size=more))
    index = generator.permutation(np.concatenate(drawn))
    return recipe.with_train(recipe.data.train.at(index))


CURE = Cure(
    id="oversampling",
    kind="data",
    function=oversampling,
    parameters=(Parameter(name="seed", default=0),),
)
