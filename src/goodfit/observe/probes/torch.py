"""Run a function of the model's weights on PyTorch, and put everything back afterwards: variables,
gradients' absence, module modes and the random state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

Weights = Sequence[np.ndarray]


def _variables(model: Any) -> list[Any]:
    return [*model.trainable_variables, *model.non_trainable_variables]


def _copy(variable: Any) -> np.ndarray:
    return np.array(variable.value.detach().cpu())


def snapshot(model: Any) -> list[np.ndarray]:
    """Copies of all weights, trainable first."""
    return [_copy(variable) for variable in _variables(model)]


@contextmanager
def _borrowed(model: Any, weights: Weights | None) -> Iterator[None]:
    """Set the variables to `weights` and the modules to evaluation; restore all of it."""
    changed = _variables(model) if weights is not None else list(model.non_trainable_variables)
    before = [_copy(variable) for variable in changed]
    modes = [(module, module.training) for module in model.modules()]
    try:
        with torch.random.fork_rng(devices=[]):
            for module, _ in modes:
                module.training = False
            for variable, value in zip(changed, weights or (), strict=False):
                variable.assign(value)
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        for variable, value in zip(changed, before, strict=True):
            variable.assign(value)


def _to_numpy(structure: Any) -> Any:
    if isinstance(structure, dict):
        return {key: _to_numpy(value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)(_to_numpy(value) for value in structure)
    return np.asarray(structure.detach().cpu()) if torch.is_tensor(structure) else structure


def compiled(
    model: Any, function: Callable[..., Any]
) -> Callable[[Weights | None, Sequence[Any]], Any]:
    """See `goodfit.observe.probes.jax.compiled`; PyTorch runs it eagerly."""

    def run(weights: Weights | None, arrays: Sequence[Any]) -> Any:
        with _borrowed(model, weights), torch.no_grad():
            return _to_numpy(function(*arrays))

    return run


def compiled_gradients(
    model: Any, function: Callable[..., Any]
) -> Callable[[Weights | None, Sequence[Any]], tuple[list[float], Any]]:
    """See `goodfit.observe.probes.jax.compiled_gradients`; `.grad` of no weight is touched."""

    def run(weights: Weights | None, arrays: Sequence[Any]) -> tuple[list[float], Any]:
        with _borrowed(model, weights):
            sources = [variable.value for variable in model.trainable_variables]
            scalar, extras = function(*arrays)
            gradients = torch.autograd.grad(scalar, sources, allow_unused=True)
            norms = [0.0 if g is None else float(g.float().norm()) for g in gradients]
            return norms, _to_numpy(extras)

    return run
