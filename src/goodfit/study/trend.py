"""Whether a training curve was still going down when training ended."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

MIN_POINTS = 12
MIN_EPOCHS = 4
"""Of a short curve: the last of three is the lowest of a flat one in a third of all cases."""
MIN_T = 3.0
"""Standard errors; neighbouring epochs are alike, so fewer would be found in flat curves too."""


def still_falling(losses: Sequence[float | None]) -> bool:
    """Whether the last half of a loss curve lies on a falling line.

    The slope of a straight line through the last half of the epochs (at least 12 of them) is below
    0 by three standard errors, with the errors' lag-one autocorrelation taken into account as in
    Santer et al., "Statistical significance of trends" (J. Geophys. Res. 2000), section 4. A curve
    too short for that was falling where its last epoch is its lowest: with any patience at all,
    nothing but the number of epochs has ended it.
    """
    curve = np.asarray([x for x in losses if x is not None and math.isfinite(x)])
    tail = curve[len(curve) // 2 :]
    if len(tail) < MIN_POINTS:
        return len(curve) >= MIN_EPOCHS and int(curve.argmin()) == len(curve) - 1
    at = np.arange(len(tail), dtype="float64")
    slope, level = np.polyfit(at, tail, 1)
    rest = tail - (slope * at + level)
    spread = float((rest**2).sum())
    if spread <= 0:
        return bool(slope < 0)
    lag = max(0.0, float((rest[1:] * rest[:-1]).sum()) / spread)
    effective = max(2.5, len(tail) * (1 - lag) / (1 + lag))
    error = math.sqrt(spread / (effective - 2) / float(((at - at.mean()) ** 2).sum()))
    return bool(slope < -MIN_T * error)
