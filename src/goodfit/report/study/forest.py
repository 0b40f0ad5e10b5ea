"""Effects with their intervals as lines of characters, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from goodfit.results import Effect

FAR = 4.0  # times the usual reach; what lies farther is cut, and ends in an arrow


def forest(effects: Sequence[Effect | None], width: int) -> tuple[str, ...]:
    """One line of `width` characters for each effect, all about the same zero, above 0 to the
    right; () where no effect has an interval."""
    finite = [e for e in effects if e and math.isfinite(e.low) and math.isfinite(e.high)]
    if not finite:
        return ()
    limit = FAR * median(max(abs(effect.low), abs(effect.high)) for effect in finite) or 1.0
    low = max(min(0.0, *(effect.low for effect in finite)), -limit)
    high = min(max(0.0, *(effect.high for effect in finite)), limit)

    def at(value: float) -> int:
        share = (min(max(value, low), high) - low) / ((high - low) or 1.0)
        return round(share * (width - 1))

    def line(effect: Effect | None) -> str:
        cells = [" "] * width
        cells[at(0.0)] = "│"
        if effect is None or not (math.isfinite(effect.low) and math.isfinite(effect.high)):
            return "".join(cells)
        for cell in range(at(effect.low), at(effect.high) + 1):
            cells[cell] = "┼" if cell == at(0.0) else "─"
        cells[at(effect.low)] = "├" if effect.low >= low else "<"
        cells[at(effect.high)] = "┤" if effect.high <= high else ">"
        cells[at(effect.difference)] = "●"
        return "".join(cells)

    return tuple(line(effect) for effect in effects)
