"""output-units: as many answers as the targets need.

Does: sets the width of the last layer with weights to the number of classes, to 1 (yes or no, one
number) or to the targets' columns, with the activation and the loss that go with it.
Needs: a Sequential or Functional model with one output, whose last layer with weights has a width.
Does not apply: where the width fits already.
Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.2.2, output units.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import head, task_of, units_for, with_units
from goodfit.remedies.layers import model_config
from goodfit.remedies.loss import fitted


def output_units(recipe: Recipe, units: int | None = None, task: str | None = None) -> Recipe:
    """The recipe with so many answers, at least 1; None works the number out from the targets."""
    config = model_config(recipe)
    part, told = head(config), task_of(recipe, task)
    wanted = units or units_for(recipe, told, part.units)
    if wanted == part.units:
        raise DoesNotApplyError(f"the model gives {wanted} answers already")
    if told == "binary" and wanted > 2:
        told = "classes"
    return fitted(recipe.with_model(with_units(config, part, wanted)), told)


CURE = Cure(
    id="output-units",
    kind="correctness",
    function=output_units,
    parameters=(Parameter(name="units"), Parameter(name="task")),
)
