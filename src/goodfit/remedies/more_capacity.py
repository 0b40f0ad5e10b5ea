"""more-capacity: a wider model.

Does: multiplies the width of every hidden layer, or of those named, by `factor`; a model without a
hidden layer gets one.
Needs: a Sequential or Functional model.
Does not apply: to layers with pretrained weights, and to those that a fixed width is added to.
Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 5.2, capacity; Hornik,
Stinchcombe, White, "Multilayer feedforward networks are universal approximators" (1989).
"""

from __future__ import annotations

from collections.abc import Sequence

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.depth import deeper
from goodfit.remedies.layers import hidden, model_config
from goodfit.remedies.widths import changeable, with_widths


def more_capacity(recipe: Recipe, factor: float, layers: Sequence[str] | None = None) -> Recipe:
    """The recipe with hidden layers `factor` times as wide, above 1; None for all of them."""
    config = model_config(recipe)
    if not hidden(config) and layers is None:
        return recipe.with_model(deeper(config, 1))
    found = [
        layer for layer in changeable(recipe, config) if layers is None or layer.path in layers
    ]
    changed = with_widths(config, found, factor)
    if changed is config:
        raise DoesNotApplyError("the model has no hidden layer that can be wider")
    return recipe.with_model(changed)


CURE = Cure(
    id="more-capacity",
    kind="capacity",
    function=more_capacity,
    parameters=(
        Parameter(name="factor", default=2.0, low=1.0, high=16.0, log=True),
        Parameter(name="layers"),
    ),
)
