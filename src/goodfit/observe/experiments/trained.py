"""A copy trained until its validation loss stops falling: one point of a curve."""

from __future__ import annotations

import math

import numpy as np

from goodfit.facts import CurvePoint, HonestLoss
from goodfit.observe.experiments.copies import Clock, Copy, batches, rows_at
from goodfit.observe.training.sampling import Sample

PATIENCE = 5
"""Looks at the validation loss without a better one after which training ends."""


def trained_point(
    copy: Copy,
    train: Sample,
    validation: Sample,
    *,
    steps: int,
    batch_size: int,
    seed: int,
    clock: Clock,
) -> CurvePoint | None:
    """Train the copy for at most `steps` steps, looking at both losses twenty times at least; its
    losses where the validation loss was lowest.

    Returns:
        None where the time was over first: a copy cut short says nothing about its rows.
    """
    rng = np.random.default_rng([seed, 412])
    every = max(1, min(steps // 20, train.rows // min(batch_size, train.rows)))
    best: tuple[HonestLoss, HonestLoss] | None = None
    done = worse = 0
    while done < steps and worse < PATIENCE:
        for index in batches(train, batch_size, rng):
            if clock.over():
                return None
            if done >= steps or worse >= PATIENCE:
                break
            copy.step(rows_at(train, index))
            done += 1
            if done % every:
                continue
            held = copy.honest(validation).honest
            if math.isfinite(held.mean) and (best is None or held.mean < best[1].mean):
                best, worse = (copy.honest(_head(train)).honest, held), 0
            else:
                worse += 1
    if best is None:
        return None
    parameters = sum(int(np.prod(v.shape)) for v in copy.model.trainable_variables)
    return CurvePoint(
        rows=train.rows, parameters=parameters, seed=seed, train=best[0], validation=best[1]
    )


def _head(sample: Sample) -> Sample:
    return rows_at(sample, slice(0, min(sample.rows, 2048)))
