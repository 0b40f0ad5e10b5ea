"""From the numbers of an image to a small file: shares of white to bytes, then a thumbnail.

Photographs are kept as JPEG, which takes a quarter of the room there, all else as PNG.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from goodfit.facts import Picture, PictureRow

SIDE = 64
QUALITY = 85
_COLOURS = 256
"""A thumbnail of more colours is a photograph."""
# Longest side of a thumbnail and most pictures of a row, tried in turn until a group is small.
_STEPS = ((SIDE, 12), (56, 12), (56, 8), (48, 8), (48, 6), (40, 4), (32, 4), (24, 4))
_SMALL = 500
"""Grey thumbnails of fewer bytes are not tried as JPEG."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One image before it becomes a thumbnail: bytes (height, width) or (height, width, 3 or 4),
    and the words of `Picture`."""

    image: np.ndarray
    label: str = ""
    detail: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class ShotRow:
    """As in `PictureRow`."""

    shots: Sequence[Shot]
    name: str = ""
    detail: str = ""


def as_bytes(shares: np.ndarray) -> np.ndarray:
    """Images (rows, height, width, channels) as shares of the range of their values, as bytes that
    Pillow takes: of one channel (rows, height, width), of other numbers three or four."""
    found: np.ndarray = np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
    count = found.shape[-1]
    return found[..., 0] if count < 3 else found[..., : 4 if count == 4 else 3]


def pictured(rows: Sequence[ShotRow], limit: int) -> tuple[PictureRow, ...]:
    """Thumbnails of at most `limit` characters in all: smaller ones, and fewer, where need be; none
    where even those are too many. Pillow must be there."""
    found: tuple[PictureRow, ...] = ()
    for side, most in _STEPS:
        found = tuple(
            PictureRow(
                pictures=tuple(_picture(shot, side) for shot in row.shots[:most]),
                name=row.name,
                detail=row.detail,
            )
            for row in rows
        )
        if sum(len(p.data) for row in found for p in row.pictures) <= limit:
            return found
    return ()


def _picture(shot: Shot, side: int) -> Picture:
    image = _image(shot.image)
    image.thumbnail((side, side))
    kind, file = _shortest(image)
    return Picture(
        format=kind,
        data=base64.b64encode(file).decode("ascii"),
        width=image.width,
        height=image.height,
        label=shot.label,
        detail=shot.detail,
        where=shot.where,
    )


def _image(pixels: np.ndarray) -> Any:
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    if image.mode != "RGB":
        return image
    bands = image.split()  # grey images in three channels take a third as grey ones
    same = all(band.tobytes() == bands[0].tobytes() for band in bands[1:])
    return bands[0] if same else image


def _shortest(image: Any) -> tuple[Literal["png", "jpeg"], bytes]:
    photograph = image.mode == "RGB" and image.getcolors(_COLOURS) is None
    if not photograph:
        drawn = _file(image, "PNG", optimize=True)
        if image.mode != "L" or len(drawn) < _SMALL:
            return "png", drawn
    # Colours at full resolution: at this size every second pixel's would be seen to run.
    lossy = _file(image, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return ("jpeg", lossy) if photograph or len(lossy) < len(drawn) else ("png", drawn)


def _file(image: Any, kind: str, **options: Any) -> bytes:
    with io.BytesIO() as file:
        image.save(file, kind, **options)
        return file.getvalue()
