"""What `goodfit.diagnose` was given, checked before anything is trained; errors say what was
received, what was expected and how to fix it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from goodfit.observe.data.arrays import source_of
from goodfit.observe.data.datasets import arrays_fit
from goodfit.observe.data.sets import check_arrays


def checked_model(model: Any) -> Any:
    """The compiled model, built by the user's function where a function was given.

    Raises:
        TypeError: neither a Keras model nor a function that returns one.
        ValueError: the model is not compiled.
    """
    if inspect.isroutine(model) or inspect.isclass(model):
        built = model()
        if not isinstance(built, keras.Model):
            raise TypeError(
                f"the function {getattr(model, '__name__', model)!r} returned "
                f"{type(built).__name__}; expected a compiled keras.Model. Let it end with "
                "`return model`."
            )
        model = built
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"received {type(model).__name__} as the model; expected a compiled keras.Model or a "
            "function without arguments that builds and compiles one"
        )
    if not model.compiled:
        raise ValueError(
            f"the model {model.name!r} is not compiled, so it has no loss to look at; call "
            'model.compile(optimizer="adam", loss=...) with your loss before goodfit.diagnose'
        )
    return model


def checked_data(
    model: Any, data: Any, fit_arguments: Mapping[str, Any], validation_data: Any
) -> tuple[Any, Any, Any]:
    """Training data as fit's x, y and sample_weight; streams come back as x alone.

    Raises:
        TypeError: no targets, or data of a kind that fit does not take.
        ValueError: lengths differ, arrays are empty, labels are missing, or a stream never ends.
    """
    source = source_of(data)
    if source in ("tf.data", "PyDataset", "DataLoader", "generator"):
        _check_stream(data, source, fit_arguments)
        return data, None, None
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        raise TypeError(
            f"received training data of type {type(data).__name__}; expected (x, y) or "
            "(x, y, sample_weight) with arrays, or a tf.data.Dataset, keras.utils.PyDataset, torch "
            "DataLoader or generator. Targets are needed: goodfit compares predictions with them"
        )
    x, y = data[0], data[1]
    if y is None:
        raise TypeError("y is None; expected the targets, one row for each row of x: pass (x, y)")
    texts = any(
        type(layer).__name__ in ("TextVectorization", "StringLookup")
        for layer in model._flatten_layers()
    )
    check_arrays(x, y, ("x", "y"), text_inputs=texts)
    if isinstance(validation_data, (tuple, list)) and len(validation_data) in (2, 3):
        vx, vy = validation_data[0], validation_data[1]
        if arrays_fit((vx, vy)):
            check_arrays(
                vx, vy, ("x of validation_data", "y of validation_data"), text_inputs=texts
            )
    return x, y, data[2] if len(data) == 3 else None


def _check_stream(data: Any, source: str, fit_arguments: Mapping[str, Any]) -> None:
    if fit_arguments.get("steps_per_epoch") is not None:
        return
    fix = "pass steps_per_epoch=, the number of batches that make an epoch"
    if source == "generator":
        raise ValueError(
            "received a generator without steps_per_epoch; nobody can tell whether it ever ends, "
            f"and one pass would use it up. Expected a known epoch: {fix}"
        )
    cardinality = getattr(data, "cardinality", None)
    if source == "tf.data" and cardinality is not None and int(cardinality()) == -1:
        raise ValueError(
            "received a tf.data.Dataset that never ends (it was repeated); expected a known epoch: "
            f"{fix}, or take repeat() away"
        )
    if source == "PyDataset" and getattr(data, "num_batches", 0) is None:
        raise ValueError(
            f"received a PyDataset without length; expected a known epoch: {fix}, or let "
            "num_batches return a number"
        )
