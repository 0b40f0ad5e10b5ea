"""What the experiments on one fit share: model, rows, settings, and a copy once made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.facts import PredictionFacts
from goodfit.observe.experiments.copies import BATCH, Copy, rows_at
from goodfit.observe.training.sampling import Sample

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

MAX_BATCH = 256
MIN_STEPS = 50


def highest_rate(work: Analysis) -> float | None:
    """The highest rate the training was seen to use: schedules that warm up begin near 0."""
    optimizer = work.settings.optimizer if work.settings else None
    seen = [epoch.learning_rate for epoch in work.epochs if epoch.learning_rate]
    told = [optimizer.learning_rate] if optimizer and optimizer.learning_rate else []
    finite = [rate for rate in (*told, *seen) if math.isfinite(rate)]
    return float(f"{max(finite):.6g}") if finite else None


@dataclass(kw_only=True)
class Bench:
    """What the experiments on one fit share: the model, its rows, and copies once made."""

    work: Analysis
    predictions: PredictionFacts | None
    sample: Sample
    rate: float | None
    missing: list[str] = field(default_factory=list)
    _copy: Copy | None = None

    @property
    def model(self) -> Any:
        return self.work.watched.model

    @property
    def batch_size(self) -> int:
        """Rows of the user's training steps."""
        told = self.work.settings.batch_size if self.work.settings else None
        return min(told or BATCH, MAX_BATCH, self.sample.rows)

    @property
    def steps(self) -> int:
        """Steps of the user's training; at least MIN_STEPS."""
        settings = self.work.settings
        epochs = sum(epoch.index >= 0 for epoch in self.work.epochs)
        per_epoch = (settings.steps_per_epoch if settings else None) or 1
        return max(MIN_STEPS, epochs * per_epoch)

    @property
    def validation(self) -> Sample | None:
        """Validation rows with targets, if there are any."""
        found = self.work.watched.samples.get("validation")
        return found if found is not None and found.y is not None else None

    @property
    def frozen(self) -> Sequence[np.ndarray] | None:
        """The weights before training where part of the model does not train: what was loaded into
        it is no result of this training. None where all weights may be fresh."""
        layers = self.model._flatten_layers(include_self=False)
        loaded = any(not layer.trainable and layer.weights for layer in layers)
        return self.start if loaded else None

    @property
    def start(self) -> Sequence[np.ndarray] | None:
        """The weights before training; None where they are not known or not finite."""
        found = self.work.watched.weights("initial")
        if found is None or not all(np.isfinite(w).all() for w in found if w.dtype.kind == "f"):
            return None
        return found

    def copy(self) -> Copy:
        """The copy as the model was before training; the same one each time, reset."""
        if self._copy is None:
            self._copy = Copy(self.model, self.sample, rate=self.rate, weights=self.start)
            rows = rows_at(self.sample, slice(0, min(BATCH, self.sample.rows)))
            self._copy.step(rows)  # compiles it, before any clock runs
        self._copy.reset(self.rate)
        return self._copy

    def describe(self, answers: np.ndarray, rows: Sample) -> PredictionFacts | None:
        """Facts of a copy's answers, for a constant answer's loss on the same rows."""
        import keras

        from goodfit.observe.baselines.predictions import prediction_facts

        losses = self.work.settings.losses if self.work.settings else ()
        model = self.work.model
        activation = model.outputs[0].activation if model and model.outputs else None
        if len(losses) != 1 or rows.y is None:
            return None
        return prediction_facts(
            answers,
            keras.tree.flatten(rows.y)[0],
            from_logits=bool(losses[0].from_logits),
            loss_name=losses[0].name,
            output_activation=activation,
        )

    def prior(self, rows: Sample, copy: Copy) -> float | None:
        """The best constant answer's loss on these rows."""
        answers = copy.honest(rows).predictions
        told = self.describe(answers, rows) if answers is not None else None
        return told.prior_loss if told is not None else None
