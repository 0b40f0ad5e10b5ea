"""Effects: paired by seed and by row, with an interval that covers both."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from goodfit.results import Effect, EffectName
from goodfit.study.balance import MIN_CLASSES, counted

LEVEL = 0.05
NEGLIGIBLE, NEGLIGIBLE_LOSS = 0.05, 0.01
"""Share of what the baseline gets wrong, and of its loss, most of which no model could lose; a
smaller change matters to nobody, and an interval inside it says "no effect"."""
MIN_SEEDS = 2
MIN_ROWS = 30


def effect(
    measure: str,
    without: Sequence[np.ndarray],
    with_remedy: Sequence[np.ndarray],
    *,
    classes: np.ndarray | None = None,
    comparisons: int = 1,
    seconds_ratio: float | None = None,
) -> Effect:
    """What a remedy does to the scores of the same rows under the same seeds.

    The differences d[seed, row] have two sources of noise, the seeds and the rows that were drawn.
    The variance of their mean is taken as the sum of that over seeds (of the seeds' means, by their
    number) and that over rows (of the rows' means, by theirs), as the pigeonhole bootstrap's is:
    Owen (Annals of Applied Statistics 2007), section 3; it errs on the wide side. Degrees of
    freedom after Satterthwaite (Biometrics Bulletin 1946); Bonferroni's correction for several
    comparisons.

    Args:
        measure: see `Effect.measure`.
        without, with_remedy: scores by row of each seed, each of shape (rows,), in the same order
            of seeds and rows.
        classes: the class of every row, (rows,), where the scores count classes alike.
        comparisons: number of arms compared at once, at least 1.
        seconds_ratio: kept in the effect.

    Returns:
        The effect; "cannot tell" below 2 seeds or 30 rows, where a score is not finite, and where
        fewer than 2 classes have rows enough to count.

    Raises:
        ValueError: the seeds or the rows of the two differ in number.
    """
    from scipy import stats

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
        error, freedom = _standard_error(difference, classes)
        level = LEVEL / comparisons
        reach = float(stats.t.ppf(1 - level / 2, freedom)) * error
        t = abs(mean) / error if error > 0 else (math.inf if mean else 0.0)
        p = min(1.0, comparisons * 2 * float(stats.t.sf(t, freedom)))
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


def _standard_error(difference: np.ndarray, classes: np.ndarray | None) -> tuple[float, float]:
    """Of the mean difference, and its degrees of freedom."""
    seeds, rows = difference.shape
    by_row = difference.mean(axis=0)
    parts = [(float(difference.mean(axis=1).var(ddof=1)) / seeds, seeds - 1)]
    parts += [(float(by_row.var(ddof=1)) / rows, rows - 1)] if classes is None else _of_classes(
        by_row, classes
    )  # fmt: skip
    variance = sum(part for part, _ in parts)
    if variance <= 0:
        return 0.0, seeds - 1.0
    return math.sqrt(variance), variance**2 / sum(part**2 / freedom for part, freedom in parts)


def _of_classes(difference: np.ndarray, classes: np.ndarray) -> list[tuple[float, int]]:
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
        found.append((spread / more / len(values) ** 2, int(count) - 1))
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
