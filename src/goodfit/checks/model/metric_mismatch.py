"""GF204 metric-mismatch: a metric that does not measure what its name says.

Sees: accuracy of numbers; a metric that cuts at 0.5 where the outputs are logits, or at 0 where
they are probabilities; the accuracy of another label encoding than the targets have; an F-score
that takes the largest of a single unit.
Why it matters: the number looks like a score and steers decisions and callbacks, yet it is wrong in
a way that no training shows.
Evidence: the metric's kind and threshold, the last activation, the loss with its from_logits, the
targets' kind, the units.
Remedies: metric.
Source: docs/evidence/model.md; the documentation of keras.metrics ("set thresholds=0 with
from_logits").
"""

from __future__ import annotations

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    place,
)
from goodfit.checks.model.heads import MOST_CLASSES, SQUARED_LOSSES, Head, heads
from goodfit.facts import DataFacts, MetricFacts, ModelFacts, SettingsFacts
from goodfit.results import Severity

_ACCURACIES = ("accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
_COUNTS = ("precision", "recall", "auc", "f1_score", "fbeta_score")
_CUTTING = (
    "binary_accuracy",
    "precision",
    "recall",
    "true_positives",
    "true_negatives",
    "false_positives",
    "false_negatives",
)
_CURVES = (
    "auc",
    "precision_at_recall",
    "recall_at_precision",
    "sensitivity_at_specificity",
    "specificity_at_sensitivity",
)
_ENTROPIES = ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
_SEVERITY: dict[str, Severity] = {"accuracy-of-pixels": "tip"}


def metric_mismatch(
    model: ModelFacts, settings: SettingsFacts, data: DataFacts | None = None
) -> Answer:
    if not settings.metrics:
        return NotApplicable("no metrics were compiled")
    joined = [head for head in heads(model, settings, data) if head.metrics]
    if not joined:
        return CannotTell("the outputs that the metrics belong to are not known")
    found = [
        (case, head, metric)
        for head in joined
        for metric in head.metrics
        if not metric.custom and (case := _case(head, metric))
    ]
    if not found:
        return Passed(f"{len(settings.metrics)} metrics fit their outputs and targets")
    case, head, metric = min(found, key=lambda one: one[0] in _SEVERITY)
    return Suspicion(
        case=case,
        severity=_SEVERITY.get(case, "warning"),
        evidence={
            "metric": metric.name,
            "metric_kind": metric.kind,
            "threshold": metric.threshold,
            "output": head.output.name,
            "activation": head.activation,
            "units": head.units,
            "loss": head.loss.name if head.loss else "",
            "kind": head.kind,
            "metrics": [one.name for _, _, one in found],
        },
        where=place(settings.compile_where, argument="metrics"),
    )


def _case(head: Head, metric: MetricFacts) -> str:
    if head.kind == "continuous" and metric.kind in (*_ACCURACIES, *_COUNTS):
        return _of_numbers(head)
    return _cut(head, metric) or _encoding(head, metric)


def _of_numbers(head: Head) -> str:
    """Shares of right answers where there is no right and wrong. A few whole numbers may be classes
    under a squared error, where the loss is the mistake (GF202), not the metric."""
    target = head.target
    if head.loss_name in SQUARED_LOSSES:
        few = target is not None and (target.distinct or 0) <= MOST_CLASSES.value
        return "" if few and target and target.whole_numbers else "accuracy-of-numbers"
    return "accuracy-of-pixels" if head.loss_name.startswith("binary") else ""


def _logits(head: Head) -> bool:
    told = head.loss is not None and head.loss.from_logits is True
    return told and head.activation in ("linear", None)


def _cut(head: Head, metric: MetricFacts) -> str:
    if _logits(head):
        single = metric.kind in _CUTTING and metric.threshold is not None
        if single and 0 < (metric.threshold or 0) < 1:
            return "threshold-on-logits"
        if metric.kind in _CURVES and metric.from_logits is not True:
            return "curve-on-logits" if metric.from_logits is False else "curve-without-logits"
        if metric.kind in _ENTROPIES and metric.from_logits is False:
            return "entropy-of-logits"
    if metric.kind in _CUTTING and metric.threshold is not None:
        bounded = head.activation in ("sigmoid", "softmax", "hard_sigmoid")
        if bounded and not 0 < metric.threshold < 1:
            return "threshold-out-of-range"
    largest = metric.kind in ("f1_score", "fbeta_score") and metric.threshold is None
    return "largest-of-one" if largest and head.units == 1 else ""


def _encoding(head: Head, metric: MetricFacts) -> str:
    """Accuracy of another encoding than the labels have."""
    units = head.units or 0
    if metric.kind in ("categorical_accuracy", "sparse_categorical_accuracy"):
        if units == 1 and head.kind in ("binary", "classes", "signs"):
            return "largest-of-one"
        integers = head.kind in ("binary", "classes")
        if metric.kind == "categorical_accuracy" and integers and units > 1:
            return "one-hot-metric"
        if metric.kind == "sparse_categorical_accuracy" and head.kind == "one-hot":
            return "integer-metric"
    if metric.kind == "binary_accuracy":
        if head.kind == "one-hot" and units > 2:
            return "binary-for-exclusive"
        if head.kind == "classes" and units == 1:
            return "binary-for-class-numbers"
    return ""


CHECK = Check(
    code="GF204",
    name="metric-mismatch",
    severity="warning",
    function=metric_mismatch,
    message={
        "accuracy-of-numbers": "The metric {metric} ({metric_kind}) counts exact hits, but the "
        "targets are numbers, for which it stays near 0 however good the model is.",
        "accuracy-of-pixels": "The metric {metric} ({metric_kind}) counts hits of rounded values, "
        "but the targets are numbers between 0 and 1.",
        "threshold-on-logits": "The metric {metric} cuts the outputs at {threshold:g}, but they "
        "are logits, whose border between no and yes is 0.",
        "curve-on-logits": "The metric {metric} takes the outputs for probabilities, but they are "
        "logits.",
        "curve-without-logits": "The metric {metric} wants probabilities from 0 to 1, but the "
        "outputs are logits, of which it sees those between 0 and 1 only.",
        "entropy-of-logits": "The metric {metric} takes the outputs for probabilities, but they "
        "are logits; the loss was told from_logits=True and the metric was not.",
        "threshold-out-of-range": "The metric {metric} cuts at {threshold:g}, but {activation} "
        "outputs lie between 0 and 1, so all rows fall on the same side.",
        "largest-of-one": "The metric {metric} ({metric_kind}) looks for the largest of the "
        "outputs, but there is only one unit, so the answer is always the same.",
        "one-hot-metric": "The metric {metric} (categorical_accuracy) wants one-hot labels, but "
        "the labels are class numbers, so it compares the answer with class 0 always.",
        "integer-metric": "The metric {metric} (sparse_categorical_accuracy) wants class numbers, "
        "but the labels are one-hot.",
        "binary-for-exclusive": "The metric {metric} (binary_accuracy) scores each of {units} "
        "units by itself: naming no class at all is right for all but one of them.",
        "binary-for-class-numbers": "The metric {metric} (binary_accuracy) compares class numbers "
        "with a yes or no, so all classes but 0 and 1 count as wrong.",
    },
    advice={
        "accuracy-of-numbers": "Use metrics=['mae'] or keras.metrics.R2Score().",
        "accuracy-of-pixels": "Use metrics=['mae'].",
        "threshold-on-logits": "Pass the metric with its cut at 0, e.g. "
        "keras.metrics.BinaryAccuracy(threshold=0.0) (Precision and Recall: thresholds=0), or end "
        "in a sigmoid and leave out from_logits=True.",
        "curve-on-logits": "Pass from_logits=True to the metric as well.",
        "curve-without-logits": "End in a sigmoid and leave out from_logits=True.",
        "entropy-of-logits": "Pass from_logits=True to the metric as well.",
        "threshold-out-of-range": "Cut probabilities at 0.5: leave the threshold out.",
        "largest-of-one": "Use 'accuracy' or keras.metrics.BinaryAccuracy(); for an F-score pass "
        "threshold=0.5.",
        "one-hot-metric": "Use 'accuracy' or 'sparse_categorical_accuracy'.",
        "integer-metric": "Use 'accuracy' or 'categorical_accuracy'.",
        "binary-for-exclusive": "Use 'accuracy' or 'categorical_accuracy'.",
        "binary-for-class-numbers": "For K classes use Dense(K, activation='softmax'), "
        "loss='sparse_categorical_crossentropy' and metrics=['accuracy'].",
    },
    remedies=("metric",),
)
