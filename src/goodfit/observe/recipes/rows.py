"""The rows of a fit as arrays in memory, from wherever `fit` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import source_of, to_numpy
from goodfit.recipe import NoRecipeError, Rows, leaves, map_leaves

MAX_BYTES = 2_000_000_000
"""Rows beyond this are not copied out of a pipeline."""
STREAMS = ("tf.data", "PyDataset", "DataLoader", "generator")


def as_rows(x: Any, y: Any, weight: Any = None) -> Rows:
    """Arrays of any library as a recipe's rows; one axis becomes two, as `fit` does it.

    Raises:
        NoRecipeError: there are no targets, or the arrays are of a kind that cannot be kept.
    """
    import keras

    if y is None:
        raise NoRecipeError("the training has no targets to compare answers with")
    found = [
        None if part is None else keras.tree.map_structure(to_numpy, part)
        for part in (x, y, weight)
    ]
    if any(leaf.dtype.kind == "O" for leaf in leaves(found[0])):
        found[0] = map_leaves(_texts, found[0])
    return Rows(x=found[0], y=found[1], weight=found[2])


def _texts(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind != "O":
        return array
    if not all(isinstance(value, str) for value in array.ravel()):
        raise NoRecipeError("an input holds Python objects that are neither numbers nor texts")
    return array.astype(str)


def split_off(rows: Rows, share: float) -> tuple[Rows, Rows]:
    """Training and validation rows as `validation_split` cuts them: the last rows validate."""
    at = int(rows.count * (1.0 - share))
    return rows.at(slice(0, at)), rows.at(slice(at, None))


def streamed(data: Any, steps: int | None) -> tuple[Rows, int]:
    """The rows of one pass over a pipeline, and the rows of its first batch.

    Raises:
        NoRecipeError: it can be read only once, never ends, or holds more than fits in memory.
    """
    import keras

    source = source_of(data)
    if source == "generator":
        raise NoRecipeError(
            "the rows came from a generator, which can be read only once; give fit arrays, a "
            "tf.data.Dataset or a keras.utils.PyDataset"
        )
    parts: list[Any] = []
    size = 0
    for batch in islice(_batches(data, source), steps):
        found = keras.tree.map_structure(to_numpy, batch)
        parts.append(found)
        size += sum(leaf.nbytes for leaf in leaves(found))
        if size > MAX_BYTES:
            raise NoRecipeError(
                f"one pass over the rows takes more than {MAX_BYTES / 1e9:.0f} GB of memory"
            )
    if not parts or not isinstance(parts[0], (tuple, list)) or len(parts[0]) < 2:
        raise NoRecipeError("the pipeline yields no (inputs, targets)")
    joined = keras.tree.map_structure(lambda *all_: np.concatenate(all_), *map(tuple, parts))
    first = len(next(leaves(parts[0][0])))
    return as_rows(joined[0], joined[1], joined[2] if len(joined) > 2 else None), first


def _batches(data: Any, source: str) -> Iterator[Any]:
    if source == "tf.data" and int(data.cardinality()) == -1:
        raise NoRecipeError("the tf.data.Dataset never ends, so there is no one pass over its rows")
    if source == "PyDataset":
        if data.num_batches is None:
            raise NoRecipeError(
                "the PyDataset has no length, so there is no one pass over its rows"
            )
        return (data[index] for index in range(data.num_batches))
    if not hasattr(data, "__iter__"):
        raise NoRecipeError(f"rows of type {type(data).__name__} cannot be read again")
    return iter(data)


def sets(told: Mapping[str, Any]) -> tuple[Rows, Rows | None, int | None, bool]:
    """(training rows, validation rows, rows of a batch where a pipeline made them, whether it was a
    pipeline) from the arguments of `fit`.

    Raises:
        NoRecipeError: the rows cannot be had again.
    """
    x, batch = told.get("x"), None
    pipeline = source_of(x) in STREAMS
    if pipeline:
        train, batch = streamed(x, told.get("steps_per_epoch"))
    else:
        train = as_rows(x, told.get("y"), told.get("sample_weight"))
    held = told.get("validation_data")
    share = float(told.get("validation_split") or 0.0)
    if held is None:
        if share and not pipeline:
            train, kept = split_off(train, share)
            return train, kept, batch, pipeline
        return train, None, batch, pipeline
    if source_of(held) in STREAMS:
        return train, streamed(held, told.get("validation_steps"))[0], batch, pipeline
    if not isinstance(held, (tuple, list)) or len(held) < 2:
        raise NoRecipeError("validation_data holds no targets")
    return train, as_rows(held[0], held[1]), batch, pipeline
