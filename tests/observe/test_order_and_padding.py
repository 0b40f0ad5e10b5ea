from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from goodfit.facts import SetFacts
from goodfit.observe.data.duplicates import accuracy_ceiling
from goodfit.observe.data.order import Order, mean_correlation
from goodfit.observe.data.padding import padding
from goodfit.observe.data.sets import set_facts
from goodfit.observe.data.statistics import quartiles

RNG = np.random.default_rng(0)


def facts_of(x: object, y: object = None, **more: object) -> SetFacts:
    return set_facts("train", x, y, source="numpy", rows=None, **more)  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=7),
        elements=st.one_of(st.floats(-1e6, 1e6), st.sampled_from([np.nan, np.inf])),
    )
)
def test_quartiles_are_those_of_the_finite_values(x: np.ndarray) -> None:
    found = np.array(quartiles(x))
    for column, three in zip(x.T, found.T, strict=True):
        finite = column[np.isfinite(column)]
        if len(finite):
            assert three == pytest.approx(np.quantile(finite, [0.25, 0.5, 0.75]), abs=1e-6)
        else:
            assert np.isnan(three).all()


def test_quartiles_come_from_a_sample_of_long_columns() -> None:
    x = RNG.lognormal(size=(20_000, 2))
    found = facts_of(x).inputs[0]
    assert found.feature_median == pytest.approx(np.median(x, axis=0), rel=0.1)
    assert facts_of(x).inputs[0] == found
    kept = facts_of(x, budget_cells=4000).inputs[0]
    assert kept.feature_median == pytest.approx(np.median(x, axis=0), rel=0.2)
    assert facts_of(RNG.random((9, 4, 3))).inputs[0].feature_median == ()


@pytest.mark.parametrize(
    ("rows", "share", "side"),
    [
        ([[1, 2, 0, 0], [3, 0, 0, 0]], 5 / 8, "post"),
        ([[0, 0, 1, 2], [0, 3, 0, 3]], 3 / 8, "pre"),
        ([[1, 0, 2, 3]], 0.0, None),
        ([[0, 0], [0, 5]], 3 / 4, "pre"),
        ([[0, 0]], 1.0, "post"),
        ([[[0, 1], [1, 0], [0, 0]]], 1 / 3, "post"),
    ],
)
def test_padding(rows: list, share: float, side: str | None) -> None:
    assert padding(np.array(rows)) == (pytest.approx(share), side)


@given(hnp.arrays(np.int8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.just(0)))
def test_nothing_but_zeros_is_all_padding(rows: np.ndarray) -> None:
    assert padding(rows)[0] == 1


@given(
    hnp.arrays(np.int8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 2))
)
def test_reversed_time_swaps_the_sides(rows: np.ndarray) -> None:
    (share, side), (other, turned) = padding(rows), padding(rows[:, ::-1])
    assert share == other
    if side != turned:
        assert {side, turned} == {"pre", "post"}


def test_padding_is_told_of_tokens_and_sequences_only() -> None:
    tokens = RNG.integers(1, 90, (40, 10))
    tokens[:, 6:] = 0
    found = facts_of(tokens, token_inputs=frozenset({"0"})).inputs[0]
    assert (found.pad_share, found.pad_side) == (pytest.approx(0.4), "post")
    assert facts_of(tokens, token_inputs=frozenset()).inputs[0].pad_share is None
    steps = RNG.normal(size=(40, 10, 3))
    assert facts_of(steps).inputs[0].pad_share == 0
    steps[:, :5] = 0
    assert facts_of(steps).inputs[0].pad_side == "pre"


def test_objects_are_named_by_their_types() -> None:
    mixed = np.array([["a", 1.5], [None, 2.5]], dtype=object)
    assert facts_of(mixed).inputs[0].object_types == ("NoneType", "float", "str")
    assert facts_of(RNG.random((4, 2))).inputs[0].object_types == ()


def test_a_walk_is_in_order_and_its_shuffled_rows_are_not() -> None:
    walk = np.cumsum(RNG.normal(size=(3000, 4)), axis=0)
    target = walk @ RNG.normal(size=4)
    found = facts_of(walk, target)
    assert found.order_correlation > 0.9
    assert found.target_order_correlation > 0.9
    mixed = RNG.permutation(3000)
    other = facts_of(walk[mixed], target[mixed])
    assert abs(other.order_correlation) < 4 / np.sqrt(3000)
    assert abs(other.target_order_correlation) < 4 / np.sqrt(3000)
    assert facts_of(walk, target, sampled=True).order_correlation is None
    assert facts_of(walk, RNG.integers(0, 2, 3000)).target_order_correlation is None
    assert facts_of(np.ones((50, 2))).order_correlation is None


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 99), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_the_correlation_is_that_of_all_rows_however_they_are_cut(
    seed: int, sizes: list[int]
) -> None:
    x = np.random.default_rng(seed).normal(1e6, 1, (sum(sizes) + 20, 3)).cumsum(axis=0)
    order, start = Order(), 0
    for size in [*sizes, 20]:
        order.add(start, x[start : start + size])
        start += size
    centred = x - x.mean(axis=0)
    lagged = (centred[1:] * centred[:-1]).mean(axis=0) / x.var(axis=0)
    assert mean_correlation([order]) == pytest.approx(np.clip(lagged.mean(), -1, 1), abs=1e-3)
    assert order.monotone == [0, 1, 2]


def test_an_index_is_monotone_and_noise_is_not() -> None:
    x = RNG.normal(size=(5000, 5)).astype(np.float32)
    x[:, 1], x[:, 3] = np.arange(5000), -np.arange(5000)
    assert facts_of(x).monotone_features == ((0, 1), (0, 3))
    assert facts_of([x[:, 0], x]).monotone_features == ((1, 1), (1, 3))
    x[4000, 1] = 0
    assert facts_of(x).monotone_features == ((0, 3),)
    assert facts_of(x[:9]).monotone_features == ()


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_the_accuracy_ceiling_is_that_of_the_commonest_labels(rows: list, random) -> None:
    groups: dict[int, list[int]] = {}
    for x, y in rows:
        groups.setdefault(x, []).append(y)
    best = sum(max(found.count(y) for y in found) for found in groups.values()) / len(rows)
    random.shuffle(rows)
    x, y = (np.array(part, np.uint64) for part in zip(*rows, strict=True))
    assert accuracy_ceiling(x, y) == pytest.approx(best)
    found = facts_of(x[:, None].astype(int), y.astype(int), class_targets=True)
    assert found.accuracy_ceiling == pytest.approx(best)


def test_the_largest_numbers_stop_nothing() -> None:
    x = np.array([[1.9e154, 1.0], [0.0, 1.7e308], [-1.7e308, 2.0]] * 9)
    assert facts_of(x, x[:, 0]).inputs[0].feature_median == (0.0, 2.0)


def test_numbers_have_no_accuracy_ceiling() -> None:
    assert facts_of(np.ones((4, 2)), np.array([0.5, 0.7, 0.9, 1.1])).accuracy_ceiling is None
