"""A fit in short, and the fits of one script side by side."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.codec import to_plain
from goodfit.facts import Facts, FitSummary, ModelFacts, SettingsFacts
from goodfit.observe.data.arrays import flatten

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

# What tells where and when a thing was made, or what it weighs, not what it is.
_PASSING = ("where", "fit_where", "compile_where", "std", "mean", "constant", "seed")
_NAMES = ("name", "path", "inputs", "model_inputs", "layer", "output")


def _digest(parts: Iterable[bytes]) -> str:
    found = hashlib.blake2b(digest_size=8)
    for part in parts:
        found.update(part)
    return found.hexdigest()


def _bare(value: Any, names: Mapping[str, str], key: str = "") -> Any:
    """Plain data without passing things, and with layers named by their places; what Keras numbers
    by itself (auc, auc_1) has no number."""
    if isinstance(value, Mapping):
        kept = (item for item in value.items() if item[0] not in _PASSING)
        return {name: _bare(item, names, name) for name, item in kept}
    if isinstance(value, list):
        return [_bare(item, names, key) for item in value]
    if isinstance(value, str) and key in _NAMES:
        return names.get(value) or re.sub(r"_\d+$", "", value)
    return value


def _signature(record: object, names: Mapping[str, str]) -> str:
    return _digest([json.dumps(_bare(to_plain(record), names), sort_keys=True).encode()])


def _places(model: ModelFacts) -> dict[str, str]:
    """Layers, inputs and outputs by their places: a name counts up from model to model."""
    found = {model.name: "model"}
    found |= {item.name: f"output {i}" for i, item in enumerate(model.outputs)}
    found |= {item.name: f"input {i}" for i, item in enumerate(model.inputs)}
    return found | {layer.path: f"layer {i}" for i, layer in enumerate(model.layers)}


def model_signature(model: ModelFacts | None) -> str:
    """Equal for models of equal layers with equal options, whatever they are called."""
    if model is None or not model.layers:
        return ""
    return _signature(model, _places(model))


def settings_signature(settings: SettingsFacts | None, model: ModelFacts | None) -> str:
    """Equal where compile and fit were told the same."""
    if settings is None:
        return ""
    return _signature(settings, _places(model) if model is not None else {})


def _leaves(structure: Any) -> Iterable[bytes]:
    for _, leaf in flatten(structure):
        array = np.ascontiguousarray(leaf)
        yield str((array.shape, array.dtype)).encode()
        yield repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()


def _rows(work: Analysis) -> str:
    """Of the samples, which are drawn alike from equal arrays; streams come in any order."""
    samples = work.watched.samples
    if "train" not in samples or any(sample.index is None for sample in samples.values()):
        return ""
    parts: list[bytes] = []
    for role in sorted(samples):
        parts += [role.encode(), *_leaves(samples[role].x), *_leaves(samples[role].y)]
    return _digest(parts)


def _weights(work: Analysis) -> str:
    found = work.watched.weights("initial")
    if not found:
        return ""
    count = len(work.watched.model.trainable_variables)  # the rest holds random states
    return _digest(array.tobytes() for array in found[:count])


def _first_loss(work: Analysis) -> float | None:
    found = next((e.logs["loss"] for e in work.epochs if e.index >= 0 and "loss" in e.logs), None)
    return found if found is not None and math.isfinite(found) else None


def summary(work: Analysis) -> FitSummary:
    """This fit in short; its number is that of the first."""
    final = {role: work.rows.get((role, "final")) for role in ("train", "validation")}
    train, held = final["train"], final["validation"]
    return FitSummary(
        index=0,
        model=model_signature(work.model),
        settings=settings_signature(work.settings, work.model),
        data=_or_empty(_rows, work),
        weights=_or_empty(_weights, work),
        first_loss=_first_loss(work),
        train=train.honest if train is not None else None,
        validation=held.honest if held is not None else None,
        epochs=sum(epoch.index >= 0 for epoch in work.epochs),
    )


def _or_empty(look: Callable[[Analysis], str], work: Analysis) -> str:
    try:
        return look(work)
    except (TypeError, ValueError, AttributeError):
        return ""


def side_by_side(fits: Sequence[Facts]) -> tuple[Facts, ...]:
    """The facts of all fits of one script, in their order, each told of the others."""
    numbered = [
        replace(facts.own, index=place) if facts.own is not None else None
        for place, facts in enumerate(fits)
    ]
    return tuple(
        replace(
            facts,
            own=own,
            others=tuple(one for one in numbered if one is not None and one is not own),
        )
        for facts, own in zip(fits, numbered, strict=True)
    )
