"""Can the model learn at all: a copy trained on one small batch again and again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from goodfit.facts import OneBatch, PredictionFacts
from goodfit.observe.data.arrays import flatten
from goodfit.observe.data.statistics import hash_rows, joined
from goodfit.observe.experiments.copies import BATCH, Clock, Copy, rows_at
from goodfit.observe.training.sampling import Sample

STEPS = 300
LOOK_EVERY = 20
LEARNT = 0.05
"""Share of the best constant answer's loss at which the batch counts as learnt."""

Describe = Callable[[np.ndarray, Sample], PredictionFacts | None]


def _hash(structure: Any) -> np.ndarray | None:
    found: np.ndarray | None = None
    for _, leaf in flatten(structure):
        found = joined(found, hash_rows(np.asarray(leaf)))
    return found


def chosen_rows(sample: Sample, size: int = BATCH) -> np.ndarray:
    """Row numbers of a batch in which no two rows have equal inputs, and in which classes are as
    equally frequent as the sample allows; in the sample's order."""
    hashes = _hash(sample.x)
    distinct = np.arange(sample.rows)
    if hashes is not None:
        distinct = np.sort(np.unique(hashes, return_index=True)[1])
    labels = _hash(sample.y)
    if labels is None:
        spread: np.ndarray = distinct[: size * (len(distinct) // size or 1)]
        return spread[:: max(1, len(spread) // size)][:size]
    _, group = np.unique(labels[distinct], return_inverse=True)
    turn = np.zeros(len(distinct), np.int64)
    for label in range(group.max() + 1 if len(group) else 0):
        members = np.flatnonzero(group == label)
        turn[members] = np.arange(len(members))
    # Each label's first row, then each one's second, ...: with as many labels as rows, evenly.
    order = np.lexsort((_scattered(len(distinct)), turn))
    return np.asarray(np.sort(distinct[order[:size]]))


def _scattered(n: int) -> np.ndarray:
    return np.random.default_rng(308).permutation(n)


def one_batch(
    copy: Copy, sample: Sample, describe: Describe, clock: Clock, *, steps: int = STEPS
) -> OneBatch | None:
    """Train the copy on one batch until it is learnt, or `steps` steps or the time are over.

    Args:
        sample: the rows to choose the batch from.
        describe: answers and rows to the facts of predictions, for the constant answer's loss.

    Returns:
        None where the time was over before a tenth of the steps.
    """
    batch = rows_at(sample, chosen_rows(sample))
    start = copy.honest(batch)
    told = describe(start.predictions, batch) if start.predictions is not None else None
    prior = told.prior_loss if told is not None else None
    begin = start.honest.mean
    aim = LEARNT * abs(prior if prior is not None and math.isfinite(prior) else begin)
    losses, trained, done, printed = [begin], math.inf, 0, math.nan
    while done < steps and not clock.over():
        printed = copy.step(batch)
        done += 1
        if math.isfinite(printed):
            trained = min(trained, printed)
        if done % LOOK_EVERY == 0 or not math.isfinite(printed):
            losses.append(copy.loss(batch))
            if losses[-1] <= aim or not math.isfinite(losses[-1]):
                break
    if done < steps / 10 and math.isfinite(printed) and losses[-1] > aim:
        return None
    end = copy.honest(batch)
    told = describe(end.predictions, batch) if end.predictions is not None else told
    return OneBatch(
        rows=batch.rows,
        steps=done,
        start_loss=begin,
        end_loss=end.honest.mean,
        best_loss=min(loss for loss in (*losses, end.honest.mean) if not math.isnan(loss)),
        prior_loss=prior,
        error=told.error if told is not None else None,
        prior_error=told.prior_error if told is not None else None,
        trained_loss=trained if math.isfinite(trained) else None,
    )
