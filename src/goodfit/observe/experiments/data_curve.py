"""Would more data help: copies trained on parts of the training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.facts import CurvePoint
from goodfit.observe.data.arrays import rows_of, take
from goodfit.observe.experiments.copies import Clock, Copy, rows_at
from goodfit.observe.experiments.trained import trained_point
from goodfit.observe.training.sampling import Sample, as_fed
from goodfit.randomness import sealed

if TYPE_CHECKING:
    from goodfit.observe.experiments.bench import Bench

FRACTIONS = (1.0, 0.5, 0.25, 0.125)
SEEDS = (0, 1)
MAX_ROWS = 16_384
MAX_BYTES = 256_000_000
MIN_ROWS = 32


def _all_rows(bench: Bench) -> Sample:
    """The user's training rows in random order, up to MAX_ROWS of them; of a stream, the sample."""
    import keras

    sample, fit = bench.sample, bench.work.fit
    rng = np.random.default_rng(413)
    if sample.index is None:
        return rows_at(sample, rng.permutation(sample.rows))
    n = rows_of(fit["x"])
    most = min(n, MAX_ROWS, max(sample.rows, MAX_BYTES // max(sample.row_bytes, 1)))
    index = rng.permutation(n)[:most]

    def fed(structure: Any) -> Any:
        return keras.tree.map_structure(as_fed, take(structure, index))

    return Sample(x=fed(fit["x"]), y=fed(fit["y"]), index=index)


def data_curve(bench: Bench, clock: Clock) -> tuple[CurvePoint, ...] | None:
    """One point for each part of the rows and each seed, the whole first. All begin with fresh
    weights of the seed's and may take as many steps as the user's training took.

    Returns:
        None where there are no validation rows, or the time was over before two parts.
    """
    validation = bench.validation
    if validation is None:
        bench.missing.append("data_curve: there are no validation rows")
        return None
    rows = _all_rows(bench)
    found = []
    for seed in SEEDS:
        for fraction in FRACTIONS:
            part = rows_at(rows, _part(rows.rows, fraction, seed))
            if part.rows < MIN_ROWS or clock.over():
                continue
            with sealed(seed):
                copy = Copy(bench.model, bench.sample, rate=bench.rate, weights=bench.frozen)
            point = trained_point(
                copy,
                part,
                validation,
                steps=bench.steps,
                batch_size=bench.batch_size,
                seed=seed,
                clock=clock,
            )
            found += [point] if point is not None else []
    parts = {point.rows for point in found}
    return tuple(sorted(found, key=lambda p: (p.rows, p.seed))) if len(parts) > 1 else None


def _part(rows: int, fraction: float, seed: int) -> np.ndarray:
    """The parts of one seed lie in each other; those of two seeds overlap by chance only."""
    order = np.random.default_rng([seed, 412]).permutation(rows)
    return order[: int(rows * fraction)]
