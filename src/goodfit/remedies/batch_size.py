"""batch-size: more or fewer rows to a step.

Does: sets `fit`'s batch_size; where the steps of an epoch are given, there are so many more or
fewer of them that an epoch sees as many rows as before.
Needs: nothing.
Does not apply: where the batches have this size already, or the training rows fill no batch.
Source: Masters and Luschi, "Revisiting small batch training for deep neural networks" (2018).
"""

from __future__ import annotations

import math

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.pace import batch_rows


def batch_size(recipe: Recipe, batch_size: int) -> Recipe:
    """The recipe with batches of `batch_size` rows."""
    now, rows, steps = batch_rows(recipe), recipe.data.train.count, recipe.fit.steps
    if now == batch_size:
        raise DoesNotApplyError(f"the batches have {now} rows already")
    if batch_size > rows:
        raise DoesNotApplyError(f"{rows} training rows fill no batch of {batch_size}")
    fitting = None if steps is None else max(1, math.ceil(steps * now / batch_size))
    return recipe.with_fit(batch_size=batch_size, steps=fitting)


CURE = Cure(
    id="batch-size",
    kind="training",
    function=batch_size,
    parameters=(Parameter(name="batch_size", default=32, choices=(16, 32, 64, 128, 256, 512)),),
)
