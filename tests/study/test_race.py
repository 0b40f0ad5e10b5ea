"""Racing on literal scores."""

from __future__ import annotations

import numpy as np

from goodfit.study.race import best_of, losers


def scores(share: float, seeds: int = 3, rows: int = 400) -> list[np.ndarray]:
    """Right answers to about this share of the rows, alike over seeds."""
    found = []
    for seed in range(seeds):
        row = np.random.default_rng(0).random(rows)
        flips = np.random.default_rng(seed).random(rows) < 0.02
        found.append(((row < share) ^ flips).astype("float32"))
    return found


def test_an_arm_that_is_clearly_worse_loses():
    best, found = losers("accuracy", {"a": scores(0.9), "b": scores(0.6), "c": scores(0.895)})
    assert best == "a"
    assert set(found) == {"b"}
    assert found["b"].high < 0
    assert found["b"].seeds == 3


def test_two_seeds_are_too_few():
    told = {"a": scores(0.9, seeds=2), "b": scores(0.3, seeds=2)}
    assert losers("accuracy", told) == ("a", {})


def test_the_exempt_never_lose():
    told = {"baseline": scores(0.5), "b": scores(0.9)}
    assert losers("accuracy", told, exempt=("baseline",)) == ("b", {})


def test_many_comparisons_stop_fewer():
    told = {"a": scores(0.9), "b": scores(0.86)}
    assert set(losers("accuracy", told)[1]) == {"b"}
    assert losers("accuracy", told, comparisons=10_000)[1] == {}


def test_seeds_that_disagree_stop_nobody():
    better, worse = scores(0.9), scores(0.6)
    mixed = [worse[0], better[1], better[2]]
    assert losers("accuracy", {"a": better, "b": mixed})[1] == {}


def test_arms_with_other_rows_are_not_compared():
    assert losers("accuracy", {"a": scores(0.9), "b": scores(0.5, rows=300)})[1] == {}


def test_the_best_is_the_first_of_equals_and_never_one_that_is_not_finite():
    row = np.ones(5, "float32")
    assert best_of({"a": [row], "b": [row], "c": [row * np.nan]}) == "a"
    assert best_of({"c": [row * np.nan]}) is None
    assert best_of({}) is None
