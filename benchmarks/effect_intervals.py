"""How often a study's intervals call an effect real where there is none.

    python benchmarks/effect_intervals.py [--studies 300] [--arms 10]

Scores are drawn, not trained: every arm changes nothing but by its seeds' chance, and all arms are
compared with the same trainings of the baseline. Printed is the share of studies in which any arm
"helps" or "harms" (5 % is meant), and the median half width of the intervals, in the unit of one
seed's standard deviation: with degrees of freedom after Satterthwaite, with a quantile for the
seeds and one for the rows, and with what the arms tell of each other's noise besides.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from goodfit.study.stats import effect, seed_noise

ROWS = 400
LEVEL = 0.05
Pair = tuple[list[np.ndarray], list[np.ndarray]]

CASES: dict[str, Callable[[np.random.Generator, int], tuple[float, np.ndarray]]] = {
    "arms and baseline alike": lambda _, arms: (1.0, np.ones(arms)),
    "arms from half to twice": lambda rng, arms: (1.0, np.exp(rng.uniform(-0.7, 0.7, arms))),
    "two arms five times as wild": lambda _, arms: (1.0, np.r_[5.0, 5.0, np.ones(arms - 2)]),
    "a baseline three times as wild": lambda _, arms: (3.0, np.ones(arms)),
}
"""The seeds' standard deviation of the baseline, and of every arm."""


def drawn(rng: np.random.Generator, seeds: int, base: float, arms: np.ndarray) -> list[Pair]:
    """Scores by row of every arm and of the baseline; rows add a third of a seed's deviation."""
    first = [np.full(ROWS, rng.normal(0, base)) for _ in range(seeds)]
    found = []
    for spread in arms:
        of_rows = rng.normal(0, 0.3 * ROWS**0.5, ROWS)
        found.append((first, [rng.normal(0, spread) + of_rows for _ in range(seeds)]))
    return found


def satterthwaite(pair: Pair, comparisons: int) -> tuple[float, float]:
    """The interval with one quantile for both sources of noise."""
    difference = np.stack(pair[1]) - np.stack(pair[0])
    seeds, rows = difference.shape
    parts = [(difference.mean(axis=1).var(ddof=1) / seeds, seeds - 1)]
    parts += [(difference.mean(axis=0).var(ddof=1) / rows, rows - 1)]
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / each for part, each in parts)
    reach = stats.t.ppf(1 - LEVEL / comparisons / 2, freedom) * variance**0.5
    return difference.mean() - reach, difference.mean() + reach


def intervals(pairs: Sequence[Pair], way: str) -> list[tuple[float, float]]:
    """The interval of every arm."""
    if way == "Satterthwaite":
        return [satterthwaite(pair, len(pairs)) for pair in pairs]
    noise = seed_noise(pairs) if way == "shared" else None
    found = [effect("loss", *pair, noise=noise, comparisons=len(pairs)) for pair in pairs]
    return [(one.low, one.high) for one in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--studies", type=int, default=300)
    parser.add_argument("--arms", type=int, default=10)
    given = parser.parse_args()
    print("share of studies with a false effect, median half width of an interval")
    for name, case in CASES.items():
        for seeds in (2, 3, 5):
            words = []
            for way in ("Satterthwaite", "two quantiles", "shared"):
                rng = np.random.default_rng(0)
                false, widths = 0, []
                for _ in range(given.studies):
                    told = intervals(drawn(rng, seeds, *case(rng, given.arms)), way)
                    false += any(low > 0 or high < 0 for low, high in told)
                    widths += [(high - low) / 2 for low, high in told]
                words.append(f"{way} {false / given.studies:.3f}, {np.median(widths):.1f}")
            print(f"{name}, {seeds} seeds: " + "; ".join(words), flush=True)


if __name__ == "__main__":
    main()
