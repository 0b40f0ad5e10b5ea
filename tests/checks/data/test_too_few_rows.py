"""GF112 on literals."""

from __future__ import annotations

import math

import pytest
from data_literals import answers, data, features, found, image, labels, numbers, silent

from goodfit.checks.data.too_few_rows import CHECK
from goodfit.facts import ArrayFacts, Facts, HonestLoss, TargetFacts, Trace

TABLE = features([0.0] * 5, [1.0] * 5)


def ended(train: float, held: float, prior: float = math.log(2), se: float = 0.02) -> Trace:
    return Trace(
        final_train=HonestLoss(mean=train, standard_error=se, rows=40),
        final_validation=HonestLoss(mean=held, standard_error=se, rows=500),
        predictions=answers(prior_loss=prior),
    )


def facts(target: TargetFacts, trace: Trace | None = None, array: ArrayFacts = TABLE) -> Facts:
    return Facts(data=data([array], [target]), trace=trace)


def test_few_rows_that_do_not_carry_over_are_a_warning() -> None:
    finding = found(CHECK, facts(labels({0: 20, 1: 20}), ended(0.1, 0.5)))
    assert finding.severity == "warning"
    assert "40 training rows, 20 of a usual class" in finding.message
    assert "only 33% of what training gained" in finding.message


def test_few_rows_that_carry_over_are_no_harm() -> None:
    assert silent(CHECK, facts(labels({0: 40, 1: 40}), ended(0.1, 0.15))).result == "passed"
    assert silent(CHECK, facts(labels({0: 40, 1: 40}))).result == "passed"


def test_hardly_any_rows_are_a_tip_at_least() -> None:
    finding = found(CHECK, facts(labels({0: 5, 1: 6}), ended(0.1, 0.15)))
    assert finding.severity == "tip"


def test_a_table_with_more_columns_than_rows() -> None:
    wide = features([0.0] * 60, [1.0] * 60)
    finding = found(CHECK, facts(numbers(rows=200), ended(0.1, 0.9, prior=1.0), wide))
    assert "200 training rows for 60 features" in finding.message


@pytest.mark.parametrize(
    "target",
    [
        labels({0: 500, 1: 500}),
        labels({0: 900, 1: 900, 2: 20}),
        numbers(rows=2000),
        labels({0: 60, 1: 60}),
    ],
)
def test_enough_rows_are_never_blamed_for_overfitting(target: TargetFacts) -> None:
    assert silent(CHECK, facts(target, ended(0.1, 0.6))).result == "passed"


def test_a_gap_within_noise_is_no_harm() -> None:
    noisy = ended(0.1, 0.5, se=0.2)
    assert silent(CHECK, facts(labels({0: 20, 1: 20}), noisy)).result == "passed"


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    nothing = labels({0: 0})
    assert silent(CHECK, facts(nothing)).result == "skipped"
    pictures = facts(labels({0: 20, 1: 20}), ended(math.nan, 0.5), image((8, 8, 1)))
    assert silent(CHECK, pictures).result == "passed"
