"""GF105 on literals."""

from __future__ import annotations

from dataclasses import replace

from data_literals import data, features, found, image, numbers, part, silent

from goodfit.checks.data.constant_features import CHECK
from goodfit.facts import ArrayFacts, DataFacts, Facts

VARIED = features([0.0] * 10, [1.0] * 10)
ONE_CONSTANT = features([0.0] * 9 + [3.0], [1.0] * 9 + [0.0])
LOST = features([0.0] * 10, [1.0] * 2 + [0.0] * 8)


def both(train: ArrayFacts, held: ArrayFacts) -> DataFacts:
    return DataFacts(train=part("train", [train]), validation=part("validation", [held]))


def test_a_constant_feature_is_a_tip_with_its_number() -> None:
    finding = found(CHECK, Facts(data=data([ONE_CONSTANT])))
    assert finding.severity == "tip"
    assert "1 of 10 features (9; counted" in finding.message


def test_columns_lost_in_training_only_are_a_warning() -> None:
    finding = found(CHECK, Facts(data=both(LOST, VARIED)))
    assert (finding.severity, finding.evidence["lost"]) == ("warning", 8)
    assert found(CHECK, Facts(data=both(LOST, LOST))).severity == "tip"


def test_a_rare_indicator_that_fell_into_validation_is_no_loss() -> None:
    held = replace(
        VARIED,
        feature_min=(*VARIED.feature_min[:-1], 3.0),
        feature_max=(*VARIED.feature_max[:-1], 4.0),
        feature_std=(*VARIED.feature_std[:-1], 0.06),  # 2 of 500 rows
    )
    assert found(CHECK, Facts(data=both(ONE_CONSTANT, held))).evidence["lost"] == 0


def test_equal_rows_are_a_warning() -> None:
    train = part("train", [image((8, 8, 1))], duplicates=499)
    finding = found(CHECK, Facts(data=DataFacts(train=train)))
    assert finding.severity == "warning"
    assert "All 500 training rows are equal" in finding.message
    assert silent(CHECK, Facts(data=DataFacts(train=replace(train, duplicates=400))))


def test_blank_borders_of_flat_pictures_are_natural() -> None:
    pixels = features([0.0] * 20 + [0.5] * 80, [0.0] * 20 + [0.1] * 80)
    pixels = replace(pixels, minimum=0.0)
    assert silent(CHECK, Facts(data=data([pixels]))).result == "passed"
    odd = features([0.0] * 80 + [7.0], [1.0] * 80 + [0.0])
    assert found(CHECK, Facts(data=data([odd]))).evidence["constant"] == 1


def test_silent_and_degenerate() -> None:
    assert silent(CHECK, Facts(data=both(VARIED, VARIED))).result == "passed"
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    assert silent(CHECK, Facts(data=data([VARIED], [numbers(rows=1)]))).result == "skipped"
    assert silent(CHECK, Facts(data=data([image((8, 8, 1))]))).result == "not applicable"
