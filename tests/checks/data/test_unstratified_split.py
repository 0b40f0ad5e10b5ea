"""GF121 on literals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from data_literals import data, found, labels, numbers, settings, silent

from goodfit.checks.data.unstratified_split import CHECK
from goodfit.facts import Facts


def facts(train: Mapping[int, int], held: Mapping[int, int], **told: object) -> Facts:
    return Facts(data=data([], [labels(train)], [labels(held)]), settings=settings(**told))  # type: ignore[arg-type]


def test_shares_that_differ_beyond_chance_are_a_warning() -> None:
    finding = found(CHECK, facts({0: 400, 1: 20}, {0: 60, 1: 50}))
    assert finding.severity == "warning"
    assert "Class" in finding.message
    assert finding.evidence["distance"] > 0.4


def test_rows_balanced_on_purpose_are_a_tip() -> None:
    assert found(CHECK, facts({0: 400, 1: 400}, {0: 180, 1: 20})).severity == "tip"


@pytest.mark.parametrize(
    ("train", "held"),
    [
        ({0: 400, 1: 100}, {0: 100, 1: 25}),
        ({0: 400, 1: 100}, {0: 12, 1: 8}),
        ({0: 40000, 1: 10000}, {0: 7600, 1: 2400}),
        ({0: 400, 1: 400, 2: 100}, {0: 100, 1: 100}),  # a class is missing: another check
    ],
)
def test_silent_within_chance_or_where_it_is_little(
    train: Mapping[int, int], held: Mapping[int, int]
) -> None:
    assert silent(CHECK, facts(train, held)).result == "passed"


def test_silent_on_random_splits() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        y = rng.choice(5, size=400, p=[0.5, 0.3, 0.1, 0.06, 0.04])
        counts = [np.bincount(one, minlength=5) for one in (y[:320], y[320:])]
        sets = [{label: int(n) for label, n in enumerate(one)} for one in counts]
        assert silent(CHECK, facts(*sets)).result == "passed"


def test_degenerate_facts() -> None:
    same = {0: 50, 1: 50}
    assert silent(CHECK, facts(same, {0: 90, 1: 1}, validation="split")).result == "not applicable"
    assert silent(CHECK, Facts(data=data([], [labels(same)]))).result == "not applicable"
    assert silent(CHECK, Facts(data=data([], [numbers()], [numbers()]))).result == "not applicable"
    assert silent(CHECK, facts({0: 50}, {0: 10, 1: 40})).result == "skipped"
