from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from goodfit.observe.data.statistics import Moments, hash_rows


@settings(deadline=None)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 30), st.integers(1, 4)),
        elements=st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf]),
    ),
    st.integers(1, 7),
)
def test_moments_in_chunks_are_those_of_the_finite_values(x: np.ndarray, step: int) -> None:
    moments = Moments(per_column=True)
    for start in range(0, len(x), step):
        moments.add(start, x[start : start + step])
    finite = np.isfinite(x)
    assert moments.non_finite == np.count_nonzero(~finite)
    if moments.non_finite:
        assert moments.first_non_finite == tuple(np.argwhere(~finite)[0].tolist())
    for j in range(x.shape[1]):
        column = x[finite[:, j], j]
        if not len(column):
            assert np.isnan(moments.columns["mean"][j])
            continue
        assert moments.columns["min"][j] == column.min()
        assert moments.columns["max"][j] == column.max()
        assert moments.columns["mean"][j] == pytest.approx(column.mean(), abs=1e-8)
        assert moments.columns["std"][j] == pytest.approx(column.std(), rel=1e-6, abs=1e-6)
    if finite.any():
        assert moments.overall["mean"] == pytest.approx(x[finite].mean(), abs=1e-6)
        assert moments.overall["std"] == pytest.approx(x[finite].std(), rel=1e-6, abs=1e-6)
        assert moments.whole == bool((np.rint(x[finite]) == x[finite]).all())


def test_a_large_offset_does_not_drown_the_spread() -> None:
    x = np.random.default_rng(0).normal(1e7, 1, (10_000, 1)).astype(np.float64)
    moments = Moments(per_column=True)
    for start in range(0, len(x), 100):
        moments.add(start, x[start : start + 100])
    assert moments.columns["std"][0] == pytest.approx(x.std(), rel=1e-6)


def test_sums_beyond_float64_do_not_become_nan() -> None:
    moments = Moments(per_column=False)
    moments.add(0, np.array([1.7e308, 1.6e308, 1.5e308]))
    assert moments.overall["mean"] == pytest.approx(1.6e308)
    assert moments.overall["maximum"] == 1.7e308


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64, np.int8, np.uint8, np.int64, np.bool_, "U3"]
)
@pytest.mark.parametrize("columns", [1, 2, 3, 7, 8, 9])
def test_equal_rows_have_equal_hashes_and_others_do_not(dtype: object, columns: int) -> None:
    x = np.random.default_rng(0).integers(0, 2, (300, columns)).astype(dtype)
    hashes = hash_rows(x)
    assert len(np.unique(hashes)) == len(np.unique(x, axis=0))
    assert np.array_equal(hash_rows(x[::-1]), hashes[::-1])


def test_zero_and_minus_zero_are_one_value() -> None:
    assert hash_rows(np.array([[0.0]])) == hash_rows(np.array([[-0.0]]))


def test_rows_of_simple_numbers_do_not_collide() -> None:
    """Zeros and ones, signs and swapped columns differ in few bits of each word."""
    bits = (np.arange(1 << 16)[:, None] >> np.arange(16)) & 1
    for rows in (bits.astype(np.float32), bits * 2.0 - 1, bits.astype(np.uint8), bits * 2.0**-40):
        assert len(np.unique(hash_rows(rows))) == len(rows)
    pairs = np.random.default_rng(0).normal(size=(1000, 2))
    assert not np.isin(hash_rows(pairs), hash_rows(pairs[:, ::-1])).any()


def test_hashes_depend_on_no_chunk() -> None:
    x = np.random.default_rng(0).normal(size=(50, 3, 2))
    assert np.array_equal(hash_rows(x), np.concatenate([hash_rows(x[:7]), hash_rows(x[7:])]))


def test_rows_of_objects_that_have_no_hash_are_hashed_too() -> None:
    x = np.empty((3, 1), object)
    x[:, 0] = [[1], [2], [1]]
    first, second, third = hash_rows(x)
    assert first == third != second


@settings(deadline=None)
@given(hnp.arrays(np.float64, st.tuples(st.integers(0, 5), st.integers(0, 3))))
def test_any_shape_is_hashed(x: np.ndarray) -> None:
    assert hash_rows(x).shape == (len(x),)
