"""Values to pixels, and the round numbers between."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Scale = Literal["linear", "log", "epochs"]


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers within [low, high]."""
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return [low]
    step = 10 ** math.floor(math.log10(span / most))
    step = next(step * m for m in (1, 2, 5, 10, 20) if span / (step * m) <= most)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class Axis:
    """Values to pixels. `scale` "epochs" is logarithmic too, and knows epoch 0."""

    low: float
    high: float
    start: float
    end: float
    scale: Scale = "linear"

    def at(self, value: float) -> float:
        """The pixel of a value."""
        warp = _WARPS[self.scale]
        low, high = warp(self.low), warp(self.high)
        share = (warp(value) - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 1)

    def inside(self, value: float) -> float:
        """The value itself, or the end of the axis that is nearest to it."""
        return min(max(value, self.low), self.high)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers on the axis, about `most` at most."""
        if self.scale == "linear":
            return ticks(self.low, self.high, most)
        low = max(self.low, 1.0) if self.scale == "epochs" else self.low
        first, last = math.floor(math.log10(low)), math.floor(math.log10(self.high))
        for steps in ((1, 2, 5), (1, 3), (1,)):
            found = [m * 10.0**e for e in range(first, last + 1) for m in steps]
            found = [tick for tick in found if low <= tick <= self.high * (1 + 1e-9)]
            if len(found) <= most + 2:
                break
        return found[:: max(1, len(found) // most)]


_WARPS: dict[Scale, Callable[[float], float]] = {
    "linear": float,
    "log": math.log,
    "epochs": math.log1p,
}
