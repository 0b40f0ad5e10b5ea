"""Run a function of the model's weights on JAX: stateless, so nothing of the user's can change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras
import numpy as np

Weights = Sequence[np.ndarray]


def _variables(model: Any) -> list[Any]:
    return [*model.trainable_variables, *model.non_trainable_variables]


def snapshot(model: Any) -> list[np.ndarray]:
    """Copies of all weights, trainable first. Copies, because JAX's training step donates its
    buffers and would leave a mere reference dead."""
    return [np.array(variable.value) for variable in _variables(model)]


def compiled(
    model: Any, function: Callable[..., Any]
) -> Callable[[Weights | None, Sequence[Any]], Any]:
    """`run(weights, arrays)` evaluates `function(*arrays)` with the model's variables set to
    `weights` (None: as they are). `function` is built of keras.ops and the model's layers; it
    returns a nested structure of tensors, which comes back as NumPy arrays."""

    @jax.jit  # type: ignore[untyped-decorator]
    def traced(values: list[Any], arrays: tuple[Any, ...]) -> Any:
        mapping = list(zip(_variables(model), values, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            return function(*arrays)

    def run(weights: Weights | None, arrays: Sequence[Any]) -> Any:
        values = [v.value for v in _variables(model)] if weights is None else list(weights)
        return jax.tree.map(np.asarray, traced(values, tuple(arrays)))

    return run


def compiled_gradients(
    model: Any, function: Callable[..., Any]
) -> Callable[[Weights | None, Sequence[Any]], tuple[list[float], Any]]:
    """Like `compiled`, for a `function` that returns (scalar, extras): gives the Euclidean norm of
    the scalar's gradient for each trainable variable, and the extras."""

    @jax.jit  # type: ignore[untyped-decorator]
    def traced(values: list[Any], arrays: tuple[Any, ...]) -> Any:
        count = len(model.trainable_variables)

        def scalar(trainable: list[Any]) -> Any:
            mapping = list(zip(_variables(model), [*trainable, *values[count:]], strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                return function(*arrays)

        gradients, extras = jax.grad(scalar, has_aux=True)(values[:count])
        return [jax.numpy.linalg.norm(g.astype("float32").ravel()) for g in gradients], extras

    def run(weights: Weights | None, arrays: Sequence[Any]) -> tuple[list[float], Any]:
        values = [v.value for v in _variables(model)] if weights is None else list(weights)
        norms, extras = traced(values, tuple(arrays))
        return [float(norm) for norm in norms], jax.tree.map(np.asarray, extras)

    return run
