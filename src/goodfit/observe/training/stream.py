"""Batches seen as Keras reads them: noted while that is wanted, and the waiting for them timed.

Nothing is read that Keras would not have read, and nothing earlier.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from goodfit.observe.training.passes import Passes
from goodfit.observe.training.sampling import Reservoir

Note = Callable[[int, Any], None]


class Stream:
    """One set that comes in batches: a sample of its first pass, hashes of its first two."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.reservoir = Reservoir(rng)
        self.passes = Passes()
        self.open = True

    def note(self, place: int, batch: Any) -> None:
        """A batch came by, number `place` of its pass."""
        if not self.open:
            return
        if place == 0:
            self.passes.begin()
        self.reservoir.add(batch)
        self.passes.add(batch)

    def close(self) -> None:
        """Note nothing more."""
        self.open = False
        self.reservoir.closed = True
        self.passes.close()


class Waiting:
    """Seconds that the training loop has waited for its batches; None before any was read."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def add(self, seconds: float) -> None:
        """The loop waited."""
        self._seconds = (self._seconds or 0.0) + seconds

    def taken(self) -> float | None:
        """The seconds so far; counting begins anew."""
        found, self._seconds = self._seconds, None
        return found


class _Seen:
    """An iterator as it is, with its batches noted and the waiting for them timed."""

    def __init__(self, inner: Iterator[Any], stream: Stream | None, waiting: Waiting | None):
        self._inner = inner
        self._stream = stream
        self._waiting = waiting
        self._place = -1

    def __iter__(self) -> _Seen:
        return self

    def __next__(self) -> Any:
        started = time.perf_counter()
        batch = next(self._inner)
        if self._waiting is not None:
            self._waiting.add(time.perf_counter() - started)
        self._place += 1
        if self._stream is not None:
            self._stream.note(self._place, batch)
        return batch


def _tee_tensorflow(epoch_iterator: Any, stream: Stream) -> Callable[[], None]:
    import tensorflow as tf

    dataset = epoch_iterator._distributed_dataset

    def note(place: Any, *batch: Any) -> Any:
        batch = batch[0] if len(batch) == 1 and isinstance(batch[0], tuple) else batch
        flat = tf.nest.flatten(batch)

        def add(number: np.int64, *leaves: np.ndarray) -> np.int64:
            stream.note(int(number), tf.nest.pack_sequence_as(batch, list(leaves)))
            return np.int64(0)

        with tf.control_dependencies([tf.numpy_function(add, [place, *flat], tf.int64)]):
            same = tf.nest.map_structure(tf.identity, batch)
        return same if len(same) > 1 else same[0]

    def undo() -> None:
        epoch_iterator._distributed_dataset = dataset

    epoch_iterator._distributed_dataset = dataset.enumerate().map(note)
    return undo


def tee(
    epoch_iterator: Any, stream: Stream | None, waiting: Waiting | None = None
) -> Callable[[], None] | None:
    """Let the batches of the coming passes be noted in `stream` as Keras reads them, and the
    seconds it waits for them be counted in `waiting`.

    Returns the function that ends it, so that later passes are read as if it had never been; None
    where this Keras gives no place to look from. On TensorFlow batches are read inside the compiled
    step, so that there is no waiting to see.
    """
    import keras

    if not hasattr(epoch_iterator, "_get_iterator"):
        return None
    if keras.backend.backend() == "tensorflow":
        if stream is None or not hasattr(epoch_iterator, "_distributed_dataset"):
            return None
        return _tee_tensorflow(epoch_iterator, stream)
    original = epoch_iterator._get_iterator

    def teed() -> Iterator[Any]:
        # Begun at once, as Keras begins it: a DataLoader draws its seed when iteration begins.
        return _Seen(iter(original()), stream, waiting)

    def undo() -> None:
        vars(epoch_iterator).pop("_get_iterator", None)

    epoch_iterator._get_iterator = teed
    return undo
