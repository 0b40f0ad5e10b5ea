"""Simple learners, each a function of training and evaluation rows that returns a function from
training targets to answers on the evaluation rows.

The first step does what does not depend on the targets (distances, a decomposition), so that
refitting on permuted targets is cheap. Rows are float64 (rows, features); targets and answers are
(rows, columns): shares of each class, or standardised numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Answer = Callable[[np.ndarray], np.ndarray]
Learner = Callable[..., Answer]

NEIGHBOURS = 10
TREES = 60
DEPTH = 12
LEAF = 3
PENALTIES = np.logspace(-1, 5, 13)
INVERSE_PENALTIES = (0.003, 0.03, 0.3, 3.0)
MIDDLING = 0.03
MOST_WEIGHTS = 6400
"""Columns times classes beyond which the penalty of a logistic regression is not chosen."""
LEAST_TRIED, MOST_TRIED = 8, 20
"""A split of a tree chooses from the square root of the features, within these."""
MOST_PER_TREE = 1024


def prior(train: np.ndarray, rows: np.ndarray, seed: int) -> Answer:
    """The mean of the training targets: class shares, or the mean value."""
    del train, seed
    return lambda targets: np.repeat(targets.mean(axis=0, keepdims=True), len(rows), axis=0)


def neighbours(train: np.ndarray, rows: np.ndarray, seed: int) -> Answer:
    """The mean over the ten nearest training rows; class shares count the prior as one more."""
    del seed
    squares = np.square(rows).sum(axis=1)[:, None] + np.square(train).sum(axis=1)[None, :]
    distances = squares - 2 * rows @ train.T
    k = min(NEIGHBOURS, len(train))
    nearest = np.argpartition(distances, k - 1, axis=1)[:, :k]

    def answer(targets: np.ndarray) -> np.ndarray:
        mean = targets.mean(axis=0)
        return np.asarray((targets[nearest].sum(axis=1) + mean) / (k + 1))

    return answer


def ridge(train: np.ndarray, rows: np.ndarray, seed: int) -> Answer:
    """Linear least squares, with the penalty that is best by leave-one-out for each column."""
    del seed
    left, singular, right = np.linalg.svd(train, full_matrices=False)
    shrink = singular**2 / (singular**2 + PENALTIES[:, None])  # (penalties, rank)
    leverage = np.clip(shrink @ (left**2).T + 1 / len(train), None, 1 - 1e-9)
    ahead = (rows @ right.T) / np.where(singular > 0, singular, 1.0)

    def answer(targets: np.ndarray) -> np.ndarray:
        mean = targets.mean(axis=0)
        centred = targets - mean
        weights = left.T @ centred  # (rank, columns)
        found = np.empty((len(rows), targets.shape[1]))
        for column in range(targets.shape[1]):
            fits = left @ (shrink * weights[:, column]).T  # (rows, penalties)
            misses = (centred[:, [column]] - fits) / (1 - leverage.T)
            best = int(np.argmin(np.square(misses).mean(axis=0)))
            found[:, column] = ahead @ (shrink[best] * weights[:, column]) + mean[column]
        return found

    return answer


def _logistic(
    train: np.ndarray, labels: np.ndarray, rows: np.ndarray, inverse: float
) -> np.ndarray:
    """Class shares on `rows`, for labels 0..K-1; a class without training rows gets none."""
    from sklearn.linear_model import LogisticRegression

    found = np.zeros((len(rows), int(labels.max()) + 1))
    present = np.unique(labels)
    if len(present) == 1:
        found[:, present] = 1.0
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=inverse, max_iter=200, tol=1e-3).fit(train, labels)
        found[:, present] = model.predict_proba(rows)
    return found


def _inverse_penalty(train: np.ndarray, labels: np.ndarray, held: np.ndarray) -> float:
    """The penalty with the lowest cross-entropy on the rows that `held` marks."""
    classes = int(labels.max()) + 1
    losses = []
    for inverse in INVERSE_PENALTIES:
        shares = np.zeros((int(held.sum()), classes))
        some = _logistic(train[~held], labels[~held], train[held], inverse)
        shares[:, : some.shape[1]] = some
        right = shares[np.arange(len(shares)), labels[held]]
        losses.append(float(-np.log(np.clip(right, 1e-3, 1)).mean()))
    return INVERSE_PENALTIES[int(np.argmin(losses))]


def logistic(
    train: np.ndarray, rows: np.ndarray, seed: int, *, inverse: float | None = None
) -> Answer:
    """Multinomial logistic regression; a quarter of the training rows picks its L2 penalty, unless
    its `inverse` is given."""
    held = np.zeros(len(train), bool)
    held[np.random.default_rng(seed).permutation(len(train))[: len(train) // 4]] = True

    def answer(targets: np.ndarray) -> np.ndarray:
        labels = targets.argmax(axis=1)
        small = train.shape[1] * targets.shape[1] <= MOST_WEIGHTS
        chosen = MIDDLING if inverse is None else inverse
        if inverse is None and small and held.any():
            chosen = _inverse_penalty(train, labels, held)
        found = np.zeros((len(rows), targets.shape[1]))
        shares = _logistic(train, labels, rows, chosen)
        found[:, : shares.shape[1]] = shares
        return found

    return answer


def _fitted_forest(kind: Any, train: np.ndarray, wanted: np.ndarray, seed: int, trees: int) -> Any:
    features = train.shape[1]
    model = kind(
        n_estimators=trees,
        max_depth=DEPTH,
        min_samples_leaf=LEAF,
        max_features=min(features, max(LEAST_TRIED, min(MOST_TRIED, round(features**0.5)))),
        max_samples=min(len(train), MOST_PER_TREE),
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(train, wanted)


def class_trees(train: np.ndarray, rows: np.ndarray, seed: int, trees: int = TREES) -> Answer:
    """A small forest; class shares count the prior as one more tree."""

    def answer(targets: np.ndarray) -> np.ndarray:
        from sklearn.ensemble import RandomForestClassifier

        labels = targets.argmax(axis=1)
        found = np.zeros((len(rows), targets.shape[1]))
        model = _fitted_forest(RandomForestClassifier, train, labels, seed, trees)
        found[:, np.unique(labels)] = model.predict_proba(rows)
        return np.asarray((trees * found + targets.mean(axis=0)) / (trees + 1))

    return answer


def number_trees(train: np.ndarray, rows: np.ndarray, seed: int, trees: int = TREES) -> Answer:
    """A small forest for numbers."""

    def answer(targets: np.ndarray) -> np.ndarray:
        from sklearn.ensemble import RandomForestRegressor

        wanted = targets[:, 0] if targets.shape[1] == 1 else targets
        model = _fitted_forest(RandomForestRegressor, train, wanted, seed, trees)
        return np.asarray(model.predict(rows)).reshape(len(rows), -1)

    return answer


FOR_CLASSES: Mapping[str, Learner] = {
    "prior": prior,
    "linear": logistic,
    "neighbours": neighbours,
    "trees": class_trees,
}
FOR_NUMBERS: Mapping[str, Learner] = {
    "prior": prior,
    "linear": ridge,
    "neighbours": neighbours,
    "trees": number_trees,
}
