"""From probabilities to classes by a rule that was fitted on validation rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goodfit.recipe import Decision, Recipe, Rows
from goodfit.study.balance import log_shares, row_weights
from goodfit.study.held import choosing_rows
from goodfit.study.scores import BALANCED, classes_of

TAUS = np.arange(-1.0, 3.01, 0.125)
"""Searched where there are several classes: 0 changes nothing, 1 is right where the probabilities
are."""
TINY = 1e-12
Seen = tuple[Rows, np.ndarray]
"""Held-out rows and a model's answers to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Classes answered on validation and test rows, (rows,); None where the usual rule decides, or
    there are no such rows. `value` is that of the rule, fitted on all validation rows."""

    validation: np.ndarray | None = None
    test: np.ndarray | None = None
    value: float | None = None


def decided(recipe: Recipe, measure: str, validation: Seen | None, test: Seen | None) -> Decided:
    """What the recipe's rule answers, fitted for this measure.

    Test rows are answered by what all validation rows say. Validation rows are answered half by
    half, each by what the other half says, for they are scored too.
    """
    rule = recipe.task.decision
    if rule is None or validation is None:
        return Decided()
    rows, answers = validation
    classes = classes_of(recipe.task, rows)
    if classes is None:
        return Decided()
    known = log_chances(answers, logits=recipe.task.from_logits)
    value = _fitted(rule, known, classes, measure)
    found = _answered(rule, value, known)
    if rule.value is None:
        half = choosing_rows(len(classes), 0.5, classes)
        for one in (half, ~half):
            other = _fitted(rule, known[~one], classes[~one], measure)
            found[one] = _answered(rule, other, known[one])
    tested = None
    if test is not None:
        chances = log_chances(test[1], logits=recipe.task.from_logits)
        tested = _answered(rule, value, chances)
    return Decided(validation=found, test=tested, value=value)


def log_chances(answers: np.ndarray, *, logits: bool) -> np.ndarray:
    """Log-probabilities of the classes, (rows, classes), of answers (rows, units); one unit is two
    classes."""
    found = answers.astype("float64")
    if logits and found.shape[1] == 1:
        return np.hstack([-np.logaddexp(0, found), -np.logaddexp(0, -found)])
    if logits:
        largest = found.max(axis=1, keepdims=True)
        total = np.log(np.exp(found - largest).sum(axis=1, keepdims=True))
        return np.asarray(found - largest - total)
    if found.shape[1] == 1:
        found = np.hstack([1 - found, found])
    return np.asarray(np.log(np.clip(found, TINY, None)))


def _answered(rule: Decision, value: float, chances: np.ndarray) -> np.ndarray:
    """The classes that the rule answers, (rows,)."""
    if chances.shape[1] == 2:
        odds = chances[:, 1] - chances[:, 0]
        return np.asarray(odds > _odds(value), dtype="int64")
    shares = log_shares(np.asarray(rule.shares), chances.shape[1])
    return np.asarray((chances - value * shares).argmax(axis=1))


def _odds(chance: float) -> float:
    return float(np.log(max(chance, TINY)) - np.log(max(1 - chance, TINY)))


def _fitted(rule: Decision, chances: np.ndarray, classes: np.ndarray, measure: str) -> float:
    """The value of the rule that these rows ask for: the middle of all that are worse than the best
    by one row of the rarest class at most, for the very best of few rows is chance."""
    if rule.value is not None:
        return rule.value
    counts = row_weights(classes) if measure == BALANCED else np.ones(len(classes))
    two = chances.shape[1] == 2
    if two:
        values, gains = _cuts(chances[:, 1] - chances[:, 0], classes, counts)
    else:
        right = [_answered(rule, float(tau), chances) == classes for tau in TAUS]
        values, gains = TAUS, np.asarray(right) @ counts
    good = values[gains >= gains.max() - counts.max()]
    middle = (float(good.min()) + float(good.max())) / 2
    return float(1 / (1 + np.exp(-middle))) if two else middle


def _cuts(
    odds: np.ndarray, classes: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Every cut between two rows' log-odds, and what is right with it, but for a constant."""
    order = np.argsort(odds)
    odds = odds[order]
    # A cut one row farther up answers that row with the first class.
    steps = np.where(classes[order] == 1, -counts[order], counts[order])
    gains = np.concatenate([[0.0], np.cumsum(steps)])
    ends = np.concatenate([odds[:1] - 1, odds, odds[-1:] + 1])
    apart = np.concatenate([[True], np.diff(odds) > 0, [True]])
    return ((ends[:-1] + ends[1:]) / 2)[apart], gains[apart]
