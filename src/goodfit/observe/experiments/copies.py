"""A copy of the user's model that may be trained: its own weights, optimiser and random seeds."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from goodfit.observe.experiments.clone import CannotCopyError, Change, clone
from goodfit.observe.training.evaluate import Evaluator, Rows
from goodfit.observe.training.sampling import Sample

BATCH = 32


class Clock:
    """Counts down from `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._end = time.perf_counter() + seconds

    def over(self) -> bool:
        """Whether the time is used up."""
        return time.perf_counter() >= self._end


def rows_at(sample: Sample, index: Any) -> Sample:
    """The sample's rows at `index` (row numbers of the sample, or a slice)."""
    import keras

    def at(leaf: Any) -> Any:
        return leaf[index]

    y = None if sample.y is None else keras.tree.map_structure(at, sample.y)
    kept = sample.index if sample.index is None else sample.index[index]
    return Sample(x=keras.tree.map_structure(at, sample.x), y=y, index=kept)


def _as_fit_feeds(sample: Sample) -> tuple[Any, Any]:
    """x and y as the training step gets them: fit gives arrays of one axis a second one."""
    import keras

    def two_axes(leaf: Any) -> Any:
        return leaf[:, None] if np.ndim(leaf) == 1 else leaf

    if sample.index is None:  # a stream's batches are fed as they come
        return sample.x, sample.y
    return keras.tree.map_structure(two_axes, sample.x), keras.tree.map_structure(
        two_axes, sample.y
    )


def _unfit(model: Any) -> str:
    """Why copies of this model are not trained; "" where they are."""
    import keras

    if model.optimizer is None or getattr(model, "loss", None) is None:
        return "the model was compiled without a loss or an optimiser"
    if keras.distribution.distribution() is not None:
        return "the model is trained on several devices"
    if keras.backend.backend() != "tensorflow":
        return ""
    if getattr(model.distribute_strategy, "num_replicas_in_sync", 1) > 1:
        return "the model is trained on several devices"
    own = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if not type(layer).__module__.startswith("keras.") or type(layer).__name__ == "Lambda"
    ]
    if own:
        return (
            f"the layer {own[0].name!r} of the user's own might draw from TensorFlow's global "
            "random state"
        )
    return ""


def _optimizer(optimizer: Any, rate: float | None) -> Any:
    """A new optimiser like this one, at a constant learning rate."""
    config = optimizer.get_config()
    inner = config.get("inner_optimizer")
    told = inner["config"] if isinstance(inner, dict) and "config" in inner else config
    if rate is not None and "learning_rate" in told:
        told["learning_rate"] = rate
    return type(optimizer).from_config(config)


class Copy:
    """A copy of a compiled model, built and ready to train.

    Args:
        model: the user's model; it is read, never changed.
        sample: rows to build the copy on.
        rate: the learning rate; None for the optimiser's own, schedule included.
        weights: what to begin with, as `Evaluator.snapshot` gives it; None for fresh weights.
        change: see `clone`.

    Raises:
        CannotCopyError: no copy can be made; the message says why.
    """

    def __init__(
        self,
        model: Any,
        sample: Sample,
        *,
        rate: float | None = None,
        weights: Sequence[np.ndarray] | None = None,
        change: Change | None = None,
    ) -> None:
        import keras

        reason = _unfit(model)
        if reason:
            raise CannotCopyError(reason)
        self.model = clone(model, change)
        eager = bool(getattr(model, "run_eagerly", False))
        jax = keras.backend.backend() == "jax"
        self.model.compile(
            optimizer=_optimizer(model.optimizer, rate),
            loss=model.loss,
            loss_weights=getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None),
            run_eagerly=eager,
            jit_compile=bool(model.jit_compile) if jax else False,
        )
        x, y = _as_fit_feeds(rows_at(sample, slice(0, min(2, sample.rows))))
        if not self.model.built:
            self.model(x)
        self.model._symbolic_build(data_batch=(x, y, None))
        self.model.optimizer.build(self.model.trainable_variables)
        self.evaluator = Evaluator(self.model)
        if weights is not None:
            self._set(weights)
        self._start = [(variable, _value(variable)) for variable in self._variables()]

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def _set(self, weights: Sequence[np.ndarray]) -> None:
        variables = [*self.model.trainable_variables, *self.model.non_trainable_variables]
        shapes = [tuple(variable.shape) for variable in variables]
        if shapes != [np.shape(value) for value in weights]:
            raise CannotCopyError("the copy's weights are not those of the model")
        for variable, value in zip(variables, weights, strict=True):
            variable.assign(value)

    def reset(self, rate: float | None = None) -> None:
        """Back to the weights and the optimiser of the beginning, at another learning rate."""
        for variable, value in self._start:
            variable.assign(value)
        if rate is not None:
            self.model.optimizer.learning_rate = rate

    def step(self, rows: Sample) -> float:
        """One training step on these rows; the loss that training itself printed for it."""
        x, y = _as_fit_feeds(rows)
        found = self.model.train_on_batch(x, y)
        return float(found[0] if isinstance(found, (list, tuple)) else found)

    def honest(self, sample: Sample, weights: Sequence[np.ndarray] | None = None) -> Rows:
        """Per-row losses and answers in inference mode.

        Raises:
            NoHonestLossError: the model has no per-row loss.
        """
        with np.errstate(all="ignore"):
            return self.evaluator.rows(sample, weights)

    def loss(self, sample: Sample) -> float:
        """The mean honest loss; infinite where it is not finite."""
        found = self.honest(sample).honest.mean
        return found if math.isfinite(found) else math.inf


def _value(variable: Any) -> np.ndarray:
    import keras

    return np.array(keras.ops.convert_to_numpy(variable.value))


def batches(sample: Sample, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Row numbers of one pass in random order, in batches of one size; a rest is left out."""
    order = rng.permutation(sample.rows)
    size = min(size, sample.rows)
    return [order[at : at + size] for at in range(0, sample.rows - size + 1, size)]
