"""smote: new rows of rare classes, between neighbours.

Does: makes training rows of every class, each between one of its rows and one of that one's nearest
neighbours of the class, until it has as many as the largest, and shuffles them.
Needs: imbalanced-learn (`pip install goodfit[imbalance]`); a table of numbers; three rows or more
of every class; better on scaled features, since neighbours are told by distance.
Does not apply: to images, sequences, texts and token ids, where a mean of two rows is no row; to
values that are not finite; to rows with sample weights; to wholly categorical tables.
Source: Chawla, Bowyer, Hall, Kegelmeyer, "SMOTE: synthetic minority over-sampling technique" (JAIR
2002).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Rows, map_leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import table
from goodfit.remedies.labels import class_index, uneven

FEWEST = 3


def smote(recipe: Recipe, neighbours: int, seed: int) -> Recipe:
    """The recipe with as many training rows of every class.

    Args:
        neighbours: from among which the second row is drawn; fewer where a class is small.
        seed: of the draws.
    """
    features, labels = table(recipe), class_index(recipe)
    found = uneven(labels)
    least = min(found.values())
    if recipe.data.train.weight is not None:
        raise DoesNotApplyError("made-up rows have no sample weight")
    if features.dtype.kind != "f":
        raise DoesNotApplyError("whole numbers may be categories, between which nothing lies")
    if not np.isfinite(features).all():
        raise DoesNotApplyError("some features are not finite")
    if least < FEWEST:
        raise DoesNotApplyError(f"the smallest class has {least} rows; {FEWEST} are needed")
    sampler = _sampler(min(neighbours, least - 1), seed)
    values, classes = sampler.fit_resample(features, labels)
    return recipe.with_train(_rows(recipe.data.train, labels, values, classes, seed))


def _sampler(neighbours: int, seed: int) -> Any:
    try:
        from imblearn.over_sampling import SMOTE
    except ImportError as error:
        raise DoesNotApplyError(
            "imbalanced-learn is not installed: pip install goodfit[imbalance]"
        ) from error
    return SMOTE(k_neighbors=neighbours, random_state=seed)


def _rows(
    rows: Rows, labels: np.ndarray, values: np.ndarray, classes: np.ndarray, seed: int
) -> Rows:
    """The rows with the new ones: targets in the form that rows of their class have."""
    first = {int(one): int(np.flatnonzero(labels == one)[0]) for one in np.unique(labels)}
    source = np.array([first[int(one)] for one in classes], dtype="int64")
    # The given rows stand first, as they were.
    source[: len(labels)] = np.arange(len(labels))
    order = np.random.default_rng(seed).permutation(len(values))
    made = np.asarray(values)[order]
    return replace(
        rows.at(source[order]), x=map_leaves(lambda leaf: made.astype(leaf.dtype), rows.x)
    )


CURE = Cure(
    id="smote",
    kind="data",
    function=smote,
    parameters=(Parameter(name="neighbours", default=5), Parameter(name="seed", default=0)),
)
