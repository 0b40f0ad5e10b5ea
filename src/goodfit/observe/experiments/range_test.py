"""Which learning rate would do: copies trained for a few steps at rates a factor apart."""

from __future__ import annotations

import math

import numpy as np

from goodfit.facts import RangeTest, RatePoint
from goodfit.observe.experiments.copies import BATCH, Clock, Copy, batches, rows_at
from goodfit.observe.training.sampling import Sample

STEPS = 40
LOOK_AT = (32, 36, 40)
"""Steps after which the loss is measured; their mean is the smoothed loss."""
FACTOR = 10.0
REACH = 4
LOWEST, HIGHEST = 1e-7, 10.0
ROWS = 256
MIN_POINTS = 3


def rates(used: float) -> list[float]:
    """Rates a factor apart around the one used, itself included, nearest first."""
    powers = sorted(range(-REACH, REACH + 1), key=lambda power: (abs(power), -power))
    found = [float(f"{used * FACTOR**power:.6g}") if power else used for power in powers]
    inside = (LOWEST * (1 - 1e-6), HIGHEST * (1 + 1e-6))
    return [rate for rate in found if inside[0] <= rate <= inside[1] or rate == used]


def range_test(
    copy: Copy, sample: Sample, used: float, prior_loss: float | None, clock: Clock
) -> RangeTest | None:
    """Train the copy from the same weights at each rate, on the same batches of BATCH rows.

    Args:
        sample: rows to train on; the loss is measured on the first ROWS of a fixed order.
        used: the user's own rate, above 0.
        prior_loss: a constant answer's loss on such rows.

    Returns:
        None where the time allowed fewer than MIN_POINTS rates.
    """
    rng = np.random.default_rng(220)
    order = rng.permutation(sample.rows)[: 2 * ROWS]
    rows = rows_at(sample, order)
    seen = rows_at(rows, slice(0, ROWS))
    plan: list[np.ndarray] = []
    while len(plan) < STEPS:
        plan += batches(rows, BATCH, rng)
    steps = [rows_at(rows, index) for index in plan[:STEPS]]
    copy.reset()
    start = copy.loss(seen)
    points = []
    for rate in rates(used):
        if clock.over():
            break
        copy.reset(rate)
        points.append(RatePoint(learning_rate=rate, loss=_smoothed(copy, steps, seen)))
    if len(points) < MIN_POINTS:
        return None
    return RangeTest(
        points=tuple(sorted(points, key=lambda point: point.learning_rate)),
        steps=STEPS,
        start_loss=start,
        used=used,
        prior_loss=prior_loss,
    )


def _smoothed(copy: Copy, steps: list[Sample], seen: Sample) -> float:
    """The mean loss at the last few steps; infinite where training diverged."""
    losses = []
    for number, rows in enumerate(steps, start=1):
        if not math.isfinite(copy.step(rows)):
            return math.inf
        if number in LOOK_AT:
            losses.append(copy.loss(seen))
    return float(np.mean(losses))
