"""Whether both sets' values come from one distribution, a feature at a time."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from goodfit.facts import FeatureDrift, SetFacts
from goodfit.observe.data.arrays import rows_of, take
from goodfit.observe.data.duplicates import paired
from goodfit.observe.data.kinds import CHANNELS
from goodfit.observe.data.statistics import laid_flat, numeric

MAX_ROWS = 2048
MAX_COLUMNS = 512
LEAST_ROWS = 10
SHOWN = 5
BLUR = 0.02
"""In standard deviations: many times the step of three digits, and no shift that does harm."""
LEAST_EXPECTED = 5.0
"""Classes of which fewer rows are expected are counted as one (Cochran 1954)."""
LABELS = frozenset({"binary", "classes", "one-hot", "signs", "text"})


def blurred(rows: np.ndarray, spread: np.ndarray, seed: int) -> np.ndarray:
    """The rows (rows, columns) with noise of a fiftieth of each column's `spread`, under which
    values written with other numbers of digits look alike: that is no drift."""
    noise = np.random.default_rng(seed).uniform(-1.0, 1.0, rows.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(rows + BLUR * np.nan_to_num(spread, posinf=0.0) * noise)


def _rounded(rows: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The rows on a grid, column by column; where it is 0, as they are."""
    steps = np.where(grid > 0, grid, 1.0)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(grid > 0, np.round(rows / steps) * steps, rows))


def spread_of(rows: np.ndarray) -> np.ndarray:
    """The standard deviation of each column (columns,) over its finite values."""
    known = np.where(np.isfinite(rows), rows.astype(np.float64), np.nan)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a column without any finite value
        return np.asarray(np.nan_to_num(np.nanstd(known, axis=0), posinf=0.0))


def kolmogorov_smirnov(
    first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The statistic, its asymptotic p-value (Stephens 1970, with the correction for few rows) and
    the difference of the means in standard deviations of the first, for each column.

    Values that are not finite are left out. Ties make the p-values too large, never too small.

    Args:
        first, second: (rows, columns) each, of numbers.
    """
    from scipy.special import kolmogorov

    with np.errstate(over="ignore", invalid="ignore"):
        return _compared(first, second, kolmogorov)


def _compared(
    first: np.ndarray, second: np.ndarray, kolmogorov: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    both = np.concatenate([first, second]).astype(np.float64).T
    both = np.where(np.isfinite(both), both, np.nan)
    ours = np.arange(both.shape[1]) < len(first)
    known = np.isfinite(both)
    counts = [np.maximum((known & part).sum(axis=1), 1) for part in (ours, ~ours)]
    order = np.argsort(both, axis=1, kind="stable")
    values = np.take_along_axis(both, order, axis=1)
    steps = np.where(ours[order], 1 / counts[0][:, None], -1 / counts[1][:, None])
    ahead = np.abs(np.cumsum(np.where(np.isnan(values), 0.0, steps), axis=1))
    ahead[:, :-1][values[:, 1:] == values[:, :-1]] = 0.0  # within ties the sums mean nothing
    statistic = ahead.max(axis=1)
    size = np.sqrt(counts[0] * counts[1] / (counts[0] + counts[1]))
    enough = np.minimum((known & ours).sum(axis=1), (known & ~ours).sum(axis=1)) >= LEAST_ROWS
    p_values = np.where(enough, kolmogorov((size + 0.12 + 0.11 / size) * statistic), 1.0)
    sums = [np.where(known & part, both, 0.0).sum(axis=1) for part in (ours, ~ours)]
    means = [total / count for total, count in zip(sums, counts, strict=True)]
    away = np.where(known & ours, both - means[0][:, None], 0.0)
    spread = np.sqrt(np.square(away).sum(axis=1) / counts[0])
    shift = (means[1] - means[0]) / np.where(spread > 0, spread, np.inf)
    return statistic, p_values, np.where(enough, shift, 0.0)


def _columns(rows: np.ndarray, kind: str) -> np.ndarray:
    """What is compared of an input: its columns; for sequences the mean of each feature over time,
    for images that of each channel."""
    if kind == "sequence" and rows.ndim == 3:
        return np.asarray(rows.mean(axis=1, dtype=np.float64))
    if kind == "image":
        if rows.ndim == 3:
            rows = rows[..., None]
        elif rows.shape[-1] not in CHANNELS:
            rows = np.moveaxis(rows, 1, -1)
        return np.asarray(rows.mean(axis=(1, 2), dtype=np.float64))
    return laid_flat(rows)


def _some(leaf: Any, limit: int, seed: int) -> np.ndarray:
    n = rows_of(leaf)
    index = np.random.default_rng(seed).choice(n, min(n, limit), replace=False)
    return np.asarray(take(leaf, np.sort(index)))


def feature_drift(
    train: Any, validation: Any, kinds: tuple[str, ...], *, seed: int = 0
) -> tuple[tuple[FeatureDrift, ...], int]:
    """The five features with the smallest p-values, and how many were tested.

    Args:
        train, validation: arrays (rows, ...) of any library, or structures of them; a random 2,048
            rows of each set are compared, and of each array at most 512 columns, evenly spread.
        kinds: the kind of each input, as in `ArrayFacts`; tokens and texts are left out.
        seed: of that choice.
    """
    found: list[FeatureDrift] = []
    for number, (first, second) in enumerate(paired(train, validation) or []):
        kind = kinds[number] if number < len(kinds) else "features"
        if kind in ("tokens", "text", "other") or not rows_of(first) or not rows_of(second):
            continue
        rows = [_some(leaf, MAX_ROWS, seed) for leaf in (first, second)]
        if not all(numeric(part) for part in rows) or rows[0].ndim != rows[1].ndim:
            continue
        one, two = (_columns(part, kind) for part in rows)
        width = one.shape[1]
        if width != two.shape[1] or not width or min(len(one), len(two)) < LEAST_ROWS:
            continue
        chosen = np.unique(np.linspace(0, width - 1, min(width, MAX_COLUMNS)).astype(int))
        grid = BLUR * spread_of(one[:, chosen])
        parts = kolmogorov_smirnov(*(_rounded(side[:, chosen], grid) for side in (one, two)))
        for column, *numbers in zip(chosen.tolist(), *(p.tolist() for p in parts), strict=True):
            found.append(
                FeatureDrift(
                    input=number,
                    feature=column,
                    statistic=numbers[0],
                    p_value=numbers[1],
                    shift=numbers[2] if np.isfinite(numbers[2]) else 0.0,
                )
            )
    found.sort(key=lambda one: (one.p_value, -one.statistic))
    return tuple(found[:SHOWN]), len(found)


def _counted(train: SetFacts, validation: SetFacts) -> tuple[float, float] | None:
    """Cramer's V and the p-value of the chi-square test of both sets' class counts."""
    from scipy.special import chdtrc

    first, second = train.targets[0].class_counts, validation.targets[0].class_counts
    labels = sorted(set(first) | set(second))
    counts = np.array([[part.get(name, 0) for name in labels] for part in (first, second)], float)
    if not len(labels) or not counts.sum(axis=1).all():
        return None
    expected = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum()
    rare = expected < LEAST_EXPECTED
    pooled = np.concatenate([counts[:, ~rare], counts[:, rare].sum(axis=1, keepdims=True)], axis=1)
    pooled = pooled[:, pooled.sum(axis=0) > 0]
    if pooled.shape[1] > 1:  # what was pooled may still be too little to stand alone
        least = pooled.sum(axis=0) * pooled.sum(axis=1).min() / pooled.sum()
        pooled = pooled if least[-1] >= 1 else pooled[:, :-1]
    if pooled.shape[1] < 2:
        return None
    total = pooled.sum()
    wanted = pooled.sum(axis=0) * pooled.sum(axis=1)[:, None] / total
    chi = float((np.square(pooled - wanted) / wanted).sum())
    return float(np.sqrt(chi / total)), float(chdtrc(pooled.shape[1] - 1, chi))


def target_shift(
    train: SetFacts, validation: SetFacts, train_y: Any, validation_y: Any
) -> tuple[float, float] | None:
    """The statistic and p-value of the test whether both sets' first targets come from one
    distribution: Cramer's V and chi-square for classes; for numbers the Kolmogorov-Smirnov
    statistic, of several columns the one with the smallest p-value, which is then multiplied by
    their number. None where there is nothing to test."""
    if not train.targets or not validation.targets:
        return None
    kinds = {train.targets[0].kind, validation.targets[0].kind}
    if kinds <= LABELS:
        return _counted(train, validation)
    leaves = paired(train_y, validation_y)
    if kinds != {"continuous"} or not leaves:
        return None
    rows = [laid_flat(_some(leaf, 10 * MAX_ROWS, 0)) for leaf in leaves[0]]
    if rows[0].shape[1] != rows[1].shape[1] or min(map(len, rows)) < LEAST_ROWS:
        return None
    statistic, p_values, _ = kolmogorov_smirnov(rows[0][:, :64], rows[1][:, :64])
    least = int(np.argmin(p_values))
    return float(statistic[least]), float(min(1.0, p_values[least] * len(p_values)))
