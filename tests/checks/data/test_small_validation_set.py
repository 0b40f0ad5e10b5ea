"""GF125 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import data, found, labels, numbers, settings, silent

from goodfit.checks.data.small_validation_set import CHECK
from goodfit.facts import BaselineFacts, DataFacts, Facts, HonestLoss, Trace


def facts(
    rows: int, error: float | None = None, *, task: str = "classes", se: float = 0.0
) -> Facts:
    target = (
        numbers(rows=rows) if task == "numbers" else labels({0: rows // 2, 1: rows - rows // 2})
    )
    told = BaselineFacts(task=task, rows=min(rows, 2048), model_error=error, model_error_se=se)
    return Facts(
        data=data(targets=[target], validation=[target]),
        baselines=told if error is not None else None,
        settings=settings(validation="split"),
    )


@pytest.mark.parametrize(("rows", "possible"), [(4, "75%"), (10, "30%"), (19, "16%"), (1, "100%")])
def test_a_handful_of_rows_is_a_warning_whatever_the_score(rows: int, possible: str) -> None:
    for one in (facts(rows), facts(rows, 0.0)):
        finding = found(CHECK, one)
        assert finding.severity == "warning"
        assert f"up to {possible} errors" in finding.message


def test_a_wide_interval_is_a_tip_and_says_how_many_rows_would_do() -> None:
    finding = found(CHECK, facts(36, 0.3))
    assert finding.severity == "tip"
    assert finding.evidence["half_width"] == pytest.approx(0.143, abs=0.001)
    needed = finding.evidence["rows_needed"]
    # the usual normal interval at that many rows is within the ±5 points that are named
    assert 1.96 * (0.3 * 0.7 / needed) ** 0.5 <= 0.05
    assert "About 330 rows" in finding.advice
    assert finding.where.argument == "validation_split"


@pytest.mark.parametrize(
    ("rows", "error"), [(36, 0.03), (36, 0.0), (114, 0.03), (100, 0.5), (360, 0.02), (2000, 0.4)]
)
def test_silent_on_healthy_sizes(rows: int, error: float) -> None:
    assert silent(CHECK, facts(rows, error)).result == "passed"


def test_numbers_are_judged_by_their_relative_error() -> None:
    finding = found(CHECK, facts(30, 0.5, task="numbers", se=0.2))
    assert (finding.severity, "±78%" in finding.message) == ("tip", True)
    assert silent(CHECK, facts(88, 0.5, task="numbers", se=0.07)).result == "passed"


def test_more_rows_than_were_sampled_narrow_the_interval() -> None:
    wide = facts(2048, 0.5, task="numbers", se=0.2)
    many = facts(204800, 0.5, task="numbers", se=0.2)
    assert found(CHECK, wide).severity == "tip"
    assert silent(CHECK, many).evidence["half_width"] == pytest.approx(0.0784)


def test_without_learners_the_losses_are_taken() -> None:
    loss = HonestLoss(mean=1.0, standard_error=0.4, rows=50)
    one = replace(facts(50), trace=Trace(final_validation=loss))
    assert found(CHECK, one).severity == "tip"
    assert silent(CHECK, facts(50)).result == "passed"


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    unknown = data(targets=[numbers()], validation=[numbers()])
    assert unknown.validation is not None
    stream = replace(unknown.validation, rows=None, sampled=True)
    endless = DataFacts(train=unknown.train, validation=stream)
    assert silent(CHECK, Facts(data=endless)).result == "skipped"
    assert silent(CHECK, facts(50, float("nan"))).result == "passed"
    assert silent(CHECK, facts(50, 0.0, task="numbers")).result == "passed"
