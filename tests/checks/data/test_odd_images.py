"""GF133 on literals."""

from __future__ import annotations

from data_literals import TRAINED, against_learners, found, silent
from image_literals import pictures, seen

from goodfit.checks.data.odd_images import CHECK
from goodfit.facts import Facts, ImageFacts, ImageOutlier

BLANK = tuple(ImageOutlier(kind="blank", value=0.001, row=row) for row in (7, 12, 80, 81))
DARK = ImageOutlier(kind="dark", value=0.01, path="cats/9.jpg")


def test_one_blank_picture_is_worth_a_look() -> None:
    train = pictures(outliers=BLANK[:1], outlier_counts={"blank": 1})
    finding = found(CHECK, seen(train=train))
    assert finding.severity == "tip"
    assert "1 of 500 train images (0.2%)" in finding.message
    assert "row 7 (blank)" in finding.message


def test_many_blank_pictures_are_a_warning_unless_the_model_does_well() -> None:
    train = pictures(outliers=BLANK, outlier_counts={"blank": 20})
    badly = against_learners(0.2)
    assert found(CHECK, seen(train=train, baselines=badly)).severity == "warning"
    well = against_learners(0.0)
    assert found(CHECK, seen(train=train, baselines=well, trace=TRAINED)).severity == "tip"


def test_files_are_named() -> None:
    train = pictures(outliers=(DARK,), outlier_counts={"dark": 4})
    assert "cats/9.jpg (dark)" in found(CHECK, seen(train=train)).message


def test_a_dark_picture_or_two_are_nothing() -> None:
    train = pictures(outliers=(DARK,), outlier_counts={"dark": 2})
    assert silent(CHECK, seen(train=train)).result == "passed"


def test_validation_pictures_count_too() -> None:
    held = pictures("validation", outliers=BLANK, outlier_counts={"blank": 4})
    finding = found(CHECK, seen(images={"validation": held}))
    assert finding.where.argument == "validation_data"


def test_healthy_and_unknown() -> None:
    assert silent(CHECK, seen()).result == "passed"
    assert silent(CHECK, Facts(images=ImageFacts())).result == "skipped"
