"""What to try for a finding whose numbers, or whose recipe, say which remedies and how much."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from goodfit.recipe import WIDTHS, Recipe
from goodfit.remedies.head import EXCLUSIVE, SQUARED, activation
from goodfit.remedies.layers import hidden
from goodfit.results import Finding, Remedy

LONG_STEP = 0.5
"""Share of their size by which weights move in an epoch that learns nothing that lasts."""
RISEN = 0.02
"""Share of the best training loss by which the last may lie above it as noise."""
KEEP = 0.8
"""A dropout rate from which on the share to keep was probably meant."""
USUAL_UNITS = 32
"""Units of a hidden layer that is not small."""
LONG = 20
"""Epochs in which a model learns something, if its steps are long enough."""
MANY_EPOCHS = 50
"""Epochs to allow where training stops by itself."""
TASKS: Mapping[str, str] = {
    "continuous": "regression",
    "multi-hot": "labels",
    "one-hot": "classes",
    "classes": "classes",
    "binary": "binary",
    "signs": "binary",
}
"""The task that goes with each kind of targets."""


def told(id_: str, **parameters: Any) -> Remedy:
    """The remedy with those parameters that are not None."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return Remedy(id=id_, parameters=given)


SLOWER, FASTER = told("learning-rate", factor=0.1), told("learning-rate", factor=10.0)
ADAM, CLIPPED = told("optimizer", name="adam"), told("gradient-clipping")
RELU = told("activation", name="relu")
WHOLE = told("whole-epochs")


def _task(finding: Finding, recipe: Recipe) -> str | None:
    """The task that the targets' kind tells, where the recipe does not know it as well."""
    known = TASKS.get(str(finding.evidence.get("kind")))
    if finding.evidence.get("loss") in SQUARED and finding.code == "GF201":
        known = "regression"  # numbers out of the answers' reach, however few they are
    exclusive = ("binary", "classes")  # the recipe has seen the rows
    if known == recipe.task.name or (known in exclusive and recipe.task.name in exclusive):
        return None
    return known


def _layers(finding: Finding, *names: str) -> list[str] | None:
    """Paths of the layers that the finding names."""
    for name in names:
        found = finding.evidence.get(name)
        if isinstance(found, (list, tuple)) and found:
            return [str(path) for path in found]
        if isinstance(found, str) and found:
            return [found]
    return [finding.where.layer] if finding.where.layer else None


def _number(finding: Finding, name: str) -> float | None:
    value: Any = finding.evidence.get(name)
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if plain and math.isfinite(value) else None


# By the task


def _encoding(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    if finding.evidence.get("kind") in ("multi-hot", "continuous"):
        return told("loss", task=_task(finding, recipe)), told("label-encoding")
    return told("label-encoding"), told("loss")


def _output_activation(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    seen, task = finding.evidence, _task(finding, recipe)
    activation = told("output-activation", task=task)
    loss, units = told("loss", task=task), told("output-units", task=task)
    one = seen.get("units") == 1 and seen.get("loss") in EXCLUSIVE
    by_loss = seen.get("kind") == "multi-hot" or str(seen.get("loss")).startswith("binary")
    if one or (by_loss and (_number(finding, "units") or 1) > 1):
        return loss, units, activation
    return activation, told("from-logits"), loss, units


def _loss(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    task = _task(finding, recipe)
    return told("loss", task=task), told("output-units", task=task)


def _metric(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    return (told("metric", task=_task(finding, recipe)),)


# By the numbers


def _out_of_range(finding: Finding) -> tuple[Remedy, ...]:
    low, high = _number(finding, "minimum"), _number(finding, "maximum")
    units, needed = _number(finding, "units"), _number(finding, "units_needed")
    relabel = told("label-encoding")
    wider = (
        told("output-units", units=int(needed)) if needed and needed > 1 else told("output-units")
    )
    if units == 1:
        return told("loss"), wider
    shifted = low is not None and (low < 0 or (low == 1 and high == units))
    return (relabel, wider) if shifted else (wider, relabel)


def _units(finding: Finding) -> tuple[Remedy, ...]:
    needed = _number(finding, "needed")
    exact = (told("output-units", units=int(needed)),) if needed and needed >= 1 else ()
    return (*exact, told("output-units"), told("label-encoding"))


def _missing_activation(finding: Finding) -> tuple[Remedy, ...]:
    return (told("activation", name="relu", layers=_layers(finding, "layers", "layer")), RELU)


def _doubled(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    if "second" not in finding.evidence:  # shares handed on to another layer
        config = recipe.model.config
        inner = [] if config is None else hidden(config, tuple(WIDTHS))
        alike = [layer.path for layer in inner if activation(layer) == "softmax"]
        return (told("activation", name="relu", layers=alike or _layers(finding, "first")),)
    return told("output-activation"), told("activation", doubled=True)


def _dropout(finding: Finding) -> tuple[Remedy, ...]:
    rate, layers = _number(finding, "rate"), _layers(finding, "layer")
    keep = round(1 - rate, 6) if rate is not None and rate >= KEEP else 0.2
    return (
        told("less-dropout"),
        told("less-dropout", rate=keep, layers=layers),
        told("less-dropout", rate=0.0, layers=layers),
    )


def _bottleneck(finding: Finding) -> tuple[Remedy, ...]:
    units = _number(finding, "units")
    around = [n for name in ("before", "behind") if (n := _number(finding, name))]
    # As wide as the narrower side, or as layers usually are where both sides are not narrow.
    wide = min(max(min(around), USUAL_UNITS), max(around)) if around else 0.0
    factor = wide / units if units and around else 4.0
    layers = _layers(finding, "layer")
    return (
        told("more-capacity", factor=max(2.0, float(round(factor))), layers=layers),
        told("more-capacity"),
    )


def _too_small(finding: Finding) -> tuple[Remedy, ...]:
    units = _number(finding, "units")
    factor = max(4.0, float(round(USUAL_UNITS / units))) if units else 4.0
    return told("more-capacity", factor=factor), told("depth", number=1)


def _recurrent(finding: Finding) -> tuple[Remedy, ...]:
    argument = finding.where.argument
    if argument == "activation":
        return (told("activation", name="tanh", layers=_layers(finding, "layer")), CLIPPED)
    if argument == "return_sequences":
        return told("target-shape"), told("global-pooling")
    return ()


def _frozen(finding: Finding) -> tuple[Remedy, ...]:
    layers = _layers(finding, "layers")
    return (*((told("unfreeze", layers=layers),) if layers else ()), told("unfreeze"))


def _learning_rate(finding: Finding) -> tuple[Remedy, ...]:
    better = re.fullmatch(r"learning_rate=([-+.\deE]+)", str(finding.evidence.get("better")))
    if better:
        return (told("learning-rate", learning_rate=float(better.group(1))),)
    if "since" in finding.evidence:
        return told("schedule", kind="constant"), told("schedule", kind="cosine")
    if _number(finding, "epochs_needed") is not None and _rose(finding) is False:
        return FASTER, told("learning-rate", factor=100.0), ADAM
    return SLOWER, told("learning-rate", factor=0.01), ADAM


def _rose(finding: Finding) -> bool:
    """Whether the training loss ended above where it had been, or never fell."""
    first, best, last = (_number(finding, f"{name}_loss") for name in ("first", "best", "last"))
    if first is None or best is None or last is None:
        return True
    return last > best + RISEN * abs(best)


def _optimizer(finding: Finding) -> tuple[Remedy, ...]:
    argument = finding.where.argument
    if argument == "weight_decay":
        return (
            told("weaker-regularisation", factor=0.1),
            told("weaker-regularisation", factor=0.0),
        )
    if argument == "clipnorm":
        norm = _number(finding, "gradient_norm")
        return (told("gradient-clipping", norm=norm), ADAM)
    if argument == "decay":
        return (told("schedule", kind="inverse_time"),)
    return told("optimizer", name="sgd_momentum"), ADAM


def _batch_size(finding: Finding) -> tuple[Remedy, ...]:
    size, smaller = _number(finding, "batch_size"), _number(finding, "smaller")
    wanted = 32 if size == 1 or smaller is None else int(smaller)
    return WHOLE, told("batch-size", batch_size=wanted), told("epochs", factor=4.0)


def _epochs(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    more = _number(finding, "more")
    stops = any(
        one.name == "EarlyStopping" and one.arguments.get("patience")
        for one in recipe.fit.callbacks
    )
    if more and stops:  # epochs too many cost nothing there
        more = max(more, MANY_EPOCHS)
    longer = told("epochs", epochs=int(more)) if more else told("epochs", factor=4.0)
    if recipe.fit.epochs >= LONG:  # so many that slow steps are the likelier reason
        return WHOLE, FASTER, longer
    return WHOLE, longer, FASTER


def _callbacks(finding: Finding) -> tuple[Remedy, ...]:
    name = finding.evidence.get("callback")
    return told("callbacks"), *((told("callbacks", drop=str(name)),) if name else ())


def _update_ratio(finding: Finding) -> tuple[Remedy, ...]:
    if (_number(finding, "ratio") or 0.0) > LONG_STEP:
        return SLOWER, CLIPPED, told("schedule", kind="cosine")
    return told("unfreeze"), FASTER, told("batch-normalisation"), ADAM


BY_TASK: Mapping[str, Callable[[Finding, Recipe], tuple[Remedy, ...]]] = {
    "GF108": _encoding,
    "GF201": _output_activation,
    "GF202": _loss,
    "GF204": _metric,
    "GF206": _doubled,
    "GF223": _epochs,
}
BY_NUMBERS: Mapping[str, Callable[[Finding], tuple[Remedy, ...]]] = {
    "GF107": _out_of_range,
    "GF203": _units,
    "GF205": _missing_activation,
    "GF208": _dropout,
    "GF211": _too_small,
    "GF212": _bottleneck,
    "GF215": _recurrent,
    "GF216": _frozen,
    "GF220": _learning_rate,
    "GF221": _optimizer,
    "GF222": _batch_size,
    "GF224": _callbacks,
    "GF314": _update_ratio,
}
