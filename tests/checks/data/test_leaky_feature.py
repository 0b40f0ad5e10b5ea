"""GF118 on literals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from data_literals import features, found, part, silent

from goodfit.checks.data.leaky_feature import CHECK
from goodfit.facts import BaselineFacts, DataFacts, Facts, FeatureScore


def facts(
    errors: Sequence[float],
    prior: float = 0.4,
    rows: int = 400,
    task: str = "classes",
    **more: bool,
) -> Facts:
    """Single features with these errors, the first with number 0."""
    scores = tuple(
        FeatureScore(
            input=0,
            feature=number,
            error=error,
            error_se=math.sqrt(max(error * (1 - min(error, 1)), 0.0) / rows) if rows else 0.0,
            prior_error=prior,
            distinct=0.9,
            **more,
        )
        for number, error in enumerate(errors)
    )
    return Facts(baselines=BaselineFacts(task=task, rows=rows, single_features=scores))


def test_a_feature_that_is_the_label() -> None:
    finding = found(CHECK, facts([0.0, 0.12, 0.2, 0.3, 0.38]))
    assert finding.severity == "warning"
    assert "Feature 0 of input 0" in finding.message
    assert "np.delete(x, 0, axis=1)" in finding.advice


def test_a_feature_that_is_the_number_to_predict() -> None:
    finding = found(CHECK, facts([0.03, 0.7, 0.9, 1.0, 1.0], prior=1.0, task="numbers"))
    assert "3.0% of the variance unexplained" in finding.message


def test_a_label_in_two_columns_is_found_too() -> None:
    finding = found(CHECK, facts([0.0, 0.0, 0.2, 0.3, 0.38]))
    assert finding.evidence["features"] == [0, 1]


def test_a_row_number_of_sorted_rows() -> None:
    assert "sorted by target" in found(CHECK, facts([0.0, 0.3, 0.4], ordered=True)).message


@pytest.mark.parametrize(
    ("errors", "task"),
    [
        ([0.09, 0.10, 0.11, 0.12, 0.15], "classes"),  # breast cancer
        ([0.05, 0.06, 0.3, 0.35], "classes"),  # iris
        ([0.0, 0.01, 0.02, 0.03, 0.05], "classes"),  # well separated clouds
        ([0.0, 0.0, 0.0, 0.01, 0.02], "classes"),
        ([0.3, 0.38, 0.4], "classes"),
        ([0.4, 0.9, 0.95, 1.0], "numbers"),
        ([0.05, 0.12, 0.15, 0.2], "numbers"),  # the last values of a series
    ],
)
def test_silent_on_honest_features(errors: Sequence[float], task: str) -> None:
    prior = 1.0 if task == "numbers" else 0.4
    assert silent(CHECK, facts(errors, prior=prior, task=task)).result == "passed"


def test_few_rows_and_few_features_prove_nothing() -> None:
    assert silent(CHECK, facts([0.0, 0.3, 0.4], rows=30)).result == "passed"
    assert silent(CHECK, facts([0.0, 0.4])).result == "not applicable"
    assert silent(CHECK, facts([])).result == "skipped"


def test_a_column_that_counts_the_rows_is_a_tip() -> None:
    array = features([0.0] * 5, [1.0] * 5)
    counted = DataFacts(train=part("train", [array], monotone_features=((0, 4),)))
    finding = found(CHECK, Facts(data=counted))
    assert (finding.severity, finding.evidence["feature"]) == ("tip", 4)
    curve = features([0.0], [1.0])  # x = linspace(...) is no identifier
    one = DataFacts(train=part("train", [curve], monotone_features=((0, 0),)))
    assert silent(CHECK, Facts(data=one)).result == "skipped"
    rising = DataFacts(
        train=part("train", [array], monotone_features=tuple((0, n) for n in range(5)))
    )
    assert silent(CHECK, Facts(data=rising)).result == "skipped"
