"""Effects: paired by seed and by row, with an interval that covers both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from goodfit.results import Effect, EffectName
from goodfit.study.balance import MIN_CLASSES, counted

LEVEL = 0.05
NEGLIGIBLE, NEGLIGIBLE_LOSS = 0.05, 0.01
"""Share of what the baseline gets wrong, and of its loss, most of which no model could lose; a
smaller change matters to nobody, and an interval inside it says "no effect"."""
MIN_SEEDS = 2
MIN_ROWS = 30
MIN_ARMS = 3
"""Arms without which nothing is known of how much arms differ in their noise."""
SHARED = 3.0
"""Degrees of freedom at most, as a multiple of those of the arm's own seeds: all arms are compared
with the same trainings of the baseline, whose noise more arms tell nothing about
(docs/evidence/effects.md)."""
_ALIKE = 1e4
"""Degrees of freedom, halved, from which on the arms' variances count as one."""
_LEAST = 1e-12
"""The smallest level that an interval is looked at for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedNoise:
    """What the arms of a study tell of an arm's variance over seeds: the variance of one seed's
    mean difference, and how many degrees of freedom that is worth."""

    variance: float
    freedom: float


def seed_noise(
    pairs: Sequence[tuple[Sequence[np.ndarray], Sequence[np.ndarray]]],
) -> SeedNoise | None:
    """The variance over seeds that arms share, from scores by row of each seed without and with a
    remedy; None where fewer than three arms have two seeds.

    Two seeds hardly tell a variance: a quarter of all such estimates are below a tenth of the
    truth, and of ten arms that change nothing one looked better or worse in two of five studies
    (docs/evidence/effects.md). Smyth, "Linear models and empirical Bayes methods" (Statistical
    Applications in Genetics and Molecular Biology 2004), section 6.2: from the mean and the scatter
    of the logarithms of the arms' variances follow a common variance and how far single arms' may
    be off it.
    """
    from scipy import optimize, special

    told = []
    for without, with_remedy in pairs:
        scores = zip(without, with_remedy, strict=True)
        means = [float(b.mean()) - float(a.mean()) for a, b in scores]
        if len(means) >= MIN_SEEDS and np.isfinite(means).all() and np.ptp(means) > 0:
            told.append((float(np.var(means, ddof=1)), len(means) - 1))
    if len(told) < MIN_ARMS:
        return None
    variances, freedoms = np.array(told).T
    logs = np.log(variances) - special.digamma(freedoms / 2) + np.log(freedoms / 2)
    scatter = float(logs.var(ddof=1) - special.polygamma(1, freedoms / 2).mean())
    common, freedom = float(logs.mean()), math.inf
    if scatter > special.polygamma(1, _ALIKE):
        freedom = 2 * optimize.brentq(
            lambda half: float(special.polygamma(1, half)) - scatter, 1e-3, _ALIKE
        )
        common += float(special.digamma(freedom / 2) - np.log(freedom / 2))
    return SeedNoise(variance=math.exp(common), freedom=freedom)


def effect(
    measure: str,
    without: Sequence[np.ndarray],
    with_remedy: Sequence[np.ndarray],
    *,
    classes: np.ndarray | None = None,
    noise: SeedNoise | None = None,
    comparisons: int = 1,
    seconds_ratio: float | None = None,
) -> Effect:
    """What a remedy does to the scores of the same rows under the same seeds.

    The differences d[seed, row] have two sources of noise, the seeds and the rows that were drawn,
    as the pigeonhole bootstrap has it: Owen (Annals of Applied Statistics 2007), section 3. The
    variance of their mean is that over seeds (of the seeds' means, by their number) and that over
    rows (of the rows' means, by theirs). Each counts with its own quantile of Student's t, and the
    interval's half widths add up as squares (Zou and Donner, Statistics in Medicine 2008, section
    2): one quantile for the sum, with degrees of freedom after Satterthwaite, is too short where
    the variance over two or three seeds comes out small by chance (docs/evidence/effects.md).
    Bonferroni's correction for several comparisons.

    Args:
        measure: see `Effect.measure`.
        without, with_remedy: scores by row of each seed, each of shape (rows,), in the same order
            of seeds and rows.
        classes: the class of every row, (rows,), where the scores count classes alike.
        noise: what other arms tell of the variance over seeds.
        comparisons: number of arms compared at once, at least 1.
        seconds_ratio: kept in the effect.

    Returns:
        The effect; "cannot tell" below 2 seeds or 30 rows, where a score is not finite, and where
        fewer than 2 classes have rows enough to count.

    Raises:
        ValueError: the seeds or the rows of the two differ in number.
    """
    if len(without) != len(with_remedy) or not without:
        raise ValueError(
            f"scores of {len(without)} seeds without and {len(with_remedy)} with the remedy; "
            "expected the same seeds of both, at least one"
        )
    first, second = np.stack(without).astype("float64"), np.stack(with_remedy).astype("float64")
    if first.shape != second.shape:
        raise ValueError(
            f"scores of {first.shape[1]} rows without and {second.shape[1]} with the remedy; "
            "expected the same rows of both"
        )
    with np.errstate(invalid="ignore"):
        difference = second - first
    seeds, rows = difference.shape
    mean = float(difference.mean())
    reach, p = math.inf, 1.0
    enough = seeds >= MIN_SEEDS and rows >= MIN_ROWS
    enough = enough and (classes is None or len(counted(classes)[0]) >= MIN_CLASSES)
    if enough and np.isfinite(difference).all():
        parts = [_of_seeds(difference, noise), *_of_rows(difference.mean(axis=0), classes)]
        reach = _reach(parts, LEVEL / comparisons)
        p = min(1.0, comparisons * _chance(parts, abs(mean)))
    share = NEGLIGIBLE_LOSS if measure == "loss" else NEGLIGIBLE
    wrong = abs(_best(measure) - float(first.mean()))
    return Effect(
        measure=measure,
        difference=mean,
        low=mean - reach,
        high=mean + reach,
        without=float(first.mean()),
        with_remedy=float(second.mean()),
        p=p,
        says=_says(mean - reach, mean + reach, share * wrong),
        seeds=seeds,
        rows=rows,
        seconds_ratio=seconds_ratio,
        comparisons=comparisons,
    )


_Part = tuple[float, float]
"""A part of the variance of the mean difference, and its degrees of freedom."""


def _reach(parts: Sequence[_Part], level: float) -> float:
    """Half the width of the interval that misses the truth this often."""
    from scipy import stats

    variances, freedoms = np.array(parts).T
    return math.sqrt(float((variances * stats.t.ppf(1 - level / 2, freedoms) ** 2).sum()))


def _chance(parts: Sequence[_Part], mean: float) -> float:
    """The level at which the interval just reaches 0."""
    from scipy import optimize

    if _reach(parts, _LEAST) <= mean:
        return _LEAST if mean > 0 else 1.0
    found = optimize.brentq(lambda log: _reach(parts, math.exp(log)) - mean, math.log(_LEAST), 0.0)
    return math.exp(found)


def _of_seeds(difference: np.ndarray, noise: SeedNoise | None) -> _Part:
    """The variance over seeds; what other arms tell counts by its degrees of freedom."""
    seeds = len(difference)
    own = float(difference.mean(axis=1).var(ddof=1))
    freedom = seeds - 1.0
    if noise is not None:
        more = min(noise.freedom, (SHARED - 1) * freedom)
        own = (freedom * own + more * noise.variance) / (freedom + more)
        freedom += more
    return own / seeds, freedom


def _of_rows(difference: np.ndarray, classes: np.ndarray | None) -> list[_Part]:
    """The variance over rows, of the differences (rows,) that seeds have in the mean."""
    if classes is not None:
        return _of_classes(difference, classes)
    return [(float(difference.var(ddof=1)) / len(difference), len(difference) - 1.0)]


def _of_classes(difference: np.ndarray, classes: np.ndarray) -> list[_Part]:
    """The variance that each class's rows give to the mean over classes, and its degrees of
    freedom: class by class, for a few rows of a rare class decide as much as all others do.

    Half a row is added to each of the four outcomes, right or wrong without and with the remedy, so
    that the variance of a class in which no answer changed is not 0: Agresti and Min, "Simple
    improved confidence intervals for comparing matched proportions" (Statistics in Medicine 2005).
    """
    found = []
    values, counts = counted(classes)
    for one, count in zip(values, counts, strict=True):
        # From scores back to right and wrong: a row counts rows / (classes * rows of its class).
        change = difference[classes == one] * (len(values) * count / len(classes))
        more = count + 2
        spread = (float((change**2).sum()) + 1) / more - (float(change.sum()) / more) ** 2
        found.append((spread / more / len(values) ** 2, count - 1.0))
    return found


def _best(measure: str) -> float:
    """The score that nothing can better."""
    return 0.0 if measure == "loss" else 1.0


def _says(low: float, high: float, negligible: float) -> EffectName:
    if low > 0:
        return "helps"
    if high < 0:
        return "harms"
    return "no effect" if -negligible <= low and high <= negligible else "cannot tell"
