"""GF410 class-suffers: one class is found far more seldom than the rest.

Sees: a class with at least ten validation rows whose recall is less than half the median recall of
the others, beyond chance. A warning where a simple learner finds the class clearly more often than
the model does, else a tip: the class may be hard in itself.
Why it matters: an overall score hides a class that is given up.
Evidence: the class, its recall, precision and rows, what it is taken for, the median of the others,
balanced accuracy, the best simple learner's recall.
Remedies: class-weights, oversampling, focal-loss, decision-threshold, more-data.
Source: binomial tests with Bonferroni's correction over the classes.

"""

from __future__ import annotations

import statistics

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
from goodfit.checks.classes import balanced, called, taken_for
from goodfit.facts import BaselineFacts, ImageFacts, PredictionFacts, SettingsFacts, Trace

GIVEN_UP = Threshold(0.5, source="less than half of the recall of the others")
CHANCE = Threshold(0.001, source="binomial test, divided by the number of classes")
MIN_ROWS = Threshold(10, source="recall on fewer rows is chance")


def _worst(predictions: PredictionFacts) -> tuple[str, float] | None:
    """The class that suffers most and the median recall of the others, if any suffers."""
    from scipy.stats import binomtest

    found = None
    known = {c: n for c, n in predictions.support.items() if c in predictions.recall}
    for label, rows in known.items():
        others = [recall for c, recall in predictions.recall.items() if c != label]
        median = statistics.median(others) if others else 0.0
        recall = predictions.recall[label]
        if rows < MIN_ROWS.value or recall >= GIVEN_UP.value * median:
            continue
        right = min(rows, round(recall * rows))
        p = binomtest(right, rows, GIVEN_UP.value * median, alternative="less").pvalue
        if p < CHANCE.value / len(known) and (found is None or p < found[2]):
            found = (label, median, p)
    return None if found is None else (found[0], found[1])


def _better(label: str, predictions: PredictionFacts, baselines: BaselineFacts | None) -> bool:
    """Whether the best simple learner finds the class clearly more often, on as many rows."""
    from scipy.stats import binomtest

    other = baselines.best_recall.get(label) if baselines else None
    rows, recall = predictions.support[label], predictions.recall[label]
    if other is None or not other > recall:
        return False
    right = min(rows, round(recall * rows))
    return bool(binomtest(right, rows, other, alternative="less").pvalue < CHANCE.value)


def class_suffers(
    trace: Trace,
    baselines: BaselineFacts | None = None,
    images: ImageFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    predictions = trace.predictions
    if predictions is None or len(predictions.recall) < 2:
        return NotApplicable("no recall by class")
    if predictions.set != "validation" or not predictions.support:
        return CannotTell("recall by class is known on training rows only")
    worst = _worst(predictions)
    if worst is None:
        low = min(predictions.recall.values())
        return Passed(f"the lowest recall of a class is {low:.0%}", {"lowest_recall": low})
    label, median = worst
    better = _better(label, predictions, baselines)
    other = taken_for(label, predictions)
    evidence = {
        "label": label,
        "called": called(label, images),
        "recall": predictions.recall[label],
        "precision": predictions.precision.get(label),
        "taken_for": other,
        "taken": f"; {other[1]} are taken for class {called(other[0], images)}"
        if other is not None
        else "",
        "balanced_accuracy": predictions.balanced_accuracy,
        "balanced": balanced(predictions),
        "rows": predictions.support[label],
        "median_of_others": median,
        "learner": baselines.best if baselines else None,
        "learner_recall": baselines.best_recall.get(label) if baselines else None,
    }
    return Suspicion(
        evidence=evidence,
        case="model" if better else "class",
        severity="warning" if better else "tip",
        where=place(settings.fit_where if settings else None),
    )


_FOUND = (
    "Class {called} is found in {recall:.0%} of its {rows} validation rows{taken}; the median of "
    "the other classes is {median_of_others:.0%}{balanced}"
)

CHECK = Check(
    code="GF410",
    name="class-suffers",
    severity="warning",
    function=class_suffers,
    message={
        "model": _FOUND + ", and a simple learner ({learner}) finds {learner_recall:.0%} of it.",
        "class": _FOUND + ".",
    },
    advice={
        "model": "Look at the class's rows and labels; class_weight or more of its rows make the "
        "model look at it.",
        "class": "Look at the class's rows and labels, and at what they are taken for.",
    },
    remedies=("class-weights", "oversampling", "focal-loss", "decision-threshold", "more-data"),
)
