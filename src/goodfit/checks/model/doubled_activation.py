"""GF206 doubled-activation: one activation straight after another.

Sees: a layer with an activation that feeds an activation layer through nothing but steps that pass
values on: a second softmax or sigmoid behind the first, one of them behind a relu or tanh, and
other pairs between hidden layers. Pairs of which the second changes nothing (relu after relu) are
left alone. Also a softmax in a hidden layer of weights, where the model does badly.
Why it matters: the second sees only what the first lets through. Behind a softmax, sigmoid or tanh
the answers are squeezed together: two sigmoids answer nothing outside 0.5 to 0.73, so that the loss
has a floor that no training gets below. Behind a relu a sigmoid never answers "no".
Evidence: the two layers, their activations, and the most that a probability can still be.
Remedies: activation, output-activation.
Source: docs/evidence/model.md; the bounds follow from the ranges of the functions.
"""

from __future__ import annotations

import math

from goodfit.checks.check import Answer, CannotTell, Check, NotApplicable, Passed, Suspicion, place
from goodfit.checks.model.harm import harm
from goodfit.checks.model.heads import RANGES
from goodfit.checks.model.paths import ACTIVATIONS, MOVING, following, graph_known, units
from goodfit.facts import BaselineFacts, LayerFacts, ModelFacts, SettingsFacts, Trace

_ANSWERS = ("softmax", "sigmoid", "hard_sigmoid")
_BOUNDED = (*_ANSWERS, "tanh", "softsign", "hard_tanh", "sparsemax")
_POSITIVE = ("relu", "relu6", "softplus", "exponential")
_CASES = ("squeezed", "half", "cut", "hidden")


def doubled_activation(
    model: ModelFacts,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    suffers = harm(trace, baselines, settings)
    shares = next((layer for layer in model.layers if _shares(model, layer)), None)
    if shares is not None and suffers:
        return Suspicion(
            case="shares",
            evidence={"first": shares.path, "activation": "softmax", "harm": suffers.words},
            where=place(shares.where, layer=shares.path, argument="activation"),
        )
    if not any(_second(layer) for layer in model.layers):
        return NotApplicable("no activation stands in a layer of its own")
    if not graph_known(model):
        return CannotTell("what feeds which layer is not known: the model has a call of its own")
    found = [
        (case, first, second)
        for first in model.layers
        if _applies(first)
        for second in following(model, first, MOVING)
        if second is not None and _second(second) and (case := _case(model, first, second))
    ]
    if not found:
        return Passed("no activation follows straight on another")
    case, first, second = min(found, key=lambda one: _CASES.index(one[0]))
    sure = case in ("squeezed", "half")
    return Suspicion(
        case=case,
        severity="warning" if sure or suffers else "tip",
        evidence={
            "first": first.path,
            "second": second.path,
            "activation": first.activation,
            "then": second.activation,
            "most": _most(first, second),
            "harm": suffers.words if suffers else None,
        },
        where=place(second.where or first.where, layer=second.path, argument="activation"),
    )


def _shares(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether a hidden layer of weights hands on a softmax: shares that add up to 1."""
    heads = {output.layer for output in model.outputs}
    return (
        layer.activation == "softmax"
        and layer.type in ("Dense", "Conv1D", "Conv2D")
        and bool(heads)
        and None not in heads
        and layer.path not in heads
    )


def _applies(layer: LayerFacts) -> bool:
    return layer.activation not in (None, "linear")


def _second(layer: LayerFacts) -> bool:
    """Whether the layer computes nothing but an activation: Keras' own layer or operation."""
    operation = layer.type.lower() == (layer.activation or "").replace("_", "")
    return layer.builtin and _applies(layer) and (layer.type in ACTIVATIONS or operation)


def _case(model: ModelFacts, first: LayerFacts, second: LayerFacts) -> str:
    one, two = first.activation or "", second.activation or ""
    last = None in tuple(following(model, second, MOVING))
    if last and two in _ANSWERS:
        if one in _BOUNDED:
            return "squeezed"
        if one in _POSITIVE:
            return "cut" if two == "softmax" else "half"
    low, high = RANGES.get(one, (-math.inf, math.inf))
    unchanged = (two == "relu" and low >= 0) or (two == "relu6" and low >= 0 and high <= 6)
    known = one in RANGES and two in RANGES
    # relu of a bounded activation is a way to write another bounded one
    return "hidden" if known and not unchanged and not last and two not in ("relu",) else ""


def _most(first: LayerFacts, second: LayerFacts) -> float | None:
    """The largest probability that the second can answer behind the first."""
    low, high = RANGES.get(first.activation or "", (-math.inf, math.inf))
    if not math.isfinite(high):
        return 1.0
    if second.activation in ("sigmoid", "hard_sigmoid"):
        return 1 / (1 + math.exp(-high))
    count = units(second)
    others = (count - 1) * math.exp(low) if count else math.inf
    return math.exp(high) / (math.exp(high) + others)


CHECK = Check(
    code="GF206",
    name="doubled-activation",
    severity="warning",
    function=doubled_activation,
    message={
        "squeezed": "{second} applies {then} to what already went through {activation} in {first}: "
        "no answer can be surer than {most:.2f}.",
        "half": "{second} applies {then} to what went through {activation} in {first}: it never "
        "answers less than 0.5.",
        "cut": "{second} applies {then} to what went through {activation} in {first}, which cuts "
        "off every negative score.",
        "shares": "The hidden layer {first} hands on a softmax, shares that add up to 1, which "
        "squeezes what the next layer sees; the model {harm}.",
        "hidden": "{second} applies {then} straight after {activation} in {first}.",
    },
    advice={
        "squeezed": "Keep one of the two: leave activation out of {first}, or drop {second}.",
        "half": "Leave activation out of {first}.",
        "cut": "Leave activation out of {first}.",
        "shares": "Use activation='relu' in {first}; softmax belongs to the last layer.",
        "hidden": "Keep one of the two activations.",
    },
    remedies=("activation", "output-activation"),
)
