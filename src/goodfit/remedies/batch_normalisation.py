"""batch-normalisation: batch normalisation behind the hidden layers.

Does: puts a BatchNormalization layer right behind every hidden dense and convolution layer that no
normalisation follows: before the activation where that is a layer of its own, else past it. With
few steps to an epoch the moving averages, which held-out rows are normalised by, follow faster.
Needs: a Sequential or Functional model with a hidden dense or convolution layer.
Does not apply: to batches of fewer than 8 rows, whose means are too noisy; to recurrent layers (see
layer-normalisation).
Source: Ioffe and Szegedy, "Batch normalization" (ICML 2015); small batches: Wu and He, "Group
normalization" (ECCV 2018), figure 1. Momentum: at Keras' 0.99 more than a third of the initial
statistics is left after an epoch of fewer than 100 steps (0.99 ** 100 = 0.37), so that validation
looks bad for many epochs: of 500 digits (16 steps) early stopping then took the first for the best.
"""

from __future__ import annotations

from goodfit.recipe import WIDTHS, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.normalising import normalised
from goodfit.remedies.pace import batch_rows, steps_per_epoch

LEAST_ROWS = 8
FEW_STEPS, FAST = 100, 0.9
KINDS = tuple(kind for kind in WIDTHS if kind == "Dense" or "Conv" in kind)


def batch_normalisation(recipe: Recipe) -> Recipe:
    """The recipe with batch normalisation behind its hidden layers."""
    rows = batch_rows(recipe)
    if rows < LEAST_ROWS:
        raise DoesNotApplyError(
            f"batches of {rows} rows give no steady mean; {LEAST_ROWS} or more are needed"
        )
    options = {"momentum": FAST} if steps_per_epoch(recipe) < FEW_STEPS else {}
    return normalised(recipe, "BatchNormalization", KINDS, **options)


CURE = Cure(id="batch-normalisation", kind="regularisation", function=batch_normalisation)
