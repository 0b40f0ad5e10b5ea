"""Which layers were trainable when their model was compiled, or first trained since.

Keras goes by the flags of the first fit after a compile: its training function is traced and its
optimiser built then. The memory lies beside the layers, never in them, and is forgotten when a
layer dies.
"""

from __future__ import annotations

import weakref
from typing import Any

_memory: dict[int, tuple[weakref.ref[Any], bool]] = {}
_compiled: weakref.WeakSet[Any] = weakref.WeakSet()  # and not trained since


def _layers(model: Any) -> list[Any]:
    flatten = getattr(model, "_flatten_layers", None)
    return list(flatten(include_self=False)) if flatten is not None else []


def remember_flags(model: Any) -> None:
    """Note the `trainable` flag of every layer of `model` as it is now. A later note replaces an
    earlier one."""
    for layer in _layers(model):
        key = id(layer)

        def forget(gone: weakref.ref[Any], key: int = key) -> None:
            kept = _memory.get(key)
            if kept is not None and kept[0] is gone:
                del _memory[key]

        _memory[key] = (weakref.ref(layer, forget), bool(getattr(layer, "trainable", True)))


def compiled(model: Any) -> None:
    """Note the flags of a model that is being compiled."""
    remember_flags(model)
    _compiled.add(model)


def trained(model: Any) -> None:
    """Note the flags anew if this is the model's first fit since it was compiled."""
    if model in _compiled:
        _compiled.discard(model)
        remember_flags(model)


def trainable_at_compile(layer: Any) -> bool | None:
    """The layer's flag when a model with it was last compiled, or at the first fit since; None
    where that was not seen."""
    kept = _memory.get(id(layer))
    return kept[1] if kept is not None and kept[0]() is layer else None
