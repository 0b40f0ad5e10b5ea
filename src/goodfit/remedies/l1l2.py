"""l1l2: a penalty on the sizes and on the squares of the weights.

Does: sets the kernel's regulariser of every hidden layer with a width to L1L2; recurrent kernels
too.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: where the layers hold pretrained weights that do not train.
Source: Zou and Hastie, "Regularization and variable selection via the elastic net" (JRSS B 2005).
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, Parameter
from goodfit.remedies.penalties import penalised


def l1l2(recipe: Recipe, l1: float, l2: float) -> Recipe:
    """The recipe with `l1` times the sum of absolute weights and `l2` times the sum of squares
    added to the loss."""
    return penalised(recipe, "L1L2", {"l1": l1, "l2": l2})


CURE = Cure(
    id="l1l2",
    kind="regularisation",
    function=l1l2,
    parameters=(
        Parameter(name="l1", default=1e-4, low=1e-7, high=1e-2, log=True),
        Parameter(name="l2", default=1e-4, low=1e-6, high=1e-1, log=True),
    ),
)
