"""The loss of a trial's epochs, which early stopping looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goodfit.recipe import Recipe, Rows, leaves
from goodfit.study.balance import log_shares, row_weights
from goodfit.study.decisions import log_chances
from goodfit.study.scores import classes_of, held_classes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """Rows that are measured at every epoch.

    Attributes:
        classes: of the rows, where the measure counts classes alike, else None.
        shares: that the model's probabilities are made for: of the classes among the training rows,
            by their number and with their weights.
    """

    rows: Rows
    classes: np.ndarray | None = None
    shares: np.ndarray | None = None
    logits: bool = False
    fewest: int = 1

    def loss(self, losses: np.ndarray, answers: np.ndarray | None) -> float:
        """The mean of the honest losses; where classes count alike, the mean over classes of the
        cross-entropy of probabilities that the training's own shares are taken out of.

        With those shares left in, a model that was trained without weights is best before it has
        learnt them, which is at once. See Menon et al., "Long-tail learning via logit adjustment"
        (ICLR 2021), section 4.
        """
        if self.classes is None:
            return float(np.mean(losses))
        counts = row_weights(self.classes, self.fewest)
        if self.shares is None or answers is None:
            return float(np.mean(losses * counts))
        known = log_chances(answers, logits=self.logits)
        if self.classes.max() >= known.shape[1]:
            return float(np.mean(losses * counts))
        known -= log_shares(self.shares, known.shape[1])
        right = known[np.arange(len(known)), self.classes]
        return float(np.mean((np.logaddexp.reduce(known, axis=1) - right) * counts))


def watched(recipe: Recipe, rows: Rows, measure: str, fewest: int) -> Watched:
    """These rows of the recipe, for a study by this measure; classes with fewer than `fewest` of
    them are not counted."""
    classes = held_classes(measure, recipe.task, rows)
    return Watched(
        rows=rows,
        classes=classes,
        shares=None if classes is None else _shares(recipe),
        logits=recipe.task.from_logits,
        fewest=fewest,
    )


def _shares(recipe: Recipe) -> np.ndarray | None:
    """Of the classes among the training rows, with their weights; None where rows have no class."""
    train = recipe.data.train
    classes = classes_of(recipe.task, train)
    if classes is None or classes.min() < 0:
        return None
    weights = np.ones(len(classes))
    for weight in leaves(train.weight):
        weights = weights * np.asarray(weight).reshape(len(classes), -1).mean(axis=1)
    sums = np.bincount(classes, weights)
    for one, factor in (recipe.fit.class_weight or {}).items():
        if one < len(sums):
            sums[one] *= factor
    least = sums[sums > 0].min() if (sums > 0).any() else 1.0
    sums = np.where(sums > 0, sums, least)
    return np.asarray(sums / sums.sum())
