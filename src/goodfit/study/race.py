"""Racing: an arm that is clearly worse than the best one gets no more seeds.

As in F-Race (Birattari et al., GECCO 2002), section 3, with paired t-intervals for its rank tests:
the scores of one seed and one row are compared between arms, so that few seeds suffice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from goodfit.results import Effect
from goodfit.study.stats import effect, seed_noise

MIN_SEEDS = 3
"""Paired seeds before an arm may be stopped: below, the variance over seeds is hardly known."""


def best_of(scores: Mapping[str, Sequence[np.ndarray]]) -> str | None:
    """The arm with the highest mean score, the first of equals; None where no score is finite."""
    means = {name: float(np.mean(np.stack(by_seed))) for name, by_seed in scores.items() if by_seed}
    finite = {name: mean for name, mean in means.items() if np.isfinite(mean)}
    return max(finite, key=lambda name: finite[name]) if finite else None


def losers(
    measure: str,
    scores: Mapping[str, Sequence[np.ndarray]],
    *,
    exempt: Collection[str] = (),
    comparisons: int = 1,
    classes: np.ndarray | None = None,
) -> tuple[str | None, dict[str, Effect]]:
    """The best arm so far, and the arms that are clearly worse than it, with their effects against
    it: the whole interval is below 0.

    Args:
        scores: of every arm that still runs, the scores by row of the same seeds in the same order.
        exempt: arms that are never stopped.
        comparisons: arms compared at once, which the intervals are corrected for.
        classes: see `goodfit.study.stats.effect`.
    """
    best = best_of(scores)
    if best is None or len(scores[best]) < MIN_SEEDS:
        return best, {}
    found: dict[str, Effect] = {}
    shapes = [x.shape for x in scores[best]]
    others = {
        name: by_seed
        for name, by_seed in scores.items()
        if name != best and [x.shape for x in by_seed] == shapes
    }
    noise = seed_noise([(scores[best], by_seed) for by_seed in others.values()])
    for name, by_seed in others.items():
        if name in exempt or not (classes is None or by_seed[0].shape == classes.shape):
            continue
        against = effect(
            measure, scores[best], by_seed, classes=classes, noise=noise, comparisons=comparisons
        )
        if against.high < 0:
            found[name] = against
    return best, found
