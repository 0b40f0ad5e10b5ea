"""GF115 on literals."""

from __future__ import annotations

from dataclasses import replace

from data_literals import against_learners, features, found, image, labels, numbers, part, silent
from image_literals import pictures

from goodfit.checks.data.conflicting_labels import CHECK
from goodfit.facts import ArrayFacts, BaselineScore, DataFacts, Facts, ImageFacts

MEASURED = features([0.0] * 4, [1.0] * 4)
CODES = replace(MEASURED, whole_numbers=True)


def facts(
    array: ArrayFacts, conflicts: int, ceiling: float | None, duplicates: int | None = None
) -> Facts:
    train = part(
        "train",
        [array],
        [labels({0: 500, 1: 500})],
        conflicts=conflicts,
        duplicates=duplicates or 2 * conflicts,
        accuracy_ceiling=ceiling,
    )
    return Facts(data=DataFacts(train=train))


def test_measured_rows_that_meet_with_other_labels_are_a_warning() -> None:
    finding = found(CHECK, facts(MEASURED, 250, 0.75))
    assert finding.severity == "warning"
    assert "right on more than 75.0%" in finding.message


def test_pictures_count_as_measured() -> None:
    assert found(CHECK, facts(image((8, 8, 1)), 100, 0.9)).severity == "warning"


def test_pictures_that_show_the_same_under_two_labels() -> None:
    none = facts(image((8, 8, 3)), 0, 1.0)
    many = ImageFacts(train=pictures(near_identical=30, contradicting=24))
    finding = found(CHECK, replace(none, images=many))
    assert finding.severity == "warning"
    assert "24 of 500 training images (4.8%)" in finding.message
    few = ImageFacts(train=pictures(near_identical=30, contradicting=6))
    assert silent(CHECK, replace(none, images=few)).result == "passed"


def test_few_possible_rows_are_the_tasks_own_uncertainty() -> None:
    assert found(CHECK, facts(CODES, 250, 0.75)).severity == "tip"
    assert silent(CHECK, facts(CODES, 60, 0.97)).result == "passed"


def test_labels_that_differ_no_more_than_learners_err_are_natural() -> None:
    hard = against_learners(0.0)
    hard = replace(hard, scores=(BaselineScore(name="linear", error=0.25, error_se=0.01),))
    coarse = facts(MEASURED, 100, 0.93, duplicates=300)
    assert found(CHECK, replace(coarse, baselines=hard)).severity == "tip"
    assert found(CHECK, replace(coarse, baselines=against_learners(0.0))).severity == "warning"


def test_silent_on_a_few_slips_and_on_none() -> None:
    assert silent(CHECK, facts(MEASURED, 3, 0.997)).result == "passed"
    assert silent(CHECK, facts(MEASURED, 0, 1.0)).result == "passed"
    assert silent(CHECK, facts(MEASURED, 12, None)).result == "passed"


def test_degenerate_facts() -> None:
    number = Facts(data=DataFacts(train=part("train", [MEASURED], [numbers()], conflicts=9)))
    assert silent(CHECK, number).result == "not applicable"
    unknown = Facts(data=DataFacts(train=part("train", [MEASURED], [labels({0: 9, 1: 9})])))
    assert silent(CHECK, unknown).result == "skipped"
