"""The pictures of a run: a file beside its report, which programs read without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from goodfit.codec import decode
from goodfit.facts import FitPictures
from goodfit.observe.script.recorder import write_json
from goodfit.results import Report

PICTURES = "pictures.json"
SCHEMA = "goodfit-pictures/1"
LIMIT = 300_000
"""Characters of all thumbnails of a run: what they may add to its page."""
FILE_LIMIT = 2 * LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    schema: str
    fits: tuple[FitPictures, ...]


def keep_pictures(folder: Path, fits: Sequence[FitPictures]) -> None:
    """Write the pictures of a run's fits to its folder, where there are any or a word about them.

    Raises:
        OSError: the folder cannot be written to.
    """
    kept = bounded(fits)
    if kept:
        write_json(folder / PICTURES, _File(schema=SCHEMA, fits=kept))


def bounded(fits: Sequence[FitPictures]) -> tuple[FitPictures, ...]:
    """The pictures of as many fits as there is room for; what one fit shows is not shown again."""
    seen: set[object] = set()
    kept: list[FitPictures] = []
    left = LIMIT
    for fit in fits:
        fresh = replace(fit, groups=tuple(group for group in fit.groups if group not in seen))
        seen |= set(fit.groups)
        if fresh.groups and fresh.size > left:
            fresh = replace(fresh, groups=(), note="its pictures are left out: the page is full")
        left -= fresh.size
        if fresh.groups or fresh.note:
            kept.append(fresh)
    return tuple(kept)


def with_pictures(report: Report, folder: Path) -> Report:
    """The report with the pictures that its run left in `folder`; without any where the file is
    missing, cut short, too large or not goodfit's."""
    path = folder / PICTURES
    try:
        if path.stat().st_size > FILE_LIMIT:
            return report
        found = decode(path.read_bytes(), _File)
    except (OSError, ValueError, RecursionError):
        return report
    return replace(report, pictures=found.fits) if found.schema == SCHEMA else report
