"""GF509 predict-scale: predict or evaluate is given rows in another scale than training was.

Sees: a call of `predict` or `evaluate` whose numbers are just those of the training rows after a
usual preprocessing that is missing, doubled or another one there: times 255 or divided by it, moved
between [0, 1] and [-1, 1], standardised or not, images times any number of four or more.
Why it matters: the model answers to inputs that it never met, and nothing fails: it is as if the
model were bad.
Evidence: least and greatest value, mean and standard deviation of both, and the preprocessing that
takes the one to the other. Few rows are judged only where their values are some hundred times as
large as any in training, as a warning; blank ones never.
Remedies: none that changes the training; one function that prepares rows for fit and predict alike,
or layers of the model that do it.
Source: docs/evidence/images.md; Sculley et al., "Hidden Technical Debt in Machine Learning Systems"
(NIPS 2015); Breck et al., "Data Validation for Machine Learning" (MLSys 2019), section 3.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.checks.check import (
    Answer,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.facts import ArrayFacts, CallFacts, DataFacts, Facts

FEW = Threshold(8, source="docs/evidence/images.md, images that together show their range")
MANY = Threshold(32, source="docs/evidence/images.md, rows whose mean and spread are known")
LARGE = Threshold(50.0, source="times the training values: no row of the same kind is so large")
SPREAD = Threshold(2.0, source="docs/evidence/images.md, how far a standard deviation may be off")
OFF = Threshold(1.0, source="docs/evidence/images.md, how far a mean, in standard deviations")
EDGE = Threshold(0.05, source="docs/evidence/images.md, of the range, by which rows may leave it")
COVERS = Threshold(0.5, source="docs/evidence/images.md, of the range, that rows must cover")
UNLIKE = Threshold(4.0, source="docs/evidence/images.md, standard deviations of unlike scale")
ALIKE = Threshold(1.5, source="docs/evidence/images.md, how far measures of one scale differ")
UNIT = Threshold(0.3, source="standardised rows: mean and log standard deviation this near 0")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What an array's numbers are like."""

    low: float
    high: float
    mean: float
    std: float

    def mapped(self, scale: float, offset: float) -> _Numbers:
        return _Numbers(
            self.low * scale + offset,
            self.high * scale + offset,
            self.mean * scale + offset,
            self.std * scale,
        )

    @property
    def span(self) -> float:
        return self.high - self.low

    @property
    def standardised(self) -> bool:
        near = abs(self.mean) <= UNIT.value and abs(math.log(self.std)) <= UNIT.value
        return near and self.low < 0


def _numbers(facts: ArrayFacts | CallFacts) -> _Numbers | None:
    told = (facts.minimum, facts.maximum, facts.mean, facts.std)
    values = [value for value in told if value is not None and math.isfinite(value)]
    if len(values) < len(told) or not values[3] > 0:
        return None
    return _Numbers(*values)


def _within(seen: _Numbers, low: float, high: float) -> bool:
    return low <= seen.low and seen.high <= high


def _maps(train: _Numbers) -> list[tuple[str, float, float]]:
    """(what happened to the call's images, scale, offset) of pixels in a usual range."""
    if _within(train, 0, 1) and train.high > 0.5:
        return [("not divided by 255", 255, 0), ("divided by 255 twice", 1 / 255, 0),
                ("scaled to [-1, 1] instead of [0, 1]", 2, -1)]  # fmt: skip
    if _within(train, -1, 1) and train.low < -0.5 and train.high > 0.5:
        return [("not scaled from [0, 255] to [-1, 1]", 127.5, 127.5),
                ("scaled to [0, 1] instead of [-1, 1]", 0.5, 0.5)]  # fmt: skip
    if _within(train, 0, 255) and train.high > 127:
        return [("divided by 255", 1 / 255, 0), ("scaled to [-1, 1]", 1 / 127.5, -1)]
    return []


def _fits(call: _Numbers, wanted: _Numbers) -> bool:
    """Whether the call's numbers are such as mapped training rows would have."""
    edge = EDGE.value * wanted.span
    inside = wanted.low - edge <= call.low and call.high <= wanted.high + edge
    covers = call.span >= COVERS.value * wanted.span
    spread = abs(math.log(call.std / wanted.std)) <= math.log(SPREAD.value)
    return inside and covers and spread and abs(call.mean - wanted.mean) <= OFF.value * wanted.std


def _unlike(call: _Numbers, train: _Numbers) -> bool:
    """Whether the numbers cannot be those of rows like the training rows."""
    ratio = abs(math.log(call.std / train.std)) > math.log(UNLIKE.value)
    edge = 4 * EDGE.value * train.span
    outside = call.low < train.low - edge or call.high > train.high + edge
    gone = call.low > train.low + 0.45 * train.span
    return ratio or outside or gone


def _pixels(call: _Numbers, train: _Numbers, rows: int) -> str:
    """What happened to the images of a call; "" for nothing."""
    if rows < FEW.value:
        large = call.low >= 0 and call.high > LARGE.value * max(abs(train.low), abs(train.high))
        known = [told for told, scale, _ in _maps(train) if scale > 100]
        return known[0] if large and call.high <= 255 and known else ""
    for told, scale, offset in _maps(train):
        if _fits(call, train.mapped(scale, offset)) and _unlike(call, train):
            return told
    if train.standardised and _within(call, 0, 255) and call.high > LARGE.value * train.high:
        return "not standardised"
    return _times(call, train) if rows >= MANY.value else ""


def _times(call: _Numbers, train: _Numbers) -> str:
    """Whether images that begin at 0 are those of training times a number, by all their measures;
    "" if not."""
    if train.low != 0 or call.low != 0 or min(train.mean, call.mean) <= 0:
        return ""
    ratios = [call.high / train.high, call.mean / train.mean, call.std / train.std]
    same = max(ratios) / min(ratios) <= ALIKE.value
    apart = abs(math.log(ratios[0])) > math.log(UNLIKE.value)
    return f"multiplied by {ratios[0]:.3g}" if same and apart else ""


def _table(call: _Numbers, train: _Numbers, rows: int) -> str:
    """What happened to the rows of a call, whatever they are; "" for nothing."""
    if rows < MANY.value or not _unlike(call, train):
        return ""
    apart = abs(math.log(call.std / train.std)) > math.log(UNLIKE.value)
    if call.standardised and not train.standardised and apart:
        return "standardised, the training rows not"
    far = call.low > train.high or call.high < train.low
    far = far or (apart and abs(call.mean - train.mean) > UNLIKE.value * train.std)
    return "not standardised" if train.standardised and not call.standardised and far else ""


def _happened(call: CallFacts, array: ArrayFacts) -> str:
    seen, train = _numbers(call), _numbers(array)
    same = call.shape is None or tuple(call.shape) == tuple(array.shape)
    if seen is None or train is None or call.same_as == "train" or not same:
        return ""
    rows = call.rows or 0
    told = _pixels(seen, train, rows) if array.kind == "image" else ""
    return told or (_table(seen, train, rows) if array.kind in ("image", "features") else "")


def predict_scale(facts: Facts, data: DataFacts) -> Answer:
    measured = [call for call in facts.calls if call.minimum is not None]
    if not measured or not data.train.inputs:
        return NotApplicable("no call of predict or evaluate was seen whose numbers are known")
    array = data.train.inputs[0]
    for call in measured:
        told = _happened(call, array)
        if told:
            evidence = {
                "kind": call.kind,
                "what": told,
                "rows": call.rows,
                "minimum": call.minimum,
                "maximum": call.maximum,
                "mean": call.mean,
                "std": call.std,
                "train_minimum": array.minimum,
                "train_maximum": array.maximum,
                "train_mean": array.mean,
                "train_std": array.std,
            }
            few = (call.rows or 0) < FEW.value
            return Suspicion(
                evidence=evidence, severity="warning" if few else None, where=place(call.where)
            )
    return Passed(f"{len(measured)} calls were given numbers in the scale of the training rows")


CHECK = Check(
    code="GF509",
    name="predict-scale",
    severity="error",
    function=predict_scale,
    message="{kind} was given rows in another scale than fit: {minimum:.3g} to {maximum:.3g}, mean "
    "{mean:.3g} ± {std:.2g}, where training had {train_minimum:.3g} to {train_maximum:.3g}, mean "
    "{train_mean:.3g} ± {train_std:.2g}. They look {what}.",
    advice="Prepare rows by one function for fit, evaluate and predict alike, or put the "
    "preprocessing into the model (Rescaling, Normalization), where it cannot be forgotten.",
)
