"""GF120 on literals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from data_literals import data, features, found, labels, numbers, settings, silent

from goodfit.checks.check import run_check
from goodfit.checks.data.unshuffled_split import CHECK
from goodfit.facts import ArrayFacts, BaselineFacts, BaselineScore, Facts, TargetFacts

SPLIT = settings(validation="split", validation_split=0.2)
X = features([0.0], [1.0])


def facts(head: TargetFacts, tail: TargetFacts, array: ArrayFacts = X, **more: Any) -> Facts:
    return Facts(data=data([array], [head], [tail]), settings=SPLIT, **more)


def counts(head: Mapping[int, int], tail: Mapping[int, int]) -> Facts:
    return facts(labels(head), labels(tail))


def test_a_class_that_only_the_tail_has() -> None:
    finding = found(CHECK, counts({0: 178, 1: 182, 2: 80}, {2: 10, 3: 100}))
    assert finding.severity == "error"
    assert "class 3 occurs only there (100 rows)" in finding.message
    assert finding.where.argument == "validation_split"
    assert "permutation" in finding.advice


def test_a_class_that_the_tail_lacks() -> None:
    finding = found(CHECK, counts({0: 59, 1: 71, 2: 12}, {2: 36}))
    assert (finding.severity, finding.evidence["label"]) == ("error", "1")


def test_shares_that_differ_beyond_chance() -> None:
    finding = found(CHECK, counts({0: 500, 1: 300}, {0: 60, 1: 140}))
    assert (finding.severity, "differ" in finding.message) == ("warning", True)


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ({0: 200, 1: 200}, {0: 52, 1: 48}),
        ({0: 212, 1: 243}, {0: 33, 1: 81}),
        ({0: 400, 1: 400, 2: 4}, {0: 100, 1: 100}),
        ({0: 20000, 1: 20000}, {0: 5200, 1: 4800}),
        ({0: 4, 1: 3}, {0: 1, 1: 1}),
        ({0: 8}, {0: 2}),
    ],
)
def test_silent_on_what_a_random_split_gives(
    head: Mapping[int, int], tail: Mapping[int, int]
) -> None:
    assert silent(CHECK, counts(head, tail)).result == "passed"


def test_random_splits_of_many_rare_classes() -> None:
    fired = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        y = rng.choice(12, size=400, p=np.arange(1, 13) / 78)
        parts = [{c: int((half == c).sum()) for c in range(12)} for half in (y[:320], y[320:])]
        finding = run_check(CHECK, counts(*parts))[1]
        fired += finding is not None and finding.severity != "tip"
    assert fired == 0


def test_a_rare_class_that_chance_put_into_the_tail_is_a_tip() -> None:
    finding = found(CHECK, counts({0: 200, 1: 200}, {0: 50, 1: 48, 2: 2}))
    assert (finding.severity, "stratification" in finding.advice) == ("tip", True)


def test_sorted_numbers() -> None:
    head, tail = (
        numbers(100.0, 20.0, minimum=25, maximum=200),
        numbers(260.0, 30.0, 90, minimum=201),
    )
    finding = found(CHECK, facts(head, tail))
    assert (finding.severity, "sorted by their target" in finding.message) == ("error", True)


def test_numbers_that_drift() -> None:
    finding = found(CHECK, facts(numbers(0.0, 1.0, 400), numbers(1.2, 1.0, 100)))
    assert (finding.severity, "time order" in finding.advice) == ("warning", True)


@pytest.mark.parametrize(
    "tail", [numbers(0.1, 1.0, 100), numbers(0.9, 1.0, 12), numbers(0.2, 1, 9999)]
)
def test_silent_on_numbers_that_hardly_differ(tail: TargetFacts) -> None:
    assert silent(CHECK, facts(numbers(0.0, 1.0, 400), tail)).result == "passed"


def test_a_series_may_drift() -> None:
    head, tail = numbers(0.0, 1.0, 400), numbers(1.5, 1.0, 100)
    windows = replace(X, kind="sequence", shape=(12, 1))
    assert found(CHECK, facts(head, tail, windows)).severity == "tip"
    columns = [
        features([1.5 * late + 0.01 * step for step in range(6)], [1.0] * 6) for late in (0, 1)
    ]
    lagged = data([columns[0]], [head], [tail])
    held = replace(lagged.validation, inputs=(columns[1],))
    lags = Facts(data=replace(lagged, validation=held), settings=SPLIT)
    assert found(CHECK, lags).severity == "tip"
    scores = (BaselineScore(name="persistence", error=0.1, error_se=0.01),)
    persists = BaselineFacts(task="numbers", rows=100, scores=scores)
    assert found(CHECK, facts(head, tail, baselines=persists)).severity == "tip"


def test_a_table_sorted_by_its_target_is_no_series() -> None:
    follows = [0.9, 0.5, 0.0, -0.6, 0.2]
    head, tail = (features([1.5 * late * rho for rho in follows], [1.0] * 5) for late in (0, 1))
    rows = data([head], [numbers(0.0, 1.0, 400)], [numbers(1.5, 1.0, 100)])
    held = replace(rows.validation, inputs=(tail,))
    one = Facts(data=replace(rows, validation=held), settings=SPLIT)
    assert found(CHECK, one).severity == "warning"


def test_only_validation_split_takes_the_last_rows() -> None:
    sorted_rows = counts({0: 400}, {1: 100})
    given = replace(sorted_rows, settings=settings(validation="data"))
    assert silent(CHECK, given).result == "not applicable"


def test_one_hot_targets_and_a_second_output() -> None:
    head = labels({0: 200, 1: 200, 2: 0}, "one-hot", shape=(3,))
    tail = labels({0: 0, 1: 0, 2: 100}, "one-hot", shape=(3,))
    assert found(CHECK, facts(head, tail)).severity == "error"
    two = Facts(data=data([X], [numbers(), head], [numbers(), tail]), settings=SPLIT)
    assert found(CHECK, two).severity == "error"


def test_degenerate_facts() -> None:
    one_sided = Facts(data=data([X], [labels({0: 5, 1: 5})]), settings=SPLIT)
    assert silent(CHECK, one_sided).result == "skipped"
    uncounted = replace(labels({0: 5, 1: 5}), class_counts={})
    assert silent(CHECK, facts(uncounted, uncounted)).result == "skipped"
    assert silent(CHECK, facts(numbers(1, 0, 5), numbers(1, 0, 5))).result == "passed"
    assert silent(CHECK, facts(numbers(), numbers(0.0, 1.0, 1))).result == "skipped"
    text = TargetFacts(name="0", shape=(4,), dtype="int64", kind="other")
    assert silent(CHECK, facts(text, text)).result == "not applicable"
