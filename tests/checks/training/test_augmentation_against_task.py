"""GF322 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from literals import predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.augmentation_against_task import CHECK, augmentation_against_task
from goodfit.facts import (
    AugmentationFacts,
    ClassMove,
    Facts,
    ImageFacts,
    ImageFolderFacts,
    LayerFacts,
    ModelFacts,
    Trace,
)


def pair(
    one: str, other: str, there: float, back: float, *, rows: int = 150
) -> tuple[ClassMove, ClassMove]:
    return (
        ClassMove(true=one, taken_for=other, before=0.0, after=there, rows=rows),
        ClassMove(true=other, taken_for=one, before=0.0, after=back, rows=rows),
    )


DIGITS = AugmentationFacts(
    place="model",
    kinds=("RandomRotation(0.5)",),
    layers=("random_rotation",),
    random=True,
    rotation=180.0,
    rows=1536,
    accuracy_before=0.94,
    accuracy_after=0.32,
    accuracy_again=0.77,
    accuracy_prior=0.12,
    accuracy_se=0.01,
    mirrored=pair("3", "5", 0.33, 0.33),
    upended=pair("6", "9", 0.40, 0.46),
    turned=pair("6", "9", 0.45, 0.81) + pair("3", "8", 0.36, 0.60),
)
LAYERS = (
    LayerFacts(path="random_flip", type="RandomFlip"),
    LayerFacts(path="random_rotation", type="RandomRotation"),
)
MODEL = ModelFacts(name="m", kind="sequential", layers=LAYERS)


def _images(**changes: object) -> ImageFacts:
    return ImageFacts(augmentation=replace(DIGITS, **changes))


def _confusing(wrong: int) -> Trace:
    confusion = {"6": {"6": 50 - wrong, "9": wrong}, "9": {"9": 50}}
    return trace([2.3, 0.5], answers=replace(predictions(), confusion=confusion))


def test_a_six_turned_round_is_a_nine() -> None:
    facts = Facts(images=_images(), trace=_confusing(8), model=MODEL)
    outcome, found = run_check(CHECK, facts)
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("warning", "random_rotation")
    assert "turned upside down, images of class 6 look like class 9 (45% of them" in found.message
    (remedy,) = found.remedies
    assert remedy.id == "weaker-augmentation"
    assert remedy.parameters == {"kind": "rotation", "factor": pytest.approx(0.1)}


def test_classes_that_the_model_tells_apart_are_a_tip() -> None:
    answer = augmentation_against_task(_images(), _confusing(1))
    assert isinstance(answer, Suspicion)
    assert answer.severity == "tip"
    assert "tells them apart" in answer.evidence["yet"]
    unknown = augmentation_against_task(_images(), trace([2.3, 0.5]))
    assert isinstance(unknown, Suspicion)
    assert unknown.severity is None


def test_vertical_mirrors_and_classes_called_by_their_folders() -> None:
    folder = ImageFolderFacts(
        role="train", directory="d", reader="image_dataset_from_directory", files=9,
        classes=dict.fromkeys(("zero", "one", "two", "three", "four", "five", "six"), 1),
    )  # fmt: skip
    images = replace(
        _images(flips=("vertical",), rotation=0.0, layers=("random_flip",)), folders=(folder,)
    )
    answer = augmentation_against_task(images, _confusing(8), MODEL)
    assert isinstance(answer, Suspicion)
    assert (answer.evidence["one"], answer.evidence["other"]) == ("six", "9")
    assert answer.where.layer == "random_flip"
    assert answer.remedies is not None
    assert answer.remedies[0].parameters == {"kind": "vertical-flip"}


def test_both_mirrors_together_are_half_a_turn() -> None:
    both = _images(flips=("horizontal", "vertical"), rotation=0.0, upended=(), mirrored=())
    answer = augmentation_against_task(both)
    assert isinstance(answer, Suspicion)
    assert answer.evidence["change"] == "turned upside down"


@pytest.mark.parametrize(
    "images",
    [
        _images(flips=("horizontal",), rotation=36.0),
        _images(turned=pair("3", "8", 0.1, 0.9)),
        _images(turned=pair("6", "9", 0.5, 0.6, rows=9)),
        _images(turned=()),
    ],
    ids=["a mirror that few take", "one way only", "few images", "no pair"],
)
def test_healthy_changes_pass(images: ImageFacts) -> None:
    assert isinstance(augmentation_against_task(images, _confusing(8)), Passed)


def test_thin_facts() -> None:
    for images in (ImageFacts(), _images(place="none"), _images(rotation=36.0)):
        assert isinstance(augmentation_against_task(images), NotApplicable)
    assert isinstance(augmentation_against_task(_images(accuracy_before=None)), CannotTell)


def test_the_pair_that_the_model_takes_for_each_other_most_is_told() -> None:
    two = _images(turned=pair("6", "9", 0.5, 0.8) + pair("2", "5", 0.35, 0.7))
    confusion = {"6": {"6": 50}, "9": {"9": 50}, "2": {"2": 40, "5": 6}, "5": {"5": 40}}
    run = trace([2.3, 0.5], answers=replace(predictions(), confusion=confusion))
    answer = augmentation_against_task(two, run)
    assert isinstance(answer, Suspicion)
    assert (answer.evidence["one"], answer.severity) == ("2", None)


def test_classes_that_the_model_never_names_are_not_told_apart() -> None:
    confusion = {"6": {"0": 50}, "9": {"0": 49, "6": 1}}
    run = trace([2.3, 2.2], answers=replace(predictions(), confusion=confusion))
    answer = augmentation_against_task(_images(), run)
    assert isinstance(answer, Suspicion)
    assert answer.evidence["confused"] is None
    assert answer.severity is None
