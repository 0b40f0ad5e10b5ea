"""Measure a model on a fixed sample of rows, at its present weights or at remembered ones.

Everything runs through the backend's probes, so the model, its optimiser and all random state are
as they were when a measurement ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.facts import HonestLoss
from goodfit.observe import probes
from goodfit.observe.training.losses import NoHonestLossError, row_losses
from goodfit.observe.training.sampling import Sample

BATCH_BYTES = 8_000_000
MAX_BATCH = 512
CURVE_ROWS = 512
CHUNKS = 32
MAX_UNITS = 4096


@dataclass(frozen=True, slots=True)
class Rows:
    """Per-row honest losses (rows,) and the first output's values (rows, units) of a sample;
    `chunked` when the user's loss gives one number a batch, then `losses` is one per chunk."""

    losses: np.ndarray
    predictions: np.ndarray | None
    chunked: bool = False

    @property
    def honest(self) -> HonestLoss:
        """Mean with its standard error."""
        n = self.losses.size
        spread = float(np.std(self.losses, ddof=1)) if n > 1 else math.nan
        return HonestLoss(
            mean=float(np.mean(self.losses)) if n else math.nan,
            standard_error=spread / math.sqrt(n) if n else math.nan,
            rows=n,
        )


def _padded(leaf: np.ndarray, start: int, size: int) -> np.ndarray:
    """Rows start..start+size, the last batch filled up by repeating its last row, so that a
    compiled function sees one shape only."""
    part = leaf[start : start + size]
    if len(part) == size:
        return part
    return np.concatenate([part, np.repeat(part[-1:], size - len(part), axis=0)])


class Evaluator:
    """Measurements of one model; functions are compiled once, on first use."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.backend = probes.of_backend()
        self._compiled: dict[str, Callable[..., Any]] = {}

    @property
    def readable(self) -> bool:
        """Whether the model's weights have values. While it trains on JAX, Keras takes them away,
        and up to 3.8 a fit that raises leaves it so."""
        return all(getattr(each, "_value", each) is not None for each in self.model.variables)

    def snapshot(self) -> list[np.ndarray]:
        """Copies of the weights as they are."""
        weights: list[np.ndarray] = self.backend.snapshot(self.model)
        return weights

    def _function(self, training: bool, scored: bool = True) -> Callable[..., Any]:
        key = f"rows, training={training}, scored={scored}"
        if key not in self._compiled:
            import keras
            from keras import ops

            losses = row_losses(self.model) if scored else None

            def measure(x: Any, y: Any) -> Any:
                output = self.model(x, training=training)
                first = keras.tree.flatten(output)[0]
                units = math.prod(int(n or 1) for n in first.shape[1:])
                kept = ops.reshape(first, (-1, units)) if units <= MAX_UNITS else None
                scores = losses(y, output) if losses is not None else ops.zeros(first.shape[:1])
                found = {"losses": ops.cast(scores, "float32")}
                if kept is not None and not training:
                    found["predictions"] = ops.cast(kept, "float32")
                return found

            self._compiled[key] = self.backend.compiled(self.model, measure)
        return self._compiled[key]

    def rows(
        self,
        sample: Sample,
        weights: Sequence[np.ndarray] | None = None,
        *,
        training: bool = False,
        limit: int | None = None,
        batch_size: int | None = None,
        scored: bool = True,
    ) -> Rows:
        """Losses and predictions of the sample's rows (the first `limit` of them); predictions
        alone where not `scored`.

        Raises:
            NoHonestLossError: the model has no per-row loss that goodfit can compute.
        """
        import keras

        n = min(sample.rows, limit or sample.rows)
        row_bytes = sample.row_bytes
        size = batch_size or max(8, min(MAX_BATCH, BATCH_BYTES // max(row_bytes, 1)))
        size = min(size, n)
        run = self._function(training, scored)
        losses: list[np.ndarray] = []
        predictions: list[np.ndarray] = []
        for start in range(0, n, size):
            part = keras.tree.map_structure(
                lambda leaf, at=start: _padded(leaf[:n], at, size), (sample.x, sample.y)
            )
            found = run(weights, part)
            kept = min(size, n - start)
            if np.ndim(found["losses"]) == 0:
                return self._chunks(sample, weights, n, training)
            losses.append(found["losses"][:kept])
            if "predictions" in found:
                predictions.append(found["predictions"][:kept])
        return Rows(
            np.concatenate(losses) if scored else np.empty(0, "float32"),
            np.concatenate(predictions) if predictions else None,
        )

    def _chunks(
        self, sample: Sample, weights: Sequence[np.ndarray] | None, n: int, training: bool
    ) -> Rows:
        """The loss by groups of rows, where the user's loss reduces the batch itself."""
        import keras

        size = max(1, n // CHUNKS)
        run = self._function(training)
        found = [
            run(
                weights,
                keras.tree.map_structure(
                    lambda leaf, at=start: leaf[at : at + size], (sample.x, sample.y)
                ),
            )
            for start in range(0, n - size + 1, size)
        ]
        predictions = [part["predictions"] for part in found if "predictions" in part]
        return Rows(
            np.asarray([float(part["losses"]) for part in found], dtype="float32"),
            np.concatenate(predictions) if predictions else None,
            chunked=True,
        )

    def penalty(self, weights: Sequence[np.ndarray] | None = None) -> float:
        """The sum of the weights' regularisation penalties."""
        if not any(v.regularizer is not None for v in self.model.trainable_variables):
            return 0.0
        if "penalty" not in self._compiled:
            from keras import ops

            def penalties() -> Any:
                return sum(
                    ops.cast(ops.sum(v.regularizer(v.value)), "float32")
                    for v in self.model.trainable_variables
                    if v.regularizer is not None
                )

            self._compiled["penalty"] = self.backend.compiled(self.model, penalties)
        return float(self._compiled["penalty"](weights, ()))


__all__ = ["Evaluator", "NoHonestLossError", "Rows"]
