"""GF202 loss-task-mismatch: the loss is made for another kind of target.

Sees: cross-entropy for numbers that are no probabilities; a yes-or-no loss for class numbers; a
loss for exclusive classes where several labels hold at once; a loss for distances between numbers
where the targets are classes. Autoencoders, whose targets are their inputs, are left alone.
Why it matters: the loss rewards something else than what is wanted: its best value is not where the
answers are right, or its gradient fades where the model is wrong.
Evidence: the loss, the targets' kind and range, the last activation, how many units and labels.
Remedies: loss.
Source: docs/evidence/model.md; Golik, Doetsch and Ney, "Cross-Entropy vs. Squared Error Training"
(Interspeech 2013).
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
from goodfit.checks.model.heads import (
    BINARY_LOSSES,
    CROSS_ENTROPIES,
    EXCLUSIVE_LOSSES,
    HINGES,
    MOST_CLASSES,
    SQUARED_LOSSES,
    Head,
    heads,
)
from goodfit.facts import DataFacts, ModelFacts, SettingsFacts
from goodfit.results import Severity

OVERSHOOT = Threshold(0.05, source="resampled pixels leave [0, 1] by as much and do no harm")

_SEVERITY: dict[str, Severity] = {
    "classification-loss-for-numbers": "error",
    "binary-loss-for-classes": "error",
    "exclusive-loss-for-labels": "warning",
    "squared-error-for-classes": "warning",
    "squared-error-for-class-numbers": "warning",
    "absolute-error-for-labels": "warning",
    "squared-error-without-softmax": "tip",
    "squared-error-for-two-classes": "tip",
    "binary-loss-for-one-hot": "tip",
}
_ACCURACIES = ("accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")


def loss_task_mismatch(
    data: DataFacts, settings: SettingsFacts, model: ModelFacts | None = None
) -> Answer:
    if model is None or not model.outputs:
        return CannotTell("the outputs of the model are not known")
    if model.custom_train_step:
        return NotApplicable("the model trains by its own train_step, which may use another loss")
    judged = [head for head in heads(model, settings, data) if head.loss_name and head.target]
    if not judged:
        return NotApplicable("no output has a loss of Keras' own and known targets")
    found = [(case, head) for head in judged if (case := _case(head, _autoencodes(head, data)))]
    if not found:
        return Passed(f"the loss of {len(judged)} outputs fits its targets")
    order = list(_SEVERITY)
    case, head = min(found, key=lambda pair: order.index(pair[0]))
    target = head.target
    return Suspicion(
        case=case,
        severity=_SEVERITY[case],
        evidence={
            "output": head.output.name,
            "loss": head.loss_name,
            "activation": head.activation,
            "units": head.units,
            "kind": head.kind,
            "labels": _labels(head),
            "target_minimum": target.minimum if target else None,
            "target_maximum": target.maximum if target else None,
        },
        where=place(
            (head.loss.where if head.loss else None) or settings.compile_where, argument="loss"
        ),
    )


def _case(head: Head, autoencoder: bool) -> str:
    loss, target = head.loss_name, head.target
    if target is None:
        return ""
    if loss in SQUARED_LOSSES:
        return "" if autoencoder else _squared(head)
    margin = OVERSHOOT.value
    beyond = (target.minimum or 0) < -margin or (target.maximum or 0) > 1 + margin
    if loss in (*CROSS_ENTROPIES, *HINGES) and head.kind == "continuous":
        whole = loss.startswith("sparse") and target.whole_numbers
        # Numbers from 0 to 1 are soft labels or pixels, which a cross-entropy may well take.
        soft = not beyond and not loss.startswith("sparse") and loss not in HINGES
        return "" if whole or soft else "classification-loss-for-numbers"
    if loss in BINARY_LOSSES and head.kind == "classes":
        return "binary-loss-for-classes"
    if loss in EXCLUSIVE_LOSSES and head.kind == "multi-hot" and len(target.shape) == 1:
        return "exclusive-loss-for-labels" if head.activation == "sigmoid" else ""
    several = (head.units or 0) > 2
    if loss in BINARY_LOSSES and head.kind == "one-hot" and several and not autoencoder:
        return "binary-loss-for-one-hot" if head.activation == "sigmoid" else ""
    return ""


def _squared(head: Head) -> str:
    """Distances between numbers for what are classes. Class numbers in one column may be grades,
    which a distance suits: only the user's own accuracy metric says that they are not."""
    labels = head.kind in ("multi-hot", "binary") and head.activation == "sigmoid"
    if head.loss_name == "mean_absolute_error" and labels:
        return "absolute-error-for-labels"
    if head.kind == "one-hot":
        bounded = head.activation in ("softmax", "sigmoid")
        return "squared-error-for-classes" if bounded else "squared-error-without-softmax"
    if head.kind == "binary" and head.activation == "sigmoid" and head.units == 1:
        return "squared-error-for-two-classes"
    counted = any(metric.kind in _ACCURACIES for metric in head.metrics)
    if head.kind in ("classes", "binary") and head.activation == "softmax":
        return "squared-error-for-classes"
    target = head.target
    few = target is not None and target.whole_numbers and 2 < _labels(head) <= MOST_CLASSES.value
    return "squared-error-for-class-numbers" if few and counted and head.units == 1 else ""


def _labels(head: Head) -> int:
    target = head.target
    if target is None:
        return 0
    if head.kind in ("one-hot", "multi-hot"):
        return head.units or len(target.class_counts)
    return target.distinct or len(target.class_counts)


def _autoencodes(head: Head, data: DataFacts) -> bool:
    """Whether the targets have the shape of an input of more than one number."""
    shape = head.target.shape if head.target else ()
    wide = any((size or 0) > 1 for size in shape)
    return wide and any(array.shape == shape for array in data.train.inputs)


CHECK = Check(
    code="GF202",
    name="loss-task-mismatch",
    severity="warning",
    function=loss_task_mismatch,
    message={
        "classification-loss-for-numbers": "{loss} scores class labels, but the targets are "
        "numbers from {target_minimum:.4g} to {target_maximum:.4g}.",
        "binary-loss-for-classes": "{loss} scores yes or no, but the targets are {labels} class "
        "numbers from {target_minimum:.4g} to {target_maximum:.4g}.",
        "exclusive-loss-for-labels": "Several labels can hold for one row, but {loss} takes the "
        "{labels} outputs for classes that exclude one another.",
        "squared-error-for-classes": "{loss} measures distances between numbers, but the targets "
        "are {labels} classes; where the model is surely wrong its gradient fades.",
        "squared-error-for-class-numbers": "{loss} takes the {labels} class numbers for amounts, "
        "so that confusing the first class with the last costs most.",
        "absolute-error-for-labels": "{loss} is least at the median, so that the answer for any "
        "label that fewer than half of such rows have is plainly 0.",
        "squared-error-without-softmax": "{loss} measures distances between numbers, but the "
        "targets are {labels} classes.",
        "squared-error-for-two-classes": "{loss} on a sigmoid output learns two classes, but its "
        "gradient fades where the model is surely wrong.",
        "binary-loss-for-one-hot": "{loss} asks yes or no for each of {labels} classes although "
        "each row belongs to just one.",
    },
    advice={
        "classification-loss-for-numbers": "For numbers use loss='mse' (or 'mae', 'huber') and a "
        "last layer without activation.",
        "binary-loss-for-classes": "Use loss='sparse_categorical_crossentropy' and "
        "Dense({labels}, activation='softmax') as the last layer.",
        "exclusive-loss-for-labels": "Use loss='binary_crossentropy'.",
        "squared-error-for-classes": "Use loss='categorical_crossentropy' for one-hot labels, "
        "'sparse_categorical_crossentropy' for class numbers, with a softmax output.",
        "squared-error-for-class-numbers": "Use loss='sparse_categorical_crossentropy' and "
        "Dense({labels}, activation='softmax'); keep {loss} only if the classes are amounts.",
        "absolute-error-for-labels": "Use loss='binary_crossentropy'.",
        "squared-error-without-softmax": "Try activation='softmax' with "
        "loss='categorical_crossentropy': its answers are probabilities.",
        "squared-error-for-two-classes": "Use loss='binary_crossentropy'.",
        "binary-loss-for-one-hot": "Use a softmax output with loss='categorical_crossentropy'.",
    },
    remedies=("loss",),
)
