from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from goodfit.observe.data.sets import check_arrays

X, Y = np.ones((10, 3)), np.zeros(10)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X, Y),
        ([X, X], {"a": Y, "b": Y[:, None]}),
        (pd.DataFrame(X), pd.Series(Y)),
        (X.tolist(), Y.tolist()),
        (X.astype(bool), np.array(["a", "b"] * 5)),
        (iter([1]), None),
    ],
)
def test_good_arrays_pass(x: object, y: object) -> None:
    check_arrays(x, y)


def holed(*rows: int) -> np.ndarray:
    y = Y.copy()
    y[list(rows)] = np.nan
    return y


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (X, Y[:9], ["unequal lengths", "x has 10 rows, y has 9 rows", "first 9 rows"]),
        ([X, X[:4]], Y, ["x['0'] has 10 rows, x['1'] has 4 rows"]),
        (X[:0], Y[:0], ["x is empty", "(0, 3)"]),
        ([], Y, ["x is missing"]),
        (X, None, ["y is missing", "None"]),
        (np.float32(3), Y, ["x is a single number"]),
        (object(), Y, ["x is not an array", "object"]),
        (np.full((10, 1), "red"), Y, ["x holds texts", "'red'", "StringLookup"]),
        (
            pd.DataFrame({"age": range(10), "city": ["Bonn"] * 10}),
            Y,
            ["in column city", "'Bonn'"],
        ),
        ([[1, 2], [3]] * 5, Y, ["objects of type list", "pad_sequences"]),
        (X, holed(3, 4), ["y has NaN or infinite labels in 2 of 10 rows", "first in row 3"]),
        (X, np.where(holed(2) == 0, 1, np.inf), ["y has NaN or infinite labels in 1 of 10"]),
        (X, np.array([None] + ["a"] * 9, dtype=object), ["labels in 1 of 10 rows"]),
    ],
)
def test_bad_arrays_are_explained(x: object, y: object, said: list[str]) -> None:
    with pytest.raises(ValueError, match="expected") as error:
        check_arrays(x, y)
    for part in said:
        assert part in str(error.value)


def test_the_user_s_names_are_used() -> None:
    with pytest.raises(ValueError, match="x_val has 10 rows, y_val has 3 rows"):
        check_arrays(X, Y[:3], ("x_val", "y_val"))


def test_models_that_read_texts_may_have_them() -> None:
    texts = np.array([["a text"], ["another"]])
    check_arrays(texts, np.array([0, 1]), text_inputs=True)
    with pytest.raises(ValueError, match="objects"):
        check_arrays(np.array([["a", None]], dtype=object)[:, 1:], [0], text_inputs=True)


def test_models_without_targets_need_none() -> None:
    check_arrays(X, None, targets_needed=False)
