"""smote: new rows of rare classes, between neighbours.

Does: makes training rows of every class, each between one of its rows and one of that one's nearest
neighbours of the class, until it has as many as the largest, and shuffles them. `kind` is "smote";
"borderline", only of rows that lie among other classes; "adasyn", the more of a row the more others
lie about it; "smote-enn", which then drops rows that most of their neighbours contradict; or
"smote-tomek", which drops pairs of classes that are each other's nearest.
Needs: imbalanced-learn (`pip install goodfit[imbalance]`); a table of numbers; more rows of every
class than neighbours; better on scaled features, since neighbours are told by distance.
Does not apply: to images, sequences, texts and token ids, where a mean of two rows is no row; to
values that are not finite; to rows with weights, of their own or their class; to wholly
categorical tables.
Source: Chawla, Bowyer, Hall, Kegelmeyer, "SMOTE: synthetic minority over-sampling technique" (JAIR
2002); Han, Wang, Mao, "Borderline-SMOTE" (ICIC 2005); He, Bai, Garcia, Li, "ADASYN" (IJCNN 2008);
Batista, Prati, Monard, "A study of the behavior of several methods for balancing machine learning
training data" (SIGKDD Explorations 2004).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Rows, map_leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import table
from goodfit.remedies.labels import counts, uneven, unweighted

KINDS = ("smote", "borderline", "adasyn", "smote-enn", "smote-tomek")


def smote(recipe: Recipe, kind: str, neighbours: int, seed: int) -> Recipe:
    """The recipe with about as many training rows of every class.

    Args:
        kind: of `KINDS`.
        neighbours: from among which the second row is drawn.
        seed: of the draws.
    """
    if kind not in KINDS:
        raise ValueError(f"no kind {kind!r}; expected one of {', '.join(KINDS)}")
    features, labels = table(recipe), unweighted(recipe)
    _check(recipe, features, labels, neighbours)
    try:
        values, classes = _sampler(kind, neighbours, seed).fit_resample(features, labels)
        if len(values) == len(labels):
            raise DoesNotApplyError("no row of a rare class lies where new rows are made")
        values, kept = _cleaned(kind, values, classes)
    except (ValueError, RuntimeError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise DoesNotApplyError(f"imbalanced-learn makes no rows here: {reason}") from error
    if set(counts(classes[kept])) != set(counts(labels)):
        raise DoesNotApplyError("no row of some class would be left")
    return recipe.with_train(_rows(recipe.data.train, labels, values, classes, kept, seed))


def _check(recipe: Recipe, features: np.ndarray, labels: np.ndarray, neighbours: int) -> None:
    if any(done.id == "smote" for done in recipe.remedies):
        raise DoesNotApplyError("rows are made up already")
    found = uneven(labels)
    rarest = min(found, key=lambda one: found[one])
    if recipe.data.train.weight is not None:
        raise DoesNotApplyError("made-up rows have no sample weight")
    if features.dtype.kind != "f":
        raise DoesNotApplyError("whole numbers may be categories, between which nothing lies")
    if not np.isfinite(features).all():
        raise DoesNotApplyError("some features are not finite: impute goes before")
    if found[rarest] <= neighbours:
        raise DoesNotApplyError(
            f"class {rarest} has {found[rarest]} rows, and {neighbours} neighbours need "
            f"{neighbours + 1}; give fewer, as in smote:neighbours=2, or collect more rows"
        )


def _sampler(kind: str, neighbours: int, seed: int) -> Any:
    try:
        from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE
    except ImportError as error:
        raise DoesNotApplyError(
            "imbalanced-learn is not installed: pip install goodfit[imbalance]"
        ) from error
    if kind == "adasyn":
        return ADASYN(n_neighbors=neighbours, random_state=seed)
    return (BorderlineSMOTE if kind == "borderline" else SMOTE)(
        k_neighbors=neighbours, random_state=seed
    )


def _cleaned(kind: str, values: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The features of the rows that stay, and which those are."""
    if kind not in ("smote-enn", "smote-tomek"):
        return values, np.arange(len(values))
    from imblearn.under_sampling import EditedNearestNeighbours, TomekLinks

    cleaner = (EditedNearestNeighbours if kind == "smote-enn" else TomekLinks)(
        sampling_strategy="all"
    )
    left, _ = cleaner.fit_resample(values, classes)
    return left, np.asarray(cleaner.sample_indices_)


def _rows(
    rows: Rows,
    labels: np.ndarray,
    values: np.ndarray,
    classes: np.ndarray,
    kept: np.ndarray,
    seed: int,
) -> Rows:
    """The rows with the new ones: targets in the form that rows of their class have."""
    first = {int(one): int(np.flatnonzero(labels == one)[0]) for one in np.unique(labels)}
    source = np.array([first[int(one)] for one in classes], dtype="int64")
    # The given rows stand first, as they were.
    source[: len(labels)] = np.arange(len(labels))
    order = np.random.default_rng(seed).permutation(len(kept))
    made = np.asarray(values)[order]
    return replace(
        rows.at(source[kept][order]), x=map_leaves(lambda leaf: made.astype(leaf.dtype), rows.x)
    )


CURE = Cure(
    id="smote",
    kind="data",
    function=smote,
    parameters=(
        Parameter(name="kind", default="smote", choices=KINDS),
        Parameter(name="neighbours", default=5),
        Parameter(name="seed", default=0),
    ),
)
