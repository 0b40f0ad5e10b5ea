"""GF108 label-encoding-mismatch: labels written in another way than the loss reads them.

Sees: whole numbers under a categorical loss, one-hot rows under a sparse one, -1 and 1 or labels
above 1 under binary cross-entropy, fractions as class labels, rows with several ones or none under
a categorical loss, texts as labels.
Why it matters: some of these stop with an error about shapes. The others train: the loss then has
another optimum than the user means, or none at all (binary cross-entropy with the label -1 falls
without bound), and fractions are cut off to whole numbers in silence.
Evidence: what the targets are, their smallest and largest value, and the loss.
Remedies: label-encoding.
Source: docs/evidence/data.md (each case run on Keras 3.15.1); https://keras.io/api/losses/.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, place
from goodfit.checks.data.pairing import Pair, pairs
from goodfit.facts import DataFacts, ModelFacts, SettingsFacts

CATEGORICAL = frozenset({"categorical_crossentropy", "categorical_focal_crossentropy"})
SPARSE = frozenset({"sparse_categorical_crossentropy"})
BINARY = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
TOLERANCE = 1e-6


def _column(pair: Pair) -> bool:
    return pair.target.shape in ((), (1,))


def _categorical(pair: Pair) -> str:
    target = pair.target
    whole = target.whole_numbers or target.kind in ("binary", "classes", "signs")
    if _column(pair) and whole and pair.width != 1:
        return "whole numbers, categorical"
    rows = len(target.shape) == 1 and target.shape != (1,)
    if rows and target.kind == "multi-hot":
        return "several ones"
    signed = target.minimum is not None and target.minimum < -TOLERANCE
    return "negative, categorical" if rows and signed else ""


def _sparse(pair: Pair) -> str:
    target, width = pair.target, pair.width
    several = bool(target.shape) and target.shape[-1] not in (None, 1)
    if target.kind in ("one-hot", "multi-hot", "probabilities") and several:
        same_rank = pair.output is not None and len(pair.output.shape) == len(target.shape)
        return "one-hot, sparse" if same_rank and width in (None, target.shape[-1]) else ""
    return "" if target.whole_numbers or target.kind != "continuous" else "fractions"


def _binary(pair: Pair) -> str:
    target = pair.target
    if target.minimum is None or target.maximum is None:
        return ""
    if target.kind == "signs":
        return "signs"
    if target.minimum >= -TOLERANCE and target.maximum <= 1 + TOLERANCE:
        return ""
    return "labels beyond 0 and 1" if target.whole_numbers else "values beyond 0 and 1"


def _case(pair: Pair) -> str:
    name = pair.loss.name
    known = name in CATEGORICAL | SPARSE | BINARY
    if pair.target.kind == "text":
        return "text" if known else ""
    if name in CATEGORICAL:
        return _categorical(pair)
    if name in SPARSE:
        return _sparse(pair)
    return _binary(pair) if name in BINARY else ""


def label_encoding_mismatch(
    data: DataFacts, settings: SettingsFacts, model: ModelFacts | None = None
) -> Answer:
    asked = [
        pair
        for pair in pairs(data, settings, model)
        if pair.loss.name in CATEGORICAL | SPARSE | BINARY and not pair.loss.custom
    ]
    if not asked:
        return NotApplicable("no output has a cross-entropy")
    for pair in asked:
        case = _case(pair)
        if not case:
            continue
        target = pair.target
        evidence = {
            "set": pair.role,
            "target": target.name,
            "kind": target.kind,
            "loss": pair.loss.name,
            "columns": target.shape[-1] if target.shape else 1,
            "minimum": target.minimum,
            "maximum": target.maximum,
            "examples": ", ".join(list(target.class_counts)[:4]) or "words",
        }
        return Suspicion(
            evidence=evidence, case=case, where=place(pair.loss.where, argument="loss")
        )
    return Passed(f"targets are written as {asked[0].loss.name} reads them: {asked[0].target.kind}")


_TO_SPARSE = 'Use loss="sparse_categorical_crossentropy", or one-hot targets: '
_TO_SPARSE += "keras.utils.to_categorical(y)."
_SIGMOIDS = "Where a row may carry several labels, use sigmoid units with "
_SIGMOIDS += 'loss="binary_crossentropy"; where it carries exactly one, make each row hold one 1.'

CHECK = Check(
    code="GF108",
    name="label-encoding-mismatch",
    severity="error",
    function=label_encoding_mismatch,
    message={
        "whole numbers, categorical": "Targets are whole numbers ({minimum:.0f} to {maximum:.0f}), "
        "but {loss} reads one-hot rows.",
        "one-hot, sparse": "Targets are rows of {columns} columns, but {loss} reads one whole "
        "number per row.",
        "signs": "Targets are -1 and 1, but {loss} reads 0 and 1: with the label -1 the loss has "
        "no lowest value.",
        "labels beyond 0 and 1": "Targets run from {minimum:.0f} to {maximum:.0f}, but {loss} "
        "reads 0 and 1.",
        "values beyond 0 and 1": "Targets run from {minimum:.3g} to {maximum:.3g}, but {loss} "
        "reads values from 0 to 1.",
        "fractions": "Targets are fractions ({minimum:.3g} to {maximum:.3g}), but {loss} reads "
        "class numbers and cuts off what stands behind the point.",
        "several ones": "Rows of the targets hold several ones, or none, but {loss} expects the "
        "{columns} columns of a row to sum to 1.",
        "negative, categorical": "Targets go down to {minimum:.3g}, but {loss} expects each row to "
        "be shares of classes, from 0 to 1.",
        "text": "Targets are texts ({examples}), but {loss} reads numbers.",
    },
    advice={
        "whole numbers, categorical": _TO_SPARSE,
        "one-hot, sparse": 'Use loss="categorical_crossentropy", or whole numbers: '
        "y.argmax(axis=-1).",
        "signs": 'Use (y + 1) / 2 as targets, or loss="hinge" with a tanh or linear output.',
        "labels beyond 0 and 1": "For two classes map them to 0 and 1: classes, y = np.unique(y, "
        "return_inverse=True). For more, use one softmax unit per class and "
        'loss="sparse_categorical_crossentropy".',
        "values beyond 0 and 1": "Scale the targets to 0..1 (pixels: y / 255), or use a loss for "
        'numbers such as "mse" with a linear output.',
        "fractions": 'To predict a number use a linear output with loss="mse"; to predict classes '
        "make the targets whole numbers 0..K-1.",
        "several ones": _SIGMOIDS,
        "negative, categorical": "Use one-hot targets, keras.utils.to_categorical(y), or a loss "
        'for numbers such as "mse".',
        "text": "Map texts to numbers: classes, y = np.unique(y, return_inverse=True), and keep "
        "`classes` to read predictions.",
    },
    remedies=("label-encoding",),
)
