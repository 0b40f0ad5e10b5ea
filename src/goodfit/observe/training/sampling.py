"""A fixed sample of the rows that `fit` reads, without reading anything it would not have read.

Arrays are sampled by row number. Streams (tf.data, PyDataset, DataLoader, generators) are never
iterated by goodfit: their batches are noted as they pass through Keras' own epoch iterator, so a
shuffle buffer, a generator or a random augmentation yields exactly what it would have yielded.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import rows_of, take, to_numpy

MAX_ROWS = 2048
MAX_BYTES = 128_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows as `fit` hands them to the model: nested structures of arrays with rows first.
    `index` holds the row numbers in the user's arrays (None for streams)."""

    x: Any
    y: Any
    weights: np.ndarray | None = None
    index: np.ndarray | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        import keras

        return len(keras.tree.flatten(self.x)[0])

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of x."""
        import keras

        return sum(leaf.nbytes // max(len(leaf), 1) for leaf in keras.tree.flatten(self.x))


def fit_locals(model: Any) -> dict[str, Any] | None:
    """The local variables of the `fit` of `model` that is running now, if one is.

    A callback is given neither the data nor most of fit's arguments; Keras' own fit is on the
    stack above it and holds both. None where no such frame is found (another trainer, a custom
    loop): then only logged values are known.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if (
            frame.f_code.co_name == "fit"
            and frame.f_locals.get("self") is model
            and "epoch_iterator" in frame.f_locals
        ):
            found = dict(frame.f_locals)
            given = frame.f_back.f_locals.get("kwargs") if frame.f_back is not None else None
            if found.get("validation_split") and not _given_validation(given):
                found["validation_was_split"] = True
            return found
        frame = frame.f_back
    return None


def _given_validation(kwargs: Any) -> bool:
    """Whether the call of fit named validation_data itself; Keras overwrites its own argument with
    the rows it splits off, and ignores validation_split where both were given."""
    return isinstance(kwargs, dict) and kwargs.get("validation_data") is not None


def is_stream(epoch_iterator: Any) -> bool:
    """Whether Keras reads a stream rather than arrays of known length."""
    adapter = getattr(epoch_iterator, "data_adapter", None)
    return type(adapter).__name__ != "ArrayDataAdapter"


def as_fed(array: Any) -> np.ndarray:
    """A NumPy array of what the model is fed: floats in Keras' float type, the rest unchanged."""
    import keras

    found = to_numpy(array)
    if found.dtype.kind == "f":
        return found.astype(keras.config.floatx(), copy=False)
    return found


def from_arrays(x: Any, y: Any, weights: Any, rng: np.random.Generator) -> Sample:
    """A random sample, without replacement, of at most MAX_ROWS rows and MAX_BYTES bytes."""
    import keras

    n = rows_of(x)
    first = keras.tree.map_structure(as_fed, take(x, slice(0, 1)))
    one = sum(leaf.nbytes for leaf in keras.tree.flatten(first))
    size = min(n, MAX_ROWS, max(64, MAX_BYTES // max(one, 1)))
    index = np.sort(rng.choice(n, size=size, replace=False))
    drawn = [
        None if part is None else keras.tree.map_structure(as_fed, take(part, index))
        for part in (x, y, weights)
    ]
    return Sample(
        x=drawn[0],
        y=drawn[1],
        weights=drawn[2] if isinstance(drawn[2], np.ndarray) else None,
        index=index,
    )


class Reservoir:
    """A uniform random sample of the rows of all batches shown to it (Vitter 1985, algorithm R,
    a batch at a time)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._parts: list[np.ndarray] | None = None
        self._structure: Any = None
        self._capacity = MAX_ROWS
        self.rows = 0
        self.batch = 0
        self.closed = False

    def add(self, batch: Any) -> None:
        """Take rows of a batch (x, y, sample_weight) into the sample, unless it is closed: with
        `steps_per_epoch` Keras goes on reading the same iterator in later epochs."""
        import keras

        if self.closed:
            return
        leaves = [as_fed(leaf) for leaf in keras.tree.flatten(batch) if leaf is not None]
        if not leaves or leaves[0].ndim == 0:
            return
        n = len(leaves[0])
        self.batch = max(self.batch, n)
        if self._parts is None:
            self._structure = keras.tree.map_structure(lambda _: 0, batch)
            one = sum(leaf.nbytes // max(n, 1) for leaf in leaves)
            self._capacity = min(MAX_ROWS, max(64, MAX_BYTES // max(one, 1)))
            self._parts = [leaf[:0] for leaf in leaves]
        room = max(0, self._capacity - len(self._parts[0]))
        if room:
            self._parts = [
                np.concatenate([part, leaf[:room]])
                for part, leaf in zip(self._parts, leaves, strict=True)
            ]
        seen = self.rows + np.arange(1, n + 1)
        self.rows += n
        places = self._rng.integers(0, seen)
        chosen = [i for i in range(room, n) if places[i] < self._capacity]
        for i in chosen:
            for part, leaf in zip(self._parts, leaves, strict=True):
                part[places[i]] = leaf[i]

    def sample(self) -> Sample | None:
        """The rows held, as x, y and sample weights; None when no batch came by."""
        import keras

        if self._parts is None:
            return None
        batch = keras.tree.pack_sequence_as(self._structure, self._parts)
        if not isinstance(batch, (list, tuple)):
            return Sample(x=batch, y=None)
        return Sample(
            x=batch[0],
            y=batch[1] if len(batch) > 1 else None,
            weights=batch[2] if len(batch) > 2 else None,
        )
