"""Thumbnails of the user's own images, for people to look at: no check reads them.

They are kept apart from the facts, so that a report that programs read does not carry them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One thumbnail. `data` is the file as base64 text, in the shorter of the two formats; `label`
    says in a few words what it shows, `detail` what that is to be held against, `where` which of
    the user's images it is ("training row 12"); each may be empty."""

    format: Literal["png", "jpeg"]
    data: str
    width: int
    height: int
    label: str = ""
    detail: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """Pictures that belong together: those of one class, a pair, or an image and what random
    changes make of it."""

    pictures: tuple[Picture, ...]
    name: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureGroup:
    """Pictures that show one thing: "samples" of each class, "augmentation", "wrong" answers that
    the model is sure of, "copies" side by side, suspected wrong "labels", "odd" images. `sentence`
    says what to look for."""

    name: Literal["samples", "augmentation", "wrong", "copies", "labels", "odd"]
    title: str
    sentence: str
    rows: tuple[PictureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPictures:
    """The pictures of one fit, `fit` its index in the report; `note` says why there are none, or
    none of some kind."""

    fit: int = 0
    groups: tuple[PictureGroup, ...] = ()
    note: str = ""

    @property
    def size(self) -> int:
        """Characters of the thumbnails, which is about what they take in a page."""
        rows = (row for group in self.groups for row in group.rows)
        return sum(len(picture.data) for row in rows for picture in row.pictures)
