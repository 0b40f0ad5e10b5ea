"""Whether rows are windows of a series, as far as their facts tell."""

from __future__ import annotations

import math

from goodfit.checks.check import Threshold
from goodfit.facts import BaselineFacts, DataFacts

PERSISTS = Threshold(
    0.5, source="the last value explains half the variance: rows are in time order"
)
LEAST_STEPS = 4


def _windows(data: DataFacts) -> bool:
    """Whether the columns are steps of one series that the target goes on with: all of them have
    its spread, and drift from head to tail as far as it does. Columns of a table sorted by its
    target differ in how far they follow it."""
    import numpy as np

    head, tail = data.train, data.validation
    if tail is None or len(head.inputs) != 1 or not tail.inputs:
        return False
    target, held = head.targets[0], tail.targets[0]
    first, last = np.array(head.inputs[0].feature_mean), np.array(tail.inputs[0].feature_mean)
    spread = np.array(head.inputs[0].feature_std)
    if first.size < LEAST_STEPS or first.shape != last.shape or not target.std:
        return False
    drift = (held.mean or 0.0) - (target.mean or 0.0)
    follows = np.abs(last - first - drift) <= 0.5 * abs(drift)
    alike = np.abs(np.log(np.maximum(spread, 1e-12) / target.std)) <= math.log(2)
    return bool((follows & alike).all())


def is_series(data: DataFacts, baselines: BaselineFacts | None) -> bool:
    """Whether rows seem to be windows of a series, whose last part is the right one to judge on."""
    if any(array.kind == "sequence" for array in data.train.inputs) or _windows(data):
        return True
    scores = baselines.scores if baselines is not None else ()
    return any(one.name == "persistence" and one.error < PERSISTS.value for one in scores)
