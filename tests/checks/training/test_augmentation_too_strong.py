"""GF321 on literals."""

from __future__ import annotations

from dataclasses import replace

from literals import baselines, decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.augmentation_too_strong import CHECK, augmentation_too_strong
from goodfit.facts import AugmentationFacts, Facts, ImageFacts, LayerFacts, ModelFacts, SourceLine

STRONG = AugmentationFacts(
    place="model",
    kinds=("RandomRotation(0.5)", "RandomTranslation(height_factor=0.5, width_factor=0.5)"),
    layers=("augment/random_rotation", "augment/random_translation"),
    random=True,
    rotation=180.0,
    rows=1536,
    accuracy_before=0.94,
    accuracy_after=0.12,
    accuracy_again=0.17,
    accuracy_prior=0.12,
    accuracy_se=0.012,
)
LAYER = LayerFacts(
    path="augment/random_rotation",
    type="RandomRotation",
    where=SourceLine(file="train.py", line=7, text="RandomRotation(0.5),"),
)
MODEL = ModelFacts(name="m", kind="sequential", layers=(LAYER,))
STUCK = trace([2.35, 2.31, 2.3, 2.3], answers=predictions(error=0.9, prior_error=0.9), spread=0.05)
LEARNT = trace(decay(2.4, 0.2, 20))


def _images(**changes: object) -> ImageFacts:
    return ImageFacts(augmentation=replace(STRONG, **changes))


def test_a_model_that_learns_nothing_from_images_that_show_nothing() -> None:
    outcome, found = run_check(CHECK, Facts(images=_images(), trace=STUCK, model=MODEL))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.line) == ("warning", 7)
    assert found.where.layer == "augment/random_rotation"
    assert "12% of them, 17% when fitted on changed ones, and 94% unchanged" in found.message


def test_validation_worse_than_the_learner_is_harm_too() -> None:
    behind = baselines(0.30, prior=0.9)
    answer = augmentation_too_strong(_images(), LEARNT, behind)
    assert isinstance(answer, Suspicion)
    assert "right about 70% only" in answer.evidence["harmed"]
    # but not where the validation images are changed as well
    changed = _images(validation_kinds=("rotation_range=180",))
    assert isinstance(augmentation_too_strong(changed, LEARNT, behind), Passed)


def test_a_model_that_learns_from_strong_changes_is_left_alone() -> None:
    assert isinstance(
        augmentation_too_strong(_images(), LEARNT, baselines(0.05, prior=0.9)), Passed
    )
    assert isinstance(augmentation_too_strong(_images(), LEARNT), Passed)


def test_usual_changes_pass_however_the_model_fared() -> None:
    # 0.1 of a turn, a mirror, zoom, shifts and contrast on MNIST: the learner relearns 59 %
    usual = _images(accuracy_after=0.39, accuracy_again=0.59)
    assert isinstance(augmentation_too_strong(usual, STUCK), Passed)


def test_a_learner_that_reads_little_tells_nothing() -> None:
    dim = _images(accuracy_before=0.2, accuracy_after=0.12)
    assert isinstance(augmentation_too_strong(dim, STUCK), CannotTell)
    few = _images(rows=20, accuracy_before=0.4, accuracy_se=0.11)
    assert isinstance(augmentation_too_strong(few, STUCK), CannotTell)
    unknown = _images(accuracy_before=None, accuracy_after=None, accuracy_again=None)
    assert isinstance(augmentation_too_strong(unknown, STUCK), CannotTell)


def test_without_random_changes_there_is_no_question() -> None:
    for images in (ImageFacts(), _images(place="none")):
        assert isinstance(augmentation_too_strong(images, STUCK), NotApplicable)
