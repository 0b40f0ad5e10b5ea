"""schedule: a learning rate that falls as training goes on.

Does: replaces the optimiser's learning rate by a schedule that begins with it: "inverse_time" (a
tenth is left at the last epoch), "cosine" (a hundredth), "warmup_cosine" (rising over the first
twentieth of the steps), or the callback "plateau", which halves the rate when val_loss stops
falling. A schedule or a callback that sets the rate already is replaced; "constant" leaves the rate
that it begins with.
Needs: one of Keras' optimisers; the number of epochs that `fit` is given; validation rows for
"plateau".
Does not apply: where the rate begins nowhere that can be told (a schedule of the user's own).
Source: Loshchilov and Hutter, "SGDR" (ICLR 2017), section 3; warm-up: Goyal et al., "Accurate,
large minibatch SGD" (2017), section 2.2; 1/t: Robbins and Monro (1951).
"""

from __future__ import annotations

from typing import Any

from goodfit.recipe import CallbackRecipe, Recipe
from goodfit.remedies import compiled
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.pace import steps_per_epoch

KINDS = ("inverse_time", "cosine", "warmup_cosine", "plateau")
"""Kinds to search among; the kind "constant" is the end of them all."""
SETTING = ("ReduceLROnPlateau", "LearningRateScheduler")
LEFT = 0.01
WARMUP_SHARE = 0.05
PLATEAU = {"monitor": "val_loss", "factor": 0.5, "patience": 5}


def schedule(recipe: Recipe, kind: str, decay_steps: int | None = None) -> Recipe:
    """The recipe with this schedule.

    Args:
        kind: one of `KINDS`, or "constant".
        decay_steps: steps in which "inverse_time" halves the rate, or over which a cosine falls;
            None to fit the epochs that `fit` is given.
    """
    if kind not in (*KINDS, "constant"):
        raise ValueError(f'no schedule {kind!r}; expected "constant" or one of {KINDS}')
    rate = compiled.learning_rate(recipe)
    if not rate:
        raise DoesNotApplyError("the learning rate is set by a schedule of your own, or is zero")
    others = tuple(one for one in recipe.fit.callbacks if one.name not in SETTING)
    if kind == "plateau":
        return _plateau(recipe, rate, others)
    if kind == "constant":
        if compiled.schedule(recipe) is None and others == recipe.fit.callbacks:
            raise DoesNotApplyError("the learning rate is constant already")
        return compiled.with_optimizer(recipe, learning_rate=rate).with_fit(callbacks=others)
    steps = steps_per_epoch(recipe) * recipe.fit.epochs
    wanted = _schedule(kind, rate, steps, decay_steps)
    if compiled.schedule(recipe) == wanted:
        raise DoesNotApplyError("the learning rate follows this schedule already")
    return compiled.with_optimizer(recipe, learning_rate=wanted).with_fit(callbacks=others)


def _plateau(recipe: Recipe, rate: float, others: tuple[CallbackRecipe, ...]) -> Recipe:
    if recipe.data.validation is None:
        raise DoesNotApplyError("there are no validation rows to watch")
    wanted = CallbackRecipe(name=SETTING[0], arguments=PLATEAU)
    if wanted in recipe.fit.callbacks:
        raise DoesNotApplyError("the learning rate falls on a plateau already")
    changed = compiled.with_optimizer(recipe, learning_rate=rate)
    return changed.with_fit(callbacks=(*others, wanted))


def _schedule(kind: str, rate: float, steps: int, decay_steps: int | None) -> dict[str, Any]:
    if kind == "inverse_time":
        # 1 / (1 + 9) is left after all steps.
        options = {"decay_steps": decay_steps or max(1, steps // 9), "decay_rate": 1.0}
        return compiled.schedule_config(
            "InverseTimeDecay", {"initial_learning_rate": rate, **options}
        )
    warmup = max(1, round(WARMUP_SHARE * steps)) if kind == "warmup_cosine" else 0
    falling = {"decay_steps": decay_steps or max(1, steps - warmup), "alpha": LEFT}
    if not warmup:
        return compiled.schedule_config("CosineDecay", {"initial_learning_rate": rate, **falling})
    rising = {"initial_learning_rate": 0.0, "warmup_target": rate, "warmup_steps": warmup}
    return compiled.schedule_config("CosineDecay", {**rising, **falling})


CURE = Cure(
    id="schedule",
    kind="training",
    function=schedule,
    parameters=(
        Parameter(name="kind", default="cosine", choices=KINDS),
        Parameter(name="decay_steps"),
    ),
)
