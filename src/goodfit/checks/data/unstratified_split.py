"""GF121 unstratified-split: the shares of the classes differ between training and validation rows.

Sees: class shares of the validation rows that differ from those of the training rows by ten points
in all, beyond what dealing rows out at random gives.
Why it matters: the model learns how frequent each class is along with the rest, and is judged where
that does not hold; scores, best epoch and thresholds are those of another mixture.
Evidence: a chi-square test over the classes that both sets have, and the total variation distance
between the shares. Training rows that were balanced on purpose (all classes equally frequent) are a
tip. With `validation_split`, unshuffled-split (GF120) answers this.
Remedies: stratify-split.
Source: docs/evidence/data.md, GF120; Kohavi, "A Study of Cross-Validation and Bootstrap for
Accuracy Estimation and Model Selection" (1995), for stratification.
"""

from __future__ import annotations

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
from goodfit.checks.data.shares import KINDS, shares_differ
from goodfit.facts import DataFacts, SettingsFacts, TargetFacts

CHANCE = Threshold(1e-4, source="as for GF120: docs/evidence/data.md")
DISTANCE = Threshold(0.10, source="as for GF120: docs/evidence/data.md")
BALANCED = Threshold(1.25, source="largest over smallest class after balancing on purpose")


def _common(first: TargetFacts, last: TargetFacts) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of the classes that both sets have; what one lacks is missing-class's matter."""
    labels = [
        label for label, rows in first.class_counts.items() if rows and last.class_counts.get(label)
    ]
    return ({x: first.class_counts[x] for x in labels}, {x: last.class_counts[x] for x in labels})


def _even(counts: Mapping[str, int]) -> bool:
    return max(counts.values()) <= BALANCED.value * min(counts.values())


def _evidence(head: Mapping[str, int], tail: Mapping[str, int]) -> dict[str, Any]:
    n, m = sum(head.values()), sum(tail.values())
    p, distance = shares_differ(head, tail)
    label = max(head, key=lambda one: abs(head[one] / n - tail[one] / m))
    return {
        "label": label,
        "train_share": head[label] / n,
        "validation_share": tail[label] / m,
        "distance": distance,
        "p": p,
        "train_rows": n,
        "validation_rows": m,
    }


def unstratified_split(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    if settings is not None and settings.validation == "split":
        return NotApplicable("with validation_split, unshuffled-split tells")
    if data.validation is None:
        return NotApplicable("there are no validation rows")
    pairs = [
        _common(first, last)
        for first, last in zip(data.train.targets, data.validation.targets, strict=False)
        if first.kind in KINDS and last.kind in KINDS
    ]
    if not pairs:
        return NotApplicable("no target holds classes")
    pairs = [(head, tail) for head, tail in pairs if len(head) > 1]
    if not pairs:
        return CannotTell("fewer than two classes were counted in both sets")
    head, tail = max(pairs, key=lambda pair: shares_differ(*pair)[1])
    evidence = _evidence(head, tail)
    if not evidence["p"] < CHANCE.value or evidence["distance"] < DISTANCE.value:
        return Passed(f"class shares differ by {evidence['distance']:.1%}", evidence)
    balanced = _even(head) and not _even(tail)
    return Suspicion(
        evidence=evidence,
        case="balanced" if balanced else "differ",
        severity="tip" if balanced else None,
        where=place(settings.fit_where if settings else None, argument="validation_data"),
    )


_DIFFER = (
    "Class {label} has {train_share:.0%} of the training rows and {validation_share:.0%} of the "
    "validation rows; over all classes the shares differ by {distance:.0%} (chance: p = {p:.1g})"
)

CHECK = Check(
    code="GF121",
    name="unstratified-split",
    severity="warning",
    function=unstratified_split,
    message={
        "differ": _DIFFER + ".",
        "balanced": _DIFFER + ": the training rows were balanced, the validation rows were not.",
    },
    advice={
        "differ": "Split all rows with stratification, sklearn.model_selection.train_test_split(x, "
        "y, stratify=y), and look for a filter that drops rows of some classes from one set.",
        "balanced": "The model's probabilities are those of balanced classes: read recall per "
        "class rather than accuracy, or keep the natural mixture and give fit a class_weight.",
    },
    remedies=("stratify-split",),
)
