"""Reading and changing the arguments of `compile`: the optimiser and the loss, as Keras' own
configurations whatever way the user gave them (a name, a configuration, one per output)."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import DoesNotApplyError

CLASSES: Mapping[str, str] = {
    name.lower(): name
    for name in ("Adam", "AdamW", "SGD", "RMSprop", "Adadelta", "Adagrad", "Adamax", "Adafactor",
                 "Nadam", "Ftrl", "Lion", "Lamb", "Muon")
}  # fmt: skip
"""Keras' optimisers by the names that `compile` takes."""
DEFAULT_RATES: Mapping[str, float] = {"SGD": 0.01}
DEFAULT_RATE = 1e-3
"""Keras' own learning rate, of every optimiser but those in `DEFAULT_RATES`."""
INITIAL_RATES = ("initial_learning_rate", "learning_rate")
"""Where Keras' schedules keep the rate they begin with."""
LOSS_NAMES: Mapping[str, str] = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "logcosh": "log_cosh",
    "kld": "kl_divergence",
    "kl_divergence": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
}
"""Keras' short names of losses and what they stand for."""
_SHARED = ("clipnorm", "global_clipnorm", "clipvalue", "weight_decay", "use_ema", "ema_momentum",
           "ema_overwrite_frequency", "gradient_accumulation_steps")  # fmt: skip


def optimizer_config(recipe: Recipe) -> Config:
    """The optimiser as `{"module", "class_name", "config", "registered_name"}`; what a loss-scaling
    optimiser wraps, where there is one. A name stands for Keras' defaults; so does none.

    Raises:
        DoesNotApplyError: the optimiser is not one that a configuration describes.
    """
    told = recipe.compile.get("optimizer") or "rmsprop"
    if isinstance(told, str):
        name = CLASSES.get(told.lower().replace("_", ""))
        if name is None:
            raise DoesNotApplyError(f"{told!r} is no optimiser of Keras'")
        return _optimizer(name, {"learning_rate": DEFAULT_RATES.get(name, DEFAULT_RATE)})
    if not isinstance(told, Mapping) or not isinstance(told.get("config"), Mapping):
        raise DoesNotApplyError("the optimiser cannot be told from its configuration")
    inner = told["config"].get("inner_optimizer")
    return inner if isinstance(inner, Mapping) else told


def learning_rate(recipe: Recipe) -> float | None:
    """The learning rate, or the one a schedule begins with; None where a schedule is of the user's
    own or begins elsewhere."""
    told = optimizer_config(recipe)["config"].get("learning_rate", DEFAULT_RATE)
    if not isinstance(told, Mapping):
        return float(told)
    options = told.get("config") or {}
    if options.get("warmup_target") is not None:
        return float(options["warmup_target"])
    found = [options[name] for name in INITIAL_RATES if name in options]
    if "values" in options:
        found = list(options["values"][:1])
    return float(found[0]) if found else None


def schedule(recipe: Recipe) -> Config | None:
    """The configuration of the learning rate's schedule; None where the rate is a number."""
    told = optimizer_config(recipe)["config"].get("learning_rate")
    return told if isinstance(told, Mapping) else None


def with_optimizer(recipe: Recipe, kind: str | None = None, **options: Any) -> Recipe:
    """The recipe with these options of its optimiser.

    Args:
        kind: class name of the optimiser to train with; None for the one there is. Another kind
            keeps the learning rate, its schedule and the options that both have, and has Keras'
            defaults for the rest.
        options: by Keras' names, such as `learning_rate`, a number or a schedule's configuration.
    """
    told = optimizer_config(recipe)
    if kind is not None and kind != told["class_name"]:
        alike = {kind, told["class_name"]} <= {"Adam", "AdamW"}
        kept = tuple(told["config"]) if alike else ("learning_rate", *_SHARED)
        old = {k: v for k, v in told["config"].items() if k in kept and k != "name"}
        fresh = _optimizer(kind, copy.deepcopy(old) | options)
    else:
        fresh = copy.deepcopy(dict(told))
        fresh["config"] = {**fresh["config"], **options}
    return recipe.with_compile(optimizer=_wrapped(recipe.compile.get("optimizer"), fresh))


def with_fresh_optimizer(recipe: Recipe, kind: str, **options: Any) -> Recipe:
    """The recipe with the optimiser of class `kind`, these options and Keras' defaults for the
    rest."""
    fresh = _optimizer(kind, options)
    return recipe.with_compile(optimizer=_wrapped(recipe.compile.get("optimizer"), fresh))


def _optimizer(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "module": "keras.optimizers",
        "class_name": kind,
        "config": dict(options),
        "registered_name": None,
    }


def _wrapped(told: Any, fresh: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(told, Mapping) and "inner_optimizer" in (told.get("config") or {}):
        return {**told, "config": {**told["config"], "inner_optimizer": fresh}}
    return fresh


def schedule_config(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of one of Keras' learning-rate schedules."""
    return {
        "module": "keras.optimizers.schedules",
        "class_name": kind,
        "config": dict(options),
        "registered_name": None,
    }


# Losses


def the_loss(recipe: Recipe) -> Any:
    """The one loss as `compile` was given it: a name, a configuration, or None for none; the only
    one of a list or a mapping.

    Raises:
        DoesNotApplyError: there are several, one per output.
    """
    told = recipe.compile.get("loss")
    several = _several(told)
    if several is None:
        return told
    if len(several) != 1:
        raise DoesNotApplyError(f"the model is trained on {len(several)} losses at once")
    return several[0]


def loss_name(recipe: Recipe) -> str | None:
    """Keras' long name of the loss, such as "mean_squared_error"; None for none, several, or one
    of the user's own."""
    try:
        told = the_loss(recipe)
    except DoesNotApplyError:
        return None
    if isinstance(told, Mapping):
        own = str(told.get("registered_name") or "")
        # Keras writes its own functions by their bare name too.
        name = told["config"] if told["class_name"] == "function" else told["class_name"]
        if not isinstance(name, str) or ">" in own:
            return None
        told = name
    if not isinstance(told, str) or told in recipe.model.objects:
        return None
    snake = _snake(told)
    return LOSS_NAMES.get(snake, snake)


def loss_options(recipe: Recipe) -> Mapping[str, Any]:
    """Options of the loss, such as `from_logits`; {} where it has Keras' defaults."""
    told = the_loss(recipe)
    options = told.get("config") if isinstance(told, Mapping) else None
    return options if isinstance(options, Mapping) else {}


def with_loss(recipe: Recipe, kind: str, **options: Any) -> Recipe:
    """The recipe with Keras' loss class `kind`, such as "BinaryCrossentropy", and these options;
    in a list or a mapping of one, the loss keeps its place.

    Raises:
        DoesNotApplyError: there are several losses, one per output.
    """
    the_loss(recipe)
    fresh = {
        "module": "keras.losses",
        "class_name": kind,
        "config": dict(options),
        "registered_name": None,
    }
    told = recipe.compile.get("loss")
    if _several(told) is None:
        return recipe.with_compile(loss=fresh)
    if isinstance(told, Mapping):
        return recipe.with_compile(loss=dict.fromkeys(told, fresh))
    return recipe.with_compile(loss=[fresh])


def _several(told: Any) -> list[Any] | None:
    """The losses by output; None where one loss is given for all."""
    if isinstance(told, (list, tuple)):
        return list(told)
    if isinstance(told, Mapping) and "class_name" not in told:
        return list(told.values())
    return None


def _snake(name: str) -> str:
    """Keras' two ways of writing a name made one: BinaryCrossentropy, binary_crossentropy."""
    if name.isupper():
        return name.lower()
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
