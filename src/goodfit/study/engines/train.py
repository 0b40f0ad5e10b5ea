"""One trial: Keras' own fit under the study's protocol, scored row by row."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np

from goodfit import results
from goodfit.randomness import unchanged
from goodfit.recipe import CallbackRecipe, NoRecipeError, Recipe, Rows
from goodfit.results import RowScores, Trial, TrialEpoch
from goodfit.study.balance import FEWEST
from goodfit.study.decisions import decided
from goodfit.study.engines.build import build
from goodfit.study.engines.compiled import reused
from goodfit.study.engines.feed import fed
from goodfit.study.scores import row_losses, row_scores, target_variance
from goodfit.study.trend import still_falling
from goodfit.study.watched import Watched, watched

TRAIN_ROWS = 512
"""Training rows whose honest loss is measured at every epoch."""
WATCHED_ROWS = 5000
"""Validation rows that early stopping looks at."""


class Evaluator(Protocol):
    """Honest losses and answers of a model's rows; see `goodfit.observe.training.evaluate`."""

    def snapshot(self) -> list[np.ndarray]:
        """Copies of the weights as they are."""

    def measure(
        self, rows: Rows, weights: Sequence[np.ndarray] | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Per-row losses (rows,) and the first output's values (rows, units)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one trial needs besides its recipe. `over` says that the time is up; `on_epoch` is told
    every epoch as it ends, and stops the trial where it answers False."""

    arm: str
    seed: int
    protocol: results.Protocol
    evaluator: Callable[[Any], Evaluator]
    over: Callable[[], bool] = lambda: False
    on_epoch: Callable[[TrialEpoch], bool] = lambda _: True


def train(recipe: Recipe, job: Job) -> Trial:
    """Train the recipe under a seed and score it. Global random state is left as it was.

    Never raises but for Ctrl-C: a trial that fails is a value with its reason.
    """
    started = time.perf_counter()
    try:
        with unchanged(), reused(), np.errstate(all="ignore"):
            return _train(recipe, job, started)
    except NoRecipeError as error:
        reason = str(error)
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        reason = f"{type(error).__name__}: {first}"
    return Trial(
        arm=job.arm,
        seed=job.seed,
        status="failed",
        reason=reason,
        seconds=time.perf_counter() - started,
    )


def _train(recipe: Recipe, job: Job, started: float) -> Trial:
    recipe, rows = fed(recipe, job.seed)
    model = build(recipe, job.seed)
    evaluator = job.evaluator(model)
    watch = Watch(recipe, job, evaluator)
    told = recipe.fit
    callbacks = [*(_callback(one) for one in told.callbacks), watch]
    validation = recipe.data.validation
    needs = told.callbacks and validation is not None
    model.fit(
        **rows,
        epochs=job.protocol.epochs,
        class_weight=dict(told.class_weight) if told.class_weight else None,
        steps_per_epoch=told.steps,
        validation_data=(validation.x, validation.y) if needs and validation else None,
        callbacks=callbacks,
        verbose=0,
    )
    weights = watch.best if job.protocol.patience is not None else None
    return Trial(
        arm=job.arm,
        seed=job.seed,
        status=watch.status,
        reason=watch.reason,
        epochs=tuple(watch.epochs),
        best_epoch=watch.best_epoch,
        still_improving=still_falling([epoch.validation_loss for epoch in watch.epochs]),
        parameters=int(sum(np.prod(v.shape) for v in model.trainable_variables)),
        seconds=time.perf_counter() - started,
        **_scored(recipe, evaluator, weights, job.protocol.measure),
    )


def _scored(
    recipe: Recipe, evaluator: Evaluator, weights: Sequence[np.ndarray] | None, measure: str
) -> dict[str, Any]:
    """What the trial says of its held-out rows: their scores, and what decided on their classes."""
    task, variance = recipe.task, target_variance(recipe.data.train.y)
    held = {"validation": recipe.data.validation, "test": recipe.data.test}
    seen = {
        role: (rows, *evaluator.measure(rows, weights))
        for role, rows in held.items()
        if rows is not None
    }
    known = {role: (rows, found) for role, (rows, _, found) in seen.items() if found is not None}
    told = decided(recipe, measure, known.get("validation"), known.get("test"))
    answered = {"validation": told.validation, "test": told.test}
    scores = {
        role: RowScores(
            score=row_scores(task, measure, rows.y, found, losses, variance, answered[role]),
            loss=row_losses(task, rows.y, found, losses),
        )
        for role, (rows, losses, found) in seen.items()
    }
    return {**scores, "threshold": told.value}


def _callback(told: CallbackRecipe) -> Any:
    return getattr(keras.callbacks, told.name)(**told.arguments)


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Measures every epoch, keeps the best weights, and stops where the protocol says so."""

    def __init__(self, recipe: Recipe, job: Job, evaluator: Evaluator) -> None:
        super().__init__()
        self.epochs: list[TrialEpoch] = []
        self.best: list[np.ndarray] | None = None
        self.best_epoch: int | None = None
        self.status: results.TrialStatus = "finished"
        self.reason = ""
        self._job = job
        self._evaluator = evaluator
        rows = recipe.data.train
        index = np.random.default_rng(0).permutation(rows.count)[:TRAIN_ROWS]
        held, measure = recipe.data.validation, job.protocol.measure
        self._train = watched(recipe, rows.at(np.sort(index)), measure, 1)
        self._held = None
        if held is not None:
            self._held = watched(recipe, held.at(slice(0, WATCHED_ROWS)), measure, FEWEST)
        self._lowest = math.inf
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        seconds = time.perf_counter() - self._began
        found = TrialEpoch(
            index=epoch,
            train_loss=self._loss(self._train),
            validation_loss=self._loss(self._held),
            learning_rate=float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            seconds=seconds,
        )
        self.epochs.append(found)
        self._keep_best(epoch, found)
        goes_on = self._job.on_epoch(found)
        if not math.isfinite(found.train_loss or 0.0):
            self._stop("diverged", f"the training loss is not finite after epoch {epoch + 1}")
        elif not goes_on or self._job.over():
            self._stop("cut", f"stopped after epoch {epoch + 1}")
        elif self._impatient(epoch):
            self.model.stop_training = True

    def _loss(self, part: Watched | None) -> float | None:
        return None if part is None else part.loss(*self._evaluator.measure(part.rows))

    def _keep_best(self, epoch: int, found: TrialEpoch) -> None:
        if self._job.protocol.patience is None:
            self.best_epoch = epoch
        elif found.validation_loss is not None and found.validation_loss < self._lowest:
            self._lowest = found.validation_loss
            self.best_epoch, self.best = epoch, self._evaluator.snapshot()

    def _impatient(self, epoch: int) -> bool:
        patience = self._job.protocol.patience
        if patience is None or self._held is None:
            return False
        return epoch - (self.best_epoch if self.best_epoch is not None else -1) >= patience

    def _stop(self, status: results.TrialStatus, reason: str) -> None:
        self.status, self.reason = status, reason
        self.model.stop_training = True
