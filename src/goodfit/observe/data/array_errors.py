"""Arrays no model can be trained on: a sentence with what came, what is needed, and the fix."""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.observe.data.arrays import chunks, flatten, source_of, take
from goodfit.observe.data.statistics import laid_flat, numeric

STREAMS = frozenset({"tf.data", "PyDataset", "DataLoader", "generator"})


def _titled(title: str, name: str, several: bool) -> str:
    return f"{title}[{name!r}]" if several else title


def _leaves(structure: Any, title: str) -> list[tuple[str, Any]]:
    """Arrays with the names an error calls them by.

    Raises:
        ValueError: no array, or one without rows.
    """
    leaves = flatten(structure)
    several = len(leaves) > 1 or isinstance(structure, dict)
    named = [(_titled(title, name, several), leaf) for name, leaf in leaves]
    if not named:
        raise ValueError(
            f"{title} is missing: got {structure!r}, expected an array with one row for each "
            f"example. Pass both the inputs and the targets, as model.fit takes them."
        )
    for name, leaf in named:
        shape = getattr(leaf, "shape", None)
        if shape is None and not hasattr(leaf, "__len__"):
            raise ValueError(
                f"{name} is not an array: got {type(leaf).__name__}, expected a NumPy array, "
                "tensor or DataFrame with one row for each example."
            )
        if shape is not None and not len(shape):
            raise ValueError(
                f"{name} is a single number, expected an array with one row for each example. "
                f"Wrap one example in a list: np.array([{name}])."
            )
        if (len(leaf) if shape is None else int(shape[0])) == 0:
            raise ValueError(
                f"{name} is empty: got {'no rows' if shape is None else f'shape {tuple(shape)}'}, "
                "expected at least one row. Look at the code that loads or filters the data."
            )
    return named


def _rows(leaf: Any) -> int:
    shape = getattr(leaf, "shape", None)
    return len(leaf) if shape is None else int(shape[0])


def _same_length(named: list[tuple[str, Any]]) -> None:
    lengths = {name: _rows(leaf) for name, leaf in named}
    if len(set(lengths.values())) > 1:
        received = ", ".join(f"{name} has {rows} rows" for name, rows in lengths.items())
        fewest = min(lengths.values())
        raise ValueError(
            f"The arrays have unequal lengths: {received}; expected the same number of rows in "
            f"each. Find the step that dropped rows from one of them only, or keep the first "
            f"{fewest} rows of each if those still belong together."
        )


def _bad_columns(leaf: Any) -> str:
    """The columns of a DataFrame that are not numbers."""
    dtypes: Any = getattr(leaf, "dtypes", None)
    if getattr(leaf, "ndim", 0) != 2 or not hasattr(dtypes, "items"):
        return ""
    bad = [str(key) for key, dtype in dtypes.items() if getattr(dtype, "kind", "O") not in "buif"]
    return f" in column{'s' * (len(bad) != 1)} {', '.join(bad[:5])}" if bad else ""


def _numbers(name: str, leaf: Any, text_inputs: bool) -> None:
    some = take(leaf, slice(0, 100))
    if numeric(some):
        return
    values = some.ravel().tolist()
    texts = bool(values) and any(isinstance(value, (str, bytes)) for value in values)
    if texts and text_inputs and all(isinstance(value, (str, bytes)) for value in values):
        return
    example = next((v for v in values if not isinstance(v, (bool, int, float))), values[:1])
    what = "texts" if texts else f"objects of type {type(example).__name__}"
    fix = (
        "Encode categories as numbers (keras.layers.StringLookup, pandas.get_dummies) or drop the "
        "column; turn free text into tokens with keras.layers.TextVectorization."
        if texts
        else "Make rows equally long (keras.utils.pad_sequences) and convert with "
        "np.asarray(..., dtype='float32')."
    )
    raise ValueError(
        f"{name} holds {what}{_bad_columns(leaf)} (dtype {some.dtype}, for example "
        f"{str(example)[:60]!r}), expected numbers. {fix}"
    )


def _finite_labels(name: str, leaf: Any) -> None:
    bad, first, total = 0, -1, 0
    for start, rows in chunks(leaf):
        flat = laid_flat(rows)
        if flat.dtype.kind == "O":
            missing = np.array([any(v is None or v != v for v in row) for row in flat.tolist()])
        elif flat.dtype.kind == "f":
            missing = ~np.isfinite(flat).all(axis=1)
        else:
            missing = np.zeros(len(flat), bool)
        total += len(rows)
        if missing.any():
            first = start + int(np.argmax(missing)) if first < 0 else first
            bad += int(np.count_nonzero(missing))
    if bad:
        raise ValueError(
            f"{name} has NaN or infinite labels in {bad} of {total} rows (first in row {first}), "
            f"expected a finite number in each. Drop those rows from inputs and targets alike: "
            f"keep = np.isfinite({name}); the loss of one such row makes every weight NaN."
        )


def check_arrays(
    x: Any,
    y: Any,
    names: tuple[str, str] = ("x", "y"),
    *,
    text_inputs: bool = False,
    targets_needed: bool = True,
) -> None:
    """Raise where `x` and `y` cannot be trained on; streams (tf.data, PyDataset, DataLoader,
    generators) hold their own targets and are not looked at.

    Args:
        x, y: arrays (rows, ...) of any library, or structures of them.
        names: what the user calls them, e.g. ("x_val", "y_val").
        text_inputs: whether the model takes texts (TextVectorization, StringLookup).
        targets_needed: whether `y` None is an error.

    Raises:
        ValueError: unequal lengths, no rows, missing targets, texts or objects as inputs, labels
            that are NaN or infinite. The message says what came, what was expected, and the fix.
    """
    if source_of(x) in STREAMS:
        return
    inputs = _leaves(x, names[0])
    targets = _leaves(y, names[1]) if targets_needed or y is not None else []
    _same_length(inputs + targets)
    for name, leaf in inputs:
        _numbers(name, leaf, text_inputs)
    for name, leaf in targets:
        _finite_labels(name, leaf)
