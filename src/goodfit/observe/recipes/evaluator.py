"""Honest losses and answers of a recipe's rows, as the engines of studies ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from goodfit.observe.training.evaluate import Evaluator
from goodfit.observe.training.sampling import Sample, as_fed
from goodfit.recipe import Rows, map_leaves


class RowEvaluator:
    """Measures one model on rows of a recipe; its weights and all random state stay as they are."""

    def __init__(self, model: Any) -> None:
        self._inner = Evaluator(model)

    def snapshot(self) -> list[np.ndarray]:
        """Copies of the weights as they are."""
        return self._inner.snapshot()

    def measure(
        self, rows: Rows, weights: Sequence[np.ndarray] | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Per-row losses (rows,) and the first output's values (rows, units), None where those are
        too many.

        Raises:
            NoHonestLossError: the model has no per-row loss.
        """
        sample = Sample(x=map_leaves(as_fed, rows.x), y=map_leaves(as_fed, rows.y))
        found = self._inner.rows(sample, weights)
        losses = found.losses
        if found.chunked:  # a loss of whole batches says the same of every row
            losses = np.full(rows.count, found.losses.mean(), dtype="float32")
        return losses, found.predictions
