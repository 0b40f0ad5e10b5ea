"""What an input array is: features, image, sequence, tokens, text or other.

Read off the shape and the values alone, since the data are looked at apart from the model.
"""

from __future__ import annotations

import numpy as np

from goodfit.observe.data.statistics import Moments, numeric

CHANNELS = (1, 3, 4)
LEAST_SIDE = 8
"""Smaller maps without a channel axis are taken for sequences."""
LEAST_TOKEN = 256
"""Whole numbers below this may be pixels or measured counts; only a hint makes them tokens."""
LEAST_STEPS = 4


def is_text(array: np.ndarray) -> bool:
    """Whether an array holds texts: of a string dtype, or objects that are all str or bytes."""
    if array.dtype.kind in "UST":
        return True
    flat = array.ravel().tolist() if array.dtype.kind == "O" else []
    return bool(flat) and all(isinstance(value, (str, bytes)) for value in flat)


def _pixels(rows: np.ndarray, moments: Moments) -> bool:
    """Whether values look like those of grey images: 0..255 in whole numbers, or those over 255."""
    seen = moments.overall
    low, high = seen["minimum"], seen["maximum"]
    if low is None or high is None or low < 0 or rows.dtype.kind == "b":
        return rows.dtype.kind == "b"
    if moments.whole and 1 < high <= 255:
        return rows.dtype == np.uint8 or high > 127
    if high > 1:
        return False
    if moments.whole:  # ones and zeros: a binary picture, or one-hot steps of a sequence
        return rows.shape[1] == rows.shape[2] or rows.dtype == np.uint8
    levels = rows.astype(np.float64) * 255
    return bool(np.all(np.abs(levels - np.rint(levels)) < 1e-2))


def _is_image(rows: np.ndarray, moments: Moments) -> bool:
    if rows.ndim == 4:
        return rows.shape[-1] in CHANNELS or rows.shape[1] in CHANNELS
    sides = rows.shape[1:]
    similar = len(sides) == 2 and min(sides) >= LEAST_SIDE and max(sides) <= 4 * min(sides)
    return similar and _pixels(rows, moments)


def _looks_like_tokens(rows: np.ndarray, moments: Moments) -> bool:
    """Several columns of whole numbers from 0 far up, all of one scale. Raw pixels stay below 256,
    and the columns of a table differ in scale."""
    if rows.dtype.kind not in "ui" or rows.ndim != 2 or rows.shape[1] < LEAST_STEPS:
        return False
    seen = moments.overall
    low, high = seen["minimum"], seen["maximum"]
    if low is None or high is None or low < 0 or high < LEAST_TOKEN:
        return False
    highest = np.asarray(moments.maximum)
    return bool(highest.ndim == 0 or np.mean(highest >= high / 10) >= 0.5)


def input_kind(rows: np.ndarray, moments: Moments, embedded: bool, guess: bool) -> str:
    """The kind of an input, as in `ArrayFacts`.

    Args:
        rows: some rows (rows, ...) of the array.
        moments: what is known of all its values.
        embedded: whether it is known to feed an embedding.
        guess: whether it may be taken for tokens by its values alone.
    """
    if not numeric(rows):
        return "text" if is_text(rows) else "other"
    if embedded or (guess and _looks_like_tokens(rows, moments)):
        return "tokens"
    if rows.ndim <= 2:
        return "features"
    if rows.ndim in (3, 4) and _is_image(rows, moments):
        return "image"
    return "sequence" if rows.ndim == 3 else "other"
