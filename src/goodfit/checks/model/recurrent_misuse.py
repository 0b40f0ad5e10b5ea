"""GF215 recurrent-misuse: a recurrent layer that sees no sequence, or hands on the wrong thing.

Sees: sequences of a single step (the time axis missing, or swapped with the features'); a relu or
no activation inside a recurrent layer of a training that fails; return_sequences=True where one
answer for the whole sequence is wanted; sequences so long that nothing is carried through them.
Why it matters: over a single step there is nothing to remember: the layer is a costly Dense layer
that cannot see order. A relu in a loop has no bound, so that states explode. A Flatten behind all
time steps ties every place of the sequence to weights of its own.
Evidence: the input's steps and features, the activation, the layers behind, how the training went.
Remedies: target-shape, activation.
Source: docs/evidence/model.md; Pascanu, Mikolov and Bengio, "On the Difficulty of Training
Recurrent Neural Networks" (ICML 2013), section 2; https://keras.io/api/layers/recurrent_layers/.
"""

from __future__ import annotations

import math
from typing import Any

from goodfit.checks.check import (
    Answer,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.model.harm import harm
from goodfit.checks.model.heads import heads
from goodfit.checks.model.paths import DROPOUTS, following, graph_known
from goodfit.facts import BaselineFacts, DataFacts, LayerFacts, ModelFacts, SettingsFacts, Trace
from goodfit.results import Severity

LONG = Threshold(500, source="gradients over several hundred steps vanish even in an LSTM")

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
_ORDER = ("one-step", "many-answers", "unbounded", "flattened", "long")


def recurrent_misuse(
    model: ModelFacts,
    settings: SettingsFacts | None = None,
    data: DataFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
) -> Answer:
    layers = [layer for layer in model.layers if layer.builtin and layer.type in _RECURRENT]
    windows = [layer for layer in model.layers if layer.builtin and layer.type == "Conv1D"]
    if not layers and not windows:
        return NotApplicable("the model has no recurrent layer")
    suffers = harm(trace, baselines, settings)
    failed = suffers is not None or _exploded(trace)
    found: list[tuple[str, LayerFacts, Severity]] = []
    for layer in (*layers, *windows):
        found += _steps(layer, failed)
    for layer in layers:
        found += _inside(layer, failed)
        found += _behind(model, settings, data, layer, failed)
    if not found:
        return Passed(f"{len(layers)} recurrent layers see sequences and hand on what is wanted")
    case, layer, severity = min(found, key=lambda one: _ORDER.index(one[0]))
    words = suffers.words if suffers else "trained without visible harm"
    words = "ended with a loss that is not finite" if _exploded(trace) else words
    return Suspicion(
        case=case,
        severity=severity,
        evidence=_evidence(layer) | {"harm": words},
        where=place(layer.where, layer=layer.path, argument=_ARGUMENT.get(case)),
    )


_ARGUMENT = {
    "many-answers": "return_sequences",
    "flattened": "return_sequences",
    "unbounded": "activation",
}


def _evidence(layer: LayerFacts) -> dict[str, Any]:
    shape = _shape(layer)
    return {
        "layer": layer.path,
        "type": layer.type,
        "steps": shape[0] if shape else None,
        "features": shape[1] if shape else None,
        "activation": layer.activation,
    }


def _shape(layer: LayerFacts) -> tuple[int | None, int | None] | None:
    shape = layer.input_shapes[0] if layer.input_shapes else ()
    return (shape[0], shape[1]) if len(shape) == 2 else None


def _exploded(trace: Trace | None) -> bool:
    final = trace.final_train if trace else None
    return final is not None and not math.isfinite(final.mean)


def _steps(layer: LayerFacts, failed: bool) -> list[tuple[str, LayerFacts, Severity]]:
    shape = _shape(layer)
    if shape is None or shape[0] is None:
        return []
    kernel = layer.options.get("kernel_size")
    plain = layer.type == "Conv1D" and kernel in (1, (1,), [1])
    if shape[0] == 1 and not plain and not layer.options.get("stateful"):
        return [("one-step", layer, "warning")]
    if shape[0] > LONG.value and layer.type != "Conv1D" and failed:
        return [("long", layer, "tip")]
    return []


def _inside(layer: LayerFacts, failed: bool) -> list[tuple[str, LayerFacts, Severity]]:
    unbounded = layer.activation in ("relu", "leaky_relu", "elu", "linear", "exponential")
    return [("unbounded", layer, "warning")] if unbounded and failed else []


def _behind(
    model: ModelFacts,
    settings: SettingsFacts | None,
    data: DataFacts | None,
    layer: LayerFacts,
    failed: bool,
) -> list[tuple[str, LayerFacts, Severity]]:
    """What is done with the answers of all time steps."""
    output = layer.output_shapes[0] if layer.output_shapes else ()
    if len(output) != 2 or not graph_known(model):
        return []
    for one in following(model, layer, DROPOUTS):
        if one is not None and one.type == "Flatten":
            return [("flattened", layer, "warning" if failed else "tip")]
    for head in heads(model, settings, data):
        single = head.target is not None and head.target.shape in ((), (1,))
        if single and len(head.output.shape) == 2 and head.loss_name:
            return [("many-answers", layer, "error")]
    return []


CHECK = Check(
    code="GF215",
    name="recurrent-misuse",
    severity="warning",
    function=recurrent_misuse,
    message={
        "one-step": "{layer} ({type}) receives sequences of a single step with {features} "
        "features: there is no order for it to see.",
        "unbounded": "{layer} ({type}) has activation={activation!r}, which has no bound inside a "
        "loop; the model {harm}.",
        "many-answers": "{layer} ({type}) hands on all {steps} time steps, so the model gives an "
        "answer for each, but every row has one target.",
        "flattened": "{layer} ({type}) hands on all {steps} time steps to a Flatten, which ties "
        "each place of the sequence to weights of its own; the model {harm}.",
        "long": "{layer} ({type}) is run over {steps} steps, and the model {harm}.",
    },
    advice={
        "one-step": "Give the input the shape (rows, time steps, features): here that is probably "
        "x.reshape(-1, {features}, 1), or windows of several rows.",
        "unbounded": "Leave activation out: the default, tanh, keeps states bounded.",
        "many-answers": "Leave return_sequences=True out of the last recurrent layer.",
        "flattened": "Leave return_sequences=True out of the last recurrent layer, or use "
        "GlobalAveragePooling1D in place of Flatten.",
        "long": "Shorten the sequences: take every n-th step, or let a strided Conv1D stand first.",
    },
    remedies=("activation",),
)
