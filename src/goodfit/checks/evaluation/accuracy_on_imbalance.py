"""GF507 accuracy-on-imbalance: accuracy is all that is looked at, and it hides the rare class.

Sees: no metric but accuracies, a class ten times rarer than the largest, and a model that finds
less than half of its validation rows or is no more often right than the answer that is always the
same.
Why it matters: at ten to one, never finding the rare class is right in 91 % of cases.
Evidence: the printed accuracy, that of always answering the largest class, balanced accuracy, the
recall of the rare class with its rows.
Remedies: metric, class-weights, oversampling, focal-loss, decision-threshold.
Source: Provost & Fawcett, "Analysis and Visualization of Classifier Performance" (KDD 1997); the
ratio is that of GF110.

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
from goodfit.checks.classes import balanced
from goodfit.facts import SettingsFacts, Trace

RARE = Threshold(10.0, source="answering the largest of two classes is then right on 91 % of rows")
FOUND = Threshold(0.5, source="less than half of the rare class's rows are found")
MIN_ROWS = Threshold(10, source="recall on fewer rows is chance")
MIN_P = Threshold(0.01, source="binomial test that the recall is below one half")


def accuracy_on_imbalance(settings: SettingsFacts, trace: Trace) -> Answer:
    kinds = [metric.kind for metric in settings.metrics]
    if not kinds or not all("accuracy" in kind and "top_k" not in kind for kind in kinds):
        return NotApplicable("accuracy is not the only metric")
    predictions = trace.predictions
    support = predictions.support if predictions else {}
    if predictions is None or len(support) < 2 or predictions.set != "validation":
        return CannotTell("no recall by class on validation rows")
    largest = max(support, key=lambda label: support[label])
    rarest = min(support, key=lambda label: support[label])
    rows, total = support[rarest], sum(support.values())
    recall = predictions.recall.get(rarest, 0.0)
    accuracy = sum(predictions.recall.get(c, 0.0) * n for c, n in support.items()) / total
    ratio = support[largest] / max(rows, 1)
    evidence = {
        "accuracy": accuracy,
        "accuracy_of_guessing": support[largest] / total,
        "rarest": rarest,
        "rows": rows,
        "recall": recall,
        "largest": largest,
        "ratio": ratio,
        "balanced_accuracy": predictions.balanced_accuracy,
        "balanced": balanced(predictions),
    }
    if ratio < RARE.value:
        return Passed(f"the largest class has {ratio:.3g} times the rows", evidence)
    if rows < MIN_ROWS.value:
        return CannotTell(f"{rows} validation rows of class {rarest} are too few to tell")
    if not _below_half(recall, rows):
        return Passed(f"the rarest class is found in {recall:.0%} of its rows", evidence)
    return Suspicion(evidence=evidence, where=place(settings.compile_where, argument="metrics"))


def _below_half(recall: float, rows: int) -> bool:
    from scipy.stats import binomtest

    found = round(recall * rows)
    return bool(binomtest(found, rows, FOUND.value, alternative="less").pvalue < MIN_P.value)


CHECK = Check(
    code="GF507",
    name="accuracy-on-imbalance",
    severity="warning",
    function=accuracy_on_imbalance,
    message="Accuracy, the only metric, is {accuracy:.1%} (always answering {largest}: "
    "{accuracy_of_guessing:.1%}), but class {rarest} is found in {recall:.0%} of its {rows} "
    "validation rows{balanced}.",
    advice="Add a metric that sees rare classes: metrics=[keras.metrics.AUC(curve='PR')] for two "
    "classes, recall by class or F1Score(average='macro') for more.",
    remedies=("metric", "class-weights", "oversampling", "focal-loss", "decision-threshold"),
)
