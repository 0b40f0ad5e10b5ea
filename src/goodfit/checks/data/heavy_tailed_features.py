"""GF103 heavy-tailed-features: a few extreme values dominate a feature.

Sees: a feature whose farthest value lies ten standard deviations off and whose standard deviation
is several times what the middle half of its rows suggests. Of images and sequences, whose quartiles
are not known, a farthest value ten standard deviations off.
Why it matters: such values decide mean, deviation and range, so that scaling presses all other
rows into a sliver where the model cannot tell them apart, and their gradients outweigh the rest.
Evidence: the standard deviation over that of a normal distribution with the same quartiles; the
farthest value in standard deviations. At ten of them at most one row in a hundred can lie so far
(Chebyshev), so these are few. A warning only where the trained model did badly.
Remedies: scale-features.
Source: Tukey, "Exploratory Data Analysis" (1977), chapter 2, for quartiles as a resistant scale;
Hampel, "The influence curve and its role in robust estimation" (1974).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.data.approach import ways
from goodfit.checks.data.faring import badly_off
from goodfit.facts import ArrayFacts, BaselineFacts, DataFacts, ModelFacts, SettingsFacts, Trace

FARTHEST = Threshold(10.0, source="Chebyshev: at most 1 % of rows lie ten deviations off")
STRETCHED = Threshold(5.0, source="scaled to unit deviation, half of all rows lie within 0.14")
NORMAL_IQR = 1.349
KINDS = ("features", "sequence", "image")
BUCKETS = ("Discretization", "CategoryEncoding", "IntegerLookup", "Hashing", "Embedding")
FEWEST_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tail:
    """The worst feature of an array: `stretched` is None where quartiles are not known."""

    array: ArrayFacts
    farthest: float
    value: float
    features: int
    feature: int | None = None
    stretched: float | None = None


def _by_feature(array: ArrayFacts) -> _Tail | None:
    import numpy as np

    low, high = np.array(array.feature_min), np.array(array.feature_max)
    mean, std = np.array(array.feature_mean), np.array(array.feature_std)
    middle = np.subtract(array.feature_q75, array.feature_q25)
    if not len(low) == len(high) == len(mean) == len(std) == len(middle):
        return None
    with np.errstate(all="ignore"):
        farthest = np.maximum(high - mean, mean - low) / std
        stretched = std * NORMAL_IQR / middle
    known = np.isfinite(farthest) & np.isfinite(stretched)
    heavy = known & (farthest >= FARTHEST.value) & (stretched >= STRETCHED.value)
    if not heavy.any():
        return None
    worst = int(np.argmax(np.where(heavy, stretched, -1.0)))
    up = high[worst] - mean[worst] >= mean[worst] - low[worst]
    return _Tail(
        array=array,
        farthest=float(farthest[worst]),
        value=float(high[worst] if up else low[worst]),
        features=int(heavy.sum()),
        feature=worst,
        stretched=float(stretched[worst]),
    )


def _as_a_whole(array: ArrayFacts) -> _Tail | None:
    low, high, mean, std = array.minimum, array.maximum, array.mean, array.std
    if low is None or high is None or mean is None or not std or not math.isfinite(std):
        return None
    value = high if high - mean >= mean - low else low
    farthest = abs(value - mean) / std
    if not FARTHEST.value <= farthest < math.inf:
        return None
    return _Tail(array=array, farthest=farthest, value=value, features=0)


def _tails(data: DataFacts, model: ModelFacts | None) -> Iterator[_Tail]:
    for number, array in enumerate(data.train.inputs):
        if array.kind not in KINDS or array.rows_seen < FEWEST_ROWS:
            continue
        found = ways(model, data.train.inputs, number) if model is not None else ()
        if found and all(way.layer is not None and way.layer.type in BUCKETS for way in found):
            continue
        tail = _by_feature(array) if array.kind == "features" else _as_a_whole(array)
        if tail is not None:
            yield tail


def heavy_tailed_features(
    data: DataFacts,
    model: ModelFacts | None = None,
    baselines: BaselineFacts | None = None,
    trace: Trace | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    asked = [array for array in data.train.inputs if array.kind in KINDS]
    if not asked:
        return NotApplicable("no input holds plain numbers")
    if all(array.rows_seen < FEWEST_ROWS for array in asked):
        return CannotTell(f"fewer than {FEWEST_ROWS} rows show no tails")
    tails = list(_tails(data, model))
    if not tails:
        return Passed("no feature is dominated by a few extreme values")
    worst = max(tails, key=lambda tail: (tail.stretched or 0.0, tail.farthest))
    harmed = badly_off(baselines, trace, settings)
    evidence = {
        "input": worst.array.name,
        "feature": worst.feature,
        "value": worst.value,
        "farthest": worst.farthest,
        "stretched": worst.stretched,
        "within": 0.5 * NORMAL_IQR / worst.stretched if worst.stretched else None,
        "features": worst.features,
        "rows": worst.array.rows_seen,
        "model_did_badly": harmed,
    }
    return Suspicion(
        evidence=evidence,
        case="feature" if worst.feature is not None else "array",
        severity="warning" if harmed else None,
        where=place(settings.fit_where if settings else None, argument="x"),
    )


CHECK = Check(
    code="GF103",
    name="heavy-tailed-features",
    severity="tip",
    function=heavy_tailed_features,
    message={
        "feature": "A few extreme values dominate feature {feature} (counted from 0; {features} "
        "such features): the farthest, {value:.4g}, lies {farthest:.0f} standard deviations off, "
        "and after scaling half of all rows would lie within ±{within:.2g}.",
        "array": "A few extreme values dominate input {input}: the farthest, {value:.4g}, lies "
        "{farthest:.0f} standard deviations from the mean.",
    },
    advice={
        "feature": "If it is a code for a missing value or an error of units, mend it; else take "
        "np.log1p of positive features, clip to the 1st and 99th percentile of the training rows, "
        "or use sklearn.preprocessing.RobustScaler or QuantileTransformer.",
        "array": "Look where such values come from (a code for missing, an error of units), and "
        "clip to the range that measured values can have: x = np.clip(x, low, high).",
    },
    remedies=("scale-features",),
)
