"""The data loss of each row, as the compiled loss defines it: no penalties, no weights.

Keras reduces a batch to one number. The unreduced values come from `Loss.call`, which gives one
value per row (and per position, for sequences and images); positions are averaged, masked ones
left out, as `Loss.__call__` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

_COMPILED = {"compute_loss", "_compile_loss", "compiled_loss"}


class NoHonestLossError(Exception):
    """No per-row loss can be had from this model; the message says why, for the user."""


def _parts(model: Any) -> list[tuple[tuple[Any, ...], Any, float]]:
    """(path to the output, loss object, weight) for each output that has a loss."""
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        raise NoHonestLossError("the model was compiled without a loss")
    flat = getattr(compiled, "_flat_losses", None)
    if flat is None:
        raise NoHonestLossError("the compiled loss was never built")
    return [
        (tuple(path), loss, 1.0 if weight is None else float(weight))
        for path, loss, weight, *_ in flat
    ]


def _at(structure: Any, path: tuple[Any, ...], names: list[str]) -> Any:
    """What lies at `path`; a name finds its place in a list by the model's output names, and a
    number in a dict likewise."""
    for step in path:
        if isinstance(structure, (list, tuple)) and isinstance(step, str) and step in names:
            structure = structure[names.index(step)]
        elif isinstance(structure, dict) and isinstance(step, int) and step < len(names):
            structure = structure[names[step]]
        elif isinstance(structure, (list, tuple, dict)):
            structure = structure[step]
    return structure


def _aligned(model: Any, y: Any, y_pred: Any, path: tuple[Any, ...]) -> tuple[Any, Any]:
    """Target and output of the loss at `path`.

    Raises:
        NoHonestLossError: they cannot be told apart.
    """
    names = list(getattr(model, "output_names", None) or [])
    try:
        target, output = _at(y, path, names), _at(y_pred, path, names)
    except (KeyError, IndexError, TypeError) as error:
        raise NoHonestLossError(f"no target or output at {path}: {error}") from error
    for found in (target, output):
        if isinstance(found, (list, tuple, dict)) and len(found) != 1:
            raise NoHonestLossError(f"several tensors at {path}, where one loss is compiled")
    return _only(target), _only(output)


def _only(value: Any) -> Any:
    """The one tensor of a structure of one."""
    while isinstance(value, (list, tuple, dict)):
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return value


def _rows(loss: Any, target: Any, output: Any) -> Any:
    """Per-row values, or a scalar where the user's loss reduces the batch itself."""
    import keras
    from keras import ops

    mask = getattr(output, "_keras_mask", None)
    values = loss.call(
        ops.convert_to_tensor(target, dtype=loss.dtype),
        ops.convert_to_tensor(output, dtype=loss.dtype),
    )
    if isinstance(values, (list, tuple, dict)):
        values = sum(keras.tree.flatten(values))
    if len(values.shape) <= 1:
        return values
    axes = tuple(range(1, len(values.shape)))
    if mask is not None and tuple(mask.shape) == tuple(values.shape):
        kept = ops.cast(mask, values.dtype)
        return ops.sum(values * kept, axis=axes) / ops.maximum(ops.sum(kept, axis=axes), 1)
    return ops.mean(values, axis=axes)


def _names(code: CodeType) -> Iterator[str]:
    """The attributes and globals that a function's code names, inner functions included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _adds_to_compiled(kind: type) -> bool:
    """Whether every `compute_loss` of the user's own asks Keras for the compiled loss, to which it
    then adds its terms: the compiled loss is then the data's, as it is beside a penalty."""
    for one in kind.__mro__:
        method = None if one.__module__.startswith("keras.") else vars(one).get("compute_loss")
        code = getattr(method, "__code__", None)
        if method is not None and (code is None or not {*_names(code)} & _COMPILED):
            return False
    return True


def row_losses(model: Any) -> Callable[[Any, Any], Any]:
    """A function (y, y_pred) -> float tensor (rows,), or a scalar tensor where the user's own
    loss gives one number a batch; weighted over outputs by the compiled loss weights.

    Raises:
        NoHonestLossError: the model never asks for the compiled loss, or there is none.
    """
    if not _adds_to_compiled(type(model)):
        raise NoHonestLossError("the model computes its loss itself (compute_loss is overridden)")
    parts = _parts(model)

    def total(y: Any, y_pred: Any) -> Any:
        values = []
        for path, loss, weight in parts:
            target, output = _aligned(model, y, y_pred, path)
            if loss is not None and target is not None:
                values.append(weight * _rows(loss, target, output))
        if not values:
            raise NoHonestLossError("no output has both a loss and a target")
        result = values[0]
        for value in values[1:]:
            result = result + value
        return result

    return total
