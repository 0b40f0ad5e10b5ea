"""GF120 unshuffled-split: `validation_split` took the last rows of data that are in an order.

Sees: with `validation_split`, a class that only one side of the split has, class shares that differ
between the sides, or targets whose mean does, all beyond what a random split would give.
Why it matters: Keras cuts off the last rows before it shuffles anything. Of sorted data the model
then trains on some classes or values and is judged on others; the score says nothing.
Evidence: per class the exact probability that a random split leaves it out of one side; a
chi-square test of class shares with their total variation distance; Welch's t of the targets' means
with the distance in standard deviations; the share of neighbouring rows with equal labels.
Remedies: shuffle-split.
Source: docs/evidence/data.md; keras.src.trainers.data_adapters.array_slicing
.train_validation_split ("The last part of data will become validation data"); issues
keras-team/keras 597, 4298, 8346 and 20946.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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
from goodfit.checks.data.series import is_series
from goodfit.checks.data.shares import KINDS, missing_class, shares_differ
from goodfit.facts import BaselineFacts, DataFacts, SetFacts, SettingsFacts, TargetFacts
from goodfit.results import Severity

CHANCE = Threshold(1e-4, source="docs/evidence/data.md")
DISTANCE = Threshold(0.10, source="docs/evidence/data.md")
DRIFT = Threshold(0.5, source="docs/evidence/data.md")
MIN_T = Threshold(5.0, source="docs/evidence/data.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    case: str
    severity: Severity
    evidence: Mapping[str, object]


def _of_classes(train: SetFacts, head: TargetFacts, tail: TargetFacts) -> _Found | Answer:
    first = {label: rows for label, rows in head.class_counts.items() if rows}
    last = {label: rows for label, rows in tail.class_counts.items() if rows}
    if not first or not last:
        return CannotTell("rows per class were not counted")
    p, distance = shares_differ(first, last)
    evidence: dict[str, object] = {
        "validation_rows": sum(last.values()),
        "distance": distance,
        "p": p,
        "neighbours_equal": train.label_runs,
        "neighbours_equal_expected": train.label_runs_expected,
    }
    missing = missing_class(first, last)
    if missing is not None:
        side, label, chance = missing
        other = last if side == "train" else first
        evidence |= {"label": label, "label_rows": other[label], "p_missing": chance}
        classes = len({*first, *last})
        if chance * classes < CHANCE.value:
            return _Found(case=f"missing in {side}", severity="error", evidence=evidence)
    if p < CHANCE.value and distance >= DISTANCE.value:
        return _Found(case="shares", severity="warning", evidence=evidence)
    if missing is not None and missing[0] == "train":
        return _Found(case="rare class", severity="tip", evidence=evidence)
    return Passed(f"class shares differ by {distance:.1%} between head and tail", evidence)


def _of_numbers(head: TargetFacts, tail: TargetFacts, series: bool) -> _Found | Answer:
    moments = (head.mean, head.std, tail.mean, tail.std)
    if None in moments or min(head.rows_seen, tail.rows_seen) < 2:
        return CannotTell("the targets' moments on both sides are not known")
    first, first_std, last, last_std = (float(value or 0.0) for value in moments)
    error = math.sqrt(first_std**2 / head.rows_seen + last_std**2 / tail.rows_seen)
    spread = math.sqrt((first_std**2 + last_std**2) / 2)
    t = abs(last - first) / error if error > 0 else 0.0
    drift = abs(last - first) / spread if spread > 0 else 0.0
    evidence = {
        "validation_rows": tail.rows_seen,
        "train_mean": first,
        "validation_mean": last,
        "drift": drift,
        "t": t,
    }
    if t < MIN_T.value or drift < DRIFT.value:
        return Passed(f"target means differ by {drift:.2g} standard deviations", evidence)
    if series:
        return _Found(case="series", severity="tip", evidence=evidence)
    apart = _apart(head, tail)
    return _Found(
        case="values" if apart else "drift",
        severity="error" if apart else "warning",
        evidence=evidence,
    )


def _apart(head: TargetFacts, tail: TargetFacts) -> bool:
    """Whether no validation target lies within the training targets' range."""
    if head.minimum is None or head.maximum is None or tail.minimum is None or tail.maximum is None:
        return False
    return tail.minimum >= head.maximum or tail.maximum <= head.minimum


def unshuffled_split(
    data: DataFacts, settings: SettingsFacts, baselines: BaselineFacts | None = None
) -> Answer:
    if settings.validation != "split":
        return NotApplicable("validation_split is not used")
    if data.validation is None or not data.validation.targets or not data.train.targets:
        return CannotTell("the rows on both sides of the split were not seen")
    answer: Answer = NotApplicable("no target has classes or numbers to compare")
    for head, tail in zip(data.train.targets, data.validation.targets, strict=False):
        if head.kind in KINDS or tail.kind in KINDS:
            found = _of_classes(data.train, head, tail)
        elif head.kind == "continuous":
            found = _of_numbers(head, tail, is_series(data, baselines))
        else:
            continue
        if isinstance(found, _Found):
            return Suspicion(
                evidence={**found.evidence, "split": settings.validation_split},
                case=found.case,
                severity=found.severity,
                where=place(settings.fit_where, argument="validation_split"),
            )
        answer = found
    return answer


_LAST = "The last {validation_rows} rows became validation rows (validation_split={split:g})"
_SHUFFLE = (
    "Shuffle x and y together before fit: order = np.random.default_rng(0).permutation(len(x)); "
    "x, y = x[order], y[order]; or use sklearn.model_selection.train_test_split(..., stratify=y)."
)
_SHUFFLE_NUMBERS = (
    "If rows are in no meaningful order, shuffle x and y together before fit: order = "
    "np.random.default_rng(0).permutation(len(x)). If they are in time order, keep the split and "
    "predict differences, or add what explains the drift."
)

CHECK = Check(
    code="GF120",
    name="unshuffled-split",
    severity="error",
    function=unshuffled_split,
    message={
        "missing in train": _LAST
        + ", and class {label} occurs only there ({label_rows} rows): the "
        "model is judged on a class it was never shown. The rows are in order of their labels.",
        "missing in validation": _LAST + ", and none of them has class {label}, which "
        "{label_rows} training rows have: the rows are in order of their labels.",
        "shares": _LAST + ", whose class shares differ from the training rows' by {distance:.0%} "
        "(chance: p = {p:.1g}).",
        "rare class": _LAST + ", and class {label} occurs only there ({label_rows} rows), so it "
        "cannot be learnt.",
        "values": _LAST + ", and all their targets lie outside the range of the training targets: "
        "the rows are sorted by their target.",
        "drift": _LAST + ", whose targets have mean {validation_mean:.3g} against {train_mean:.3g} "
        "before ({drift:.1f} standard deviations).",
        "series": _LAST + ", whose targets have mean {validation_mean:.3g} against "
        "{train_mean:.3g} before: right for a series in time order, but the model must "
        "extrapolate.",
    },
    advice={
        "missing in train": _SHUFFLE,
        "missing in validation": _SHUFFLE,
        "shares": _SHUFFLE,
        "rare class": "Split with stratification: sklearn.model_selection.train_test_split(..., "
        "stratify=y), or collect more rows of that class.",
        "values": _SHUFFLE_NUMBERS,
        "drift": _SHUFFLE_NUMBERS,
        "series": "Predict the change from the last value instead of the value, or remove the "
        "trend.",
    },
    remedies=("shuffle-split",),
)
