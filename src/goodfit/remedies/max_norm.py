"""max-norm: a bound on the length of every unit's weights.

Does: sets the kernel's constraint of every hidden dense, convolution and recurrent layer to
MaxNorm, over all weights that feed one unit.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: to separable convolutions, whose kernels are two; to layers that do not train.
Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to prevent
neural networks from overfitting" (JMLR 2014), section 5.1; bounds of 3 to 4, appendix A.3.
"""

from __future__ import annotations

from typing import Any

from goodfit.recipe import WIDTHS, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import Layer, edited, hidden, model_config

KINDS = tuple(kind for kind in WIDTHS if not kind.startswith("Separable"))


def max_norm(recipe: Recipe, most: float) -> Recipe:
    """The recipe with no unit's weight vector longer than `most`."""
    config = model_config(recipe)
    found = hidden(config, KINDS)
    if not found:
        raise DoesNotApplyError("the model has no hidden layer with weights of its own")
    changes = {layer.path: {"kernel_constraint": _constraint(layer, most)} for layer in found}
    return recipe.with_model(edited(config, changes))


def _constraint(layer: Layer, most: float) -> dict[str, Any]:
    """A unit's weights lie along all axes of the kernel but the last."""
    rank = int(layer.kind[-2]) if layer.kind.endswith("D") else 0
    return {
        "module": "keras.constraints",
        "class_name": "MaxNorm",
        "config": {"max_value": most, "axis": list(range(rank + 1))},
        "registered_name": None,
    }


CURE = Cure(
    id="max-norm",
    kind="regularisation",
    function=max_norm,
    parameters=(Parameter(name="most", default=3.0, low=0.5, high=5.0),),
)
