"""GF111 missing-class: a class that one of the two sets has and the other lacks.

Sees: a class among the validation rows that no training row has, or the reverse, where dealing
rows out at random would hardly ever leave it out.
Why it matters: what was never shown cannot be learnt, so every such validation row counts as a
mistake; and of a class without validation rows nobody knows how the model does on it.
Evidence: rows of each class in both sets, and the exact probability (hypergeometric) that a random
split leaves the class out, times the number of classes. A rare class left out by chance of training
is a tip. With `validation_split`, unshuffled-split (GF120) answers this.
Remedies: stratify-split.
Source: Fisher's exact test with a zero cell; Sechidis, Tsoumakas, Vlahavas, "On the Stratification
of Multi-label Data" (2011), section 1, for what empty classes do to scores.
"""

from __future__ import annotations

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
from goodfit.checks.data.shares import KINDS
from goodfit.facts import DataFacts, SettingsFacts, TargetFacts
from goodfit.results import Severity

CHANCE = Threshold(1e-4, source="as for GF120: docs/evidence/data.md")
FOR_COLUMNS = (*KINDS, "multi-hot")
CASES: Mapping[str, Severity] = {"train": "error", "validation": "warning", "rare": "tip"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """`label` is missing on `side`; `p` is the probability that chance left it out."""

    side: str
    label: str
    rows: int
    p: float
    case: str


def _missing(train: TargetFacts, held: TargetFacts) -> Iterator[_Missing]:
    from scipy.stats import hypergeom

    first, last = train.class_counts, held.class_counts
    sizes = {"train": train.rows_seen, "validation": held.rows_seen}
    labels = {*first, *last}
    for label in sorted(labels):
        rows = {"train": first.get(label, 0), "validation": last.get(label, 0)}
        both = rows["train"] + rows["validation"]
        for side, other in (("train", "validation"), ("validation", "train")):
            if rows[side] or not rows[other]:
                continue
            total = sizes["train"] + sizes["validation"]
            p = float(hypergeom.pmf(0, total, both, sizes[side])) * len(labels)
            if p < CHANCE.value:
                yield _Missing(side=side, label=label, rows=both, p=p, case=side)
            elif side == "train":
                yield _Missing(side=side, label=label, rows=both, p=min(p, 1.0), case="rare")


def _pairs(data: DataFacts) -> list[tuple[TargetFacts, TargetFacts]]:
    held = data.validation.targets if data.validation is not None else ()
    return [
        (first, last)
        for first, last in zip(data.train.targets, held, strict=False)
        if first.kind in FOR_COLUMNS or last.kind in FOR_COLUMNS
    ]


def _countable(first: TargetFacts, last: TargetFacts) -> bool:
    """Whether labels were counted in both, in names that can be compared."""
    columns = ("one-hot", "multi-hot")
    alike = (first.kind in columns) == (last.kind in columns)
    texts = (first.kind == "text") == (last.kind == "text")
    rows = all(sum(one.class_counts.values()) and one.rows_seen for one in (first, last))
    return alike and texts and rows


def missing_class(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    if settings is not None and settings.validation == "split":
        return NotApplicable("with validation_split, unshuffled-split tells")
    if data.validation is None:
        return NotApplicable("there are no validation rows")
    pairs = _pairs(data)
    if not pairs:
        return NotApplicable("no target holds classes")
    pairs = [pair for pair in pairs if _countable(*pair)]
    if not pairs:
        return CannotTell("rows per class were not counted in both sets")
    found = [one for pair in pairs for one in _missing(*pair)]
    if not found:
        return Passed("every class that one set has often enough, the other has too")
    worst = min(found, key=lambda one: (list(CASES).index(one.case), -one.rows))
    sampled = data.train.sampled or data.validation.sampled
    if worst.case == "rare" and sampled:
        return CannotTell(
            "only a sample of the rows was seen, in which a rare class may be missing"
        )
    same = [one for one in found if one.case == worst.case]
    evidence = {
        "label": worst.label,
        "rows": worst.rows,
        "p": worst.p,
        "classes_missing": len(same),
        "labels": ", ".join(one.label for one in same[:5]) + (", ..." if len(same) > 5 else ""),
        "which": "Class" if len(same) == 1 else "Classes",
        "sampled": sampled,
        "seen": " among the rows looked at" if sampled else "",
    }
    return Suspicion(
        evidence=evidence,
        case=worst.case,
        severity=CASES[worst.case],
        where=place(settings.fit_where if settings else None, argument="validation_data"),
    )


_STRATIFY = (
    "Split all rows once, with stratification: sklearn.model_selection.train_test_split(x, y, "
    "stratify=y), and look for a filter that drops the class"
)

CHECK = Check(
    code="GF111",
    name="missing-class",
    severity="error",
    function=missing_class,
    message={
        "train": "{which} {labels}: validation rows but no training row{seen} (class {label}: "
        "{rows} rows); what was never shown cannot be learnt. By chance a split does that with "
        "p = {p:.1g}.",
        "validation": "{which} {labels}: training rows but no validation row{seen} (class {label}: "
        "{rows} rows), so the score says nothing of how the model does there. By chance a split "
        "does that with p = {p:.1g}.",
        "rare": "{which} {labels}: rare, and all rows fell into the validation set ({rows} of "
        "class {label}), so it cannot be learnt.",
    },
    advice={
        "train": f"{_STRATIFY} from the training rows.",
        "validation": f"{_STRATIFY} from the validation rows.",
        "rare": "Split with stratification (stratify=y), merge classes with so few rows, or "
        "collect more of them.",
    },
    remedies=("stratify-split",),
)
