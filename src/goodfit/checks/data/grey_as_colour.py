"""GF134 grey-as-colour: grey pictures that are read as red, green and blue.

Sees: images whose three channels are equal, going into a network that is trained from its start.
Networks that begin with weights from elsewhere, which want three channels, are left alone.
Why it matters: two of three channels say nothing new: the files are read, kept and multiplied
threefold, and the first layer has three weights where one would do.
Evidence: the share of grey images, and the weights of the first convolution that could go.
Remedies: none; the advice says where to ask for grey.
Source: keras.utils.image_dataset_from_directory, color_mode.
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
from goodfit.facts import ImageFacts, LayerFacts, ModelFacts, SettingsFacts

ALL = Threshold(0.995, source="a coloured picture in two hundred may be a slip, not a class")
MIN_ROWS = Threshold(20, source="fewer pictures may all be grey by chance")
BASE = Threshold(10, source="convolutions inside a nested model: a base made for three channels")


def grey_as_colour(
    images: ImageFacts, model: ModelFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    train = images.train
    if train is None:
        return CannotTell("the training images could not be looked at")
    if train.grey is None or train.channels != 3:
        return NotApplicable("the images do not have three channels")
    if train.rows_seen < MIN_ROWS.value:
        return CannotTell(f"{train.rows_seen} images are too few to tell")
    if train.grey < ALL.value:
        return Passed(f"{train.grey:.0%} of the images are grey")
    layers = model.layers if model is not None else ()
    first = next((one for one in layers if "Conv2D" in one.type), None)
    if _has_base(layers, first):
        return NotApplicable("a base inside the model wants three channels")
    spare = _spare(first)
    evidence = {
        "grey": train.grey,
        "rows": train.rows_seen,
        "layer": first.path if first is not None else None,
        "spare": spare,
        "cost": f" and {spare:,} weights of {first.path}" if first is not None and spare else "",
    }
    return Suspicion(
        evidence=evidence, where=place(settings.fit_where if settings else None, argument="x")
    )


def _has_base(layers: tuple[LayerFacts, ...], first: LayerFacts | None) -> bool:
    """Whether the first convolution was trained elsewhere, or belongs to a base that mostly is."""
    loaded = first is not None and any(one.as_initialised is False for one in first.weights)
    inside = sum("/" in one.path and "Conv2D" in one.type for one in layers)
    return loaded or inside >= BASE.value


def _spare(first: LayerFacts | None) -> int:
    """The weights of the first convolution that two of three channels take."""
    for weight in first.weights if first is not None else ():
        if len(weight.shape) == 4 and weight.shape[2] == 3:
            height, width, _, filters = weight.shape
            return 2 * height * width * filters
    return 0


CHECK = Check(
    code="GF134",
    name="grey-as-colour",
    severity="tip",
    function=grey_as_colour,
    message="All three channels are equal in {grey:.0%} of {rows} images: they are grey. Two "
    "thirds of the pixels{cost} tell nothing.",
    advice="Read them with color_mode='grayscale', or keep one channel, x = x[..., :1], and "
    "declare keras.Input((height, width, 1)).",
)
