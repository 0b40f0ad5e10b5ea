"""GF106 wrong-dtype: inputs or targets of a type that the network cannot read or that loses them.

Sees: texts, dates or Python objects where numbers are needed; complex numbers, whose imaginary part
Keras drops; fractions where an Embedding needs whole numbers; scaled features cut to integers;
float64 or integers so large that float32 cannot tell neighbours apart.
Why it matters: Keras stops on objects and texts ("Invalid dtype: object"). The other casts happen
in silence: an Embedding cuts 0.7 to 0, and float32 holds 24 bits, so that seconds since 1970 come
in steps of 128.
Evidence: the array's dtype, the Python types found in it, whether training ran all the same; of
integers, that nearly all features lie around 0 with both signs and most values 0, as standardised
ones do that were cut; the step of float32 at a feature's largest value against its deviation.
Remedies: none; a cast or an encoding before fit.
Source: tried on Keras 3.15 with JAX, TensorFlow and PyTorch; IEEE 754, binary32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.checks.data.approach import ways
from goodfit.checks.data.faring import badly_off
from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    DataFacts,
    ModelFacts,
    SettingsFacts,
    TargetFacts,
    Trace,
)
from goodfit.results import Severity

UNREADABLE = ("object", "str", "bytes", "<U", "|S", "datetime", "timedelta", "category", "string")
READERS = ("TextVectorization", "StringLookup", "Hashing", "HashedCrossing")
INTEGERS = ("int", "uint", "Int", "UInt")
WIDE = ("float64", "int64", "uint64", "int32", "uint32", "Int64", "Float64")
STEP = Threshold(2.0**-23, source="the step of binary32, relative to a number (IEEE 754)")
STEPS = Threshold(8.0, source="a deviation of fewer steps leaves about three bits of a feature")
CUT_SHARE = Threshold(0.9, source="nearly all features, so that it is no design of some of them")
CUT_FEATURES = Threshold(5, source="fewer may be small signed counts by design")
CUT_STD = (0.2, 1.3)
BLANK = Threshold(0.05, source="binary pictures have more ink; x / 255 cut keeps the 255s only")
BLANK_WIDE = Threshold(0.2, source="binary pictures are bool or uint8; int64 is what a cast leaves")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    case: str
    severity: Severity
    argument: str
    evidence: dict[str, Any]


def _unreadable(dtype: str) -> bool:
    return dtype.startswith(UNREADABLE)


def _words(array: ArrayFacts) -> str:
    return f" (holding {', '.join(array.object_types[:4])})" if array.object_types else ""


def _objects(data: DataFacts, model: ModelFacts | None, trained: bool) -> Iterator[_Found]:
    reads = model is not None and any(layer.type in READERS for layer in model.layers)
    for part in (data.train, data.validation):
        for array in part.inputs if part is not None and not trained and not reads else ():
            if _unreadable(array.dtype):
                told = {"name": array.name, "dtype": array.dtype, "holding": _words(array)}
                case = "text" if array.kind == "text" else "object"
                yield _Found(case=case, severity="error", argument="x", evidence=told)
        for target in part.targets if part is not None and not trained else ():
            if _unreadable(target.dtype):
                told = {"name": target.name, "dtype": target.dtype, "labels": _labels(target)}
                case = "text labels" if target.kind == "text" else "object targets"
                yield _Found(case=case, severity="error", argument="y", evidence=told)


def _labels(target: TargetFacts) -> str:
    names = [repr(name) for name in list(target.class_counts)[:3]]
    return f" ({', '.join(names)}, ...)" if names else ""


def _embedded(data: DataFacts, model: ModelFacts | None, number: int) -> bool:
    if model is None:
        return False
    found = ways(model, data.train.inputs, number)
    layers = [way.layer for way in found if way.layer is not None]
    return bool(layers) and all(layer.type == "Embedding" for layer in layers)


def _signed_counts(array: ArrayFacts) -> bool:
    """Whether integers look like standardised features that were cut: around 0, both signs."""
    import numpy as np

    low, high = np.array(array.feature_min), np.array(array.feature_max)
    mean, std = np.array(array.feature_mean), np.array(array.feature_std)
    if not low.size == high.size == mean.size == std.size:
        return False
    varying = high > low
    if varying.sum() < CUT_FEATURES.value:
        return False
    cut = (low < 0) & (high > 0) & (np.abs(mean) <= 0.5) & (std > CUT_STD[0]) & (std < CUT_STD[1])
    return float(cut[varying].mean()) >= CUT_SHARE.value


def _cut(array: ArrayFacts) -> bool:
    if not array.dtype.startswith(INTEGERS) or not array.whole_numbers:
        return False
    if array.kind == "features":
        return _signed_counts(array)
    ink = BLANK_WIDE if array.dtype in ("int32", "int64") else BLANK
    blank = array.minimum == 0 and array.maximum == 1 and (array.mean or 0.0) < ink.value
    return array.kind == "image" and blank


def _rounded(array: ArrayFacts) -> int | None:
    """The feature of which float32 leaves the least, if that is too little."""
    import numpy as np

    if array.dtype not in WIDE or not array.feature_std:
        return None
    largest = np.maximum(np.abs(array.feature_min), np.abs(array.feature_max))
    std = np.array(array.feature_std)
    with np.errstate(all="ignore"):
        steps = std / (largest * STEP.value)
    bad = np.isfinite(steps) & (std > 0) & (steps < STEPS.value)
    return int(np.argmin(np.where(bad, steps, np.inf))) if bad.any() else None


def _numbers(data: DataFacts, model: ModelFacts | None, harmed: bool) -> Iterator[_Found]:
    for number, array in enumerate(data.train.inputs):
        told: dict[str, Any] = {
            "name": array.name,
            "dtype": array.dtype,
            "minimum": array.minimum,
            "maximum": array.maximum,
        }
        if array.dtype.startswith("complex"):
            yield _Found(case="complex", severity="warning", argument="x", evidence=told)
        seen = array.rows_seen > 0 and array.minimum is not None
        if seen and not array.whole_numbers and _embedded(data, model, number):
            yield _Found(case="fractions", severity="error", argument="x", evidence=told)
        elif seen and not _embedded(data, model, number) and _cut(array):
            yield _Found(case="cut", severity="warning", argument="x", evidence=told)
        feature = None if array.kind == "tokens" else _rounded(array)
        if feature is not None:
            largest = max(abs(array.feature_min[feature]), abs(array.feature_max[feature]))
            told |= {
                "feature": feature,
                "feature_std": array.feature_std[feature],
                "largest": largest,
                "step": largest * STEP.value,
            }
            severity: Severity = "warning" if harmed else "tip"
            yield _Found(case="rounded", severity=severity, argument="x", evidence=told)


def wrong_dtype(
    data: DataFacts,
    model: ModelFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    if not data.train.inputs and not data.train.targets:
        return NotApplicable("there are no arrays")
    trained = trace is not None and trace.trained > 0
    harmed = badly_off(baselines, trace, settings)
    found = [*_objects(data, model, trained), *_numbers(data, model, harmed)]
    if not found:
        dtypes = {array.dtype for array in data.train.inputs}
        names = sorted(dtypes | {target.dtype for target in data.train.targets})
        return Passed(f"Keras can read what it was given ({', '.join(names)})")
    worst = min(found, key=lambda one: ("error", "warning", "tip").index(one.severity))
    return Suspicion(
        evidence=worst.evidence,
        case=worst.case,
        severity=worst.severity,
        where=place(settings.fit_where if settings else None, argument=worst.argument),
    )


CHECK = Check(
    code="GF106",
    name="wrong-dtype",
    severity="warning",
    function=wrong_dtype,
    message={
        "text": "Input {name} holds texts (dtype {dtype}), which a network cannot read.",
        "object": "Input {name} has dtype {dtype}{holding}, which Keras cannot turn into numbers.",
        "text labels": "The targets are texts{labels} (dtype {dtype}), which no loss can read.",
        "object targets": "The targets have dtype {dtype}, which Keras cannot turn into numbers.",
        "complex": "Input {name} holds complex numbers ({dtype}): Keras drops the imaginary part "
        "without a word.",
        "fractions": "Input {name} feeds an Embedding but holds fractions ({minimum:.3g} to "
        "{maximum:.3g}, {dtype}): each is cut to a whole number, 0.7 to 0.",
        "cut": "Input {name} has dtype {dtype} and values of {minimum:.0f} to {maximum:.0f}, most "
        "of them 0: scaled features look like that when they are cut to integers.",
        "rounded": "Feature {feature} of input {name} reaches {largest:.4g}, where float32, which "
        "Keras computes in, has steps of {step:.3g}; its standard deviation is {feature_std:.3g}: "
        "most of it is rounded away.",
    },
    advice={
        "text": "Turn texts into numbers: keras.layers.TextVectorization for sentences, "
        "keras.layers.StringLookup(output_mode='one_hot') or pandas.get_dummies for categories.",
        "object": "Find the columns that are no numbers (x.dtypes of the data frame), encode or "
        "drop them, then x = x.astype('float32').",
        "text labels": "Map texts to numbers: classes, y = np.unique(y, return_inverse=True), and "
        "keep classes for reading predictions.",
        "object targets": "Make them numbers: y = np.asarray(y.tolist(), dtype='float32'), or "
        "'int32' for labels.",
        "complex": "Give the network real numbers: np.stack([x.real, x.imag], axis=-1), or np.abs "
        "and np.angle.",
        "fractions": "Give the Embedding the token numbers themselves: leave them out of scaling, "
        "and cast them with astype('int32').",
        "cut": "Scale in floats: drop the cast to integers, or do x = x.astype('float32') before "
        "the scaling instead of after it.",
        "rounded": "Subtract its mean (or smallest value) before the cast: x[:, {feature}] -= "
        "x_train[:, {feature}].mean(), while still in float64 or int64.",
    },
)
