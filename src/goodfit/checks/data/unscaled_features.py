"""GF102 unscaled-features: inputs of a scale, or of scales, that training cannot digest.

Sees: features whose typical size is far from 1, or some of which vary by orders of magnitude more
than others, and nothing in front of the first weights that scales them. A tenth of unit size is
enough where training ended while it was still falling.
Why it matters: initial weights are drawn for inputs of about unit size. Large inputs start the
model far off and make its loss jump, and features of small spread are all but invisible beside
those of a large one.
Evidence: the root mean square over all features after any Rescaling layer; the largest feature's
range against the range that a quarter of the varying features stay below; whether the model is
worse than the best simple learner on the same rows, since these learners scale their inputs.
Remedies: scale-features.
Source: docs/evidence/data.md; LeCun, Bottou, Orr, Mueller, "Efficient BackProp" (1998), 4.3;
Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010),
for the initial scale; the Keras layer Normalization, https://keras.io/api/layers/.
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
from goodfit.checks.data.approach import Way, ways
from goodfit.checks.data.faring import Faring, fared
from goodfit.checks.model.harm import still_falling
from goodfit.facts import (
    ArrayFacts,
    BaselineFacts,
    DataFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
)

LARGE = Threshold(30.0, source="docs/evidence/data.md")
SMALL_ROW = Threshold(0.01, source="docs/evidence/data.md")
SMALL_AND_SLOW = Threshold(0.1, source="a tenth of unit size, and training that ended too early")
SPREAD = Threshold(100.0, source="docs/evidence/data.md")
KINDS = ("features", "sequence")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scales:
    """Root mean square over features and over a row (its Euclidean norm); spread of ranges."""

    typical: float
    row: float
    spread: float | None
    widest: int | None

    @property
    def case(self) -> str:
        if self.spread is not None and self.spread >= SPREAD.value:
            return "spread"
        if self.typical >= LARGE.value:
            return "large"
        return "small" if 0 < self.row <= SMALL_ROW.value else ""

    def slows(self, slow: bool) -> bool:
        """Whether inputs are so small that a training which was still falling owes it to them."""
        return slow and 0 < self.typical <= SMALL_AND_SLOW.value


def _scales(array: ArrayFacts, way: Way) -> _Scales | None:
    """What the first weights receive, as far as moments tell; None without finite moments."""
    import numpy as np

    means = np.asarray(array.feature_mean or (array.mean,), dtype=float) * way.scale + way.offset
    stds = np.asarray(array.feature_std or (array.std,), dtype=float) * abs(way.scale)
    known = np.isfinite(means) & np.isfinite(stds)
    if not known.any():
        return None
    with np.errstate(over="ignore"):
        typical = math.sqrt(float(np.mean(np.square(means[known]) + np.square(stds[known]))))
    row = typical * math.sqrt((array.shape[-1] or 1) if array.shape else 1)
    ranges = np.subtract(array.feature_max, array.feature_min) if array.feature_max else np.empty(0)
    varying = np.flatnonzero(np.isfinite(ranges) & (ranges > 0))
    if varying.size < 2:
        return _Scales(typical=typical, row=row, spread=None, widest=None)
    widest = int(varying[np.argmax(ranges[varying])])
    usual = float(np.quantile(ranges[varying], 0.25))
    spread = float(ranges[widest]) / usual
    return _Scales(typical=typical, row=row, spread=spread, widest=widest)


def _raw(
    data: DataFacts, model: ModelFacts, faring: Faring, slow: bool
) -> Iterator[tuple[ArrayFacts, Way, _Scales, str]]:
    """Inputs of an unfit scale that nothing scales, with what they meet."""
    for number, array in enumerate(data.train.inputs):
        if array.kind not in KINDS:
            continue
        for way in ways(model, data.train.inputs, number):
            found = _scales(array, way)
            if way.end == "normalised" or found is None:
                continue
            case = found.case or ("small" if found.slows(slow) else "")
            if not case or (case != "spread" and way.normalised_behind):
                continue
            if way.end == "weights" or faring == "badly":
                yield array, way, found, case
                break


def _evidence(
    array: ArrayFacts, scales: _Scales, baselines: BaselineFacts | None
) -> dict[str, object]:
    found: dict[str, object] = {
        "input": array.name,
        "typical_size": scales.typical,
        "minimum": array.minimum,
        "maximum": array.maximum,
        "rows": array.rows_seen,
        "features": array.shape[-1] if array.shape else 1,
    }
    if scales.spread is not None and scales.widest is not None:
        found |= {
            "spread": scales.spread,
            "widest_feature": scales.widest,
            "widest_minimum": array.feature_min[scales.widest],
            "widest_maximum": array.feature_max[scales.widest],
        }
    if baselines is not None and baselines.model_vs_best is not None:
        found |= {"model_minus_best_learner": baselines.model_vs_best, "learner": baselines.best}
        found |= {"model_error": baselines.model_error}
    return found


def unscaled_features(
    data: DataFacts,
    model: ModelFacts,
    baselines: BaselineFacts | None = None,
    trace: Trace | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    arrays = data.train.inputs
    asked = [number for number, array in enumerate(arrays) if array.kind in KINDS]
    if not asked:
        return NotApplicable("no input holds plain numbers")
    faring = fared(baselines, trace)
    slow = still_falling(trace, settings) is not None
    for array, way, scales, case in _raw(data, model, faring, slow):
        where = place(
            settings.fit_where if settings else None,
            layer=way.layer.path if way.layer else None,
            argument="x",
        )
        return Suspicion(
            case=f"{case}, yet trained" if faring == "well" else case,
            evidence=_evidence(array, scales, baselines),
            severity="tip" if faring == "well" else None,
            where=where,
        )
    return _silent(arrays, asked, model)


def _silent(arrays: tuple[ArrayFacts, ...], asked: list[int], model: ModelFacts) -> Answer:
    plain = [_scales(arrays[number], Way(end="weights")) for number in asked]
    known = [scales for scales in plain if scales is not None]
    if not known:
        return CannotTell("no input has finite numbers to judge")
    sizes = {"typical_size": max(scales.typical for scales in known)}
    if not any(scales.case for scales in known):
        return Passed(f"inputs have a typical size of {sizes['typical_size']:.3g}", sizes)
    found = [way for number in asked for way in ways(model, arrays, number)]
    if any(way.end == "unseen" for way in found):
        return CannotTell(
            "inputs are far from unit scale, but what the model does to them first is not known"
        )
    return Passed("a layer of the model scales its inputs before they are weighed", sizes)


_LARGE = (
    "Inputs reach the first weights with a typical size of {typical_size:.3g} (they lie in "
    "{minimum:.3g} to {maximum:.3g}), where about 1 is expected"
)
_SPREAD = (
    "Feature {widest_feature} (counted from 0) runs from {widest_minimum:.3g} to "
    "{widest_maximum:.3g}, a range {spread:.3g} times that of the narrower features, and nothing "
    "scales it"
)
_YET = "; this model still did as well as the best simple learner."
_ADVICE = (
    "Make a keras.layers.Normalization() the model's first layer after calling its adapt() on the "
    "training rows only, or standardise x with the training rows' mean and standard deviation."
)
_CASES = {"large": _LARGE, "small": _LARGE, "spread": _SPREAD}

CHECK = Check(
    code="GF102",
    name="unscaled-features",
    severity="warning",
    function=unscaled_features,
    message={case: text + "." for case, text in _CASES.items()}
    | {f"{case}, yet trained": text + _YET for case, text in _CASES.items()},
    advice={case: _ADVICE for name in _CASES for case in (name, f"{name}, yet trained")},
    remedies=("scale-features",),
)
