"""GF124 on literals."""

from __future__ import annotations

from dataclasses import replace

from data_literals import features, found, numbers, part, settings, silent

from goodfit.checks.data.time_order import CHECK
from goodfit.facts import ArrayFacts, DataFacts, Facts, SplitFacts


def days(first: float, last: float) -> ArrayFacts:
    """Two features, of which the first counts the days."""
    array = features([0.0, 0.0], [1.0, 1.0])
    low, high = (first, array.feature_min[1]), (last, array.feature_max[1])
    return replace(array, feature_min=low, feature_max=high)


def facts(
    train: ArrayFacts, held: ArrayFacts, *, alike: float = 0.9, rising: bool = True, **split: object
) -> Facts:
    monotone = ((0, 0),) if rising else ()
    both = DataFacts(
        train=part(
            "train", [train], [numbers()], monotone_features=monotone, order_correlation=0.5,
            target_order_correlation=alike,
        ),
        validation=part("validation", [held], [numbers(rows=100)], monotone_features=monotone),
        split=SplitFacts(**split),  # type: ignore[arg-type]
    )  # fmt: skip
    return Facts(data=both, settings=settings())


PLAIN = days(0, 1)


def test_windows_dealt_out_at_random_are_a_warning() -> None:
    finding = found(CHECK, facts(PLAIN, PLAIN, rising=False, window_overlap=0.9))
    assert finding.severity == "warning"
    assert "90% of the validation windows" in finding.message


def test_one_window_at_the_border_is_natural() -> None:
    one = facts(PLAIN, PLAIN, rising=False, window_overlap=0.01)
    assert silent(CHECK, one).result == "passed"


def test_a_series_that_repeats_itself_proves_nothing() -> None:
    periodic = facts(PLAIN, PLAIN, rising=False, window_overlap=1.0, leaked=90, rows_compared=100)
    assert silent(CHECK, periodic).result == "passed"


def test_validated_on_the_past() -> None:
    finding = found(CHECK, facts(days(100, 400), days(1, 99)))
    assert "lie before the training rows (100 to 400)" in finding.message


def test_validated_on_the_future_is_right() -> None:
    assert silent(CHECK, facts(days(1, 300), days(301, 400))).result == "passed"


def test_every_fifth_day_held_out() -> None:
    assert "answer next to it" in found(CHECK, facts(days(1, 400), days(5, 395))).message
    apart = facts(days(1, 400), days(5, 395), alike=0.05)
    assert silent(CHECK, apart).result == "passed"


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=DataFacts(train=part()))).result == "not applicable"
    unknown = DataFacts(train=part(), validation=part("validation"))
    assert silent(CHECK, Facts(data=unknown)).result == "skipped"
    pixels = replace(PLAIN, feature_min=(), feature_max=())
    assert silent(CHECK, facts(pixels, pixels)).result == "passed"
