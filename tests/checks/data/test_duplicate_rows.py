"""GF116 on literals."""

from __future__ import annotations

from dataclasses import replace

from data_literals import features, found, image, part, silent
from image_literals import pictures

from goodfit.checks.data.duplicate_rows import CHECK
from goodfit.facts import DataFacts, Facts, ImageFacts, SetFacts

MEASURED = features([0.0] * 4, [1.0] * 4)


def train(duplicates: int | None, near: int | None = None) -> SetFacts:
    return part("train", [MEASURED], duplicates=duplicates, near_duplicates=near)


def test_copies_are_a_tip() -> None:
    finding = found(CHECK, Facts(data=DataFacts(train=train(120))))
    assert finding.severity == "tip"
    assert "120 of 500 train rows (24%)" in finding.message


def test_almost_equal_rows_need_more_of_them() -> None:
    assert found(CHECK, Facts(data=DataFacts(train=train(0, 60)))).evidence["count"] == 60
    assert silent(CHECK, Facts(data=DataFacts(train=train(0, 20)))).result == "passed"


def test_copies_in_the_validation_set() -> None:
    held = part("validation", [image((8, 8, 1))], duplicates=50)
    finding = found(CHECK, Facts(data=DataFacts(train=train(0), validation=held)))
    assert finding.evidence["set"] == "validation"


def test_pictures_that_show_the_same_as_another() -> None:
    data = DataFacts(train=train(0))
    many = ImageFacts(train=pictures(near_identical=40, examples=((3, 9),)))
    finding = found(CHECK, Facts(data=data, images=many))
    assert "40 of 500 train images (8%) show the same" in finding.message
    few = ImageFacts(train=pictures(near_identical=10))
    assert silent(CHECK, Facts(data=data, images=few)).result == "passed"


def test_codes_meet_naturally() -> None:
    codes = replace(MEASURED, whole_numbers=True)
    rows = part("train", [codes], duplicates=400)
    assert silent(CHECK, Facts(data=DataFacts(train=rows))).result == "not applicable"


def test_single_copies_and_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=DataFacts(train=train(4)))).result == "passed"
    assert silent(CHECK, Facts(data=DataFacts(train=train(None)))).result == "skipped"
    assert silent(CHECK, Facts(data=DataFacts(train=part("train")))).result == "not applicable"
