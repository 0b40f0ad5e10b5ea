"""callbacks: callbacks that watch the right value in the right direction.

Does: has EarlyStopping, ReduceLROnPlateau and a ModelCheckpoint of the best weights watch val_loss
in place of a training value or a name that is not in the logs, turns a direction round that takes
the worst epoch for the best, and has EarlyStopping restore the best weights, with a patience of 10
and no least gain where it had no patience; or takes every callback of the class `drop` out.
Needs: callbacks; validation rows for the repair.
Does not apply: where the callbacks are in order, or there is none of that class.
Source: Prechelt, "Early stopping - but when?" (1998); Keras' documentation of `mode`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.recipe import CallbackRecipe, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter

WATCHING = ("EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint")
PATIENCE = 10
RISING = ("acc", "auc", "precision", "recall", "f1", "r2")
"""Parts of the names of metrics of which more is better."""


def callbacks(recipe: Recipe, drop: str | None = None) -> Recipe:
    """The recipe with its callbacks repaired, or without those of the class named `drop`."""
    told = recipe.fit.callbacks
    if drop is not None:
        left = tuple(one for one in told if one.name != drop)
        if len(left) == len(told):
            raise DoesNotApplyError(f"fit is given no callback {drop}")
        return recipe.with_fit(callbacks=left)
    if recipe.data.validation is None:
        raise DoesNotApplyError("there are no validation rows to watch")
    logged = _logged(recipe)
    repaired = tuple(_repaired(one, logged) for one in told)
    if repaired == told:
        raise DoesNotApplyError("fit is given no callback that watches the wrong value")
    return recipe.with_fit(callbacks=repaired)


def _logged(recipe: Recipe) -> frozenset[str] | None:
    """Names of the values that are measured at every epoch; None where they cannot be told."""
    names = {"loss"}
    for told in [*(recipe.compile.get("metrics") or ()), *_weighted(recipe)]:
        name = told.get("config") if isinstance(told, Mapping) else told
        name = name.get("name") if isinstance(name, Mapping) else name
        if not isinstance(name, str):
            return None
        names.add(name)
    return frozenset(names)


def _weighted(recipe: Recipe) -> tuple[Any, ...]:
    return tuple(recipe.compile.get("weighted_metrics") or ())


def _repaired(told: CallbackRecipe, logged: frozenset[str] | None) -> CallbackRecipe:
    given = dict(told.arguments)
    if told.name not in WATCHING:
        return told
    if told.name == "ModelCheckpoint" and not given.get("save_best_only"):
        return told
    changes: dict[str, Any] = {}
    monitor, mode = str(given.get("monitor", "val_loss")), given.get("mode", "auto")
    plain = monitor.removeprefix("val_")
    if plain == monitor or (logged is not None and plain not in logged):
        # A bound on the old value means nothing for the loss.
        changes |= {"monitor": "val_loss"} | ({"baseline": None} if given.get("baseline") else {})
        monitor = "val_loss"
    if monitor == "val_loss" and mode == "max":
        changes["mode"] = "min"
    elif mode == "min" and any(word in monitor for word in RISING):
        changes["mode"] = "max"
    if told.name == "EarlyStopping":
        changes |= {} if given.get("restore_best_weights") else {"restore_best_weights": True}
        if not given.get("patience"):
            changes |= {"patience": PATIENCE} | ({"min_delta": 0} if given.get("min_delta") else {})
    return CallbackRecipe(name=told.name, arguments=given | changes) if changes else told


CURE = Cure(
    id="callbacks",
    kind="training",
    function=callbacks,
    parameters=(Parameter(name="drop"),),
)
