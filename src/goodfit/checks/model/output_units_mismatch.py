"""GF203 output-units-mismatch: the last layer has another width than the classes or targets need.

Sees: fewer units than classes under a sparse cross-entropy; rows of several targets or one-hot
labels of another width than the output; several units for one number; and, as a tip, many units
that no label ever uses.
Why it matters: a class without a unit can never be answered. On JAX such rows cost nothing and
teach nothing, in silence; TensorFlow and PyTorch stop. One unit against several targets is
stretched and learns their mean.
Evidence: the units, the number of classes or target columns, the loss.
Remedies: output-activation.
Source: docs/evidence/data.md; each case run on Keras 3.15.1 with the three backends.
"""

from __future__ import annotations

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
from goodfit.checks.model.heads import CROSS_ENTROPIES, MOST_CLASSES, SQUARED_LOSSES, Head, heads
from goodfit.facts import DataFacts, ModelFacts, SettingsFacts

SPARE = Threshold(2.0, source="units for twice the classes are no off-by-one, yet cost little")

_CASES = ("too-few", "width", "several", "spare")
_COLUMN: tuple[tuple[int, ...], ...] = ((), (1,))


def output_units_mismatch(model: ModelFacts, settings: SettingsFacts, data: DataFacts) -> Answer:
    if model.custom_train_step:
        return NotApplicable("the model trains by its own train_step, which may use another loss")
    judged = [
        head
        for head in heads(model, settings, data)
        if head.loss_name and head.target is not None and len(head.output.shape) == 1 and head.units
    ]
    if not judged:
        return CannotTell("no output's width, loss and targets are known together")
    found = [(case, head) for head in judged if (case := _case(head))]
    if not found:
        return Passed(f"the width of {len(judged)} outputs fits their targets")
    case, head = min(found, key=lambda one: _CASES.index(one[0]))
    layer = model.layer(head.output.layer)
    return Suspicion(
        case=case,
        severity="tip" if case == "spare" else "error",
        evidence={
            "output": head.output.name,
            "units": head.units,
            "needed": _needed(head),
            "loss": head.loss_name,
            "kind": head.kind,
        },
        where=place(
            layer.where if layer else model.where, layer=head.output.layer, argument="units"
        ),
    )


def _classes(head: Head) -> int:
    """How many different labels there are, the ignored one left out."""
    target, loss = head.target, head.loss
    if target is None:
        return 0
    ignored = loss.ignore_class if loss is not None else None
    if target.class_counts:
        return sum(1 for label in target.class_counts if label != str(ignored))
    return (target.distinct or 0) - (ignored is not None)


def _highest(head: Head) -> int:
    """The units that the labels need when they count from 0."""
    highest = head.target.maximum if head.target is not None else None
    # NaN and infinity compare false
    return int(highest) + 1 if highest is not None and -1 < highest < 1e9 else 0


def _needed(head: Head) -> int:
    target = head.target
    if head.loss_name.startswith("sparse"):
        return max(_classes(head), _highest(head))
    return int(target.shape[-1] or 0) if target is not None and target.shape else 1


def _case(head: Head) -> str:
    target, units = head.target, head.units or 0
    if target is None or target.kind == "text" or target.non_finite:
        return ""
    if head.loss_name.startswith("sparse"):
        if target.shape not in _COLUMN or not target.whole_numbers:
            return ""
        classes = _classes(head)
        if classes > units:
            return "too-few"
        least = max(classes, _highest(head))
        few = 1 < classes <= MOST_CLASSES.value
        return "spare" if few and units > SPARE.value * least else ""
    if head.loss_name not in (*SQUARED_LOSSES, *CROSS_ENTROPIES) or len(target.shape) > 1:
        return ""
    columns = _needed(head)
    if columns > 1 and columns != units:
        return "width"
    numbers = target.kind == "continuous" and head.loss_name in SQUARED_LOSSES
    return "several" if columns == 1 and units > 1 and numbers else ""


CHECK = Check(
    code="GF203",
    name="output-units-mismatch",
    severity="error",
    function=output_units_mismatch,
    message={
        "too-few": "The targets hold {needed} classes, but the output {output} has only {units} "
        "units: the classes without a unit can never be answered.",
        "width": "Each row has {needed} targets, but the output {output} has {units} units.",
        "several": "Each row has one target number, but the output {output} has {units} units, "
        "which are all taught the same number.",
        "spare": "The output {output} has {units} units, but the labels need only {needed}.",
    },
    advice={
        "too-few": "Give the last layer {needed} units: Dense({needed}, activation='softmax').",
        "width": "Give the last layer one unit per target: Dense({needed}).",
        "several": "Give the last layer one unit: Dense(1).",
        "spare": "Use Dense({needed}) unless further classes are still to come.",
    },
    remedies=("output-activation",),
)
