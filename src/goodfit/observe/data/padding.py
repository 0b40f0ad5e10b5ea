"""Zeros that fill rows of unequal length up to one length."""

from __future__ import annotations

import numpy as np


def padding(rows: np.ndarray) -> tuple[float, str | None]:
    """The share of time steps that are zeros at a row's end ("post") or beginning ("pre"), and the
    side where there are more; no side where there is none.

    Args:
        rows: (rows, time) or (rows, time, features) of numbers; a step is zero if all its features
            are. A row of zeros only is padding on the side that the others are padded on.
    """
    some = rows != 0
    if some.ndim > 2:
        some = some.any(axis=tuple(range(2, some.ndim)))
    if not some.size:
        return 0.0, None
    steps, filled = some.shape[1], some.any(axis=1)
    before = int(some[filled].argmax(axis=1).sum())
    after = int(some[filled, ::-1].argmax(axis=1).sum())
    empty = steps * int(np.count_nonzero(~filled))
    share = (before + after + empty) / some.size
    if not before + after + empty:
        return 0.0, None
    return float(share), "pre" if before > after else "post"
