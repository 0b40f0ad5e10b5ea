"""metric: a metric that fits the task.

Does: puts the share of right answers (classes) or the mean absolute error (numbers) in the place of
metrics that count something else: accuracy of numbers, of another form of labels, or of logits cut
at 0.5; curves and cuts of logits are told of them. The others stay.
Needs: one output; what the targets mean is known.
Does not apply: where all metrics fit. Training and the score of a comparison are as before: it
changes only what is shown.
Source: https://keras.io/api/metrics/, what each metric takes y_pred for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import loss_options
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import columns, head, one_target, task_of
from goodfit.remedies.layers import model_config

ACCURACIES: Mapping[str, tuple[str, ...]] = {
    "any": ("accuracy", "acc"),
    "binary": ("binary_accuracy", "BinaryAccuracy"),
    "one-hot": ("categorical_accuracy", "CategoricalAccuracy"),
    "integers": ("sparse_categorical_accuracy", "SparseCategoricalAccuracy"),
}
"""Keras' names for the share of right answers, by the form of the labels."""
COUNTS = ("AUC", "auc", "Precision", "precision", "Recall", "recall", "F1Score", "FBetaScore",
          "f1_score", "fbeta_score")  # fmt: skip
CUTTING: Mapping[str, str] = {
    "BinaryAccuracy": "threshold",
    "Precision": "thresholds",
    "Recall": "thresholds",
}
CURVES = ("AUC", "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy")
_EVERY = tuple(name for names in ACCURACIES.values() for name in names)


def metric(recipe: Recipe, task: str | None = None) -> Recipe:
    """The recipe with metrics of the task; None for the recipe's own task."""
    told = recipe.compile.get("metrics")
    if told is not None and not isinstance(told, (list, tuple)):
        raise DoesNotApplyError("metrics are given by output")
    present, name = list(told or ()), task_of(recipe, task)
    logits = bool(loss_options(recipe).get("from_logits")) and name != "regression"
    unfit, right = (
        ((*_EVERY, *COUNTS), "mae") if name == "regression" else _accuracies(recipe, name, logits)
    )
    kept = [_cut(one, logits) for one in present if _name(one) not in unfit]
    if len(kept) < len(present) or not kept:
        same = _name(right)
        kept = [*([] if any(_name(one) == same for one in kept) else [right]), *kept]
    if kept == present:
        raise DoesNotApplyError("the metrics fit the task already")
    return recipe.with_compile(metrics=kept)


def _accuracies(recipe: Recipe, task: str, logits: bool) -> tuple[tuple[str, ...], Any]:
    """(accuracies that do not fit the labels' form, the one that does)"""
    units = head(model_config(recipe)).units
    if task == "labels" or (task == "binary" and units == 1):
        fitting = ACCURACIES["binary"] + (ACCURACIES["any"] if task == "binary" else ())
        if logits:  # a name stands for a cut at 0.5
            right: Any = _metric("BinaryAccuracy", {"name": "accuracy", "threshold": 0.0})
            return tuple(name for name in _EVERY if name != "BinaryAccuracy"), right
        right = "accuracy" if task == "binary" else "binary_accuracy"
        return tuple(name for name in _EVERY if name not in fitting), right
    form = "one-hot" if columns(one_target(recipe)) > 1 else "integers"
    fitting = ACCURACIES[form] + ACCURACIES["any"]
    return tuple(name for name in _EVERY if name not in fitting), "accuracy"


def _metric(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "module": "keras.metrics",
        "class_name": kind,
        "config": dict(options),
        "registered_name": None,
    }


def _name(told: Any) -> str:
    if not isinstance(told, Mapping):
        return str(told)
    return str(told["config"] if told["class_name"] == "function" else told["class_name"])


def _cut(told: Any, logits: bool) -> Any:
    """The metric with its cut where the answers' border between no and yes lies."""
    if not isinstance(told, Mapping) or not isinstance(told.get("config"), Mapping):
        return told
    kind, options = told["class_name"], dict(told["config"])
    if kind in CUTTING:
        cut: Any = options.get(CUTTING[kind])
        if isinstance(cut, (int, float)) and (0 < cut < 1) == logits:
            options[CUTTING[kind]] = 0.0 if logits else 0.5
        elif cut is None and logits:
            options[CUTTING[kind]] = 0.0
    if kind in CURVES and "from_logits" in options:
        options["from_logits"] = logits
    return {**told, "config": options}


CURE = Cure(
    id="metric",
    kind="correctness",
    function=metric,
    parameters=(Parameter(name="task"),),
)
