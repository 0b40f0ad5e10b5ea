"""Fixes that change what the model is given, or its layers, before anything meets the loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.facts import Shape
from goodfit.observe.proof.attempt import PREDICT, TRAIN, Attempt, Edit

RECURRENT = ("LSTM", "GRU", "SimpleRNN")


def input_shape(model: Any) -> Shape | None:
    """What the model's one input declares, batch axis included; None where it declares nothing."""
    try:
        shape = model.input_shape
    except (AttributeError, ValueError):
        return None
    return tuple(shape) if isinstance(shape, tuple) else None


def before_the_loss(attempt: Attempt, whole: Shape) -> Iterator[Edit]:
    """Where a copy refuses the rows.

    Args:
        attempt: the call that failed.
        whole: the shape of x as it was given, all rows.
    """
    if not isinstance(attempt.x, np.ndarray):
        return
    wanted = input_shape(attempt.model)
    yield from _arrays(attempt, wanted, whole)
    given = tuple(attempt.x.shape[1:])
    if attempt.verb == TRAIN and wanted and len(wanted) == len(given) + 1 and wanted[1:] != given:
        told = replace(attempt, inputs=given)
        known = {"shape": list(given)}
        words = f"keras.Input({given})"
        yield Edit(id="input-shape", words=words, attempt=told, parameters=known)
    yield from _configurations(attempt)


def _arrays(attempt: Attempt, wanted: Shape | None, whole: Shape) -> Iterator[Edit]:
    x = attempt.x

    def edit(id_: str, words: str, how: Any, **known: Any) -> Edit:
        return Edit(id=id_, words=words, attempt=replace(attempt, on_x=how), parameters=known)

    if attempt.verb == PREDICT and wanted and wanted[1:] == whole:
        row = replace(attempt, x=x.reshape(whole)[np.newaxis])
        yield Edit(id="batch-axis", words="x[np.newaxis]", attempt=row)
    one_more = wanted is None or (len(wanted) == x.ndim + 1 and wanted[-1] in (1, None))
    if x.ndim >= 2 and one_more:
        yield edit("channel-axis", "x[..., np.newaxis]", lambda a: a[..., np.newaxis])
    if wanted and len(wanted) == x.ndim - 1 and x.shape[-1] == 1:
        yield edit("squeeze", "np.squeeze(x, axis=-1)", lambda a: a[..., 0])
    if wanted and None not in wanted[1:] and _size(wanted) == _size(x.shape):
        new = tuple(wanted[1:])
        if len(wanted) >= 4 and x.ndim == len(wanted) and x.shape[1] == wanted[-1]:
            yield edit("channels-last", "np.moveaxis(x, 1, -1)", lambda a: np.moveaxis(a, 1, -1))
        elif x.ndim != len(wanted):
            listed = ", ".join(["len(x)", *map(str, new)])
            words = f"x.reshape({listed})"
            yield edit("reshape", words, lambda a: a.reshape(len(a), *new), shape=list(new))
    elif wanted is None and x.ndim >= 4 and x.shape[1] in (1, 3):
        yield edit("channels-last", "np.moveaxis(x, 1, -1)", lambda a: np.moveaxis(a, 1, -1))


def _size(shape: Shape) -> int:
    return int(np.prod([n or 0 for n in shape[1:]]))


def _configurations(attempt: Attempt) -> Iterator[Edit]:
    if attempt.verb != TRAIN:
        return
    layers = getattr(attempt.model, "layers", [])
    recurrent = [layer for layer in layers if type(layer).__name__ in RECURRENT]
    short = [layer for layer in recurrent[:-1] if not layer.return_sequences]
    if short:
        names = ", ".join(layer.name for layer in short)
        told = replace(attempt, change=setting(short, "return_sequences", True))
        words = f"return_sequences=True in {names}"
        known = {"layers": [layer.name for layer in short]}
        yield Edit(id="return-sequences", words=words, attempt=told, parameters=known)
    valid = [layer for layer in layers if getattr(layer, "padding", None) == "valid"]
    if valid:
        told = replace(attempt, change=setting(valid, "padding", "same"))
        words = 'padding="same" in the convolutions and pools'
        known = {"layers": [layer.name for layer in valid]}
        yield Edit(id="padding-same", words=words, attempt=told, parameters=known)


def setting(layers: list[Any], name: str, value: Any) -> Any:
    """A change that sets one option in the configurations of these layers."""
    chosen = {id(layer) for layer in layers}

    def change(layer: Any, config: dict[str, Any]) -> dict[str, Any]:
        return {**config, name: value} if id(layer) in chosen else config

    return change
