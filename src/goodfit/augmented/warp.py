"""Images pulled through one affine map each: all turns, moves and zooms in a single reading.

A few images at a time, in memory that each thread keeps, so that what is worked on stays in the
cache; whole arrays in every step, so that NumPy lets other threads go on meanwhile.
"""

from __future__ import annotations

import math
import threading
from functools import lru_cache

import numpy as np

CHUNK = 1 << 14
"""Pixels worked on at a time: all that is kept of them fits into a usual second cache."""
REACH = 8
"""Image lengths beyond an edge that a map may read from; no policy gets there."""


class _Desk(threading.local):
    """Arrays to work in, one of each name and thread: fresh memory costs more than the work."""

    def __init__(self) -> None:
        self._kept: dict[str, np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: str = "float32") -> np.ndarray:
        size = math.prod(shape)
        kept = self._kept.get(name)
        if kept is None or kept.size < size or kept.dtype != dtype:
            kept = self._kept[name] = np.empty(size, dtype)
        return kept[:size].reshape(shape)


_desk = _Desk()


def warp(
    images: np.ndarray,
    maps: np.ndarray,
    *,
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    interpolation: str = "bilinear",
) -> np.ndarray:
    """Every pixel read from where its image's map points to.

    Args:
        images: (rows, height, width, channels), integers or floats.
        maps: (rows, 2, 3), from (x, y, 1) of a new pixel to (x, y) in the given image.
        fill_mode, fill_value, interpolation: as in Keras' `ops.image.affine_transform`.

    Returns:
        float32 of the same shape.
    """
    count, height, width, channels = images.shape
    found = np.empty((count, height * width, channels), "float32")
    grid, maps = _grid(height, width), maps.astype("float32")
    read = _blended if interpolation == "bilinear" else _nearest
    step = max(1, CHUNK // (height * width))
    for start in range(0, count, step):
        part = slice(start, start + step)
        given = _prepared(images[part], fill_mode, fill_value)
        places = np.matmul(maps[part], grid, out=_desk("places", (len(given), 2, height * width)))
        read(given, places, fill_mode, (height, width), found[part])
    return found.reshape(images.shape)


def _prepared(images: np.ndarray, fill_mode: str, fill_value: float) -> np.ndarray:
    """float32; with "constant" one more row and column of the value, that what lies outside is
    read from."""
    if fill_mode != "constant":
        if images.dtype == "float32":
            return images
        same = _desk("images", images.shape)
        same[...] = images
        return same
    count, height, width, channels = images.shape
    wider = _desk("images", (count, height + 1, width + 1, channels))
    wider[...] = fill_value
    wider[:, :height, :width] = images
    return wider


@lru_cache(maxsize=8)
def _grid(height: int, width: int) -> np.ndarray:
    """(3, pixels): x, y and 1 of every pixel."""
    y, x = np.mgrid[:height, :width].reshape(2, -1).astype("float32")
    return np.stack([x, y, np.ones_like(x)])


@lru_cache(maxsize=32)
def _inside(length: int, fill_mode: str) -> np.ndarray:
    """For every place from -REACH lengths on, where in the image it is read from."""
    places = np.arange(-REACH * length, (REACH + 1) * length + 1)
    if fill_mode == "nearest":
        found = places.clip(0, length - 1)
    elif fill_mode == "wrap":
        found = places % length
    elif fill_mode == "constant":
        found = np.where((places >= 0) & (places < length), places, length)
    else:
        found = places % (2 * length)
        found = np.minimum(found, 2 * length - 1 - found)
    return found.astype("intp")


def _lines(low: np.ndarray, fill_mode: str, size: tuple[int, int]) -> tuple[np.ndarray, ...]:
    """Of whole places (images, 2, pixels): the columns left and right, the rows above and below."""
    found = []
    for axis, length in enumerate((size[1], size[0])):
        table = _inside(length, fill_mode)
        low[:, axis] += REACH * length
        for side in (0, 1):
            out = _desk(f"line {axis} {side}", low[:, axis].shape, "intp")
            found.append(table[side:].take(low[:, axis], mode="clip", out=out))
    return tuple(found)


def _starts(rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of rows in each image become numbers of their first pixels in all of them."""
    rows *= shape[2]
    rows += np.arange(shape[0])[:, None] * (shape[1] * shape[2])
    return rows


def _for_each_channel(places: np.ndarray, axis: int, channels: int) -> np.ndarray:
    """The weights by pixel and channel: NumPy multiplies by them several times as fast as by one
    weight for all channels."""
    if channels == 1:
        return places[:, axis, :, None]
    found = _desk(f"weights {axis}", (len(places), places.shape[2], channels))
    for channel in range(channels):
        found[..., channel] = places[:, axis]
    return found


def _blended(
    images: np.ndarray,
    places: np.ndarray,
    fill_mode: str,
    size: tuple[int, int],
    found: np.ndarray,
) -> None:
    low = np.floor(places, out=_desk("low", places.shape))
    places -= low
    across, down = (_for_each_channel(places, axis, images.shape[-1]) for axis in (0, 1))
    whole = _desk("whole", low.shape, "intp")
    whole[...] = low
    left, right, above, below = _lines(whole, fill_mode, size)
    pixels = images.reshape(-1, images.shape[-1])
    index, second = _desk("index", left.shape, "intp"), _desk("second", found.shape)

    lower = _desk("lower", found.shape)
    for rows, into in ((above, found), (below, lower)):
        first = _starts(rows, images.shape)
        pixels.take(np.add(first, left, out=index), axis=0, mode="clip", out=into)
        pixels.take(np.add(first, right, out=index), axis=0, mode="clip", out=second)
        np.subtract(second, into, out=second)
        np.multiply(second, across, out=second)
        into += second
    lower -= found
    lower *= down
    found += lower


def _nearest(
    images: np.ndarray,
    places: np.ndarray,
    fill_mode: str,
    size: tuple[int, int],
    found: np.ndarray,
) -> None:
    places += 0.5
    low = np.floor(places).astype("intp")
    left, _, above, _ = _lines(low, fill_mode, size)
    pixels = images.reshape(-1, images.shape[-1])
    pixels.take(_starts(above, images.shape) + left, axis=0, mode="clip", out=found)
