"""The compiled losses and metrics: which, on which output, with which settings."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from goodfit.facts import LossFacts, MetricFacts, Shape
from goodfit.observe.objects import origins
from goodfit.observe.objects.config import from_keras, function_name, is_a, snake_case

_ALIASES = {
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
    "ce": "crossentropy",
    "acc": "accuracy",
}
_NO_CUT = -1e9


def _function_of(objective: Any) -> Any:
    """The function behind Keras' plain wrappers of one, else the object itself."""
    if type(objective).__name__ == "LossFunctionWrapper" and from_keras(type(objective)):
        return getattr(objective, "fn", objective)
    if type(objective).__name__ == "MeanMetricWrapper" and from_keras(type(objective)):
        return getattr(objective, "_fn", objective)
    return objective


def _name(objective: Any) -> str:
    """The canonical snake-case name of a loss or metric however it was given."""
    if isinstance(objective, Mapping):
        objective = objective.get("class_name", "")
    if isinstance(objective, str):
        return _ALIASES.get(objective.lower(), snake_case(objective))
    inner = _function_of(objective)
    if isinstance(inner, type):
        return snake_case(inner.__name__)
    return function_name(inner) if callable(inner) else snake_case(type(inner).__name__)


def _is_custom(objective: Any) -> bool:
    if isinstance(objective, Mapping):
        return False
    if isinstance(objective, str):
        import keras

        return keras.saving.get_registered_object(objective) is not None
    inner = _function_of(objective)
    while isinstance(inner, functools.partial):
        inner = inner.func
    named = hasattr(inner, "__name__")
    return not from_keras(inner if named else type(inner))


def _setting(objective: Any, name: str) -> Any:
    """An argument of the loss or metric: the object's own, what was bound to its function, or the
    default of Keras' function; None where there is no such argument."""
    for attribute in (name, f"_{name}"):
        if hasattr(objective, attribute):
            return getattr(objective, attribute)
    for kept in ("_fn_kwargs", "keywords"):
        bound = getattr(objective, kept, None)
        if isinstance(bound, Mapping) and name in bound:
            return bound[name]
    inner = _function_of(objective)
    if inner is not objective:
        return _setting(inner, name)
    while isinstance(inner, functools.partial):
        inner = inner.func
    if not (inspect.isfunction(inner) and from_keras(inner)):
        return None
    parameter = inspect.signature(inner).parameters.get(name)
    return None if parameter is None else parameter.default


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    if isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else None
    return float(value) if isinstance(value, (int, float)) else None


def _known(objective: Any, module: str) -> Any:
    """Keras' function of that name, where there is one: its class would have to be made, and the
    names that Keras numbers would move on by one."""
    if not isinstance(objective, str):
        return objective
    import keras

    found = getattr(getattr(keras, module), _name(objective), None)
    return found if inspect.isfunction(found) else objective


def _aligns(loss: Any) -> bool | None:
    """Whether Keras gives targets and outputs the same rank before this loss sees them: its
    wrapper of functions does."""
    if isinstance(loss, str):
        return None
    return from_keras(type(loss).call) if is_a(loss, "Loss") else True


def _loss(objective: Any, output: str, weight: Any, compiled: Any) -> LossFacts:
    known = _known(objective, "losses")
    made_by_keras = _function_of(known) is not known or isinstance(objective, str)
    reduction = getattr(known, "reduction", "sum_over_batch_size")
    ignored = _setting(known, "ignore_class")
    return LossFacts(
        name=_name(objective),
        output=output,
        from_logits=_flag(_setting(known, "from_logits")),
        reduction=str(reduction) if reduction is not None else "none",
        weight=_number(weight),
        label_smoothing=_number(_setting(known, "label_smoothing")) or 0.0,
        ignore_class=ignored if isinstance(ignored, int) else None,
        aligns=_aligns(known),
        custom=_is_custom(objective),
        where=compiled if made_by_keras else origins.line_of(objective) or compiled,
    )


def _output_name(path: Sequence[Any], names: Sequence[str]) -> str:
    if not path:
        return names[0] if len(names) == 1 else ""
    last = path[-1]
    if isinstance(last, int):
        return names[last] if last < len(names) else str(last)
    return str(last)


def _paired(told: Any, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """(output, entry) of a compile argument given once, as a list or as a dict by output."""
    if isinstance(told, Mapping) and "class_name" not in told:
        yield from ((str(name), entry) for name, entry in told.items())
    elif isinstance(told, (list, tuple)):
        for place, entry in enumerate(told):
            yield _output_name((place,) if len(told) > 1 else (), names), entry
    elif len(names) > 1:
        yield from ((name, told) for name in names)
    else:
        yield _output_name((), names), told


def _told_losses(model: Any, names: Sequence[str]) -> Iterator[tuple[Any, str, Any]]:
    """(loss, output, weight) out of what compile was told, before Keras resolved it."""
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    by_output = dict(_paired(weights, names)) if weights is not None else {}
    for output, objective in _paired(getattr(model, "loss", None), names):
        if isinstance(objective, (list, tuple, dict)):
            for _, inner in _paired(objective, ()):
                yield inner, output, by_output.get(output)
        else:
            yield objective, output, by_output.get(output)


def _resolved_losses(model: Any, names: Sequence[str]) -> Iterator[tuple[Any, str, Any]] | None:
    """The same as Keras resolved it, once it did."""
    flat = getattr(getattr(model, "_compile_loss", None), "_flat_losses", None)
    if flat is None:
        return None
    return ((item[1], _output_name(item[0], names), item[2]) for item in flat)


def _decided(objective: Any, output: str, accuracies: Mapping[str, str]) -> Any:
    """The loss that "crossentropy" will be, which Keras decides as it decides "accuracy"."""
    if not isinstance(objective, str) or _name(objective) != "crossentropy":
        return objective
    accuracy = accuracies.get(output, "accuracy")
    return accuracy.replace("accuracy", "crossentropy")


def loss_facts(
    model: Any, names: Sequence[str], compiled: Any, accuracies: Mapping[str, str]
) -> tuple[LossFacts, ...]:
    """The loss of each output of a compiled model; `names` are its outputs, `compiled` the line
    that compiled it, `accuracies` as for `metric_facts`."""
    told = _resolved_losses(model, names) or _told_losses(model, names)
    return tuple(
        _loss(_decided(objective, output, accuracies), output, weight, compiled)
        for objective, output, weight in told
        if objective is not None
    )


def _threshold(metric: Any) -> float | None:
    """Where the metric cuts, if it cuts at one value. With `top_k` Keras cuts at minus 1e10."""
    name = "thresholds" if hasattr(metric, "thresholds") else "threshold"
    value = _number(_setting(metric, name))
    return None if value is not None and value <= _NO_CUT else value


def _metric(objective: Any, kind: str, log_name: str, output: str) -> MetricFacts:
    return MetricFacts(
        name=log_name,
        kind=kind,
        output=output,
        threshold=_threshold(objective),
        from_logits=_flag(_setting(objective, "from_logits")),
        custom=_is_custom(objective),
    )


def _built_metrics(compiled: Any, names: Sequence[str]) -> Iterator[MetricFacts]:
    """The metrics as Keras resolved them, named as in its logs."""
    taken: dict[str, int] = {}
    for store, prefix in (("_flat_metrics", ""), ("_flat_weighted_metrics", "weighted_")):
        for group in getattr(compiled, store, None) or ():
            output = getattr(group, "output_name", None)
            for metric in getattr(group, "metrics", None) or ():
                name = f"{output}_{metric.name}" if output else str(metric.name)
                if name in taken and prefix:
                    name = f"{output}_{prefix}{metric.name}" if output else prefix + metric.name
                number = taken[name] = taken.get(name, -1) + 1
                yield _metric(
                    metric,
                    _name(metric),
                    f"{name}_{number}" if number else name,
                    str(output or _output_name((), names)),
                )


def _flat_told(told: Any) -> Iterator[Any]:
    if isinstance(told, (list, tuple)):
        for entry in told:
            yield from _flat_told(entry)
    elif told is not None:
        yield told


def accuracy_kind(output: Shape | None, target: Shape | None) -> str:
    """What Keras makes of "accuracy" for an output and a target of these shapes (without batch);
    "accuracy" where they do not tell."""
    if output and output[-1] == 1:
        return "binary_accuracy"
    if not output or target is None:
        return "accuracy"
    sparse = len(target) < len(output) or (target[-1] == 1 and output[-1] is not None)
    return "sparse_categorical_accuracy" if sparse else "categorical_accuracy"


def _told_metrics(
    told: Any, names: Sequence[str], accuracies: Mapping[str, str]
) -> Iterator[MetricFacts]:
    """Metrics that Keras has not resolved yet."""
    per_output = isinstance(told, Mapping) or (len(names) > 1 and len(told) == len(names))
    pairs = _paired(told, names) if per_output else ((_output_name((), names), m) for m in told)
    for output, entry in pairs:
        for objective in _flat_told(entry):
            named = isinstance(objective, str)
            kind = _name(objective)
            if kind == "accuracy" and named:
                kind = accuracies.get(output, kind)
            known = _known(kind if named else objective, "metrics")
            prefix = f"{output}_" if len(names) > 1 and output else ""
            log_name = objective if named else _log_name(objective)
            yield _metric(known, kind, prefix + log_name, output)


def _log_name(metric: Any) -> str:
    name = getattr(metric, "name", None)
    return name if isinstance(name, str) else snake_case(_name(metric))


def metric_facts(
    model: Any, names: Sequence[str], accuracies: Mapping[str, str]
) -> tuple[MetricFacts, ...]:
    """The compiled metrics; `names` are the model's outputs, and `accuracies` say what "accuracy"
    means for each of them if Keras has not decided it yet."""
    compiled = getattr(model, "_compile_metrics", None)
    if compiled is None or not is_a(compiled, "CompileMetrics"):
        return ()
    if getattr(compiled, "built", False):
        return tuple(_built_metrics(compiled, names))
    found: list[MetricFacts] = []
    for store in ("_user_metrics", "_user_weighted_metrics"):
        told = getattr(compiled, store, None)
        for metric in _told_metrics(told, names, accuracies) if told else ():
            taken = {other.name for other in found}
            twice = store == "_user_weighted_metrics" and metric.name in taken
            found.append(replace(metric, name=f"weighted_{metric.name}") if twice else metric)
    return tuple(found)
