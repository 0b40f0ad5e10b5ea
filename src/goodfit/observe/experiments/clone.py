"""A model of the same architecture with fresh weights, made from the layers' configurations."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[Any, dict[str, Any]], dict[str, Any]]


class CannotCopyError(Exception):
    """No copy of this model can be made; the message says why, for the user."""


def custom_objects(model: Any) -> dict[str, Any]:
    """The user's own classes and functions that the layers' configurations name."""
    found: dict[str, Any] = {}
    for layer in model._flatten_layers():
        for value in (layer, *vars(layer).values()):
            kind = type(value)
            if inspect.isfunction(value) and not _of_keras(value):
                found[value.__name__] = value
            elif hasattr(kind, "from_config") and not kind.__module__.startswith("keras."):
                found[kind.__name__] = kind
    return found


def _of_keras(function: Any) -> bool:
    return str(function.__module__).partition(".")[0] == "keras"


def _learnt_before(layer: Any, fresh: Any) -> None:
    """Give preprocessing layers what they were adapted to: it is no result of training."""
    import keras

    if isinstance(layer, keras.layers.Normalization) and layer.built:
        fresh.build_from_config(layer.get_build_config())
        store: dict[str, Any] = {}
        layer.save_own_variables(store)
        fresh.load_own_variables(store)
    elif hasattr(layer, "get_vocabulary") and hasattr(layer, "set_vocabulary"):
        fresh.set_vocabulary(layer.get_vocabulary(include_special_tokens=False))


def _cloner(change: Change | None) -> Callable[[Any], Any]:
    import keras

    def clone(layer: Any) -> Any:
        if isinstance(layer, (keras.Sequential, keras.src.models.Functional)):
            return _of_layers(layer, change)
        if isinstance(layer, keras.layers.Lambda):  # its function may have no name to go by
            fresh = keras.layers.Lambda(
                layer.function,
                output_shape=layer._output_shape,
                mask=layer.mask,
                arguments=layer.arguments,
                name=layer.name,
                dtype=layer.dtype_policy,
            )
            fresh.trainable = layer.trainable
            return fresh
        config = layer.get_config()
        fresh = type(layer).from_config(change(layer, config) if change else config)
        _learnt_before(layer, fresh)
        return fresh

    return clone


def _of_layers(model: Any, change: Change | None) -> Any:
    import keras

    fresh = keras.models.clone_model(model, clone_function=_cloner(change))
    if not model.trainable:
        fresh.trainable = False
    return fresh


def clone(model: Any, change: Change | None = None) -> Any:
    """A model like `model`, not compiled, with weights of its own.

    Args:
        change: is given each layer and its configuration, and returns the configuration to use.

    Raises:
        CannotCopyError: the model does not say how it is made, or trains in a way of its own.
    """
    import keras
    from keras.src.saving.serialization_lib import SafeModeScope

    own = [
        name
        for name in ("train_step", "compute_loss", "train_on_batch")
        if not _is_keras(type(model), name)
    ]
    if own:
        raise CannotCopyError(f"the model overrides {own[0]}, so a copy might train differently")
    made_of_layers = isinstance(model, (keras.Sequential, keras.src.models.Functional))
    try:
        # The user's own objects, in the user's own process: nothing is loaded from a file.
        with keras.saving.custom_object_scope(custom_objects(model)), SafeModeScope(False):
            if made_of_layers:
                return _of_layers(model, change)
            if change is not None:
                raise CannotCopyError("a subclassed model's layers cannot be changed from outside")
            return type(model).from_config(constructor_arguments(model))
    except CannotCopyError:
        raise
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise CannotCopyError(
            f"the model cannot be copied from its configuration ({type(error).__name__}: {first})"
        ) from error


def constructor_arguments(model: Any) -> Mapping[str, Any]:
    """The configuration of a subclassed model, held against what its constructor takes."""
    config: Mapping[str, Any] = model.get_config()
    signature = inspect.signature(type(model).__init__)
    names = {name for name in signature.parameters if name != "self"}
    free = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in signature.parameters.values())
    own = type(model).from_config.__qualname__.startswith(f"{type(model).__qualname__}.")
    return config if free or own else {key: config[key] for key in config if key in names}


def _is_keras(kind: type, name: str) -> bool:
    """Whether Keras' own method of this name is used; goodfit's hooks leave its module's name."""
    return str(getattr(kind, name).__module__).startswith("keras.")
