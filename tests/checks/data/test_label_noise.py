"""GF114 on literals."""

from __future__ import annotations

import pytest
from data_literals import found, silent

from goodfit.checks.check import run_check
from goodfit.checks.data.label_noise import CHECK
from goodfit.facts import BaselineFacts, Facts, LabelSuspects


def facts(agreed: int, expected: float, rows: int = 1000, task: str = "classes") -> Facts:
    suspects = LabelSuspects(
        rows=rows,
        suspects=agreed + 10,
        agreed=agreed,
        expected=expected,
        error=0.2,
        examples=((17, "3", "8"), (40, "1", "7")),
    )
    return Facts(baselines=BaselineFacts(task=task, rows=rows, label_suspects=suspects))


def test_many_labels_that_neighbours_contradict_are_a_warning() -> None:
    finding = found(CHECK, facts(180, 40.0))
    assert finding.severity == "warning"
    assert "18.0%" in finding.message
    assert "row 17: 3, looks like 8" in finding.message


def test_a_few_are_a_list_to_look_at() -> None:
    assert found(CHECK, facts(20, 2.0)).severity == "tip"


@pytest.mark.parametrize(
    ("agreed", "expected"), [(0, 0.0), (3, 0.0), (180, 150.0), (60, 45.0), (12, 7.0), (250, 300.0)]
)
def test_silent_where_chance_explains_them(agreed: int, expected: float) -> None:
    assert silent(CHECK, facts(agreed, expected)).result == "passed"


def test_more_suspects_never_remove_a_finding() -> None:
    fired = [run_check(CHECK, facts(agreed, 20.0))[1] is not None for agreed in range(0, 300, 5)]
    assert fired == sorted(fired)


def test_degenerate_facts() -> None:
    assert silent(CHECK, facts(20, 2.0, task="numbers")).result == "not applicable"
    assert silent(CHECK, facts(20, 2.0, rows=30)).result == "skipped"
    bare = Facts(baselines=BaselineFacts(task="classes", rows=100))
    assert silent(CHECK, bare).result == "skipped"
    assert silent(CHECK, facts(0, 0.0, rows=0)).result == "skipped"
