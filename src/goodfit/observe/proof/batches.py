"""One batch of what the failing call was given, as its training step would get it."""

from __future__ import annotations

from typing import Any

import numpy as np

from goodfit.observe.data.arrays import _is_list, flatten, rows_of, source_of, take
from goodfit.observe.experiments.clone import CannotCopyError


class RefusedError(Exception):
    """What Keras itself refuses of whole arrays, before it cuts a batch."""


def checked(x: Any, y: Any) -> None:
    """Refuse what fit refuses of whole arrays.

    Raises:
        RefusedError: x or y is a plain list, or they differ in rows.
    """
    for name, whole in (("x", x), ("y", y)):
        if plain_list(whole):
            raise RefusedError(f"{name} is a plain list")
    rows = {rows_of(leaf) for whole in (x, y) for _, leaf in flatten(whole)}
    if len(rows) > 1:
        raise RefusedError(f"the arrays have different numbers of rows: {sorted(rows)}")


def plain_list(whole: Any) -> bool:
    """Whether this is one array written as a Python list."""
    return isinstance(whole, (list, tuple)) and len(whole) > 0 and _is_list(whole)


def columns(leaf: np.ndarray) -> np.ndarray:
    """With a second axis where there is one only, as fit hands it on."""
    return leaf[:, None] if leaf.ndim == 1 else leaf


def first_batch(x: Any, y: Any, rows: int) -> tuple[Any, Any]:
    """The first `rows` rows of arrays, or the first batch of a pipeline that can be read again.

    Raises:
        CannotCopyError: it cannot be read without using it up.
    """
    source = source_of(x)
    if source == "tf.data":
        found = next(iter(x.take(1)))
    elif source == "PyDataset":
        found = x[0]
    elif source in ("DataLoader", "generator") or x is None:
        raise CannotCopyError("the data can only be read once")
    else:
        index = slice(0, rows)
        return _each(columns, take(x, index)), _each(columns, take(y, index))
    parts = found if isinstance(found, tuple) else (found,)
    whole = slice(0, None)
    return take(parts[0], whole), take(parts[1], whole) if len(parts) > 1 else None


def _each(how: Any, structure: Any) -> Any:
    import keras

    return None if structure is None else keras.tree.map_structure(how, structure)
