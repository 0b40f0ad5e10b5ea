"""GF201 output-activation-mismatch: the last activation does not fit the loss or the targets.

Sees: softmax over one unit; an activation in front of a loss that wants logits; logits, or values
outside [0, 1], in front of a loss that wants probabilities; an output that cannot reach the
targets; softmax where several labels hold at once; sigmoid units for classes that exclude one
another. Read from the graph of the model, joined with the loss and the targets, output by output.
Why it matters: the model answers the same for every row, or numbers that the loss clips away, and
no amount of training helps.
Evidence: the activation, the units, the loss with its from_logits, the targets' kind and range.
Remedies: output-activation, loss.
Source: docs/evidence/model.md; Goodfellow, Bengio and Courville, "Deep Learning" (2016), 6.2.2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

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
from goodfit.checks.model.heads import (
    BINARY_LOSSES,
    CROSS_ENTROPIES,
    EXCLUSIVE_LOSSES,
    RANGES,
    SQUARED_LOSSES,
    Head,
    heads,
)
from goodfit.facts import DataFacts, ModelFacts, SettingsFacts
from goodfit.results import Severity

# Both in standard deviations of the targets: how far the extreme lies behind the bound, and how far
# the bound lies from the mean. At 2 a normal target loses 0.6 % of its variance, at 1 it loses 8 %.
OUT_OF_REACH = Threshold(0.5, source="docs/evidence/model.md")
CUTS = Threshold(2.0, source="docs/evidence/model.md")
CUTS_DEEP = Threshold(1.0, source="docs/evidence/model.md")

_WARNINGS = ("sigmoid-for-exclusive", "softmax-with-binary-loss", "bounded-logits")
_SOFTMAX = ("softmax", "sparsemax")
_PROBABILITIES = (*_SOFTMAX, "sigmoid", "hard_sigmoid")
# Positive and unbounded: a categorical loss in Keras divides by the sum, which makes them fit.
_NORMALISED_BY_KERAS = ("exponential", "softplus")


def output_activation_mismatch(
    model: ModelFacts, settings: SettingsFacts, data: DataFacts | None = None, backend: str = ""
) -> Answer:
    if model.custom_train_step:
        return NotApplicable("the model trains by its own train_step, which may use another loss")
    joined = heads(model, settings, data)
    judged = [head for head in joined if head.activation is not None and head.loss is not None]
    if not judged:
        return CannotTell("the activation or the loss of the outputs is not known")
    found = [(_case(head, model), head) for head in judged]
    cases = [(case, head) for case, head in found if case]
    if not cases:
        return Passed(f"the activation of {len(judged)} outputs fits loss and targets")
    case, head = min(cases, key=lambda pair: pair[0] in _WARNINGS)
    layer = model.layer(head.output.layer)
    return Suspicion(
        case=case,
        severity=_severity(case, head, backend),
        evidence=_evidence(head, model),
        where=place(layer.where if layer else model.where, layer=head.output.layer),
    )


def _severity(case: str, head: Head, backend: str) -> Severity:
    if case in _WARNINGS:
        return "warning"
    if case == "cannot-reach":
        return "error" if _distance(head) < CUTS_DEEP.value else "warning"
    # Keras on TensorFlow looks behind softmax and sigmoid and takes the logits it finds there.
    forgiven = backend == "tensorflow" and head.activation in ("softmax", "sigmoid")
    return "warning" if case == "activation-before-logits" and forgiven else "error"


def _case(head: Head, model: ModelFacts) -> str:
    """The first mistake that holds at this output, or ""."""
    if head.units == 1 and head.activation in (*_SOFTMAX, "log_softmax"):
        last = model.layer(head.output.layer)
        own = last is not None and last.activation == head.activation
        # A Softmax layer behind (steps, 1) may well run over the steps.
        return "one-unit-softmax" if own or len(head.output.shape) == 1 else ""
    if head.loss_name in EXCLUSIVE_LOSSES and head.units == 1:
        return "one-unit-categorical"
    if head.loss_name in CROSS_ENTROPIES:
        return _logits(head) or _probabilities(head) or _classes(head)
    if head.loss_name in SQUARED_LOSSES and _distance(head) < CUTS.value:
        return "cannot-reach"
    return ""


def _logits(head: Head) -> str:
    if head.loss is None or head.loss.from_logits is not True:
        return ""
    if head.activation in _PROBABILITIES:
        return "activation-before-logits"
    if head.activation in ("relu", "relu6", "tanh", "softsign"):
        return "bounded-logits"
    return ""


def _probabilities(head: Head) -> str:
    if head.loss is None or head.loss.from_logits is not False:
        return ""
    if head.activation == "linear":
        return "logits-for-probabilities"
    categorical = head.loss_name in EXCLUSIVE_LOSSES
    if categorical and head.activation in _NORMALISED_BY_KERAS:
        return ""
    reach = RANGES.get(head.activation or "")
    if reach is not None and (reach[0] < 0 or reach[1] > 1):
        return "not-a-probability"
    return "not-a-probability" if head.activation == "log_softmax" else ""


def _classes(head: Head) -> str:
    """Softmax or sigmoid against what the targets say of the classes."""
    units, kind = head.units or 0, head.kind
    if head.activation in _SOFTMAX:
        if kind == "multi-hot" and units > 1 and _several_labels(head):
            return "softmax-for-multi-hot"
        if head.loss_name in BINARY_LOSSES and kind == "binary" and units == 2:
            return "softmax-two-units"
        # Over two units binary cross-entropy of softmax is cross-entropy itself.
        if head.loss_name in BINARY_LOSSES and kind == "one-hot" and units > 2:
            return "softmax-with-binary-loss"
    exclusive = kind in ("classes", "one-hot", "binary")
    if head.activation == "sigmoid" and head.loss_name in EXCLUSIVE_LOSSES and exclusive:
        return "sigmoid-for-exclusive"
    return ""


def _several_labels(head: Head) -> bool:
    """Whether rows carry several labels. In sequences and maps the rows may as well be one-hot
    with empty steps, unless they hold more than one label on average."""
    target = head.target
    if target is None or len(target.shape) <= 1:
        return target is not None
    return target.mean is not None and target.mean * (head.units or 0) > 1


def _distance(head: Head) -> float:
    """How many standard deviations from the targets' mean the output's range ends, on the side
    where targets lie well beyond it; infinite where it covers them."""
    target, reach = head.target, RANGES.get(head.activation or "")
    if target is None or reach is None or target.minimum is None or target.maximum is None:
        return math.inf
    mean, std = target.mean, target.std
    if mean is None or not std:
        return math.inf
    below, above = (reach[0] - target.minimum) / std, (target.maximum - reach[1]) / std
    low = (mean - reach[0]) / std if below > OUT_OF_REACH.value else math.inf
    high = (reach[1] - mean) / std if above > OUT_OF_REACH.value else math.inf
    return min(low, high)


def _evidence(head: Head, model: ModelFacts) -> Mapping[str, Any]:
    low, high = RANGES.get(head.activation or "", (-math.inf, math.inf))
    target = head.target
    return {
        "output": head.output.name,
        "outputs": len(model.outputs),
        "layer": head.output.layer or "the last layer",
        "activation": head.activation,
        "units": head.units,
        "loss": head.loss.name if head.loss else "",
        "from_logits": head.loss.from_logits if head.loss else None,
        "kind": head.kind,
        "reach": _told(low, high),
        "target_minimum": target.minimum if target else None,
        "target_maximum": target.maximum if target else None,
    }


def _told(low: float, high: float) -> str:
    if math.isfinite(high):
        return f"from {low:g} to {high:g}"
    return f"from {low:g} upwards" if math.isfinite(low) else "any number"


CHECK = Check(
    code="GF201",
    name="output-activation-mismatch",
    severity="error",
    function=output_activation_mismatch,
    message={
        "one-unit-softmax": "{activation} over one unit answers the same number for every row, "
        "whatever the input ({layer}).",
        "one-unit-categorical": "{loss} over one unit of {layer} is the same for every row: with a "
        "single class its probability is always 1.",
        "activation-before-logits": "{loss} was told from_logits=True, but {layer} ends in "
        "{activation}, so the activation is applied twice.",
        "bounded-logits": "{loss} wants logits that may go anywhere, but {layer} ends in "
        "{activation}, which answers only {reach}.",
        "logits-for-probabilities": "{layer} answers any number (no activation), but {loss} takes "
        "them for probabilities and clips all outside 0 to 1.",
        "not-a-probability": "{layer} ends in {activation}, whose answers are no probabilities, "
        "but {loss} takes them for such.",
        "softmax-for-multi-hot": "Several labels can hold for one row, but softmax makes the "
        "{units} outputs of {layer} share a sum of 1.",
        "softmax-two-units": "The labels are one column of 0 and 1, but {layer} ends in softmax "
        "over two units, which {loss} cannot compare with one column.",
        "softmax-with-binary-loss": "The {units} classes exclude one another and {layer} ends in "
        "softmax, but {loss} scores each unit as a yes-or-no question of its own.",
        "sigmoid-for-exclusive": "The {units} classes exclude one another, but {layer} ends in "
        "sigmoid units, whose answers do not sum to 1 as {loss} takes them to.",
        "cannot-reach": "{layer} ends in {activation}, which answers only {reach}, but the targets "
        "go from {target_minimum:.4g} to {target_maximum:.4g}.",
    },
    advice={
        "one-unit-softmax": "For two classes use Dense(1, activation='sigmoid') with "
        "binary_crossentropy; for numbers Dense(1) without activation.",
        "one-unit-categorical": "For two classes use Dense(1, activation='sigmoid') with "
        "binary_crossentropy; for K classes Dense(K, activation='softmax').",
        "activation-before-logits": "Take the activation off {layer}, or leave out "
        "from_logits=True.",
        "bounded-logits": "Take the activation off {layer}.",
        "logits-for-probabilities": "Give {layer} activation='sigmoid' (yes or no) or 'softmax' "
        "(one of several), or tell the loss from_logits=True.",
        "not-a-probability": "Give {layer} activation='sigmoid' (yes or no) or 'softmax' (one of "
        "several).",
        "softmax-for-multi-hot": "Give {layer} activation='sigmoid' and use binary_crossentropy.",
        "softmax-two-units": "Use Dense(1, activation='sigmoid'), or keep softmax and use "
        "loss='sparse_categorical_crossentropy'.",
        "softmax-with-binary-loss": "Use loss='categorical_crossentropy'.",
        "sigmoid-for-exclusive": "Give {layer} activation='softmax'.",
        "cannot-reach": "Take the activation off {layer} (a linear output reaches every number), "
        "or scale the targets into its range.",
    },
    remedies=("output-activation", "loss"),
)
