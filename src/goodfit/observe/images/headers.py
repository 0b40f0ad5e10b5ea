"""Size and kind of pixels of JPEG and PNG files, read off their first bytes.

Python's imaging library opens any kind of file, but takes ten times as long as to read a small one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_MODES = {0: "L", 2: "RGB", 3: "P", 4: "LA", 6: "RGBA"}
_JPEG_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Header:
    """What an image file says of itself; `whole` is False where its end is not that of its format,
    None where that cannot be told."""

    format: str
    width: int
    height: int
    mode: str
    whole: bool | None = None


def _png(head: bytes) -> Header | None:
    if len(head) < 26 or head[12:16] != b"IHDR":
        return None
    width, height, depth, colour = struct.unpack(">IIBB", head[16:26])
    mode = _PNG_MODES.get(colour, "")
    if colour == 0 and depth in (1, 16):
        mode = "1" if depth == 1 else "I;16"
    return Header("PNG", width, height, mode) if mode and width and height else None


def _jpeg(head: bytes) -> Header | None:
    """The first frame's size; None where it does not lie in `head`."""
    at = 2
    while at + 4 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack(">H", head[at + 2 : at + 4])
        if marker in _FRAMES:
            if at + 10 > len(head):
                return None
            height, width, components = struct.unpack(">HHB", head[at + 5 : at + 10])
            mode = _JPEG_MODES.get(components, "")
            return Header("JPEG", width, height, mode) if mode and width and height else None
        at += 2 + length
    return None


def read_header(head: bytes, tail: bytes) -> Header | None:
    """The header of a JPEG or PNG file from its first and last bytes; None for other files, and
    where the first bytes do not reach far enough."""
    if head.startswith(_PNG):
        found = _png(head)
        ended = tail[-8:-4] == b"IEND"
    elif head.startswith(b"\xff\xd8\xff"):
        found = _jpeg(head)
        ended = b"\xff\xd9" in tail
    else:
        return None
    if found is None:
        return None
    return Header(found.format, found.width, found.height, found.mode, ended)
