"""Run a function of the model's weights on TensorFlow, and put every variable back afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

Weights = Sequence[np.ndarray]


def _variables(model: Any) -> list[Any]:
    return [*model.trainable_variables, *model.non_trainable_variables]


def _copy(variable: Any) -> np.ndarray:
    return np.array(tf.convert_to_tensor(variable.value).numpy())


def snapshot(model: Any) -> list[np.ndarray]:
    """Copies of all weights, trainable first."""
    return [_copy(variable) for variable in _variables(model)]


@contextmanager
def _borrowed(model: Any, weights: Weights | None) -> Iterator[None]:
    """Set the variables to `weights`; restore all of them, seed generators and moving statistics
    included, whatever happens inside."""
    changed = _variables(model) if weights is not None else list(model.non_trainable_variables)
    before = [_copy(variable) for variable in changed]
    try:
        for variable, value in zip(changed, weights or (), strict=False):
            variable.assign(value)
        yield
    finally:
        for variable, value in zip(changed, before, strict=True):
            variable.assign(value)


def _to_numpy(structure: Any) -> Any:
    return tf.nest.map_structure(lambda value: value.numpy(), structure)


def compiled(
    model: Any, function: Callable[..., Any]
) -> Callable[[Weights | None, Sequence[Any]], Any]:
    """See `goodfit.observe.probes.jax.compiled`."""
    traced = tf.function(lambda arrays: function(*arrays), reduce_retracing=True)

    def run(weights: Weights | None, arrays: Sequence[Any]) -> Any:
        tensors = tf.nest.map_structure(tf.convert_to_tensor, tuple(arrays))
        with _borrowed(model, weights):
            return _to_numpy(traced(tensors))

    return run


def compiled_gradients(
    model: Any, function: Callable[..., Any]
) -> Callable[[Weights | None, Sequence[Any]], tuple[list[float], Any]]:
    """See `goodfit.observe.probes.jax.compiled_gradients`."""

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def traced(arrays: tuple[Any, ...]) -> Any:
        sources = [variable.value for variable in model.trainable_variables]
        with tf.GradientTape() as tape:
            scalar, extras = function(*arrays)
        gradients = tape.gradient(scalar, sources)
        norms = [
            tf.zeros(()) if g is None else tf.norm(tf.cast(tf.convert_to_tensor(g), tf.float32))
            for g in gradients
        ]
        return norms, extras

    def run(weights: Weights | None, arrays: Sequence[Any]) -> tuple[list[float], Any]:
        tensors = tf.nest.map_structure(tf.convert_to_tensor, tuple(arrays))
        with _borrowed(model, weights):
            norms, extras = traced(tensors)
        return [float(norm) for norm in norms], _to_numpy(extras)

    return run
