"""GF212 bottleneck: a hidden layer too narrow for what has to pass through it.

Sees: a hidden Dense, convolution or recurrent layer with fewer units than the targets (or classes
less one) behind it, or with an eighth of the units of both its neighbours, in a model that errs on
its own training rows more than a simple learner does. Autoencoders, gates and branches that are
added or multiplied back are left alone.
Why it matters: what the narrow layer drops no later layer gets back, whatever their width.
Evidence: the layer's units, those of its neighbours, the classes or targets; what shows that the
model suffers.
Remedies: more-capacity.
Source: docs/evidence/model.md; a layer of u units has outputs of rank u at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.model.harm import harm
from goodfit.checks.model.heads import heads
from goodfit.checks.model.paths import ACTIVATIONS, LINEAR, following, graph_known, units
from goodfit.facts import BaselineFacts, DataFacts, LayerFacts, ModelFacts, SettingsFacts, Trace

FAR_NARROWER = Threshold(8.0, source="usual bottlenecks narrow by two to four (He et al. 2016)")

_LAYERS = ("Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "Bidirectional")


def bottleneck(
    model: ModelFacts,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
    data: DataFacts | None = None,
) -> Answer:
    if not graph_known(model):
        return CannotTell("what feeds which layer is not known: the model has a call of its own")
    if _autoencodes(data):
        return NotApplicable("the targets have the inputs' shape: narrow layers are the purpose")
    found = [
        (case, layer, width)
        for layer, before, behind in _hidden(model)
        if (width := units(layer))
        and (case := _case(width, before, behind, _targets(model, settings, data)))
    ]
    if not found:
        return Passed("no hidden layer is far narrower than what stands around it")
    case, layer, width = min(found, key=lambda one: one[2])
    suffers = harm(trace, baselines, settings)
    if suffers is None or not suffers.on_train:
        return Passed(
            f"{layer.path} has only {width} units, but nothing shows that it holds the model back"
        )
    around = {path: (before, behind) for path, before, behind in _paths(model)}
    return Suspicion(
        case=case,
        evidence={
            "layer": layer.path,
            "units": width,
            "before": around[layer.path][0],
            "behind": around[layer.path][1],
            "targets": _targets(model, settings, data),
            "harm": suffers.words,
        },
        where=place(layer.where, layer=layer.path, argument="units"),
    )


def _hidden(model: ModelFacts) -> Iterator[tuple[LayerFacts, int, int]]:
    """(layer, the width in front of it, the width behind it) of each hidden layer."""
    for layer in model.layers:
        if not (layer.builtin and layer.type in _LAYERS and layer.input_shapes):
            continue
        behind = list(following(model, layer, (*LINEAR, *ACTIVATIONS)))
        after = [one for one in behind if one is not None]
        if not after or len(after) < len(behind):
            continue
        if not all(one.builtin and one.type in _LAYERS for one in after):
            continue  # gates, merges and the user's own layers
        before = layer.input_shapes[0][-1] if layer.input_shapes[0] else None
        width = min((units(one) or 0) for one in after)
        if before:
            yield layer, before, width


def _paths(model: ModelFacts) -> Iterator[tuple[str, int, int]]:
    for layer, before, behind in _hidden(model):
        yield layer.path, before, behind


def _case(width: int, before: int, behind: int, targets: int) -> str:
    if width < targets and width < before:
        return "targets"
    if width * FAR_NARROWER.value <= min(before, behind):
        return "neighbours"
    # one unit in front of several is a single number for all that follows
    return "neighbours" if width == 1 and before > 1 and behind > 1 else ""


def _targets(model: ModelFacts, settings: SettingsFacts | None, data: DataFacts | None) -> int:
    """The least width that all classes or targets can be told apart with."""
    least = 1
    for head in heads(model, settings, data):
        count = head.units or 0
        if len(head.output.shape) == 1 and count > 1:
            exclusive = head.activation == "softmax" or "categorical" in head.loss_name
            # two numbers place any number of classes on a circle, though none learns to
            least = max(least, min(count - 1, 1 + math.isqrt(count)) if exclusive else count)
    return least


def _autoencodes(data: DataFacts | None) -> bool:
    if data is None:
        return False
    shapes = {array.shape for array in data.train.inputs}
    return any(t.shape in shapes and any((s or 0) > 1 for s in t.shape) for t in data.train.targets)


CHECK = Check(
    code="GF212",
    name="bottleneck",
    severity="warning",
    function=bottleneck,
    message={
        "targets": "All that the model knows of a row passes through the {units} units of {layer}, "
        "too few for what it has to tell apart ({targets} at least); the model {harm}.",
        "neighbours": "{layer} has {units} units between {before} in front and {behind} behind; "
        "the model {harm}.",
    },
    advice={
        "targets": "Give {layer} as many units as the layers around it.",
        "neighbours": "Give {layer} as many units as the layers around it.",
    },
    remedies=("more-capacity",),
)
