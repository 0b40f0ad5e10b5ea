"""GF116 duplicate-rows: rows that stand several times in one set.

Sees: training rows (or validation rows) equal, or almost equal, to another row of the set, where
the inputs are measured numbers, pictures or texts, which meet by copying only.
Why it matters: copies count several times in the loss, make a set look larger than it is, and end
up on both sides of the next split.
Evidence: the number of rows equal to an earlier one, and of rows almost equal to another, as shares
of the rows looked at.
Remedies: none; drop the copies, before splitting.
Source: Lee et al., "Deduplicating Training Data Makes Language Models Better" (2022); Barz,
Denzler, "Do We Train on Test Data?" (2020).
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
from goodfit.checks.data.measured import copied_only
from goodfit.facts import DataFacts, SetFacts, SettingsFacts

SHARE = Threshold(0.02, source="one row in fifty; fewer hardly move a loss or a score")
NEAR_SHARE = Threshold(0.05, source="almost equal rows are natural to some extent")
FEWEST = Threshold(5, source="single copies are slips, not a pattern")


def _case(part: SetFacts) -> str:
    rows = part.rows_seen
    if (part.duplicates or 0) >= max(FEWEST.value, SHARE.value * rows):
        return "exact"
    near = part.near_duplicates or 0
    return "near" if near >= max(FEWEST.value, NEAR_SHARE.value * rows) else ""


def duplicate_rows(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    parts = [part for part in (data.train, data.validation) if part is not None and part.inputs]
    known = [part for part in parts if part.rows_seen and part.duplicates is not None]
    if not parts:
        return NotApplicable("there are no inputs")
    if not known:
        return CannotTell("rows were not compared")
    told = [part for part in known if copied_only(part)]
    if not told:
        return NotApplicable("with so few possible rows, equal rows are natural")
    for part in told:
        case, rows = _case(part), part.rows_seen
        if case:
            count = (part.duplicates if case == "exact" else part.near_duplicates) or 0
            argument = "x" if part.role == "train" else "validation_data"
            return Suspicion(
                evidence={
                    "set": part.role,
                    "duplicates": part.duplicates,
                    "near_duplicates": part.near_duplicates,
                    "count": count,
                    "rows": rows,
                    "share": count / rows,
                },
                case=case,
                where=place(settings.fit_where if settings else None, argument=argument),
            )
    worst = max(told, key=lambda part: part.duplicates or 0)
    return Passed(
        f"{worst.duplicates} of {worst.rows_seen} {worst.role} rows equal an earlier one",
        {"duplicates": worst.duplicates, "rows": worst.rows_seen},
    )


CHECK = Check(
    code="GF116",
    name="duplicate-rows",
    severity="tip",
    function=duplicate_rows,
    message={
        "exact": "{count} of {rows} {set} rows ({share:.0%}) are copies of an earlier row.",
        "near": "{count} of {rows} {set} rows ({share:.0%}) are almost equal to another row.",
    },
    advice={
        "exact": "Drop them before splitting: _, first = np.unique(x, axis=0, return_index=True); "
        "x, y = x[first], y[first]. If they are there to balance classes, use class_weight.",
        "near": "Look where they come from (frames of one film, repeated measurements, augmented "
        "copies) and keep such groups on one side of the split: "
        "sklearn.model_selection.GroupShuffleSplit.",
    },
)
