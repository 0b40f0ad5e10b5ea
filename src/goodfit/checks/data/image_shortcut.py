"""GF132 image-shortcut: one plain property of the pictures tells their class.

Sees: a small tree on one number a picture (its brightness, contrast, sharpness, colour, border, or
its file's size, kind or shape) that is nearly always right. A warning where that property is of
the file or the border, which show little of what is in the picture, where it tells three classes
or more apart, or where the model is as often right as the tree and no more; else a tip: pictures of
day and night do differ in brightness.
Why it matters: a network takes the easiest way. If the pictures of one class come from another
camera, format or year, it learns that, and fails on pictures from elsewhere; the validation rows
have the same property, and show nothing.
Evidence: the errors of the tree and of a constant answer, on rows it was not fitted on, with
standard errors; the model's error.
Remedies: none; take the pictures of all classes from the same source, or remove the property.
Source: Geirhos et al., "Shortcut Learning in Deep Neural Networks" (2020); Zech et al., "Variable
generalization performance of a deep learning model to detect pneumonia in chest radiographs"
(2018).
"""

from __future__ import annotations

import math
from typing import Any

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
from goodfit.facts import BaselineFacts, ImageFacts, ImageProperty, SettingsFacts

PERFECT = Threshold(0.05, source="of a constant answer's error: 97.5 % right at even odds")
NEARLY = Threshold(0.15, source="of a constant answer's error; digits 0 and 1 by their ink: 0.16")
MIN_Z = Threshold(5.0, source="standard errors below a constant answer: one of ten properties")
SEVERAL = Threshold(0.55, source="a constant answer's error: three classes or more")
ALIKE = Threshold(2.0, source="standard errors of a difference")
MIN_ROWS = Threshold(50, source="on fewer rows one of ten properties is nearly perfect by chance")
OF_FILE = ("width", "height", "aspect", "bytes", "mode")
WORDS = {
    "brightness": "brightness",
    "contrast": "contrast",
    "sharpness": "sharpness",
    "colour": "mean colour",
    "border": "border's brightness",
    "width": "file's width",
    "height": "file's height",
    "aspect": "file's aspect ratio",
    "bytes": "file's size in bytes",
    "mode": "file's kind of pixels",
}


def _share(found: ImageProperty) -> float:
    return found.error / found.prior_error if found.prior_error > 0 else math.inf


def _as_good(found: ImageProperty, baselines: BaselineFacts | None) -> bool:
    """Whether the model is as often right as the tree on the property alone. One that is worse did
    not learn the property either."""
    if baselines is None or baselines.task != "classes" or baselines.model_error is None:
        return False
    noise = math.hypot(found.error_se, baselines.model_error_se or 0.0, 1 / found.rows)
    return abs(baselines.model_error - found.error) < ALIKE.value * noise


def image_shortcut(
    images: ImageFacts,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    if images.train is None:
        return CannotTell("the training images could not be looked at")
    known = [one for one in images.train.properties if one.rows >= MIN_ROWS.value]
    if not known:
        return NotApplicable("no property of images was held against classes")
    best = min(known, key=_share)
    evidence = _evidence(best, known, baselines)
    clear = best.prior_error - best.error > MIN_Z.value * max(best.error_se, 1 / best.rows)
    if not clear or _share(best) > NEARLY.value:
        told = f"{WORDS.get(best.name, best.name)} alone leaves {_share(best):.0%}"
        return Passed(f"{told} of a constant answer's error", evidence)
    case, certain = _case(best, baselines)
    return Suspicion(
        evidence=evidence,
        case=case,
        severity="warning" if certain and _share(best) <= PERFECT.value else "tip",
        where=place(settings.fit_where if settings else None, argument="x"),
    )


def _case(best: ImageProperty, baselines: BaselineFacts | None) -> tuple[str, bool]:
    """The wording, and whether the property can hardly be what the classes are about."""
    if best.name in OF_FILE:
        return "file", True
    if best.name == "border":
        return "border", True
    if _as_good(best, baselines):
        return "model", True
    return "picture", best.prior_error >= SEVERAL.value


def _evidence(
    best: ImageProperty, known: list[ImageProperty], baselines: BaselineFacts | None
) -> dict[str, Any]:
    return {
        "property": best.name,
        "what": WORDS.get(best.name, best.name),
        "error": best.error,
        "error_se": best.error_se,
        "prior_error": best.prior_error,
        "rows": best.rows,
        "model_error": baselines.model_error if baselines else None,
        "others": {one.name: one.error for one in known if one is not best},
    }


_ALONE = (
    "The {what} alone tells the class of a picture: a small tree on it errs on {error:.1%} of "
    "{rows} images, a constant answer on {prior_error:.1%}"
)
_SOURCE = (
    "Look at some pictures of each class side by side, and ask whether they come from different "
    "sources"
)
_TEST = "and validate on pictures from a source that is not in the training set"

CHECK = Check(
    code="GF132",
    name="image-shortcut",
    severity="tip",
    function=image_shortcut,
    message={
        "file": _ALONE + ". It says nothing of what is in the picture; what the file leaves in "
        "the pixels (stretching, blocks, missing colour) can give the class away.",
        "border": _ALONE + ". What the picture shows seldom lies there: a frame, a stamp or a "
        "background may give the class away.",
        "model": _ALONE + ". The network errs on {model_error:.1%} of its rows, as if it looked at "
        "nothing else.",
        "picture": _ALONE + ".",
    },
    advice={
        "file": f"{_SOURCE}. Save all files at one size, format and quality, or take both classes "
        f"from every source, {_TEST}.",
        "border": f"{_SOURCE}. Crop the border off (keras.layers.CenterCrop), {_TEST}.",
        "model": f"{_SOURCE}. If the property is what the classes are about, a rule on it does as "
        "well as the network; if not, validate on pictures from a source that is not in the "
        "training set.",
        "picture": f"{_SOURCE}. If the property is not what the classes are about, take it away "
        f"(keras.layers.RandomBrightness, RandomContrast, RandomGrayscale), {_TEST}.",
    },
)
