"""learning-rate: smaller or larger steps.

Does: sets the optimiser's learning rate, or multiplies it by a factor; a schedule keeps its shape,
all its rates are scaled alike.
Needs: one of Keras' optimisers. Without parameters it goes back to Keras' own rate.
Does not apply: to schedules of the user's own, and to LearningRateScheduler callbacks, which
overrule the optimiser.
Source: Bengio, "Practical recommendations for gradient-based training of deep architectures"
(2012), section 3.1: the one setting to tune if only one is.
"""

from __future__ import annotations

import copy

from goodfit.recipe import Recipe
from goodfit.remedies import compiled
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter

RATES = ("initial_learning_rate", "learning_rate", "warmup_target", "end_learning_rate", "values")
"""Options of Keras' schedules that are rates, or lists of them."""
SAME = 1e-6


def learning_rate(
    recipe: Recipe, learning_rate: float | None = None, factor: float | None = None
) -> Recipe:
    """The recipe with this learning rate, or with its own times `factor`; a schedule's is the one
    that it begins with, or warms up to."""
    if any(one.name == "LearningRateScheduler" for one in recipe.fit.callbacks):
        raise DoesNotApplyError("a LearningRateScheduler sets the learning rate at every epoch")
    now = compiled.learning_rate(recipe)
    if not now:
        raise DoesNotApplyError("the learning rate is set by a schedule of your own, or is zero")
    wanted = learning_rate
    if wanted is None and factor is not None:
        wanted = now * factor
    elif wanted is None:
        kind = compiled.optimizer_config(recipe)["class_name"]
        wanted = compiled.DEFAULT_RATES.get(kind, compiled.DEFAULT_RATE)
    if abs(wanted - now) <= SAME * now:
        raise DoesNotApplyError(f"the learning rate is {now:g} already")
    schedule = compiled.schedule(recipe)
    if schedule is None:
        return compiled.with_optimizer(recipe, learning_rate=wanted)
    scaled = copy.deepcopy(dict(schedule))
    for name in RATES:
        if scaled["config"].get(name) is not None:
            scaled["config"][name] = _times(scaled["config"][name], wanted / now)
    return compiled.with_optimizer(recipe, learning_rate=scaled)


def _times(rates: float | list[float], factor: float) -> float | list[float]:
    return [rate * factor for rate in rates] if isinstance(rates, list) else rates * factor


CURE = Cure(
    id="learning-rate",
    kind="training",
    function=learning_rate,
    parameters=(
        Parameter(name="learning_rate", low=1e-5, high=1e-1, log=True),
        Parameter(name="factor", low=1e-2, high=1e2, log=True),
    ),
)
