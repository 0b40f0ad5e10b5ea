"""Can the model memorise: a copy trained on labels that have nothing to do with their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from goodfit.facts import PermutedLabels
from goodfit.observe.experiments.copies import Clock, batches, rows_at
from goodfit.observe.training.sampling import Sample

if TYPE_CHECKING:
    from goodfit.observe.experiments.bench import Bench

MEMORISED = 0.05
MIN_EPOCHS = 3


def permuted_labels(bench: Bench, clock: Clock) -> PermutedLabels | None:
    """Train for as many steps as the user's own training took, in as many epochs of the sample as
    that makes, until the labels are memorised or the time is over.

    Returns:
        None where the time allowed fewer than MIN_EPOCHS epochs, or no constant answer's loss is
        known.
    """
    rng = np.random.default_rng(414)
    rows = _permuted(bench.sample, rng)
    copy = bench.copy()
    prior = bench.prior(rows, copy)
    if prior is None:
        bench.missing.append("permuted_labels: the loss of a constant answer is not known")
        return None
    size = bench.batch_size
    per_epoch = max(1, rows.rows // min(size, rows.rows))
    epochs, done, loss = max(MIN_EPOCHS, bench.steps // per_epoch), 0, prior
    while done < epochs and not clock.over():
        for index in batches(rows, size, rng):
            copy.step(rows_at(rows, index))
            if clock.over():
                break
        else:
            done += 1
            loss = copy.loss(rows)
        if loss <= MEMORISED * abs(prior):
            break
    if done < MIN_EPOCHS and loss > MEMORISED * abs(prior):
        return None
    return PermutedLabels(rows=rows.rows, epochs=done, train_loss=loss, prior_loss=prior)


def _permuted(sample: Sample, rng: np.random.Generator) -> Sample:
    import keras

    order = rng.permutation(sample.rows)
    y = keras.tree.map_structure(lambda leaf: leaf[order], sample.y)
    return Sample(x=sample.x, y=y, index=sample.index)
