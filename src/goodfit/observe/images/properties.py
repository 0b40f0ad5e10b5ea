"""How well one simple property of an image alone tells its class, by a small tree.

Where brightness, the border or the size of the files does, a network may learn that and nothing of
what the images show.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np

from goodfit.facts import ImageProperty
from goodfit.observe.baselines.scores import mean_and_error
from goodfit.observe.images.measures import Measures

FOLDS = 4
DEPTH = 6
LEAF = 5
LEAST_ROWS = 40
SHOWN = 5


def of_pixels(found: Measures) -> dict[str, np.ndarray]:
    """The properties (rows, numbers) that the pixels have; grey images have no colour."""
    known = {
        "brightness": found.brightness[:, None],
        "contrast": found.contrast[:, None],
        "sharpness": found.sharpness[:, None],
        "border": found.border[:, None],
    }
    return known if found.colour.shape[1] == 1 else known | {"colour": found.colour}


def _folds(labels: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Rows of each fold, each with its share of every class."""
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    return [order[start::FOLDS] for start in range(FOLDS)]


def _errors(values: np.ndarray, labels: np.ndarray, folds: list[np.ndarray]) -> np.ndarray:
    """Whether a tree that was not fitted on a row is wrong there (rows,)."""
    from sklearn.tree import DecisionTreeClassifier

    wrong = np.empty(len(labels))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for held in folds:
            fitted = np.setdiff1d(np.arange(len(labels)), held)
            tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAF, random_state=0)
            tree.fit(values[fitted], labels[fitted])
            wrong[held] = tree.predict(values[held]) != labels[held]
    return wrong


def properties(
    known: Mapping[str, np.ndarray], labels: np.ndarray, seed: int = 0
) -> tuple[ImageProperty, ...]:
    """The five properties that tell most of the class, best first; () for one class or few rows.

    Args:
        known: each property's numbers (rows, numbers).
        labels: whole numbers (rows,).
        seed: of the folds.
    """
    counts = np.unique(labels, return_counts=True)[1]
    if len(labels) < LEAST_ROWS or len(counts) < 2:
        return ()
    folds = _folds(labels, np.random.default_rng(seed))
    prior = 1 - float(counts.max() / len(labels))
    found = []
    for name, values in known.items():
        if not np.isfinite(values).all() or (values == values[0]).all():
            continue
        error, error_se = mean_and_error(_errors(values, labels, folds))
        found.append(
            ImageProperty(
                name=name, error=error, error_se=error_se, prior_error=prior, rows=len(labels)
            )
        )
    return tuple(sorted(found, key=lambda one: one.error)[:SHOWN])
