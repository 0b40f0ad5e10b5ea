"""What a simple learner makes of images, before and after they were changed.

Kernel ridge regression (Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning",
section 5.8) on images of at most 16 x 16 pixels: it reads digits and, well above chance,
photographs after a few hundred images, in a fraction of a second.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from goodfit.facts import ClassMove
from goodfit.observe.baselines.threads import one_thread
from goodfit.observe.images.hashes import averaging

LEARNER = "kernel ridge regression on 16 x 16 pixels"
SIDE = 16
RIDGE = 0.1
WIDTH = 2.0
"""The kernel is exp(-WIDTH d^2 / m) for squared distances d^2 with the median m."""
PAIRS = 3
LEAST_OF_CLASS = 10


def reduced(images: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Images (rows, height, width, channels) of at most `side` pixels a side, each the mean of
    those that it covers; float32."""
    found = images.astype(np.float32, copy=False)
    for axis, size in ((1, images.shape[1]), (2, images.shape[2])):
        if size > side:
            found = np.moveaxis(np.moveaxis(found, axis, -1) @ averaging(size, side).T, -1, axis)
    return np.where(np.isfinite(found), found, np.float32(0))


class Learner:
    """Fitted on images (rows, height, width, channels) and their classes 0..K-1."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, classes: int) -> None:
        flat = reduced(images).reshape(len(images), -1)
        self._mean, self._scale = flat.mean(axis=0), max(float(flat.std()), 1e-9)
        self._rows = self._standard(flat)
        squares = _squares(self._rows, self._rows)
        self._narrow = np.float32(WIDTH / max(float(np.median(squares)), 1e-9))
        kernel = np.exp(-squares * self._narrow)
        kernel[np.diag_indices_from(kernel)] += np.float32(RIDGE)
        targets = np.eye(classes, dtype=np.float32)[labels]
        self._prior = targets.mean(axis=0)
        self._weights = np.linalg.solve(kernel, targets - self._prior)

    def _standard(self, flat: np.ndarray) -> np.ndarray:
        found: np.ndarray = ((flat - self._mean) / self._scale).astype(np.float32)
        return found

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """The class of each image."""
        rows = self._standard(reduced(images).reshape(len(images), -1))
        kernel = np.exp(-_squares(rows, self._rows) * self._narrow)
        found: np.ndarray = (kernel @ self._weights + self._prior).argmax(axis=1)
        return found


def out_of_fold(
    images: np.ndarray, labels: np.ndarray, asked: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The classes of each of the `asked` versions of the images, from learners that were fitted on
    the other half of them; the halves have their share of each class."""
    classes = int(labels.max()) + 1
    first = np.zeros(len(labels), bool)
    first[np.argsort(labels, kind="stable")[::2]] = True
    found = {name: np.empty(len(labels), np.int64) for name in asked}
    with one_thread():
        for half in (first, ~first):
            learner = Learner(images[~half], labels[~half], classes)
            for name, version in asked.items():
                found[name][half] = learner(version[half])
    return found


def _squares(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    lengths = np.square(rows).sum(axis=1)[:, None] + np.square(others).sum(axis=1)
    found: np.ndarray = np.clip(lengths - 2 * rows @ others.T, 0, None)
    return found


def standard_error(right: np.ndarray, other: np.ndarray) -> float:
    """Of the difference of two accuracies on the same rows; not below that of one row."""
    difference = right.astype(float) - other.astype(float)
    return max(float(difference.std()) / math.sqrt(len(right)), 1 / len(right))


def mirror(images: np.ndarray) -> np.ndarray:
    """Left and right exchanged."""
    return images[:, :, ::-1]


def upend(images: np.ndarray) -> np.ndarray:
    """Top and bottom exchanged."""
    return images[:, ::-1]


def turn(images: np.ndarray) -> np.ndarray:
    """Half a turn."""
    return images[:, ::-1, ::-1]


def class_moves(
    labels: np.ndarray, before: np.ndarray, after: np.ndarray, names: Sequence[str]
) -> tuple[ClassMove, ...]:
    """The pairs of classes that a change carries into each other, worst first, both ways of each.

    Args:
        labels, before, after: the class of each image, and what it was taken for before and after.
        names: of the classes.
    """
    count = len(names)
    rows = np.bincount(labels, minlength=count)
    first, then = (_shares(labels, answers, rows) for answers in (before, after))
    jump = then - first
    both = np.triu(np.minimum(jump, jump.T), k=1)
    both[(rows < LEAST_OF_CLASS)[:, None] | (rows < LEAST_OF_CLASS)] = 0
    worst = np.argsort(-both, axis=None, kind="stable")[:PAIRS]
    pairs = [divmod(int(place), count) for place in worst if both.flat[place] > 0]
    return tuple(
        ClassMove(
            true=names[one],
            taken_for=names[other],
            before=float(first[one, other]),
            after=float(then[one, other]),
            rows=int(rows[one]),
        )
        for pair in pairs
        for one, other in (pair, pair[::-1])
    )


def _shares(labels: np.ndarray, answers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(classes, classes): which share of each class is taken for each."""
    counts = np.zeros((len(rows), len(rows)))
    np.add.at(counts, (labels, answers), 1)
    found: np.ndarray = counts / np.maximum(rows, 1)[:, None]
    return found
