"""A study on a terminal: the verdict, what makes it doubtful, and a line for every arm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.table import Table
from rich.text import Text

from goodfit.report.study import summary
from goodfit.report.study.forest import forest
from goodfit.report.study.summary import ArmRow
from goodfit.report.study.verdict import verdict, warnings
from goodfit.report.terminal_page import WIDTH, Page, abilities, write
from goodfit.report.words import UNKNOWN, clean, count, duration, sentence
from goodfit.results import StudyResult

WIDEST = 124
ARMS = 40
NAME = 26
FOREST = (13, 25)
NOTES = 12
GAP = 2
_TONES = {"good": "bold green", "quiet": "bold", "unsure": "bold cyan"}
_SAYS = {"helps": "bold green", "harms": "red", "cannot tell": "cyan"}


def study_text(
    study: StudyResult,
    width: int = WIDTH,
    color: bool = False,
    *,
    html: str | None = None,
    json: str | None = None,
) -> str:
    """The study as lines of at most `width` columns (paths may be longer), ending in a newline.

    `color` adds ANSI escapes; `html` and `json` are the paths of files to point to.
    """
    page = Page(max(40, width), color)
    found = verdict(study)
    head, colon, rest = found.text.partition(": ")
    told = Text(head, _TONES[found.tone]).append(f"{colon}{rest}", "default")
    page.line(Text("Verdict: ", "bold").append_text(told))
    for warning in warnings(study):
        page.line(Text(warning, "bold yellow"))
    page.blank()
    rows = summary.rows(study)
    if rows:
        shown = _arms(page, study, rows[:ARMS], max(40, width))
        page.blank()
        if "changed" not in shown:
            _changes(page, rows[:ARMS])
    _notes(page, study, rows)
    _foot(page, study, len(rows) - ARMS)
    for label, path in (("Report", html), ("JSON", json)):
        if path:
            page.path(label, clean(path))
    return page.text()


def study_terminal(
    study: StudyResult,
    stream: TextIO | None = None,
    *,
    html: str | None = None,
    json: str | None = None,
) -> None:
    """Write the study to `stream` (default: stderr), in colour where it is a terminal that has
    them and NO_COLOR is not set, in plain ASCII where it can write nothing else."""
    stream = sys.stderr if stream is None else stream
    width, color = abilities(stream, WIDEST)
    write(study_text(study, width, color, html=html, json=json), stream)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table; those of a lower `rank` stay where the width is scarce."""

    name: str
    rank: int
    cell: Callable[[ArmRow], Text]
    right: bool = False
    most: int = 40

    def width(self, rows: Sequence[ArmRow]) -> int:
        """Characters that the longest cell takes, at most `most`."""
        cells = [len(self.name), *(self.cell(row).cell_len for row in rows)]
        return min(self.most, max(cells))


def _columns(measure: str) -> tuple[_Column, ...]:
    return (
        _Column("arm", 0, _name, most=NAME),
        _Column("changed", 7, lambda row: Text(row.changed, "dim"), most=30),
        _Column(measure, 3, lambda row: Text(row.score), right=True),
        _Column("effect [95 %]", 1, lambda row: Text(row.effect), right=True),
        _Column("says", 2, lambda row: Text(row.says, _SAYS.get(row.says, "dim"))),
        _Column("best/run", 5, _epochs, right=True),
        _Column("seeds", 4, lambda row: Text(row.seeds), right=True),
        _Column("time", 6, lambda row: Text(row.seconds), right=True),
    )


def _fitting(rows: Sequence[ArmRow], columns: Sequence[_Column], width: int) -> list[_Column]:
    """The columns that fit into `width`, in their order, with the intervals before "says" where
    there is room for them."""
    left = width + GAP
    kept: list[_Column] = []
    for column in sorted(columns, key=lambda column: column.rank):
        if column.name == "changed":
            intervals = _forest(rows, min(FOREST[1], left - GAP))
            if intervals is not None:
                kept.append(intervals)
                left -= intervals.most + GAP
            if not any(map(_tells, rows)):
                continue
        if column.width(rows) + GAP <= left or column.rank < 3:
            kept.append(column)
            left -= column.width(rows) + GAP
    order = {column.name: at for at, column in enumerate(columns)} | {"": 3.5}
    return sorted(kept, key=lambda column: order[column.name])


def _forest(rows: Sequence[ArmRow], width: int) -> _Column | None:
    drawn = forest([row.shown for row in rows], width) if width >= FOREST[0] else ()
    if not drawn:
        return None
    lines = {id(row): line for row, line in zip(rows, drawn, strict=True)}
    return _Column(
        "", 7, lambda row: Text(lines[id(row)], _SAYS.get(row.says, "")), most=len(drawn[0])
    )


def _name(row: ArmRow) -> Text:
    """A chain too long for its column is broken between its remedies."""
    name = row.name if len(row.name) <= NAME else row.name.replace("+", "+ ")
    return Text(name, "bold" if row.chosen else "")


def _tells(row: ArmRow) -> bool:
    """Whether what an arm changed says more than its name."""
    return row.changed not in (UNKNOWN, row.name)


def _epochs(row: ArmRow) -> Text:
    return Text(f"{row.epochs}{'!' if row.cut_off else ''}", "bold yellow" if row.cut_off else "")


def _arms(page: Page, study: StudyResult, rows: Sequence[ArmRow], width: int) -> set[str]:
    """Draw the table with as many columns as the width allows; the names of those."""
    columns = _fitting(rows, _columns(study.protocol.measure), width)
    fits = sum(column.width(rows) + GAP for column in columns) - GAP <= width
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column.name,
            justify="right" if column.right else "left",
            overflow="fold",
            width=column.width(rows) if fits or column.rank else None,
            max_width=column.most,
        )
    for row in rows:
        table.add_row(*(column.cell(row) for column in columns))
    page.draw(table)
    return {column.name for column in columns}


def _changes(page: Page, rows: Sequence[ArmRow]) -> None:
    """What the arms changed, in one paragraph, where the table has no room to say it."""
    told = [f"{row.name}: {row.changed}" for row in rows if _tells(row)]
    if told:
        page.labelled("Changed", "; ".join(told))


def _notes(page: Page, study: StudyResult, rows: Sequence[ArmRow]) -> None:
    notes = [(row, at, note) for row in rows for at, note in enumerate(row.notes)]
    told = [
        Text(f"{row.name}: {note}", "yellow" if row.cut_off and at == 0 else "")
        for row, at, note in notes[:NOTES]
    ]
    told += [Text(sentence(note, 300)) for note in study.notes[:4]]
    for number, text in enumerate(told):
        page.labelled("" if number else "Notes", text)
    if len(notes) > NOTES:
        page.labelled("", f"{count(len(notes) - NOTES, 'more note')} in the HTML report")


def _foot(page: Page, study: StudyResult, hidden: int) -> None:
    recall = summary.recall_words(study)
    if recall:
        page.labelled("Recall", recall)
    for at, curve in enumerate(study.curves):
        page.labelled("" if at else "Curves", sentence(f"{curve.name}: {curve.says}", 300))
    if hidden > 0:
        page.labelled("More", f"{count(hidden, 'more arm')} in the HTML report")
    if study.arms:
        legend = f"{summary.legend(study)}; best/run: mean best epoch and epochs trained"
        page.labelled("Table", legend)
        page.labelled("Study", summary.setting(study))
    page.labelled("Time", duration(study.seconds))
