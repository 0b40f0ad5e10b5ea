"""GF122 on literals."""

from __future__ import annotations

from data_literals import data, found, part, settings, silent

from goodfit.checks.data.unstable_validation_set import CHECK
from goodfit.facts import DataFacts, Facts, PassFacts, SplitFacts


def facts(
    same: float,
    from_train: float | None,
    *,
    leaked: int = 0,
    rows: int = 200,
    source: str = "tf.data",
    of: int | None = 200,
) -> Facts:
    passes = PassFacts(rows=rows, same_rows=same, from_train=from_train)
    held = part("validation", source=source, passes=passes, rows=of)
    split = SplitFacts(leaked=leaked, leaked_expected=0.0, rows_compared=200)
    both = DataFacts(train=part("train", source=source), validation=held, split=split)
    return Facts(data=both, settings=settings())


def test_a_shuffle_before_take_and_skip_is_an_error() -> None:
    finding = found(CHECK, facts(0.2, 0.8))
    assert finding.severity == "error"
    assert "80% were training rows in the first epoch (0% before)" in finding.message
    assert "reshuffle_each_iteration=False" in finding.advice


def test_a_part_drawn_anew_is_a_tip() -> None:
    assert found(CHECK, facts(0.5, 0.0)).severity == "tip"
    # the first rows of a long set in another order are other rows, and nothing changes
    assert silent(CHECK, facts(0.5, 0.0, of=50_000)).result == "passed"


def test_silent_where_nothing_moves() -> None:
    assert silent(CHECK, facts(1.0, 0.0)).result == "passed"
    # rows that are duplicates stay duplicates
    assert silent(CHECK, facts(1.0, 0.3, leaked=60)).result == "passed"
    assert silent(CHECK, facts(0.3, 0.31, leaked=60, of=5000)).result == "passed"


def test_a_random_augmentation_is_another_checks_matter() -> None:
    assert silent(CHECK, facts(0.0, 0.0)).result == "passed"


def test_degenerate_facts() -> None:
    assert silent(CHECK, facts(0.2, 0.8, source="numpy")).result == "not applicable"
    assert silent(CHECK, facts(0.2, 0.8, rows=4)).result == "skipped"
    assert silent(CHECK, facts(0.2, None, of=None)).result == "passed"
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    unseen = DataFacts(train=part("train"), validation=part("validation", source="generator"))
    assert silent(CHECK, Facts(data=unseen)).result == "skipped"
