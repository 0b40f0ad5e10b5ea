"""Rows that look mislabelled, and how many of them classes that merely overlap would explain.

A label drawn anew for one row in five cannot be told from classes that overlap by looking at that
row. But where classes overlap, a learner is right the more often, the surer it is: on a logarithmic
scale of odds, its being right follows its sureness with a slope of about one. Wrong labels are
spread over sure and unsure rows alike: beyond the boundary between classes the slope is zero, and
the share of contradicted rows among the surest is the share of wrong labels.
"""

from __future__ import annotations

import numpy as np

from goodfit.facts import LabelSuspects
from goodfit.observe.baselines.scores import LEAST_SHARE

NEIGHBOURS = 10
SUREST = 0.7
"""The share of rows, the surest, over which the slope is taken: the rest lie at a boundary."""
FLAT = 0.6
"""A slope surely below this is no overlap: learners that are too sure of themselves have slopes of
0.6 to 1.7 where classes overlap, and of -0.4 to 0.3 where a tenth to a third of the labels of
classes that can be told apart are wrong."""
CLEAR = 5.0
"""Standard errors that the learner must be better than the commonest class: one that sees nothing
is wrong as often when it is sure."""
MARGIN = 2.0
"""Standard errors that make it sure."""
FAR = 0.65
"""The surest half of the rows must be contradicted less often than this part of what the commonest
class would be: where a signal is weak, how sure a learner is of a row is mostly noise itself."""
LEAST_ROWS = 100
SHOWN = 20


def _confident(shares: np.ndarray, given: np.ndarray) -> np.ndarray:
    """The class (rows,) of which a row is confidently one, -1 for none: the likeliest of those that
    have at least the mean share which they have among the rows labelled so."""
    columns = shares.shape[1]
    counts = np.maximum(np.bincount(given, minlength=columns), 1)
    own = shares[np.arange(len(given)), given]
    least = np.bincount(given, own, columns) / counts
    likely = np.where(shares >= least, shares, -1.0)
    return np.where(likely.max(axis=1) >= 0, likely.argmax(axis=1), -1)


def _votes(table: np.ndarray, given: np.ndarray, columns: int) -> np.ndarray:
    """Of the ten nearest other rows, how many have each class: (rows, classes)."""
    squares = np.square(table).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * table @ table.T
    np.fill_diagonal(distances, np.inf)
    k = min(NEIGHBOURS, len(table) - 1)
    nearest = np.argpartition(distances, k - 1, axis=1)[:, :k]
    return np.asarray(np.eye(columns)[given[nearest]].sum(axis=1))


def _logistic(wrong: np.ndarray, sureness: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The fitted chance of being wrong, how fast its log-odds fall with sureness, and the standard
    error of that."""
    ahead = np.stack([np.ones_like(sureness), -sureness], axis=1)
    weights, ridge = np.zeros(2), 1e-6 * np.eye(2)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(ahead @ weights, -30, 30)))
        bend = (ahead * (chance * (1 - chance))[:, None]).T @ ahead + ridge
        weights = np.clip(weights + np.linalg.solve(bend, ahead.T @ (wrong - chance)), -20, 20)
    return chance, float(weights[1]), float(np.sqrt(np.linalg.inv(bend)[1, 1]))


def noise_floor(wrong: np.ndarray, sureness: np.ndarray, prior_error: float) -> float:
    """The least share of wrong labels that the rows show, 0 where classes may merely overlap.

    Args:
        wrong: (rows,) whether the label contradicts the out-of-fold prediction.
        sureness: (rows,) the log-odds that the learner gives to its prediction.
        prior_error: the share of rows that are not of the commonest class.
    """
    error = float(wrong.mean())
    if prior_error - error < CLEAR * float(np.sqrt(error * (1 - error) / len(wrong))):
        return 0.0
    order = np.argsort(sureness, kind="stable")
    surest = order[int(len(order) * (1 - SUREST)) :]
    _, slope, slope_error = _logistic(wrong[surest].astype(float), sureness[surest])
    if not slope + MARGIN * slope_error < FLAT:
        return 0.0
    half = wrong[order[len(order) // 2 :]].astype(float)
    share = float(half.mean())
    if share > FAR * prior_error:
        return 0.0
    return max(0.0, share - MARGIN * float(np.sqrt(share * (1 - share) / len(half))))


def label_suspects(
    shares: np.ndarray,
    given: np.ndarray,
    table: np.ndarray,
    classes: np.ndarray,
    index: np.ndarray | None = None,
) -> LabelSuspects | None:
    """Training rows whose label the out-of-fold predictions contradict.

    Args:
        shares: (rows, classes) out-of-fold class shares.
        given: (rows,) column of the label that each row has.
        table: (rows, columns) standardised inputs, to find neighbours in.
        classes: the labels behind the columns.
        index: the user's numbers of the rows; default 0, 1, 2, ...

    Returns:
        None with fewer than 100 rows, for which nothing can be told.
    """
    if len(given) < LEAST_ROWS:
        return None
    rows = np.arange(len(given))
    confident = _confident(shares, given)
    suspect = (confident >= 0) & (confident != given)
    votes = _votes(table, given, shares.shape[1])
    backed = (confident >= 0) & (votes[rows, confident] > votes.sum(axis=1) / 2)
    top = shares.argmax(axis=1)
    most = np.clip(shares.max(axis=1), LEAST_SHARE, 1 - 10 * LEAST_SHARE)
    sureness = np.log(most / (1 - most))
    wrong = top != given
    prior_error = 1 - float(np.bincount(given).max() / len(given))
    floor = noise_floor(wrong, sureness, prior_error)
    agreed = suspect & backed
    expected = float(agreed.sum())
    if floor > 0:
        chance, _, _ = _logistic(agreed[backed].astype(float), sureness[backed])
        expected = float(np.maximum(chance - floor, 0).sum())
    found = np.flatnonzero(agreed)
    lead = shares[found, confident[found]] - shares[found, given[found]]
    shown = found[np.argsort(-lead, kind="stable")[:SHOWN]]
    numbers = rows if index is None else index
    return LabelSuspects(
        rows=len(given),
        suspects=int(suspect.sum()),
        agreed=len(found),
        expected=expected,
        error=float(wrong.mean()),
        examples=tuple(
            (int(numbers[row]), str(classes[given[row]]), str(classes[confident[row]]))
            for row in shown.tolist()
        ),
    )
