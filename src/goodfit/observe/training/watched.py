"""What the monitor holds while training runs: samples, and weights worth remembering."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from goodfit.facts import HonestLoss, SettingsFacts
from goodfit.observe.training.evaluate import Evaluator
from goodfit.observe.training.intake import Intake
from goodfit.observe.training.sampling import Sample

SNAPSHOT_BYTES = 256_000_000
MAX_SNAPSHOTS = 24
# Of these at least three must fit: initial, best and last.
MIN_SNAPSHOTS = 3


class Watched:
    """One fit's working memory. Snapshots are (epoch, weights) by name: "initial", "best", "last",
    and "epoch N" for a few early epochs."""

    def __init__(self, model: Any, seed: int) -> None:
        self.model = model
        self.evaluator = Evaluator(model)
        self.intake = Intake(model, seed)
        self.snapshots: dict[str, tuple[int, list[np.ndarray]]] = {}
        self.honest_missing = ""
        self.updates: dict[int, tuple[list[float], list[float]]] = {}
        self._start: list[np.ndarray] | None = None
        self._best = math.inf
        self._readable: bool | None = None
        self.measure_model()

    def measure_model(self) -> None:
        """Look at the variables as they are; some models build theirs at the first step only, and
        what was remembered before that is no state of the model that trains."""
        variables = list(self.model.trainable_variables)
        self.penalised = any(v.regularizer is not None for v in variables)
        size = sum(int(np.prod(v.shape)) * 4 for v in self.model.variables)
        self._capacity = min(MAX_SNAPSHOTS, SNAPSHOT_BYTES // max(size, 1))
        count = len(variables) + len(self.model.non_trainable_variables)
        for name in [n for n, (_, kept) in self.snapshots.items() if len(kept) != count]:
            del self.snapshots[name]
        if self._start is not None and len(self._start) != count:
            self._start = None

    @property
    def samples(self) -> dict[str, Sample]:
        """The samples drawn so far, by role."""
        return self.intake.samples

    @property
    def room(self) -> bool:
        """Whether one more snapshot may be kept beside the needed ones."""
        needed = MIN_SNAPSHOTS - sum(name in self.snapshots for name in ("initial", "best", "last"))
        return len(self.snapshots) + needed < self._capacity

    def remember(self, name: str, epoch: int) -> None:
        """Keep a copy of the weights as they are; models too large for three copies keep none."""
        if self._capacity >= MIN_SNAPSHOTS:
            self.snapshots[name] = (epoch, self.evaluator.snapshot())

    def weights(self, name: str) -> Sequence[np.ndarray] | None:
        """The remembered weights, None where there are none."""
        found = self.snapshots.get(name)
        return found[1] if found else None

    def is_best(self, loss: float) -> bool:
        """Whether this validation loss is the lowest so far."""
        if not math.isfinite(loss) or loss >= self._best:
            return False
        self._best = loss
        return True

    # Validation ------------------------------------------------------------

    def validation_readable(self, settings: SettingsFacts | None) -> bool:
        """Whether Keras' own `val_loss` less the penalties is the honest validation loss: one loss,
        averaged over rows, no sample weights, nothing added by the layers' calls."""
        if self._readable is None:
            losses = settings.losses if settings else ()
            sample = self.samples.get("validation")
            penalties = sum(v.regularizer is not None for v in self.model.trainable_variables)
            self._readable = (
                len(losses) == 1
                and losses[0].reduction in (None, "sum_over_batch_size", "mean")
                and (losses[0].weight or 1.0) == 1.0
                and (sample is None or sample.weights is None)
                and len(self.model.losses) <= penalties
            )
        return self._readable

    def read_validation(self, loss: float) -> HonestLoss:
        """The honest validation loss Keras' own pass gave; its standard error is filled in once
        the rows' losses are known."""
        sample = self.samples.get("validation")
        return HonestLoss(
            mean=loss, standard_error=math.nan, rows=sample.rows if sample is not None else 0
        )

    # Updates ---------------------------------------------------------------

    def start_epoch(self) -> None:
        """Keep the weights at an epoch's start, to see how far its steps move them."""
        self._start = self.evaluator.snapshot()

    def note_updates(self, epoch: int) -> None:
        """Per trainable variable: how far it moved since `start_epoch`, and its norm then."""
        if self._start is None:
            return
        count = len(self.model.trainable_variables)
        start, end = self._start[:count], self.evaluator.snapshot()[:count]
        with np.errstate(all="ignore"):
            moved = [
                float(np.linalg.norm(np.subtract(b, a))) for a, b in zip(start, end, strict=True)
            ]
            self.updates[epoch] = (moved, [float(np.linalg.norm(a)) for a in start])
        self._start = None
