"""Noise, of rows and of epochs, and how far a change stands above it.

Rows: the best and the last epoch are compared row by row. Epochs: all rows go up and down together
from one epoch to the next, which no number of rows averages out. The best epoch is a minimum picked
among many, so a comparison with it allows for the picking. docs/evidence/generalization.md derives
the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

PICKED_Z = 3.0 / math.sqrt(2.0)
MIN_ROWS = 5
HUGE = 1e100


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A mean change per row with its standard error; `z` is the paired t statistic brought to the
    scale of a normal deviate, so that few rows weigh less."""

    mean: float
    standard_error: float
    z: float
    rows: int


def needed_z(epochs: int) -> float:
    """The deviate that the best of `epochs` epochs must be beaten by: the minimum of that many
    equal epochs lies sqrt(ln epochs) standard errors of a difference below, by picking alone."""
    return math.sqrt(math.log(max(epochs, 2))) + PICKED_Z


def paired(before: Sequence[float], after: Sequence[float]) -> Change | None:
    """The change from `before` to `after` over the same rows, or None for too few of them."""
    import numpy as np

    first, second = np.asarray(before, float), np.asarray(after, float)
    if first.size < MIN_ROWS or first.size != second.size:
        return None
    if not np.all(np.abs(np.concatenate((first, second))) < HUGE):
        return None
    difference = second - first
    mean = float(difference.mean())
    error = float(difference.std(ddof=1)) / math.sqrt(first.size)
    t = mean / error if error > 0 else math.copysign(math.inf, mean) if mean else 0.0
    return Change(mean=mean, standard_error=error, z=normal(t, first.size - 1), rows=first.size)


def normal(t: float, freedom: int) -> float:
    """A t statistic as a normal deviate (Wallace 1959)."""
    if not abs(t) < HUGE:
        return math.copysign(math.sqrt(2.0 * freedom), t)
    return t * (1 - 1 / (4 * freedom)) / math.sqrt(1 + t * t / (2 * freedom))


def epoch_noise(means: Sequence[float]) -> float:
    """Standard deviation of the noise between neighbouring epochs: from second differences, which
    a trend leaves alone, over the later half of the curve, robust to single jumps."""
    import numpy as np

    values = np.asarray(means, float)[-max(6, len(means) // 2) :]
    if values.size < 4:
        return 0.0
    return float(1.4826 * np.median(np.abs(np.diff(values, 2))) / math.sqrt(6.0))


def wander(means: Sequence[float]) -> float:
    """Standard deviation about a parabola, robust to single epochs: noise that lasts over several
    epochs, which second differences overlook."""
    import numpy as np

    values = np.asarray(means, float)
    if values.size < 6:
        return 0.0
    places = np.linspace(-1.0, 1.0, values.size)
    fit = np.polynomial.polynomial.polyfit(places, values, 2)
    rest = values - np.polynomial.polynomial.polyval(places, fit)
    freedom = values.size / (values.size - 3)
    return float(1.4826 * np.median(np.abs(rest))) * math.sqrt(freedom)
