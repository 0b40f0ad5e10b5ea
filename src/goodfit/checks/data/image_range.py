"""GF127 image-range: pixels in another range than the model is made for.

Sees: pixels of 0 to 255 that nothing scales before the first weights; pixels scaled twice (a
Rescaling layer on data that were divided by 255 already, or data divided twice), which nobody does
on purpose: a warning even where the model did well.
Why it matters: weights are drawn for inputs of about unit size. Pixels of 255 start the model far
off; pixels of 0.004 leave it nearly blind, and BatchNormalization's epsilon does not mend that.
Evidence: the range of the pixels as given and as the first weights receive them; whether the model
is worse than the best simple learner on the same rows.
Remedies: scale-features.
Source: docs/evidence/data.md; https://keras.io/api/layers/preprocessing_layers/image_preprocessing/;
issues tensorflow/tensorflow 42506 and 48412 (preprocessing missing or doubled).
"""

from __future__ import annotations

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
from goodfit.checks.data.faring import fared
from goodfit.facts import ArrayFacts, BaselineFacts, DataFacts, ModelFacts, SettingsFacts, Trace
from goodfit.results import Where

RAW = Threshold(100.0, source="docs/evidence/data.md")
TWICE = Threshold(1 / 64, source="docs/evidence/data.md")


def _received(array: ArrayFacts, way: Way) -> tuple[float, float] | None:
    """The range of the pixels behind the Rescaling layers."""
    if array.minimum is None or array.maximum is None:
        return None
    ends = (array.minimum * way.scale + way.offset, array.maximum * way.scale + way.offset)
    return min(ends), max(ends)


def _case(array: ArrayFacts, way: Way) -> str:
    received = _received(array, way)
    if received is None or way.end == "unseen" or array.maximum == array.minimum:
        return ""
    low, high = received
    if high - low <= TWICE.value and way.end != "normalised":
        return "scaled twice" if way.scale != 1.0 else "too small"
    # ranges below 0 are of pixels centred on purpose, as pretrained models want them
    raw = high >= RAW.value and low >= 0 and way.end == "weights"
    return "raw" if raw and not way.normalised_behind else ""


def image_range(
    data: DataFacts,
    model: ModelFacts,
    baselines: BaselineFacts | None = None,
    trace: Trace | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    arrays = data.train.inputs
    asked = [number for number, array in enumerate(arrays) if array.kind == "image"]
    if not asked:
        return NotApplicable("no input holds images")
    well = fared(baselines, trace) == "well"
    unseen = False
    for number in asked:
        for way in ways(model, arrays, number):
            unseen = unseen or way.end == "unseen"
            case, received = _case(arrays[number], way), _received(arrays[number], way)
            if not case or received is None:
                continue
            evidence = {
                "input": arrays[number].name,
                "minimum": arrays[number].minimum,
                "maximum": arrays[number].maximum,
                "received_minimum": received[0],
                "received_maximum": received[1],
                "yet": " This model still did as well as the best simple learner." if well else "",
            }
            return Suspicion(
                case=case,
                evidence=evidence,
                severity="tip" if well and case == "raw" else None,
                where=_where(settings, way),
            )
    if unseen:
        return CannotTell("what the model does to the images first is not known")
    first = arrays[asked[0]]
    if first.minimum is None:
        return CannotTell("the images hold no finite value")
    told = f"pixels lie in {first.minimum:.3g} to {first.maximum:.3g}"
    return Passed(f"{told}, and reach the first weights in a range they can take")


def _where(settings: SettingsFacts | None, way: Way) -> Where:
    line = settings.fit_where if settings else None
    return place(line, layer=way.layer.path if way.layer else None, argument="x")


CHECK = Check(
    code="GF127",
    name="image-range",
    severity="warning",
    function=image_range,
    message={
        "raw": "Pixels of {received_minimum:.3g} to {received_maximum:.3g} reach the first weights "
        "unscaled.{yet}",
        "scaled twice": "Pixels of {minimum:.3g} to {maximum:.3g} pass a Rescaling layer, so that "
        "the first weights receive {received_minimum:.4g} to {received_maximum:.4g}: they are "
        "scaled twice.{yet}",
        "too small": "Pixels lie in {minimum:.4g} to {maximum:.4g}, as if they had been divided by "
        "255 twice.{yet}",
    },
    advice={
        "raw": "Make keras.layers.Rescaling(1 / 255) the model's first layer, or divide x by 255 "
        "for training, validation and test rows alike.",
        "scaled twice": "Drop either the Rescaling layer or the division of x by 255.",
        "too small": "Divide by 255 once; look for a second division, e.g. in a function that is "
        "called on data already scaled.",
    },
    remedies=("scale-features",),
)
