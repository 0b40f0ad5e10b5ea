"""Does the model look at its inputs: its answers where one input's rows are shuffled."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from goodfit.facts import ShuffledInput
from goodfit.observe.data.arrays import flatten
from goodfit.observe.training.evaluate import Rows
from goodfit.observe.training.sampling import Sample

ROWS = 512
MAX_INPUTS = 32
SECONDS = 0.5
Measure = Callable[[Sample], Rows]


def _change(before: np.ndarray, after: np.ndarray) -> float:
    """Root mean square change of the answers over their standard deviation across rows."""
    before, after = before.astype(np.float64), after.astype(np.float64)
    spread = math.sqrt(float(before.var(axis=0).mean()))
    moved = math.sqrt(float(np.square(after - before).mean()))
    if spread == 0:  # a constant answer: nothing can move it, rounding aside
        return 0.0
    return moved / spread


def _compared(name: str | None, before: Rows, after: Rows) -> ShuffledInput | None:
    if before.predictions is None or after.predictions is None:
        return None
    finite = (before.losses, after.losses, before.predictions, after.predictions)
    if not all(np.isfinite(values).all() for values in finite):
        return None
    difference = after.losses.astype(np.float64) - before.losses
    n = difference.size
    return ShuffledInput(
        input=name,
        rows=len(before.predictions),
        change=_change(before.predictions, after.predictions),
        loss=float(after.losses.mean()),
        loss_before=float(before.losses.mean()),
        loss_se=float(difference.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan,
    )


def _shuffles(
    x: Any, n: int, names: Sequence[str], rng: np.random.Generator
) -> Iterator[tuple[str | None, Any]]:
    """(input, x with that input's first n rows shuffled); all inputs together first."""
    import keras

    leaves = [leaf[:n] for leaf in keras.tree.flatten(x)]
    order = rng.permutation(n)
    yield None, keras.tree.pack_sequence_as(x, [leaf[order] for leaf in leaves])
    for place, name in enumerate(names if 1 < len(leaves) <= MAX_INPUTS else ()):
        mixed = [leaf[order] if i == place else leaf for i, leaf in enumerate(leaves)]
        yield name, keras.tree.pack_sequence_as(x, mixed)


def input_names(x: Any, told: Sequence[str]) -> list[str]:
    """The names of the leaves of x: dict keys, else the model's own names in their order."""
    found = [name for name, _ in flatten(x)]
    plain = all(name.isdigit() for name in found)
    return list(told) if plain and len(told) == len(found) else found


def shuffled_inputs(
    sample: Sample, measure: Measure, names: Sequence[str], *, seed: int = 0
) -> tuple[ShuffledInput, ...]:
    """Answers and losses on at most ROWS rows of the sample, as they are and shuffled.

    Args:
        sample: rows with their targets.
        measure: losses and answers of the model's trained weights on a sample.
        names: the inputs' names, one for each array of the sample's x.

    Returns:
        All inputs together first, then each of several by itself as far as time allows; empty
        where answers or losses are not finite, or there are fewer than two rows.
    """
    n = min(sample.rows, ROWS)
    if n < 2:
        return ()
    import keras

    head = keras.tree.map_structure(lambda leaf: leaf[:n], sample.y)
    before = measure(Sample(x=keras.tree.map_structure(lambda leaf: leaf[:n], sample.x), y=head))
    started = time.perf_counter()
    found = []
    for name, x in _shuffles(sample.x, n, names, np.random.default_rng([seed, 309])):
        compared = _compared(name, before, measure(Sample(x=x, y=head)))
        if compared is None:
            return ()
        found.append(compared)
        if time.perf_counter() - started > SECONDS:
            break
    return tuple(found)
