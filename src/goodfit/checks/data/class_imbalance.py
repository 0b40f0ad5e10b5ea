"""GF110 class-imbalance: rare classes, and whether the model gives them up.

Sees: a class with less than a tenth of the rows of the largest one (a tip); a class with less than
half the rows of the largest one that the trained model finds far more seldom (a warning).
Why it matters: the mean loss and the accuracy are those of the frequent classes. A model that never
answers the rare class can look good on both.
Evidence: rows per class and the entropy of their shares; the recall of the class on validation rows
against that of the largest class, with Fisher's exact test; the accuracy that answering the largest
class alone gives, and balanced accuracy, the mean of the recall of all classes.
Remedies: class-weights, oversampling, focal-loss, decision-threshold.
Source: docs/evidence/data.md; He, Garcia, "Learning from Imbalanced Data" (2009), section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
from goodfit.checks.classes import balanced, called
from goodfit.facts import DataFacts, ImageFacts, PredictionFacts, SettingsFacts, TargetFacts, Trace

RARE = Threshold(10.0, source="answering the largest of two classes is then right on 91 % of rows")
SMALLER = Threshold(2.0, source="docs/evidence/data.md")
GIVEN_UP = Threshold(0.5, source="less than half the recall of the largest class")
CHANCE = Threshold(0.001, source="Fisher's exact test, divided by the classes tested")
KINDS = ("binary", "classes", "one-hot", "signs", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suffers:
    label: str
    recall: float
    rows: int
    largest_recall: float
    p: float


def _rows_of(target: TargetFacts | None, predictions: PredictionFacts) -> Mapping[str, int]:
    """Rows per class in the sample that recall was measured on: counted, or else estimated."""
    if predictions.support:
        return predictions.support
    counts = target.class_counts if target is not None else {}
    total, seen = sum(counts.values()), sum(predictions.class_counts.values())
    if not total or not seen:
        return {}
    return {label: round(rows * seen / total) for label, rows in counts.items()}


def _suffering(
    counts: Mapping[str, int], sample: Mapping[str, int], recall: Mapping[str, float]
) -> Iterator[_Suffers]:
    from scipy.stats import fisher_exact

    largest = max(counts, key=lambda label: counts[label])
    smaller = [label for label in counts if SMALLER.value * counts[label] <= counts[largest]]
    if largest not in recall or not sample.get(largest):
        return
    found_largest = round(recall[largest] * sample[largest])
    for label in smaller:
        rows = sample.get(label, 0)
        if label not in recall or not rows or recall[label] > GIVEN_UP.value * recall[largest]:
            continue
        found = round(recall[label] * rows)
        table = [[found, rows - found], [found_largest, sample[largest] - found_largest]]
        p = float(fisher_exact(table, alternative="less")[1])
        if p < CHANCE.value / len(smaller):
            yield _Suffers(
                label=label, recall=recall[label], rows=rows, largest_recall=recall[largest], p=p
            )


def class_imbalance(
    data: DataFacts,
    trace: Trace | None = None,
    images: ImageFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    targets = [target for target in data.train.targets if target.kind in KINDS]
    counted = [target for target in targets if len(target.class_counts) > 1]
    if not targets:
        return NotApplicable("no target holds classes")
    if not counted:
        return CannotTell("rows per class were not counted, or there is one class only")
    where = place(settings.fit_where if settings else None, argument="y")
    first = counted[0]
    suffering = _of_model(data, first, trace)
    weighted = bool(settings and (settings.class_weight or settings.sample_weight))
    predictions = trace.predictions if trace is not None else None
    if suffering:
        worst = max(suffering, key=lambda one: one.largest_recall - one.recall)
        evidence = _shares(first.class_counts) | {
            "label": worst.label,
            "called": called(worst.label, images),
            "recall": worst.recall,
            "rows": worst.rows,
            "largest_recall": worst.largest_recall,
            "p": worst.p,
            "classes_suffering": len(suffering),
            "set": predictions.set if predictions is not None else "",
            "balanced_accuracy": predictions.balanced_accuracy if predictions else None,
            "balanced": balanced(predictions),
        }
        return Suspicion(
            evidence=evidence, case="suffers, weighted" if weighted else "suffers", where=where
        )
    rarest = max(counted, key=lambda one: _ratio(one.class_counts))
    ratio, evidence = _ratio(rarest.class_counts), _shares(rarest.class_counts)
    if ratio < RARE.value or weighted:
        return Passed(f"the largest class has {ratio:.3g} times the rows of the smallest", evidence)
    return Suspicion(evidence=evidence, case="rare", severity="tip", where=where)


def _of_model(data: DataFacts, first: TargetFacts, trace: Trace | None) -> list[_Suffers]:
    """Predictions are those of the first output."""
    predictions = trace.predictions if trace is not None else None
    if predictions is None or first is not data.train.targets[0]:
        return []
    part = data.validation if predictions.set == "validation" else data.train
    target = part.targets[0] if part is not None and part.targets else None
    sample = _rows_of(target, predictions)
    return list(_suffering(first.class_counts, sample, predictions.recall))


def _ratio(counts: Mapping[str, int]) -> float:
    return max(counts.values()) / max(1, min(counts.values()))


def _shares(counts: Mapping[str, int]) -> dict[str, object]:
    largest, rarest = (pick(counts, key=lambda label: counts[label]) for pick in (max, min))
    total = sum(counts.values())
    return {
        "largest": largest,
        "largest_rows": counts[largest],
        "rarest": rarest,
        "rarest_rows": counts[rarest],
        "total": total,
        "ratio": _ratio(counts),
        "accuracy_of_guessing": counts[largest] / total,
        "class_entropy": _entropy(counts),
    }


def _entropy(counts: Mapping[str, int]) -> float:
    """Of the classes' shares, as a share of that of equally frequent classes."""
    total = sum(counts.values())
    shares = [rows / total for rows in counts.values() if rows]
    return -sum(share * math.log(share) for share in shares) / math.log(max(2, len(counts)))


_SUFFERS = (
    "Class {called} is found in {recall:.0%} of its {rows} {set} rows, class {largest}, the "
    "largest, in {largest_recall:.0%}: the model gives up rare classes (answering {largest} always "
    "would be right on {accuracy_of_guessing:.0%} of training rows{balanced})."
)

CHECK = Check(
    code="GF110",
    name="class-imbalance",
    severity="warning",
    function=class_imbalance,
    message={
        "suffers": _SUFFERS,
        "suffers, weighted": _SUFFERS,
        "rare": "Class {rarest} has {rarest_rows} of {total} training rows, {ratio:.0f} times "
        "fewer than class {largest}: answering {largest} always would be right on "
        "{accuracy_of_guessing:.0%} of them.",
    },
    advice={
        "suffers": "Give fit a class_weight by inverse frequency, {{label: rows / (classes * "
        "rows_of_label)}}, and read recall per class, not accuracy.",
        "suffers, weighted": "Weights are in use already: collect rows of that class, move the "
        "decision threshold, or ask whether its rows can be told apart at all.",
        "rare": "Look at recall per class or the area under the precision-recall curve beside "
        "accuracy, and split with stratification.",
    },
    remedies=("class-weights", "oversampling", "focal-loss", "decision-threshold"),
)
