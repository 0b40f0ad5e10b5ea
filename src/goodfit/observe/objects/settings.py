"""What compile and fit were told, as facts. Nothing is built, called on data or changed."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from goodfit.facts import (
    CallbackFacts,
    OptimizerFacts,
    Scalar,
    SettingsFacts,
    Shape,
    SourceLine,
)
from goodfit.observe.objects import origins
from goodfit.observe.objects.config import attempt, from_keras, function_name, is_a, scalar_options
from goodfit.observe.objects.graph import output_ends
from goodfit.observe.objects.objectives import accuracy_kind, loss_facts, metric_facts

_FIT_DEFAULTS = {"epochs": 1, "shuffle": True, "validation_split": 0.0, "initial_epoch": 0}
_BATCH_SIZE = 32
_AUTOMATIC = ("History", "ProgbarLogger")
_PATHS = ("filepath", "filename", "backup_dir", "log_dir", "directory", "path")


def _learning_rate(optimizer: Any) -> float:
    """The rate of the next step, as the user would write it: 0.001, not its float32 neighbour."""
    return float(str(np.float32(float(optimizer.learning_rate))))


def _schedule(optimizer: Any) -> str | None:
    """The schedule's class, or the name of the function that gives the learning rate."""
    rate = getattr(optimizer, "_learning_rate", None)
    if is_a(rate, "LearningRateSchedule"):
        return type(rate).__name__
    named = callable(rate) and hasattr(rate, "__name__")
    return function_name(rate) if named else None


def optimizer_facts(model: Any) -> OptimizerFacts | None:
    """The compiled optimiser, inside a LossScaleOptimizer the one it wraps; None without one."""
    optimizer = outer = getattr(model, "optimizer", None)
    if optimizer is None:
        return None
    while is_a(optimizer, "LossScaleOptimizer") and hasattr(optimizer, "inner_optimizer"):
        optimizer = optimizer.inner_optimizer
    options = attempt({}, scalar_options, optimizer)
    options.pop("learning_rate", None)
    if optimizer is not outer:
        options["loss_scaling"] = True
    return OptimizerFacts(
        name=type(optimizer).__name__,
        learning_rate=attempt(None, _learning_rate, optimizer),
        schedule=attempt(None, _schedule, optimizer),
        options=options,
        where=origins.line_of(optimizer),
    )


def _callback_options(callback: Any) -> dict[str, Scalar]:
    found = scalar_options(callback)
    for name, value in found.items():
        if name in _PATHS and value is not None:  # where the user keeps things is private
            found[name] = os.path.basename(os.path.normpath(str(value)))
        elif name == "min_delta" and isinstance(value, (int, float)):
            found[name] = abs(value)  # Keras turns its sign when training begins
    return found


def _callback(callback: Any) -> CallbackFacts:
    return CallbackFacts(
        name=type(callback).__name__,
        options=attempt({}, _callback_options, callback),
        custom=not from_keras(type(callback)),
        where=origins.line_of(callback),
    )


def _is_ours(callback: Any) -> bool:
    return type(callback).__module__.split(".")[0] == "goodfit"


def callback_facts(callbacks: Any) -> tuple[CallbackFacts, ...]:
    """The callbacks given to fit: one, a list or a CallbackList; Keras' automatic ones and
    goodfit's own left out."""
    given = getattr(callbacks, "callbacks", callbacks)
    if given is None:
        return ()
    several = given if isinstance(given, (list, tuple)) else [given]
    return tuple(
        _callback(callback)
        for callback in several
        if callback is not None and not is_a(callback, *_AUTOMATIC) and not _is_ours(callback)
    )


def _rows(x: Any) -> int | None:
    """How many rows arrays hold; None for anything that comes in batches."""
    import keras

    leaves = keras.tree.flatten(x)
    shape = getattr(leaves[0], "shape", None) if leaves else None
    return int(shape[0]) if shape is not None and len(shape) > 0 else None


def _batches(x: Any) -> int | None:
    """How many batches a dataset says it has; asking does not draw any."""
    if hasattr(x, "cardinality"):
        number = int(x.cardinality())
    elif is_a(x, "PyDataset"):
        number = x.num_batches
    elif hasattr(x, "__len__") and hasattr(x, "batch_size"):
        number = len(x)
    else:
        return None
    return int(number) if number is not None and number >= 0 else None


def _steps(told: Mapping[str, Any], rows: int | None, batch_size: int | None) -> int | None:
    if told.get("steps_per_epoch") is not None:
        return int(told["steps_per_epoch"])
    if rows is None:
        return _batches(told.get("x"))
    if told["validation_split"] and told.get("validation_data") is None:
        rows = math.floor(rows * (1.0 - told["validation_split"]))
    return math.ceil(rows / batch_size) if batch_size else None


def _batch_size(told: Mapping[str, Any], rows: int | None) -> int | None:
    if told.get("batch_size") is not None:
        return int(told["batch_size"])
    if rows is not None:
        return _BATCH_SIZE
    given = getattr(told.get("x"), "batch_size", None)
    return int(given) if isinstance(given, int) else None


def _class_weight(told: Mapping[str, Any]) -> dict[str, float] | None:
    weights = told.get("class_weight")
    return None if not weights else {str(key): float(value) for key, value in weights.items()}


def _validation(told: Mapping[str, Any]) -> str:
    if told.get("validation_data") is not None:
        return "data"
    return "split" if told.get("validation_split") else "none"


def _fit_facts(fit_arguments: Mapping[str, Any]) -> dict[str, Any]:
    if not fit_arguments:
        return {}
    told = {**_FIT_DEFAULTS, **fit_arguments}
    told["validation_split"] = float(told["validation_split"] or 0.0)
    rows = attempt(None, _rows, told.get("x"))
    batch_size = attempt(None, _batch_size, told, rows)
    shuffles = rows is not None or is_a(told.get("x"), "PyDataset") or "x" not in told
    return {
        "epochs": int(told["epochs"]),
        "initial_epoch": int(told["initial_epoch"] or 0),
        "batch_size": batch_size,
        "steps_per_epoch": attempt(None, _steps, told, rows, batch_size),
        "shuffle": bool(told["shuffle"]) if shuffles else None,
        "validation": _validation(told),
        "validation_split": told["validation_split"],
        "class_weight": attempt(None, _class_weight, told),
        "sample_weight": told.get("sample_weight") is not None,
        "callbacks": attempt((), callback_facts, told.get("callbacks")),
    }


def _targets(fit_arguments: Mapping[str, Any], names: list[str]) -> dict[str, Shape]:
    """The shape of each output's targets without the batch, from arrays or a dataset that tells."""
    import keras

    y = fit_arguments.get("y")
    parts = getattr(fit_arguments.get("x"), "element_spec", None)
    if y is None and isinstance(parts, tuple) and len(parts) > 1:
        y = parts[1]
    leaves = [y[name] for name in names] if isinstance(y, Mapping) else keras.tree.flatten(y)
    shapes = [tuple(leaf.shape)[1:] for leaf in leaves]
    if parts is None:  # Keras gives arrays of one axis a second one
        shapes = [shape or (1,) for shape in shapes]
    return dict(zip(names, shapes, strict=True))


def settings_facts(
    model: Any, fit_arguments: Mapping[str, Any], *, fit_where: SourceLine | None = None
) -> SettingsFacts:
    """What a Keras model was compiled with and what its fit was told.

    `fit_arguments` are the arguments of `Model.fit` by name; what is missing has Keras' default,
    and with none at all nothing is said of a fit. `fit_where` is the user's line that calls fit;
    without it the line is taken that is running now. An uncompiled model has no losses, metrics
    and optimiser.
    """
    compiled = origins.line_of(model, "compile")
    if compiled is None:  # Keras makes this tracker inside compile
        compiled = origins.line_of(getattr(model, "_loss_tracker", None))
    ends: dict[str, Shape] = dict(attempt((), output_ends, model))
    names = list(ends)
    targets = attempt({}, _targets, fit_arguments, names)
    accuracies = {name: accuracy_kind(shape, targets.get(name)) for name, shape in ends.items()}
    jit = getattr(model, "_jit_compile", None)
    return SettingsFacts(
        losses=attempt((), loss_facts, model, names, compiled, accuracies),
        metrics=attempt((), metric_facts, model, names, accuracies),
        optimizer=attempt(None, optimizer_facts, model),
        run_eagerly=bool(getattr(model, "run_eagerly", False)),
        jit_compile=jit if isinstance(jit, bool) else None,
        compile_where=compiled,
        fit_where=fit_where or origins.line_of(model, "fit") or origins.user_line(),
        **attempt({}, _fit_facts, fit_arguments),
    )
