"""Thumbnails of the user's images as the page shows them.

They may have been read from a file, so nothing goes into the page that is not base64 text of a
picture, and no more of it than the page has room for.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from goodfit.facts import Picture, PictureGroup
from goodfit.report.words import clean, sentence
from goodfit.results import Report

PAGE = 400_000
"""Characters of all pictures of a page."""
SIDE = 56
"""The longer side of a picture on the page, in CSS pixels."""
LARGEST = 64
PER_GROUP = 400
_TEXT = re.compile("[A-Za-z0-9+/]+={0,2}")
_BEGINS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture; `says` is all its words, for those who do not see it."""

    source: str
    width: int
    height: int
    crisp: bool
    label: str
    detail: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    name: str
    detail: str
    pictures: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """`name` tells the page how to lay it out, see `PictureGroup`."""

    name: str
    title: str
    sentence: str
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The pictures of one fit; `note` says why there are none."""

    groups: tuple[ShownGroup, ...] = ()
    note: str = ""


def shelves(report: Report) -> dict[int, Shelf]:
    """The pictures of each fit by its index, as many as the page has room for."""
    left, found = PAGE, {}
    for fit in report.pictures:
        groups = []
        for group in fit.groups:
            shown, taken = _group(group)
            if taken <= left and shown.rows:
                groups.append(shown)
                left -= taken
        found[fit.fit] = Shelf(groups=tuple(groups), note=sentence(fit.note, 300))
    return found


def _group(group: PictureGroup) -> tuple[ShownGroup, int]:
    """The group, and the characters it takes."""
    rows, taken = [], 0
    for row in group.rows[:PER_GROUP]:
        pictures = tuple(_shown(one) for one in row.pictures[:PER_GROUP] if _is_picture(one))
        taken += sum(len(one.source) for one in pictures)
        if pictures:
            name, detail = clean(row.name, 40), clean(row.detail, 60)
            rows.append(ShownRow(name=name, detail=detail, pictures=pictures))
    title, said = clean(group.title, 80), sentence(group.sentence, 600)
    return ShownGroup(name=group.name, title=title, sentence=said, rows=tuple(rows)), taken


def _is_picture(picture: Picture) -> bool:
    """Whether it is what it says: a small file of that kind."""
    if not 0 < picture.width <= LARGEST or not 0 < picture.height <= LARGEST:
        return False
    if len(picture.data) % 4 or not _TEXT.fullmatch(picture.data):
        return False
    begin = _BEGINS[picture.format]
    return base64.b64decode(picture.data[:16]).startswith(begin)


def _shown(picture: Picture) -> Shown:
    longest = max(picture.width, picture.height)
    parts = [clean(part, 80) for part in (picture.label, picture.detail, picture.where)]
    return Shown(
        source=f"data:image/{picture.format};base64,{picture.data}",
        width=max(1, round(picture.width * SIDE / longest)),
        height=max(1, round(picture.height * SIDE / longest)),
        crisp=SIDE % longest == 0,
        label=parts[0],
        detail=parts[1],
        says=", ".join(dict.fromkeys(part for part in parts if part)) or "an image",
    )
