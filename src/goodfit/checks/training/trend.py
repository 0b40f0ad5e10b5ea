"""Trends of a curve over epochs, by ranks. Not a check."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence


def mann_kendall(values: Sequence[float]) -> float:
    """The Mann-Kendall statistic as a normal deviate: positive for a rising curve. It needs no
    scale and no shape, and cannot pass 3 for fewer than seven values (Mann, "Nonparametric tests
    against trend", 1945; ties as in Kendall, "Rank Correlation Methods", 1975, chapter 4)."""
    known = [value for value in values if math.isfinite(value)]
    count = len(known)
    score = sum(
        (later > earlier) - (later < earlier) for earlier, later in itertools.combinations(known, 2)
    )
    ties = sum(n * (n - 1) * (2 * n + 5) for n in Counter(known).values())
    variance = (count * (count - 1) * (2 * count + 5) - ties) / 18
    if variance <= 0 or score == 0:
        return 0.0
    return (score - math.copysign(1, score)) / math.sqrt(variance)


def turns(values: Sequence[float]) -> float:
    """The share of inner points at which the curve turns round: two thirds for independent noise,
    next to nothing for a smooth curve, one for a zigzag."""
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    steps = [step for step in steps if step]
    pairs = list(itertools.pairwise(steps))
    return sum(one * other < 0 for one, other in pairs) / len(pairs) if pairs else 0.0


def ends(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the first and of the last third of a curve of at least one value."""
    import numpy as np

    third = max(1, len(values) // 3)
    return float(np.median(values[:third])), float(np.median(values[-third:]))
