"""l1: a penalty on the sizes of the weights.

Does: sets the kernel's regulariser of every hidden layer with a width to L1, which drives weights
that are of no use to zero; recurrent kernels too.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: where the layers hold pretrained weights that do not train.
Source: Tibshirani, "Regression shrinkage and selection via the lasso" (JRSS B 1996).
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, Parameter
from goodfit.remedies.penalties import penalised


def l1(recipe: Recipe, strength: float) -> Recipe:
    """The recipe with `strength` times the sum of absolute weights added to the loss."""
    return penalised(recipe, "L1", {"l1": strength})


CURE = Cure(
    id="l1",
    kind="regularisation",
    function=l1,
    parameters=(Parameter(name="strength", default=1e-4, low=1e-7, high=1e-2, log=True),),
)
