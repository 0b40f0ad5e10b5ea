"""GF117 on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from data_literals import data, ended, features, found, labels, settings, silent
from image_literals import folder

from goodfit.checks.data.leaked_rows import CHECK
from goodfit.facts import ArrayFacts, DataFacts, Facts, ImageFacts, SplitFacts

MEASURED = features([0.0, 1.0], [1.0, 2.0])
WHOLE = features([0.0, 1.0], [1.0, 2.0], whole_numbers=True)
TWO_VALUES = ArrayFacts(
    name="0",
    shape=(1,),
    dtype="float32",
    feature_min=(-0.5,),
    feature_max=(2.0,),
    feature_mean=(0.0,),
    feature_std=(1.0,),
)


def facts(
    leaked: int | None,
    expected: float = 0.0,
    rows: int = 100,
    train: int = 400,
    array: ArrayFacts = MEASURED,
    same: int | None = None,
    **told: Any,
) -> Facts:
    split = SplitFacts(
        leaked=leaked,
        leaked_same_label=same,
        leaked_expected=expected,
        rows_compared=rows,
        examples=((3, 17),) if leaked else (),
    )
    half = {0: train // 2, 1: train - train // 2}, {0: rows // 2, 1: rows - rows // 2}
    sets = data([array], [labels(half[0])], [labels(half[1])])
    return Facts(data=replace(sets, split=split), settings=settings(**told))


@pytest.mark.parametrize(
    ("leaked", "rows", "severity"),
    [(6, 1000, "tip"), (30, 1000, "warning"), (6, 100, "warning"), (20, 100, "error")],
)
def test_severity_grows_with_the_share(leaked: int, rows: int, severity: str) -> None:
    finding = found(CHECK, facts(leaked, rows=rows, train=4 * rows, same=leaked))
    assert finding.severity == severity
    assert f"{leaked} of {rows}" in finding.message
    assert f"{leaked} of them with the same target" in finding.message
    assert finding.evidence["examples"] == ((3, 17),)


def test_validating_on_training_rows() -> None:
    finding = found(CHECK, facts(100, rows=100))
    assert (finding.severity, "All 100" in finding.message) == ("error", True)


@pytest.mark.parametrize(
    ("leaked", "expected", "array"),
    [
        (0, 0.0, MEASURED),
        (1, 0.0, MEASURED),
        (3, 0.0, MEASURED),
        (1, 0.7, MEASURED),
        (60, 55.0, WHOLE),
        (100, 100.0, WHOLE),
        (20, 22.0, TWO_VALUES),
    ],
)
def test_silent_on_what_duplicates_explain(leaked: int, expected: float, array: ArrayFacts) -> None:
    one = facts(leaked, expected, array=array, same=leaked)
    assert silent(CHECK, one).result == "passed"


def test_copies_of_measured_rows_on_both_sides() -> None:
    finding = found(CHECK, facts(37, 35.0, same=37))
    assert (finding.severity, "copies" in finding.message) == ("warning", True)
    # with other labels they are chance meetings, and among few possible rows they are many
    silent(CHECK, facts(37, 35.0, same=20))
    assert found(CHECK, facts(80, 75.0, same=80)).severity == "tip"


def test_where_it_points() -> None:
    split = found(CHECK, facts(20, validation="split")).where
    given = found(CHECK, facts(20, validation="data")).where
    assert (split.argument, given.argument) == ("validation_split", "validation_data")


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    assert silent(CHECK, facts(None)).result == "skipped"
    assert silent(CHECK, facts(0, rows=0)).result == "skipped"
    no_split = facts(0)
    assert no_split.data is not None
    bare = DataFacts(train=no_split.data.train, validation=no_split.data.validation)
    assert silent(CHECK, Facts(data=bare)).result == "skipped"
    outcome, _ = ended(CHECK, facts(1, rows=1, train=1))
    assert outcome.result == "passed"


def test_pictures_that_show_the_same_as_a_training_picture() -> None:
    def seen(near: int) -> Facts:
        images = ImageFacts(near_leaked=near, near_rows=100, near_examples=((4, 77),))
        return replace(facts(0), images=images)

    finding = found(CHECK, seen(8))
    assert finding.severity == "warning"
    assert "8 of 100 validation images (8.0%) show the same" in finding.message
    assert found(CHECK, seen(5)).severity == "warning"
    assert silent(CHECK, seen(4)).result == "passed"
    of_cifar = ImageFacts(near_leaked=33, near_rows=1000)
    assert found(CHECK, replace(facts(0), images=of_cifar)).severity == "tip"
    streams = replace(seen(8), data=replace(seen(8).data, split=None))
    assert found(CHECK, streams).evidence["leaked"] == 8


def test_files_with_the_bytes_of_a_training_file() -> None:
    pair = ("data/validation/cats/1.jpg", "data/train/cats/9.jpg")
    held = folder("validation", files=100, looked_at=100)

    def seen(count: int) -> Facts:
        images = ImageFacts(folders=(held,), leaked_files=count, leaked_file_examples=(pair,))
        return replace(facts(0), images=images)

    finding = found(CHECK, seen(12))
    assert finding.severity == "error"
    assert "12 of 100 validation files" in finding.message
    assert "data/train/cats/9.jpg" in finding.message
    assert found(CHECK, seen(6)).severity == "warning"
    assert silent(CHECK, seen(3)).result == "passed"
