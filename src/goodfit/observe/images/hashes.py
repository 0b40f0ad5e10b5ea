"""Difference hashes of images: 64 bits that say where an image grows brighter to the right
(Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from goodfit.observe.images.pixels import grey, planes

HEIGHT, WIDTH = 8, 9
LEAST_STEP = 1 / 255
"""A smaller step is noise: a plain background gives bits of 0, not bits at random."""
BITS = HEIGHT * (WIDTH - 1)
BLOCK = 4096


def averaging(size: int, parts: int) -> np.ndarray:
    """Weights (parts, size) that average `size` pixels in `parts` equal stretches."""
    edges = np.linspace(0, size, parts + 1)
    low, high = edges[:-1, None], edges[1:, None]
    pixel = np.arange(size)[None, :]
    overlap = np.clip(np.minimum(high, pixel + 1) - np.maximum(low, pixel), 0, None)
    return np.asarray(overlap / (high - low), np.float32)


def difference_hashes(shares: np.ndarray) -> np.ndarray:
    """A hash, uint64 (rows,), of each image (rows, height, width, channels)."""
    pictures = grey(planes(shares))
    rows, columns = averaging(pictures.shape[1], HEIGHT), averaging(pictures.shape[2], WIDTH)
    small = rows @ pictures @ columns.T
    bits = small[:, :, 1:] - small[:, :, :-1] > LEAST_STEP
    packed = np.packbits(bits.reshape(len(bits), BITS), axis=1)
    return np.ascontiguousarray(packed).view(np.uint64)[:, 0]


def _signs(hashes: np.ndarray) -> np.ndarray:
    """Bits as -1 and 1, float32 (rows, 64), so that a product counts how many agree."""
    bits = np.unpackbits(np.ascontiguousarray(hashes).view(np.uint8).reshape(-1, 8), axis=1)
    return bits.astype(np.float32) * 2 - 1


def agreements(first: np.ndarray, second: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """How many bits of each two hashes agree, less those that differ (first, some of second), and
    the place in `second` of the first of these; a block of `second` at a time."""
    signs = _signs(first)
    for start in range(0, len(second), BLOCK):
        yield start, signs @ _signs(second[start : start + BLOCK]).T
