"""GF116 duplicate-rows: rows that stand several times in one set.

Sees: training rows (or validation rows) equal, or almost equal, to another row of the set, where
the inputs are measured numbers, pictures or texts, which meet by copying only; pictures that show
the same as another, though saved anew. Most of those made brighter, or shifted, are not seen.
Why it matters: copies count several times in the loss, make a set look larger than it is, and end
up on both sides of the next split.
Evidence: the number of rows equal to an earlier one, and of rows almost equal to another, as shares
of the rows looked at.
Remedies: none; drop the copies, before splitting.
Source: Lee et al., "Deduplicating Training Data Makes Language Models Better" (2022); Barz,
Denzler, "Do We Train on Test Data?" (2020).
"""

from __future__ import annotations

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
from goodfit.checks.data.measured import copied_only
from goodfit.facts import DataFacts, ImageFacts, ImageSetFacts, SetFacts, SettingsFacts

SHARE = Threshold(0.02, source="one row in fifty; fewer hardly move a loss or a score")
NEAR_SHARE = Threshold(0.05, source="almost equal rows are natural to some extent")
FEWEST = Threshold(5, source="single copies are slips, not a pattern")


def _copies(part: SetFacts) -> tuple[str, int] | None:
    """The wording, and how many rows are copies."""
    exact, near, rows = part.duplicates or 0, part.near_duplicates or 0, part.rows_seen
    if exact >= max(FEWEST.value, SHARE.value * rows):
        return "exact", exact
    return ("near", near) if near >= max(FEWEST.value, NEAR_SHARE.value * rows) else None


def _alike(images: ImageFacts | None) -> ImageSetFacts | None:
    """The set in which many pictures show the same as another."""
    for part in (images.train, images.validation) if images is not None else ():
        if part is not None and (part.near_identical or 0) >= max(
            FEWEST.value, NEAR_SHARE.value * part.rows_seen
        ):
            return part
    return None


def _found(
    part: SetFacts | ImageSetFacts, case: str, count: int, settings: SettingsFacts | None
) -> Suspicion:
    rows = part.rows_seen
    evidence: dict[str, Any] = {"set": part.role, "count": count, "rows": rows}
    evidence["share"] = count / rows
    if isinstance(part, SetFacts):
        evidence |= {"duplicates": part.duplicates, "near_duplicates": part.near_duplicates}
    else:
        evidence |= {"examples": part.examples}
    argument = "x" if part.role == "train" else "validation_data"
    where = place(settings.fit_where if settings else None, argument=argument)
    return Suspicion(evidence=evidence, case=case, where=where)


def duplicate_rows(
    data: DataFacts, images: ImageFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    parts = [part for part in (data.train, data.validation) if part is not None and part.inputs]
    known = [part for part in parts if part.rows_seen and part.duplicates is not None]
    told = [part for part in known if copied_only(part)]
    for part in told:
        if (copies := _copies(part)) is not None:
            return _found(part, *copies, settings)
    if (pictures := _alike(images)) is not None:
        return _found(pictures, "pictures", pictures.near_identical or 0, settings)
    if not parts:
        return NotApplicable("there are no inputs")
    if not known:
        return CannotTell("rows were not compared")
    if not told:
        return NotApplicable("with so few possible rows, equal rows are natural")
    worst = max(told, key=lambda part: part.duplicates or 0)
    return Passed(
        f"{worst.duplicates} of {worst.rows_seen} {worst.role} rows equal an earlier one",
        {"duplicates": worst.duplicates, "rows": worst.rows_seen},
    )


_GROUPS = (
    "Look where they come from (frames of one film, repeated measurements, augmented copies) and "
    "keep such groups on one side of the split: sklearn.model_selection.GroupShuffleSplit."
)

CHECK = Check(
    code="GF116",
    name="duplicate-rows",
    severity="tip",
    function=duplicate_rows,
    message={
        "exact": "{count} of {rows} {set} rows ({share:.0%}) are copies of an earlier row.",
        "near": "{count} of {rows} {set} rows ({share:.0%}) are almost equal to another row.",
        "pictures": "{count} of {rows} {set} images ({share:.0%}) show the same as another one.",
    },
    advice={
        "exact": "Drop them before splitting: _, first = np.unique(x, axis=0, return_index=True); "
        "x, y = x[first], y[first]. If they are there to balance classes, use class_weight.",
        "near": _GROUPS,
        "pictures": _GROUPS,
    },
)
