"""l2: a penalty on the squares of the weights.

Does: sets the kernel's regulariser of every hidden layer with a width to L2; recurrent kernels too.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: where the layers hold pretrained weights that do not train.
Source: Krogh and Hertz, "A simple weight decay can improve generalization" (NIPS 1991). With Adam
it is not the same as decoupled decay: Loshchilov and Hutter (ICLR 2019), section 2.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, Parameter
from goodfit.remedies.penalties import penalised


def l2(recipe: Recipe, strength: float) -> Recipe:
    """The recipe with `strength` times the sum of squares of every kernel added to the loss."""
    return penalised(recipe, "L2", {"l2": strength})


CURE = Cure(
    id="l2",
    kind="regularisation",
    function=l2,
    parameters=(Parameter(name="strength", default=1e-3, low=1e-6, high=1e-1, log=True),),
)
