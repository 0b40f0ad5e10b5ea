"""Arrays of NumPy, pandas, SciPy and lists; those of the backends in test_backend_arrays.py."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from goodfit.observe.data import arrays


def _rows() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (np.zeros((2, 3)), "numpy"),
        (pd.DataFrame({"a": [1]}), "pandas"),
        (pd.Series([1]), "pandas"),
        (sparse.csr_matrix(np.eye(2)), "scipy sparse"),
        ([1, 2, 3], "list"),
        ([[1, 2], [3, 4]], "list"),
        ([], "list"),
        ([np.zeros(2), np.zeros(2)], "numpy"),
        ({"a": pd.Series([1])}, "pandas"),
        (_rows(), "generator"),
        (3.0, "float"),
    ],
)
def test_the_source_is_named_by_its_type(x: object, expected: str) -> None:
    assert arrays.source_of(x) == expected


def test_a_user_s_subclass_of_keras_pydataset_is_one() -> None:
    base = type("PyDataset", (), {"__module__": "keras.src.trainers.data_adapters"})
    assert arrays.source_of(type("Mine", (base,), {})()) == "PyDataset"


def test_a_numpy_array_is_not_copied() -> None:
    x = np.arange(6.0).reshape(3, 2)
    assert np.shares_memory(arrays.to_numpy(x), x)
    assert all(np.shares_memory(rows, x) for _, rows in arrays.chunks(x))


@pytest.mark.parametrize(
    ("frame", "dtype", "last"),
    [
        (pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}), "float64", 1.5),
        (pd.DataFrame({"a": [1, 2], "b": [True, False]}), "float64", 0.0),
        (pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}), "float64", np.nan),
        (pd.DataFrame({"a": ["x", "y"]}), "object", "y"),
        (pd.Series([3, 4], dtype="int32"), "int32", 4),
    ],
)
def test_pandas_columns_become_numbers_where_they_are(frame, dtype: str, last: object) -> None:
    found = arrays.to_numpy(frame)
    assert found.dtype == dtype
    np.testing.assert_equal(found.ravel()[-1], last)


def test_ragged_lists_stay_objects() -> None:
    assert arrays.to_numpy([[1], [1, 2]]).dtype == object


def test_structures_are_flattened_with_names() -> None:
    a, b = np.zeros(3), np.ones(3)
    assert [name for name, _ in arrays.flatten(a)] == ["0"]
    assert [name for name, _ in arrays.flatten([a, b])] == ["0", "1"]
    assert [name for name, _ in arrays.flatten({"x": a, "y": (b, None, a)})] == ["x", "y/0", "y/2"]
    assert arrays.flatten(None) == []
    assert arrays.flatten([[1, 2], [3, 4]])[0][1] == [[1, 2], [3, 4]]


def test_taking_rows_keeps_the_structure() -> None:
    x = {
        "frame": pd.DataFrame({"a": range(5), "b": range(5, 10)}),
        "pair": (np.arange(10).reshape(5, 2), sparse.coo_matrix(np.eye(5))),
        "list": [1, 2, 3, 4, 5],
        "none": None,
    }
    found = arrays.take(x, np.array([4, 1]))
    assert found["frame"].tolist() == [[4, 9], [1, 6]]
    assert found["pair"][0].tolist() == [[8, 9], [2, 3]]
    assert found["pair"][1].tolist() == np.eye(5)[[4, 1]].tolist()
    assert found["list"].tolist() == [5, 2]
    assert found["none"] is None
    assert isinstance(found["pair"], tuple)
    assert arrays.take([np.arange(3)], slice(1, 3))[0].tolist() == [1, 2]


class _OnDisk:
    """As an h5py data set: cut by slices and by rising row numbers only."""

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.shape, self.dtype = array, array.shape, array.dtype

    def __getitem__(self, index: object) -> np.ndarray:
        if not isinstance(index, slice):
            assert (np.diff(index) > 0).all()
        return self.array[index]


def test_arrays_on_disk_are_cut_and_never_read_whole() -> None:
    stored = np.arange(20).reshape(10, 2)
    assert arrays.take(_OnDisk(stored), np.array([7, 2, 7])).tolist() == stored[[7, 2, 7]].tolist()
    assert sum(len(rows) for _, rows in arrays.chunks(_OnDisk(stored))) == 10


@pytest.mark.parametrize("x", [np.zeros((7, 2)), [np.zeros((7, 2))], {"a": pd.Series(range(7))}])
def test_rows_of_a_structure_are_those_of_its_first_array(x: object) -> None:
    assert arrays.rows_of(x) == 7


def test_rows_of_nothing_are_none() -> None:
    assert arrays.rows_of([]) == arrays.rows_of(None) == arrays.rows_of(np.float64(1)) == 0


def test_chunks_cover_all_rows_once_and_in_order() -> None:
    x = np.arange(300_000).reshape(100_000, 3)
    parts = list(arrays.chunks(x))
    assert len(parts) > 1
    assert np.array_equal(np.concatenate([rows for _, rows in parts]), x)
    assert all(rows[0, 0] == 3 * start for start, rows in parts)


@pytest.mark.parametrize(("rows", "wanted"), [(10, 3), (1000, 999), (1000, 100), (65, 64), (5, 1)])
def test_spread_out_blocks_do_not_overlap(rows: int, wanted: int) -> None:
    blocks = arrays.spread_out(rows, wanted)
    assert blocks is not None
    numbers = np.concatenate([np.arange(block.start, block.stop) for block in blocks])
    assert len(set(numbers.tolist())) == len(numbers) <= wanted
    assert numbers.max() < rows
    assert arrays.spread_out(rows, rows) is None
