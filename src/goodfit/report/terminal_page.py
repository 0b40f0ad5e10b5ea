"""Lines drawn by Rich, for every report on a terminal."""

from __future__ import annotations

import io
from typing import TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from goodfit.report.words import ascii_only

WIDTH = 100
LABEL = 8


class Page:
    """Lines with hanging indents, drawn by Rich into a string."""

    def __init__(self, width: int, color: bool) -> None:
        self._out = io.StringIO()
        self._console = Console(
            file=self._out,
            width=width,
            color_system="standard" if color else None,
            force_terminal=color,
            no_color=not color,
            force_jupyter=False,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def blank(self) -> None:
        """An empty line, if the last one is not."""
        if not self._out.getvalue().endswith("\n\n"):
            self._console.print()

    def line(self, text: Text) -> None:
        self._console.print(text, overflow="fold")

    def hang(self, mark: Text, body: Text, width: int) -> None:
        """`mark` in the first `width` columns, and beside it `body`, wrapped under itself."""
        grid = Table.grid(padding=0)
        grid.add_column(width=width)
        grid.add_column(overflow="fold")
        grid.add_row(mark, body)
        self._console.print(grid)

    def indented(self, body: Text) -> None:
        self.hang(Text(""), body, 3)

    def labelled(self, label: str, body: str | Text) -> None:
        self.hang(Text(label, "dim"), Text(body) if isinstance(body, str) else body, LABEL)

    def draw(self, drawing: RenderableType) -> None:
        """A table, say."""
        self._console.print(drawing)

    def path(self, label: str, path: str) -> None:
        """A path on one line however long, so that it can be copied."""
        self._console.print(Text.assemble((label.ljust(LABEL), "dim"), path), soft_wrap=True)

    def text(self) -> str:
        lines = self._out.getvalue().split("\n")[:-1]
        return "".join(line.rstrip() + "\n" for line in lines)


def abilities(stream: TextIO, most: int = WIDTH) -> tuple[int, bool]:
    """The columns to use, at most `most`, and whether to use colours."""
    console = Console(file=stream, force_jupyter=False)
    colors = console.color_system is not None and not console.no_color
    return min(console.width, most) if console.is_terminal else WIDTH, colors


def write(text: str, stream: TextIO) -> None:
    """Write `text`, in plain ASCII where the stream can write nothing else."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        text = ascii_only(text)
    stream.write(text)
    stream.flush()
