"""One check explained: its docstring's headings, set for reading."""

from __future__ import annotations

import re
import textwrap

HEADINGS = ("Sees", "Why it matters", "Evidence", "Remedies", "Source")
_HEADING = re.compile(rf"^({'|'.join(HEADINGS)}):[ \t]*", re.MULTILINE)


def sections(doc: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A check's docstring as its first sentence (without code and name) and (heading, text) pairs.
    Text between blank lines is one paragraph; examples (`>>>`) are left out."""
    prose = doc.split(">>>", 1)[0]
    head, *rest = _HEADING.split(prose)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    title = " ".join(head.split())
    title = title.split(": ", 1)[1] if re.match(r"GF\d+ [\w-]+: ", title) else title
    return title, tuple((heading, body.strip()) for heading, body in pairs)


def explain(doc: str, code: str, name: str, severity: str, width: int = 80) -> str:
    """A check's docstring as plain text of at most `width` columns.

    `doc` has a first sentence and the headings Sees, Why it matters, Evidence, Remedies and Source,
    each at the start of a line; headings that are missing are left out.
    """
    title, parts = sections(doc)
    lines = [f"{code} {name} ({severity})"]
    if title:
        lines += textwrap.wrap(title[:1].upper() + title[1:], width)
    for heading, body in parts:
        lines += ["", heading]
        for paragraph in re.split(r"\n\s*\n", body):
            lines += textwrap.wrap(
                " ".join(paragraph.split()),
                width,
                initial_indent="  ",
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines) + "\n"
