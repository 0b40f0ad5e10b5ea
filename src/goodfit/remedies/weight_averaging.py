"""weight-averaging: the average of the weights over the last steps.

Does: has the optimiser keep a moving average of the weights (`use_ema`) and put it in their place
at the end of every epoch, so that what is validated is the average. It reaches back over about a
fifth of an epoch.
Needs: one of Keras' optimisers; ten steps to an epoch or more.
Does not apply: where weights are averaged already.
Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992); moving
averages: Tarvainen and Valpola, "Mean teachers" (NeurIPS 2017).
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import CLASSES, optimizer_config, with_optimizer
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.pace import steps_per_epoch

FEWEST_STEPS = 10
REACH = 0.2
MOST = 0.99


def weight_averaging(recipe: Recipe, momentum: float | None = None) -> Recipe:
    """The recipe with a moving average of the weights.

    Args:
        momentum: share of the average that stays at each step; None to fit the steps of an epoch,
            at most Keras' own 0.99.
    """
    told = optimizer_config(recipe)
    if told["class_name"] not in CLASSES.values() and "use_ema" not in told["config"]:
        raise DoesNotApplyError(f"the optimiser {told['class_name']} has no option use_ema")
    if told["config"].get("use_ema"):
        raise DoesNotApplyError("the weights are averaged already")
    steps = steps_per_epoch(recipe)
    if steps < FEWEST_STEPS:
        raise DoesNotApplyError(f"an epoch has {steps} steps, too few to average over")
    share = min(MOST, 1 - 1 / (REACH * steps)) if momentum is None else momentum
    return with_optimizer(recipe, use_ema=True, ema_momentum=share, ema_overwrite_frequency=steps)


CURE = Cure(
    id="weight-averaging",
    kind="training",
    function=weight_averaging,
    parameters=(Parameter(name="momentum", low=0.5, high=0.999),),
)
