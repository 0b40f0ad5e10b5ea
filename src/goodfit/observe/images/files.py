"""Image files opened one after another: sizes, kinds of pixels, broken ones, and hashes of bytes.

All are opened, in random order, so that a look that has to end early has seen a fair sample; then
they are decoded in full, those first that end unlike an image. Both end when their time is over.
What is kept of a file is a few numbers.
"""

from __future__ import annotations

import hashlib
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

import numpy as np

from goodfit.observe.images.headers import Header, read_header

HEAD, TAIL = 16_384, 64
WHOLE = 65_536
"""Files up to this size are read, and hashed, in full at once."""
WAVE = 256
THREADS = 2
MOST_BROKEN = 2_000
DECODED_BY_TENSORFLOW = ("JPEG", "PNG", "GIF", "BMP", "MPO", "WEBP")
"""By content, in the newest one: older ones stop at WebP, and a crash says so itself."""
PILLOW_MISSING = "Pillow is not installed: pip install 'goodfit[images]'"


Found = TypeVar("Found")


def pillow() -> ModuleType | None:
    """Pillow's Image module, None where it is not installed."""
    try:
        from PIL import Image
    except ImportError:
        return None
    return Image  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Opened:
    """One file: its header where it could be read, else why it is broken; "gone" files are no
    longer there."""

    header: Header | None = None
    bytes: int = 0
    digest: int = 0
    certain: bool = True
    broken: str = ""
    gone: bool = False


@dataclass(slots=True)
class Files:
    """What is known of each file (files,), by its place among `paths`. `digest` is a hash of its
    bytes, 0 where unknown or broken, and only of some of them where not `certain`; `mode` a place
    in `modes`, -1 where unknown."""

    paths: Sequence[str]
    width: np.ndarray
    height: np.ndarray
    bytes: np.ndarray
    mode: np.ndarray
    digest: np.ndarray
    certain: np.ndarray
    opened: np.ndarray
    decoded: np.ndarray
    doubtful: list[int] = field(default_factory=list)
    modes: list[str] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)
    gone: int = 0


def _none(paths: Sequence[str]) -> Files:
    n = len(paths)
    return Files(
        paths,
        width=np.zeros(n, np.int32),
        height=np.zeros(n, np.int32),
        bytes=np.zeros(n, np.int64),
        mode=np.full(n, -1, np.int8),
        digest=np.zeros(n, np.uint64),
        certain=np.zeros(n, bool),
        opened=np.zeros(n, bool),
        decoded=np.zeros(n, bool),
    )


def hashed(parts: Iterable[bytes]) -> int:
    """A hash of 64 bits, never 0."""
    found = hashlib.blake2b(digest_size=8)
    for part in parts:
        found.update(part)
    return int.from_bytes(found.digest(), "little") or 1


def _read(path: str) -> tuple[int, bytes, bytes]:
    """Size, first bytes (all of a small file) and last bytes."""
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(WHOLE if size <= WHOLE else HEAD)
        if size <= WHOLE:
            return size, head, head[-TAIL:]
        file.seek(-TAIL, os.SEEK_END)
        return size, head, file.read(TAIL)


def _by_pillow(image: ModuleType, path: str) -> tuple[Header | None, str]:
    """The header of any kind of image, or why there is none."""
    try:
        with image.open(path) as found:
            return Header(found.format or "", found.size[0], found.size[1], found.mode), ""
    except image.DecompressionBombError:
        return None, ""
    except image.UnidentifiedImageError:
        return None, "it is no image that can be recognised"
    except Exception as error:  # Pillow's readers raise what they like
        return None, f"{type(error).__name__}: {error}"


def _open(path: str, image: ModuleType | None, tensorflow: bool) -> Opened:
    try:
        size, head, tail = _read(path)
    except FileNotFoundError:
        return Opened(gone=True)
    except OSError as error:
        return Opened(broken=f"it cannot be opened ({error.strerror})")
    if not size:
        return Opened(broken="it is empty (0 bytes)")
    header, reason = read_header(head, tail), ""
    if header is None and image is not None:
        header, reason = _by_pillow(image, path)
    if header is not None and tensorflow and header.format not in DECODED_BY_TENSORFLOW:
        reason = f"it is a {header.format} image, which TensorFlow does not read, whatever its name"
    digest = 0 if reason else hashed([size.to_bytes(8, "little"), head, tail])
    return Opened(header, size, digest, size <= WHOLE, reason)


def _decode(path: str, image: ModuleType) -> str:
    """Why a file cannot be decoded, "" where it can."""
    try:
        with image.open(path) as found:
            found.load()
    except (image.DecompressionBombError, FileNotFoundError, MemoryError):
        return ""
    except Exception as error:  # Pillow's readers raise what they like
        return str(error) or type(error).__name__
    return ""


def _in_turn(
    look: Callable[[str], Found], paths: Sequence[str], order: np.ndarray, deadline: float
) -> Iterator[tuple[int, Found]]:
    """Places in `order`, and what a look at their files finds, two files at a time, until the
    deadline; the first few in any case."""
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(order), WAVE):
            if start and time.perf_counter() > deadline:
                return
            wave = order[start : start + WAVE].tolist()
            shares = [wave[number::THREADS] for number in range(THREADS)]
            looks = pool.map(lambda share: [look(paths[place]) for place in share], shares)
            for share, found in zip(shares, looks, strict=True):
                yield from zip(share, found, strict=True)


def _note(files: Files, place: int, found: Opened) -> None:
    files.gone += found.gone
    files.opened[place] = not found.gone
    files.bytes[place], files.digest[place] = found.bytes, found.digest
    files.certain[place] = found.certain
    if found.broken:
        files.broken[place] = found.broken
    if found.header is None:
        return
    files.width[place], files.height[place] = found.header.width, found.header.height
    if found.header.mode not in files.modes:
        files.modes.append(found.header.mode)
    files.mode[place] = files.modes.index(found.header.mode)
    if found.header.whole is False:
        files.doubtful.append(place)


def look(paths: Sequence[str], *, tensorflow: bool, seconds: float, decoding: float) -> Files:
    """Open files for at most `seconds`, then decode them for at most `decoding` seconds.

    Args:
        paths: the files.
        tensorflow: whether TensorFlow decodes them in training, which reads four formats only.
        seconds, decoding: what opening and decoding may take.
    """
    files, image = _none(paths), pillow()
    order = np.random.default_rng(0).permutation(len(paths))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        deadline = time.perf_counter() + seconds
        for place, found in _in_turn(
            lambda path: _open(path, image, tensorflow), paths, order, deadline
        ):
            _note(files, place, found)
        if image is not None:
            _decode_all(files, order, image, time.perf_counter() + decoding)
    return files


def _decode_all(files: Files, order: np.ndarray, image: ModuleType, deadline: float) -> None:
    """Doubtful files first; what is broken already is not tried again."""
    doubtful = np.array(files.doubtful, int)
    rest = order[files.opened[order] & ~np.isin(order, [*files.broken, *doubtful.tolist()])]
    for place, reason in _in_turn(
        lambda path: _decode(path, image), files.paths, np.concatenate([doubtful, rest]), deadline
    ):
        files.decoded[place] = True
        if reason:
            files.broken[place], files.digest[place] = reason, 0
        if len(files.broken) > MOST_BROKEN:
            return
