"""The confusion matrix: the rows of each class, and what the model takes them for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from goodfit.report.words import clean, percent
from goodfit.results import FitResult

CLASSES = 50
WIDE = 15
"""With more classes than this, cells are set small."""
UPRIGHT = 3
"""Names of at most so many characters stand over their columns unturned."""
LEVELS = 10
_LONGEST = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`level` from 0 to 10 is the share of the row, `right` whether it lies on the diagonal."""

    text: str
    level: int
    right: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The rows of one true class."""

    name: str
    full: str
    cells: tuple[Cell, ...]
    rows: str
    recall: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Lines by true class, columns by predicted class; `head` are short and full names of these.
    `small` sets the cells small, `upright` leaves the names over the columns unturned."""

    head: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    sentence: str
    note: str
    small: bool
    upright: bool


def confusion(fit: FitResult) -> Confusion | None:
    """The matrix of a classifier; None for others, and for more classes than a table can hold."""
    trace = fit.facts.trace
    found = trace.predictions if trace is not None else None
    counts = found.confusion if found is not None else {}
    classes = sorted(set(counts) | {c for row in counts.values() for c in row}, key=_order)
    if found is None or not 2 <= len(classes) <= CLASSES:
        return None
    images = fit.facts.images
    names = {c: (images.name_of(c) if images is not None else "") or c for c in classes}
    lines = tuple(_line(c, counts[c], names) for c in classes if sum(counts.get(c, {}).values()))
    role = "Validation" if found.set == "validation" else "Training"
    return Confusion(
        head=tuple((clean(name, _LONGEST), clean(name, 120)) for name in names.values()),
        lines=lines,
        sentence=_most_confused(counts, names),
        note=f"{role} rows, the true class at the left, the predicted one above; "
        "shaded by the share of the line.",
        small=len(classes) > WIDE,
        upright=max(len(clean(name)) for name in names.values()) <= UPRIGHT,
    )


def _order(label: str) -> tuple[int, float, str]:
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def _recall(label: str, row: Mapping[str, int]) -> float:
    return row.get(label, 0) / sum(row.values())


def _line(label: str, row: Mapping[str, int], names: Mapping[str, str]) -> Line:
    total = sum(row.values())
    full = clean(names[label], 120)
    cells = []
    for other in names:
        count = row.get(other, 0)
        share = count / total
        taken = "answered right" if other == label else f"taken for {clean(names[other], 120)}"
        cells.append(
            Cell(
                text=f"{count:,}" if count else "",
                level=math.ceil(LEVELS * share),
                right=other == label,
                title=f"{count:,} of {total:,} rows of {full} {taken} ({percent(share)})",
            )
        )
    return Line(
        name=clean(names[label], _LONGEST),
        full=full,
        cells=tuple(cells),
        rows=f"{total:,}",
        recall=percent(_recall(label, row)),
    )


def _most_confused(counts: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> str:
    """The two or three mistakes that are made most often."""
    wrong = [
        (count, true, said)
        for true, row in counts.items()
        for said, count in row.items()
        if said != true and count > 1
    ]
    top = sorted(wrong, key=lambda one: (-one[0], _order(one[1]), _order(one[2])))[:3]
    told = [
        f"{clean(names[true], 60)} for {clean(names[said], 60)} "
        f"({count:,} of {sum(counts[true].values()):,})"
        for count, true, said in top
    ]
    return f"Most often it takes {', '.join(told)}" if told else ""
