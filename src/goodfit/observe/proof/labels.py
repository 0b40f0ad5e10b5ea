"""Fixes where the model's answers and the labels do not fit each other in the loss or a metric."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import to_numpy
from goodfit.observe.proof.attempt import TRAIN, Attempt, Edit
from goodfit.observe.proof.layers import RECURRENT, setting

SPARSE, DENSE = "sparse_categorical_crossentropy", "categorical_crossentropy"
_CLASSES = {SPARSE: "SparseCategoricalCrossentropy", DENSE: "CategoricalCrossentropy"}
_WHOLE = ("categorical", "binary", "kl_divergence", "kullback")


def at_the_loss(attempt: Attempt, answers: Any, y: Any) -> Iterator[Edit]:
    """Where a copy answers, and the loss or a metric refuses the answers.

    Args:
        attempt: the call that failed.
        answers: what stands for a copy's answers to the batch, with their shape.
        y: the labels as they were given, all rows.
    """
    labels = attempt.y
    one = not isinstance(answers, (dict, list, tuple)) and isinstance(labels, np.ndarray)
    if not one or attempt.verb != TRAIN or answers.ndim < 2:
        return
    if answers.ndim > labels.ndim or (answers.ndim > 2 and labels.ndim == 2):
        yield from _axes(attempt)
    if answers.ndim == 2 and labels.ndim <= 2:
        width = 1 if labels.ndim == 1 else labels.shape[1]
        if width == 1 and answers.shape[1] > 1:
            yield from _class_numbers(attempt, answers.shape[1], y)
        elif width > 1:
            yield from _columns(attempt, width, answers.shape[1])


def loss_name(loss: Any) -> str:
    """ "categorical_crossentropy" of a string, function or object of Keras; "" for others."""
    name = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
    return str(name).lower()


def _other(loss: Any, name: str) -> tuple[Any, str]:
    """The loss called `name`, with the logits setting of this one, and its words."""
    import keras

    if getattr(getattr(loss, "_fn_kwargs", None), "get", lambda _: False)("from_logits"):
        made = getattr(keras.losses, _CLASSES[name])(from_logits=True)
        return made, f"loss=keras.losses.{_CLASSES[name]}(from_logits=True)"
    return name, f'loss="{name}"'


def _told(loss: Any, name: str) -> dict[str, Any]:
    """The loss as a patch is told of it."""
    return {"loss": name} if isinstance(loss, str) else {"loss": _CLASSES[name], "logits": True}


def _class_numbers(attempt: Attempt, units: int, y: Any) -> Iterator[Edit]:
    whole = to_numpy(y)
    if whole.dtype.kind not in "biuf" or not len(whole):
        return
    if not np.all(whole == np.floor(whole)) or whole.min() < 0 or whole.max() >= units:
        return
    name = loss_name(attempt.loss)
    if name.startswith(_WHOLE):
        loss, words = _other(attempt.loss, SPARSE)
        changed = replace(attempt, loss=loss)
        yield Edit(id="sparse-loss", words=words, attempt=changed, parameters=_told(loss, SPARSE))

    def one_hot(a: np.ndarray) -> np.ndarray:
        return np.asarray(np.eye(units, dtype="float32")[a.reshape(-1).astype(int)])

    loss, told = (attempt.loss, "") if name == DENSE else _other(attempt.loss, DENSE)
    words = f"keras.utils.to_categorical(y, {units})" + (f" and {told}" if told else "")
    changed = replace(attempt, on_y=one_hot, loss=loss)
    known = {"classes": units, **(_told(loss, DENSE) if told else {})}
    yield Edit(id="one-hot", words=words, attempt=changed, parameters=known)


def _columns(attempt: Attempt, width: int, units: int) -> Iterator[Edit]:
    labels = np.asarray(attempt.y)
    one_hot = bool(labels.dtype.kind in "biuf" and np.all(labels.sum(axis=1) == 1))
    one_hot = one_hot and bool(np.isin(labels, (0, 1)).all())
    name = loss_name(attempt.loss)
    if width == units and name.startswith("sparse"):
        if one_hot:
            loss, words = _other(attempt.loss, DENSE)
            changed = replace(attempt, loss=loss)
            yield Edit(id="dense-loss", words=words, attempt=changed, parameters=_told(loss, DENSE))
        return
    last = _last_dense(attempt.model)
    if last is None or width == units:
        return
    if units == 1 and one_hot and name.startswith(("binary", "sparse", "categorical")):
        options = {"units": width, "activation": "softmax"}
        told = replace(attempt, change=_set(last, options), loss=DENSE)
        words = f'Dense({width}, activation="softmax") at the end and loss="{DENSE}"'
        known: dict[str, Any] = {"layer": last.name, "options": options, "loss": DENSE}
    else:
        told = replace(attempt, change=_set(last, {"units": width}))
        words = f"Dense({width}) at the end"
        known = {"layer": last.name, "options": {"units": width}}
    yield Edit(id="units", words=words, attempt=told, parameters=known)


def _set(layer: Any, options: dict[str, Any]) -> Any:
    def change(one: Any, config: dict[str, Any]) -> dict[str, Any]:
        return {**config, **options} if one is layer else config

    return change


def _last_dense(model: Any) -> Any:
    """The Dense layer that makes the answers, an Activation after it or not; None where another
    layer does."""
    for layer in reversed(getattr(model, "layers", [])):
        if type(layer).__name__ == "Dense":
            return layer
        if type(layer).__name__ not in ("Activation", "Softmax", "Dropout"):
            return None
    return None


def _axes(attempt: Attempt) -> Iterator[Edit]:
    layers = getattr(attempt.model, "layers", [])
    kinds = [type(layer).__name__ for layer in layers]
    recurrent = [layer for layer in layers if type(layer).__name__ in RECURRENT]
    if recurrent and recurrent[-1].return_sequences:
        told = replace(attempt, change=setting(recurrent[-1:], "return_sequences", False))
        words = f"return_sequences=False in {recurrent[-1].name}"
        known = {"layers": [recurrent[-1].name]}
        yield Edit(id="last-step", words=words, attempt=told, parameters=known)
    elif "Dense" in kinds and type(attempt.model).__name__ == "Sequential":
        makers = [i for i, kind in enumerate(kinds) if "Conv" in kind or "Pooling" in kind]
        after = makers[-1] + 1 if makers else 0
        if "Dense" in kinds[after:]:
            at = after + kinds[after:].index("Dense")
            told = replace(attempt, flatten_at=at)
            words = f"keras.layers.Flatten() in front of {layers[at].name}"
            known = {"layers": [layers[at].name]}
            yield Edit(id="flatten", words=words, attempt=told, parameters=known)
