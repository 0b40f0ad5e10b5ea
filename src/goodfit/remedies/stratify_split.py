"""stratify-split: as large a share of every class in validation as in training.

Does: puts training and validation rows together and cuts them, class by class and at random under a
fixed seed, into sets of the same sizes. Test rows stay.
Needs: rows of one class each. Its purpose is to change the validation rows: scores before and after
are of different rows.
Does not apply: to regression and to several labels at once.
Source: Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model
selection" (IJCAI 1995), section 2.
"""

from __future__ import annotations

import numpy as np

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.labels import class_index
from goodfit.remedies.pooled import dealt, pooled


def stratify_split(recipe: Recipe, seed: int) -> Recipe:
    """The recipe with rows dealt out by class; `seed` is that of the draws."""
    if any(done.id == "stratify-split" for done in recipe.remedies):
        raise DoesNotApplyError("the split is stratified already")
    rows, held = pooled(recipe)
    labels = class_index(recipe, rows.y)
    generator = np.random.default_rng(seed)
    classes = np.unique(labels)
    quotas = shares(np.array([(labels == one).sum() for one in classes]), held)
    picked = [
        generator.permutation(np.flatnonzero(labels == one))[:quota]
        for one, quota in zip(classes, quotas, strict=True)
    ]
    validation = np.sort(np.concatenate(picked))
    train = np.setdiff1d(np.arange(rows.count), validation)
    return dealt(recipe, rows, train, validation)


def shares(rows: np.ndarray, wanted: int) -> np.ndarray:
    """How many rows of every class go to validation, `wanted` in all: in proportion, what is left
    by rounding down to the largest remainders."""
    exact = rows * wanted / rows.sum()
    quotas: np.ndarray = np.floor(exact).astype("int64")
    left = wanted - int(quotas.sum())
    largest = np.argsort(quotas - exact, kind="stable")[:left]
    quotas[largest] += 1
    return quotas


CURE = Cure(
    id="stratify-split",
    kind="data",
    function=stratify_split,
    parameters=(Parameter(name="seed", default=0),),
    resplits=True,
)
