"""optimizer: another optimiser, with Keras' own settings.

Does: replaces the optimiser and all its settings; nothing of the old one stays, neither clipping
nor schedule.
Needs: nothing.
Does not apply: where the optimiser is this one with these settings already.
Source: Kingma and Ba, "Adam" (ICLR 2015), for the default; Choi et al., "On empirical comparisons
of optimizers for deep learning" (2019): which is best depends on how each is tuned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import optimizer_config, with_fresh_optimizer
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter

BETAS = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
OPTIMIZERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "adam": ("Adam", {"learning_rate": 1e-3, **BETAS}),
    "adamw": ("AdamW", {"learning_rate": 1e-3, "weight_decay": 4e-3, **BETAS}),
    "nadam": ("Nadam", {"learning_rate": 1e-3, **BETAS}),
    "rmsprop": ("RMSprop", {"learning_rate": 1e-3, "rho": 0.9, "momentum": 0.0}),
    "sgd": ("SGD", {"learning_rate": 1e-2, "momentum": 0.0}),
    "sgd_momentum": ("SGD", {"learning_rate": 1e-2, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {"learning_rate": 1e-3}),
}
"""By name: Keras' class and what tells it from the same class with other settings."""


def optimizer(recipe: Recipe, name: str, learning_rate: float | None = None) -> Recipe:
    """The recipe with the optimiser `name`, one of `OPTIMIZERS`, and this learning rate; None for
    its usual one."""
    if name not in OPTIMIZERS:
        raise ValueError(f"no optimiser {name!r}; expected one of {sorted(OPTIMIZERS)}")
    kind, options = OPTIMIZERS[name]
    wanted = dict(options)
    if learning_rate is not None:
        wanted["learning_rate"] = learning_rate
    if _same(recipe, kind, wanted):
        raise DoesNotApplyError(f"the optimiser is {kind} with these settings already")
    return with_fresh_optimizer(recipe, kind, **wanted)


def _same(recipe: Recipe, kind: str, wanted: Mapping[str, Any]) -> bool:
    try:
        told = optimizer_config(recipe)
    except DoesNotApplyError:
        return False
    if told["class_name"] != kind:
        return False
    clipped = any(told["config"].get(name) for name in ("clipnorm", "clipvalue", "global_clipnorm"))
    return not clipped and all(
        _equal(told["config"].get(option, value), value) for option, value in wanted.items()
    )


def _equal(given: Any, wanted: Any) -> bool:
    """Keras keeps rates as 32-bit floats."""
    if isinstance(wanted, float) and isinstance(given, (int, float)):
        return abs(given - wanted) <= 1e-6 * abs(wanted)
    return bool(given == wanted)


CURE = Cure(
    id="optimizer",
    kind="training",
    function=optimizer,
    parameters=(
        Parameter(name="name", default="adam", choices=tuple(OPTIMIZERS)),
        Parameter(name="learning_rate", low=1e-5, high=1e-1, log=True),
    ),
)
