"""weaker-regularisation: smaller penalties on weights and activities.

Does: multiplies the factors of all penalties (kernels, biases, activities) and the optimiser's
weight decay by `factor`; 0 takes them away.
Needs: a penalty or a weight decay.
Does not apply: where there is none; to penalties of the user's own.
Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 7.1: a penalty shrinks what
the data say by its share of the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Config, Recipe
from goodfit.remedies.compiled import optimizer_config, with_optimizer
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import edited, layers, removed
from goodfit.remedies.penalties import regulariser

STRENGTHS = ("l1", "l2", "factor")
"""Options of Keras' regularisers that say how strong they are."""


def weaker_regularisation(recipe: Recipe, factor: float) -> Recipe:
    """The recipe with penalties of `factor` times their strength, in [0, 1)."""
    changed, config = recipe, recipe.model.config
    if config is not None:
        weaker = _weaker(config, factor)
        if weaker is not config:
            changed = changed.with_model(weaker)
    try:
        decay = optimizer_config(recipe)["config"].get("weight_decay")
    except DoesNotApplyError:
        decay = None
    if decay:
        changed = with_optimizer(changed, weight_decay=decay * factor if factor else None)
    if changed is recipe:
        raise DoesNotApplyError("there is no penalty and no weight decay")
    return changed


def _weaker(config: Config, factor: float) -> Config:
    changes: dict[str, dict[str, Any]] = {}
    gone: list[str] = []
    for layer in layers(config):
        found = {
            option: _scaled(told, factor)
            for option, told in layer.config.items()
            if option.endswith("regularizer") and _strong(told)
        }
        if layer.kind == "ActivityRegularization" and _strong({"config": layer.config}):
            found |= {name: layer.config.get(name, 0.0) * factor for name in ("l1", "l2")}
            if not factor:
                gone.append(layer.path)
                continue
        if found:
            changes[layer.path] = found
    if changes:
        config = edited(config, changes)
    for path in gone:
        config = removed(config, path)
    return config


def _strong(told: Any) -> bool:
    if isinstance(told, str):  # Keras' defaults by name
        return told.lower() in ("l1", "l2", "l1l2", "l1_l2")
    if not isinstance(told, Mapping) or not isinstance(told.get("config"), Mapping):
        return False
    return any(_number(told["config"].get(name)) for name in STRENGTHS)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _scaled(told: Any, factor: float) -> Any:
    if not factor:
        return None
    if isinstance(told, str):
        kind = {"l1": "L1", "l2": "L2"}.get(told.lower(), "L1L2")
        names = [name for name in ("l1", "l2") if name.upper() in kind]
        return regulariser(kind, dict.fromkeys(names, 0.01 * factor))
    options = {
        name: _number(value) * factor if name in STRENGTHS else value
        for name, value in told["config"].items()
    }
    return {**told, "config": options}


CURE = Cure(
    id="weaker-regularisation",
    kind="regularisation",
    function=weaker_regularisation,
    parameters=(Parameter(name="factor", default=0.1, choices=(0.1, 0.01, 0.0)),),
)
