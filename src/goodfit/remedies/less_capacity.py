"""less-capacity: a narrower model.

Does: multiplies the width of every hidden layer by `factor`, and takes away `layers` of the hidden
dense layers, the last first.
Needs: a Sequential or Functional model with hidden layers.
Does not apply: to layers with pretrained weights, and to those that a fixed width is added to.
Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 5.2, capacity; Bishop,
"Pattern Recognition and Machine Learning" (2006), section 5.5.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.depth import shallower
from goodfit.remedies.layers import model_config
from goodfit.remedies.widths import changeable, with_widths


def less_capacity(recipe: Recipe, factor: float, layers: int = 0) -> Recipe:
    """The recipe with hidden layers `factor` times as wide, in (0, 1], and so many fewer."""
    config = model_config(recipe)
    changed = shallower(recipe, config, layers) if layers else config
    changed = with_widths(changed, changeable(recipe, changed), factor)
    if changed is config:
        raise DoesNotApplyError("the model has no hidden layer that can be narrower")
    return recipe.with_model(changed)


CURE = Cure(
    id="less-capacity",
    kind="capacity",
    function=less_capacity,
    parameters=(
        Parameter(name="factor", default=0.5, low=0.05, high=1.0, log=True),
        Parameter(name="layers", default=0),
    ),
)
