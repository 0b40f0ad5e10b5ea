"""class-weights: rows of rare classes count for more.

Does: sets `fit`'s class_weight to rows / (classes * rows of the class), scikit-learn's "balanced";
where there are sample weights, beside which Keras takes no class weights, multiplies those.
Needs: rows of one class each, classes numbered from 0.
Does not apply: where all classes have as many rows, or are weighted so already.
Source: King and Zeng, "Logistic regression in rare events data" (2001), section 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from goodfit.recipe import Recipe, leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.labels import class_index, uneven


def class_weights(recipe: Recipe) -> Recipe:
    """The recipe with classes weighted by their inverse frequency among the training rows."""
    labels = class_index(recipe)
    found = uneven(labels)
    by_class = {one: len(labels) / (len(found) * rows) for one, rows in found.items()}
    # TensorFlow wants every class up to the last.
    wanted = {one: by_class.get(one, 1.0) for one in range(max(found) + 1)}
    if any(done.id == "class-weights" for done in recipe.remedies) or _equal(
        recipe.fit.class_weight, wanted
    ):
        raise DoesNotApplyError("the classes are weighted by inverse frequency already")
    rows = recipe.data.train
    if rows.weight is None:
        return recipe.with_fit(class_weight=wanted)
    weights = list(leaves(rows.weight))
    if len(weights) != 1 or np.ndim(weights[0]) != 1:
        raise DoesNotApplyError("the sample weights are not one number per row")
    factor = np.array([wanted[int(one)] for one in labels], dtype=weights[0].dtype)
    return recipe.with_train(replace(rows, weight=weights[0] * factor))


def _equal(given: object, wanted: dict[int, float]) -> bool:
    if not isinstance(given, Mapping) or set(given) != set(wanted):
        return False
    return all(abs(given[one] - weight) <= 1e-3 * weight for one, weight in wanted.items())


CURE = Cure(id="class-weights", kind="data", function=class_weights)
