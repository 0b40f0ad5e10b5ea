"""One try: a copy of the model that failed, built, compiled and given one batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from goodfit.facts import Shape
from goodfit.observe.experiments.clone import (
    CannotCopyError,
    Change,
    _cloner,
    _is_keras,
    clone,
    custom_objects,
)
from goodfit.observe.experiments.copies import BATCH, _optimizer, _unfit

MOST_WEIGHTS = 5_000_000
"""Of the models that are tried: larger ones are not built and trained within a few seconds."""
TRAIN, TEST, PREDICT, COMPILE = "fit", "evaluate", "predict", "compile"
Array = Callable[[np.ndarray], np.ndarray]


def as_given(array: np.ndarray) -> np.ndarray:
    """The array as it is."""
    return array


class TooLargeError(CannotCopyError):
    """The model is too large to be tried within the budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one try is made of. x and y are one batch; `on_x` and `on_y` change each array of it.
    `change` edits the layers' configurations, `inputs` is another shape for the one input (batch
    axis left out), and `flatten_at` the number of the layer that a Flatten is put in front of."""

    verb: str
    model: Any
    x: Any = None
    y: Any = None
    optimizer: Any = None
    loss: Any = None
    metrics: Any = None
    weighted_metrics: Any = None
    on_x: Array = as_given
    on_y: Array = as_given
    change: Change | None = None
    inputs: Shape | None = None
    flatten_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A candidate fix: its id, what to type, the try that has it, and what a patch must know."""

    id: str
    words: str
    attempt: Attempt
    parameters: Mapping[str, Any] = field(default_factory=dict)


def ready(attempt: Attempt) -> Any:
    """The copy, not compiled.

    Raises:
        CannotCopyError: there can be none; the message says why.
    """
    import keras
    from keras.src.saving.serialization_lib import SafeModeScope

    model = attempt.model
    for name in ("train_step", "compute_loss", "train_on_batch"):
        if not _is_keras(type(model), name):
            raise CannotCopyError(f"the model overrides {name}, so a copy might train differently")
    if not isinstance(model, keras.Sequential) and attempt.inputs is None:
        return clone(model, attempt.change)
    with keras.saving.custom_object_scope(custom_objects(model)), SafeModeScope(False):
        if isinstance(model, keras.Sequential):
            return _sequential(attempt)
        if not isinstance(model.input, keras.KerasTensor):
            raise CannotCopyError("the model has several inputs")
        told = keras.Input(attempt.inputs, dtype=model.input.dtype)
        copy = _cloner(attempt.change)
        return keras.models.clone_model(model, input_tensors=told, clone_function=copy)


def _sequential(attempt: Attempt) -> Any:
    import keras

    model = attempt.model
    layers = [_cloner(attempt.change)(layer) for layer in model.layers]
    if attempt.flatten_at is not None:
        layers.insert(attempt.flatten_at, keras.layers.Flatten())
    first = model._layers[0] if model._layers else None
    # An input that the failed call has put there itself is no wish of the user's.
    if isinstance(first, keras.layers.InputLayer) and model.built:
        shape = attempt.inputs or first.batch_shape[1:]
        layers.insert(0, keras.Input(shape, dtype=first.dtype))
    return keras.Sequential(layers, trainable=model.trainable)


def _fresh(metrics: Any) -> Any:
    """New metrics like these: a metric counts, and the user's own must not."""
    if isinstance(metrics, Mapping):
        return {name: _fresh(one) for name, one in metrics.items()}
    if isinstance(metrics, (list, tuple)):
        return [_fresh(one) for one in metrics]
    kind = type(metrics)
    return kind.from_config(metrics.get_config()) if hasattr(kind, "from_config") else metrics


def _like(optimizer: Any) -> Any:
    """A new one of the same settings; on JAX a step that failed may have emptied the variable of
    the learning rate, on which the loss of one step does not depend: then the class' own."""
    try:
        return _optimizer(optimizer, None)
    except Exception:
        return type(optimizer)()


def compiled(attempt: Attempt, model: Any) -> None:
    """Compile the copy as the user's model was, with an optimiser and metrics of its own."""
    import keras

    optimizer = attempt.optimizer
    if isinstance(optimizer, keras.optimizers.Optimizer):
        optimizer = _like(optimizer)
    user = attempt.model
    jit: Any = "auto"
    if attempt.verb != COMPILE:
        jax = keras.backend.backend() == "jax"
        jit = bool(getattr(user, "jit_compile", False)) if jax else False
    model.compile(
        optimizer=optimizer,
        loss=attempt.loss,
        metrics=_fresh(attempt.metrics),
        weighted_metrics=_fresh(attempt.weighted_metrics),
        run_eagerly=bool(getattr(user, "run_eagerly", False)),
        jit_compile=jit,
    )


def batch(attempt: Attempt) -> tuple[Any, Any]:
    """x and y as the copy is given them."""
    import keras

    def of(structure: Any, how: Array) -> Any:
        if structure is None:
            return None
        return keras.tree.map_structure(lambda leaf: how(np.asarray(leaf)), structure)

    return of(attempt.x, attempt.on_x), of(attempt.y, attempt.on_y)


def symbolic(x: Any) -> Any:
    """What stands for arrays of these shapes and types, so that no number is computed."""
    import keras

    def of(leaf: np.ndarray) -> Any:
        text = leaf.dtype.kind in "OSU"
        return keras.KerasTensor(leaf.shape, dtype="string" if text else leaf.dtype.name)

    return keras.tree.map_structure(of, x)


def answers_of(attempt: Attempt) -> Any:
    """What stands for a copy's answers to the batch. Raises whatever the copy raises."""
    return ready(attempt)(symbolic(batch(attempt)[0]), training=False)


def run(attempt: Attempt) -> float | None:
    """Do the try; the loss of the one training step, None where nothing is trained.

    Raises:
        CannotCopyError: there is no copy to try it on.
        ArithmeticError: the step went through, but its loss is no finite number.
        Exception: whatever the copy raises: the fix does not help.
    """
    reason = _unfit(attempt.model) if attempt.verb == TRAIN else ""
    if reason:
        raise CannotCopyError(reason)
    copy = ready(attempt)
    if attempt.verb == COMPILE:
        compiled(attempt, copy)
        return None
    x, y = batch(attempt)
    if not copy.built:
        copy(symbolic(x))
    if copy.count_params() > MOST_WEIGHTS:
        raise TooLargeError(f"the model has more than {MOST_WEIGHTS:,} weights")
    if attempt.verb == PREDICT:
        copy.predict_on_batch(x)
        return None
    compiled(attempt, copy)
    if attempt.verb == TEST:
        copy.test_on_batch(x, y)
        return None
    found = copy.train_on_batch(x, y)
    loss = float(found[0] if isinstance(found, (list, tuple)) else found)
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss of one batch is {loss}")
    return loss


def smallest_batch(size: Any) -> int:
    """The rows to try: the user's batch size, 32 at most."""
    return min(size, BATCH) if isinstance(size, int) and size > 0 else BATCH
