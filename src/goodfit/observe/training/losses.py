"""The data loss of each row, as the compiled loss defines it: no penalties, no weights.

Keras reduces a batch to one number. The unreduced values come from `Loss.call`, which gives one
value per row (and per position, for sequences and images); positions are averaged, masked ones
left out, as `Loss.__call__` does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class NoHonestLossError(Exception):
    """No per-row loss can be had from this model; the message says why, for the user."""


def _parts(model: Any) -> list[tuple[Any, float]]:
    """(loss object, weight) for each output that has a loss, in order of the flattened outputs;
    (None, 0) for an output without one."""
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        raise NoHonestLossError("the model was compiled without a loss")
    flat = getattr(compiled, "_flat_losses", None)
    if flat is None:
        raise NoHonestLossError("the compiled loss was never built")
    parts = []
    for item in flat:
        loss, weight = item[1], item[2]
        parts.append((loss, 1.0 if weight is None else float(weight)))
    return parts


def _aligned(model: Any, y: Any, y_pred: Any) -> tuple[list[Any], list[Any]]:
    """Targets and outputs as flat lists in the same order."""
    import keras

    outputs, targets = keras.tree.flatten(y_pred), keras.tree.flatten(y)
    names = list(getattr(model, "output_names", None) or [])
    if isinstance(y, dict) and isinstance(y_pred, (list, tuple)) and set(names) == set(y):
        targets = [y[name] for name in names]
    if len(targets) != len(outputs):
        raise NoHonestLossError(
            f"the model has {len(outputs)} outputs for {len(targets)} target arrays"
        )
    return targets, outputs


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


def row_losses(model: Any) -> Callable[[Any, Any], Any]:
    """A function (y, y_pred) -> float tensor (rows,), or a scalar tensor where the user's own
    loss gives one number a batch; weighted over outputs by the compiled loss weights.

    Raises:
        NoHonestLossError: the loss is not the compiled one, or there is none.
    """
    import keras

    if type(model).compute_loss is not keras.Model.compute_loss and not type(
        model
    ).compute_loss.__module__.startswith("keras."):
        raise NoHonestLossError("the model computes its loss itself (compute_loss is overridden)")
    parts = _parts(model)

    def total(y: Any, y_pred: Any) -> Any:
        targets, outputs = _aligned(model, y, y_pred)
        if len(parts) != len(outputs):
            raise NoHonestLossError(f"{len(parts)} losses were compiled for {len(outputs)} outputs")
        values = [
            weight * _rows(loss, target, output)
            for (loss, weight), target, output in zip(parts, targets, outputs, strict=True)
            if loss is not None and target is not None
        ]
        result = values[0]
        for value in values[1:]:
            result = result + value
        return result

    return total
