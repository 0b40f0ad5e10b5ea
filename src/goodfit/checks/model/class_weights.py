"""GF225 class-weights: weights that do something else than the user means.

Sees: weights that make the rare class count even less; keys of class_weight that are no labels, and
classes left without a weight that are rarer than weighted ones; class weights with targets that
hold several labels at once, or are no classes at all.
Why it matters: Keras 3 checks none of this. A class without a key weighs 1.0, a key without a class
is ignored, several labels of a row are reduced to the first by argmax, and numbers are rounded. The
training loss is weighted and the validation loss is not.
Evidence: rows and weight of each class; how uneven the classes are with and without the weights.
Remedies: class-weights.
Source: docs/evidence/model.md; keras.src.trainers.data_adapters.data_adapter_utils
.class_weight_to_sample_weights; King and Zeng, "Logistic Regression in Rare Events Data" (2001).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

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
from goodfit.facts import DataFacts, SettingsFacts, Trace

WORSE = Threshold(1.5, source="weights rounded or smoothed by hand come out right within that")
UNEVEN = Threshold(
    1.2, source="classes as even as that need no weights, so they mean something else"
)
MIN_Z = Threshold(3.0, source="standard errors of the log ratio of two counts")
RECALL = Threshold(0.8, source="the rare class is found all the same, so the weights were meant")
LISTED = 5


def class_weights(settings: SettingsFacts, data: DataFacts, trace: Trace | None = None) -> Answer:
    weights = {_label(key): weight for key, weight in (settings.class_weight or {}).items()}
    if not weights:
        return NotApplicable("fit was given no class weights")
    if len(data.train.targets) != 1:
        return CannotTell("class weights were given with several outputs")
    target = data.train.targets[0]
    where = place(settings.fit_where, argument="class_weight")
    evidence: dict[str, object] = {"weights": dict(weights), "kind": target.kind}
    if target.kind == "multi-hot":
        return Suspicion(case="several-labels", evidence=evidence, where=where)
    if target.kind == "continuous":
        return Suspicion(case="numbers", evidence=evidence, where=where)
    counts = {label: rows for label, rows in target.class_counts.items() if rows > 0}
    if len(counts) < 2:
        return CannotTell("the classes of the training rows were not counted")
    full = {label: weights.get(label, 1.0) for label in counts}
    strange = sorted(set(weights) - set(counts))
    unweighted = sorted(set(counts) - set(weights))
    evidence |= {
        "strange": strange[:LISTED],
        "unweighted": unweighted[:LISTED],
        "names": ", ".join(strange[:LISTED]),
        "missing": ", ".join(unweighted[:LISTED]),
    }
    if len(strange) == len(weights):
        return Suspicion(case="no-labels", evidence=evidence, where=where)
    inverted = _inverted(counts, full)
    if inverted is not None:
        case = "missing" if inverted["rare"] in unweighted else "inverted"
        found = _recall(trace, str(inverted["rare"]))
        known = evidence | inverted | {"recall": found}
        meant = found is not None and found >= RECALL.value
        return Suspicion(
            case=case, evidence=known, severity="tip" if meant else "warning", where=where
        )
    if strange and unweighted and not data.train.sampled:
        return Suspicion(case="partly", evidence=evidence, where=where)
    return Passed(f"the weights of {len(counts)} classes do not favour the frequent ones", evidence)


def _label(key: str) -> str:
    """A key as labels are written: 1.0 finds the class 1 in Keras."""
    return key.removesuffix(".0")


def _inverted(counts: Mapping[str, int], weights: Mapping[str, float]) -> dict[str, object] | None:
    """The rarest class that weighs clearly less than a class with clearly more rows, where the
    weights as a whole make the classes more uneven than they are."""
    rows = [float(count) for count in counts.values()]
    weighted = [counts[label] * weights[label] for label in counts]
    if min(weighted) <= 0 or not all(math.isfinite(value) for value in weighted):
        return None
    before, after = max(rows) / min(rows), max(weighted) / min(weighted)
    if before < UNEVEN.value or after < WORSE.value * before:
        return None
    rare = min(counts, key=lambda label: (counts[label], label))
    often = max(counts, key=lambda label: (counts[label] * weights[label], label))
    noise = math.sqrt(1 / counts[rare] + 1 / counts[often])
    clear = math.log(counts[often] / counts[rare]) > MIN_Z.value * noise
    if not clear or weights[rare] * WORSE.value > weights[often]:
        return None
    return {
        "rare": rare,
        "often": often,
        "rare_rows": counts[rare],
        "often_rows": counts[often],
        "rare_weight": weights[rare],
        "often_weight": weights[often],
        "uneven": before,
        "uneven_weighted": after,
    }


def _recall(trace: Trace | None, label: str) -> float | None:
    predictions = trace.predictions if trace is not None else None
    return predictions.recall.get(label) if predictions is not None else None


_BALANCED = (
    "Weigh each class by rows / (classes * rows of the class): "
    "sklearn.utils.class_weight.compute_class_weight('balanced', classes=labels, y=y_train)."
)

CHECK = Check(
    code="GF225",
    name="class-weights",
    severity="warning",
    function=class_weights,
    message={
        "inverted": "Class {rare} ({rare_rows} rows) weighs {rare_weight:.3g} and class {often} "
        "({often_rows} rows) {often_weight:.3g}: the rare class counts even less than without "
        "weights.",
        "missing": "Class {rare} ({rare_rows} rows) has no weight and counts 1.0, while class "
        "{often} ({often_rows} rows) weighs {often_weight:.3g}.",
        "no-labels": "None of the keys of class_weight ({names}) is a label, so nothing is "
        "weighted.",
        "partly": "class_weight names {names}, which is no label, and leaves out {missing}, which "
        "then weighs 1.0.",
        "several-labels": "A row may hold several labels, but class_weight takes one class a row: "
        "Keras uses the first label that is largest.",
        "numbers": "The targets are numbers, but class_weight takes classes: Keras rounds them.",
    },
    advice={
        "inverted": _BALANCED,
        "missing": _BALANCED,
        "no-labels": "Use the labels as the model sees them as keys: 0, 1, 2, ...",
        "partly": "Use the labels as the model sees them as keys: 0, 1, 2, ...",
        "several-labels": "Leave class_weight out and weigh the labels inside the loss, or give "
        "sample_weight.",
        "numbers": "Leave class_weight out; give sample_weight to weigh rows.",
    },
    remedies=("class-weights",),
)
