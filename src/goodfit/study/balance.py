"""Classes of unlike size: which rows count for how much, so that every class counts alike."""

from __future__ import annotations

import math

import numpy as np

FEWEST = 10
"""Held-out rows of a class below which nobody can tell how it fares: it is left out of the mean
over classes, and said to be."""
MIN_CLASSES = 2
"""Classes with so many rows, without which the measure tells nothing."""
RARE = 1 / 3
"""Of an equal share of the rows. Accuracy counts the rows of a class by their share, so it counts
such a class less than a third as much as it counts on average; of two classes, answering the larger
one alone is then right on five rows of six."""
CHANCE = 4.0
"""Standard deviations below an equal share that a small class must lie, for with few rows to a
class one is a third of another by chance."""


def imbalanced(classes: np.ndarray) -> bool:
    """Whether accuracy hardly sees the rarest of these classes, (rows,) one number a row."""
    counts = np.unique(classes, return_counts=True)[1]
    if len(counts) < 2:
        return False
    equal, least = float(counts.mean()), int(counts.min())
    return least < RARE * equal and least < equal - CHANCE * math.sqrt(equal)


def counted(classes: np.ndarray, fewest: int = FEWEST) -> tuple[np.ndarray, np.ndarray]:
    """The classes with enough rows, in order, and how many rows each has."""
    values, counts = np.unique(classes, return_counts=True)
    return values[counts >= fewest], counts[counts >= fewest]


def row_weights(classes: np.ndarray, fewest: int = FEWEST) -> np.ndarray:
    """What each row counts for, (rows,) with mean 1, so that a mean over rows is one over classes.

    Rows of a class with fewer than `fewest` rows count for nothing; with fewer than two other
    classes all rows count alike.
    """
    values, counts = counted(classes, fewest)
    if len(values) < MIN_CLASSES:
        return np.ones(len(classes))
    place = np.clip(np.searchsorted(values, classes), 0, len(values) - 1)
    weights = len(classes) / (len(values) * counts[place])
    return np.where(values[place] == classes, weights, 0.0)


def recalls(right: np.ndarray, classes: np.ndarray) -> dict[str, float]:
    """Share of the rows of every class that is counted that are answered right, by the class's
    number; `right` is of shape (seeds, rows)."""
    return {
        str(one): float(right[:, classes == one].mean()) for one in counted(classes)[0].tolist()
    }


def log_shares(shares: np.ndarray, units: int) -> np.ndarray:
    """The logarithm of the share of every unit's class, (units,); a class without a share of its
    own is taken for the rarest."""
    found = np.full(units, min(shares), dtype="float64")
    found[: len(shares)] = shares[:units]
    return np.asarray(np.log(found))
