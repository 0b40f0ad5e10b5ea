"""GF503 and GF504: what the validation rows are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.evaluation import augmented_validation, validation_is_train
from goodfit.facts import (
    ArrayFacts,
    AugmentationFacts,
    DataFacts,
    Facts,
    ImageFacts,
    PassFacts,
    SetFacts,
    SplitFacts,
    TargetFacts,
)

TRAIN = SetFacts(role="train", rows=1000)
HELD = SetFacts(
    role="validation",
    source="tf.data",
    rows=200,
    inputs=(ArrayFacts(name="0", shape=(32, 32, 3), dtype="float32", kind="image"),),
    targets=(TargetFacts(name="0", shape=(), dtype="int64", kind="classes", distinct=10),),
)


def _split(leaked: int | None, *, rows: int = 200, expected: float = 0.0) -> DataFacts:
    split = SplitFacts(leaked=leaked, leaked_expected=expected, rows_compared=rows)
    return DataFacts(train=TRAIN, validation=HELD, split=split)


def test_training_rows_as_validation_rows() -> None:
    outcome, found = run_check(validation_is_train.CHECK, Facts(data=_split(200)))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert "200 of 200 validation rows are training rows" in found.message


def test_a_few_leaked_rows_are_another_finding() -> None:
    assert isinstance(validation_is_train.validation_is_train(_split(60)), Passed)


@pytest.mark.parametrize(
    "data",
    [_split(None), _split(5, rows=5), _split(200, expected=190.0)],
    ids=["not compared", "few rows", "rows repeat everywhere"],
)
def test_what_cannot_be_told(data: DataFacts) -> None:
    assert isinstance(validation_is_train.validation_is_train(data), CannotTell)


def _passes(same_rows: float, same_labels: float | None, rows: int = 200) -> DataFacts:
    passes = PassFacts(rows=rows, same_rows=same_rows, same_labels=same_labels, from_train=0.0)
    return DataFacts(train=TRAIN, validation=replace(HELD, passes=passes))


def test_other_images_under_the_same_labels() -> None:
    outcome, found = run_check(augmented_validation.CHECK, Facts(data=_passes(0.02, 1.0)))
    assert found is not None, outcome.reason
    assert "98% of 200 validation rows were other rows" in found.message


@pytest.mark.parametrize(
    "data", [_passes(1.0, 1.0), _passes(1.0, 0.1), _passes(0.3, 0.1)],
    ids=["the same", "shuffled", "another sample"],
)  # fmt: skip
def test_rows_that_stay_or_move_together_with_their_labels(data: DataFacts) -> None:
    assert isinstance(augmented_validation.augmented_validation(data), Passed)


def test_one_label_and_few_rows_cannot_tell() -> None:
    same = replace(HELD.targets[0], distinct=1)
    data = _passes(0.0, 1.0)
    assert data.validation is not None
    one = replace(data, validation=replace(data.validation, targets=(same,)))
    for thin in (one, _passes(0.0, 1.0, rows=4), _passes(0.0, None)):
        assert isinstance(augmented_validation.augmented_validation(thin), CannotTell)


def test_arrays_have_no_passes() -> None:
    assert isinstance(
        augmented_validation.augmented_validation(DataFacts(train=TRAIN, validation=HELD)),
        NotApplicable,
    )


def test_a_generator_with_random_options_needs_no_passes() -> None:
    changes = AugmentationFacts(place="generator", validation_kinds=("rotation_range=40",))
    facts = Facts(
        data=DataFacts(train=TRAIN, validation=HELD), images=ImageFacts(augmentation=changes)
    )
    outcome, found = run_check(augmented_validation.CHECK, facts)
    assert found is not None, outcome.reason
    assert "an ImageDataGenerator that changes them at random (rotation_range=40)" in found.message
    plain = ImageFacts(augmentation=AugmentationFacts(place="generator"))
    answer = augmented_validation.augmented_validation(_passes(1.0, 1.0), None, plain)
    assert isinstance(answer, Passed)
