"""What an exception says of a file that could not be read as an image. Not a check.

The readers are TensorFlow's decoders, behind `image_dataset_from_directory` on every backend, and
Pillow, behind `load_img` and the generators of Keras 2.
"""

from __future__ import annotations

import re

from goodfit.facts import CrashFacts

_CASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (case, re.compile(pattern, re.DOTALL))
    for case, pattern in (
        ("empty", r"Input is empty\..*Decode|Decode.*Input is empty\."),
        ("format", r"Unknown image file format\. One of|Expected image \(JPEG, PNG, or GIF\), got|"
         r"cannot identify image file '(?P<file>[^'\n]+)'|cannot identify image file <"),
        ("cut", r"jpeg::Uncompress failed|Invalid (?:JPEG|PNG|GIF|BMP|WebP) data|"
         r"Truncated File Read|image file is truncated|broken PNG file|"
         r"broken data stream when reading image file"),
    )
)  # fmt: skip


def undecoded(crash: CrashFacts | None) -> tuple[str, str] | None:
    """(case, file) of an image that could not be decoded, "" where the text names no file; None
    where the exception is about something else."""
    if crash is None:
        return None
    for case, pattern in _CASES:
        if (found := pattern.search(crash.message)) is not None:
            return case, found.groupdict().get("file") or ""
    return None
