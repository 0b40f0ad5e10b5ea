"""GF221 optimizer-settings: options of the optimiser that hold training back, or are ignored.

Sees: plain SGD without momentum in a deeper net that was still falling when training ended;
gradients clipped to a small part of their size at every epoch; weight decay that has shrunk the
weights of a model that does not learn its own rows; the argument `decay`, which Keras 3 ignores.
Warnings only where the training shows the harm.
Why it matters: without momentum the flat directions of a deep loss take very many steps; a clip
that always binds is a smaller learning rate in disguise; decay meant to make the learning rate fall
leaves it as it was.
Evidence: the options; gradient norms against the clip; the size of the weights, last against first;
what was yet to be gained.
Remedies: optimizer, learning-rate.
Source: docs/evidence/model.md; Sutskever et al., "On the Importance of Initialization and Momentum
in Deep Learning" (ICML 2013); Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (ICLR
2019); Keras 3.15.1 warns "Argument `decay` is no longer supported and will be ignored".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from goodfit.checks.check import (
    Answer,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.model.harm import harm, still_falling
from goodfit.checks.model.paths import mixes
from goodfit.checks.model.sizes import left, weight_sizes
from goodfit.facts import (
    BaselineFacts,
    ModelFacts,
    OptimizerFacts,
    ScriptFacts,
    SettingsFacts,
    Trace,
)
from goodfit.results import Severity

BINDS = Threshold(0.1, source="clipped to a tenth at every epoch, also where others would not be")
SHRUNK = Threshold(0.5, source="docs/evidence/model.md")
DEEP = Threshold(2, source="one hidden layer is trained by plain SGD in good time")

_ORDER = ("weight-decay", "clipped", "no-momentum", "decay")
_CLIPS = ("clipnorm", "global_clipnorm")
_SCALE_FREE = ("Adam", "AdamW", "Nadam", "Adamax", "RMSprop", "Lion", "Adagrad", "Adadelta", "Lamb")
_Found = tuple[str, Severity, Mapping[str, Any]]


def optimizer_settings(
    settings: SettingsFacts,
    trace: Trace | None = None,
    model: ModelFacts | None = None,
    baselines: BaselineFacts | None = None,
    script: ScriptFacts | None = None,
) -> Answer:
    optimizer = settings.optimizer
    if optimizer is None:
        return NotApplicable("no optimiser was compiled")
    falling = still_falling(trace, settings)
    suffers = harm(trace, baselines, settings)
    slow = falling is not None or (suffers is not None and suffers.on_train)
    found = [
        *_weight_decay(optimizer, trace, model, slow),
        *_clipped(optimizer, trace, slow),
        *_no_momentum(optimizer, model, falling),
        *_decay(script, slow),
    ]
    if not found:
        return Passed(f"nothing about {optimizer.name} holds the training back")
    case, severity, evidence = min(found, key=lambda one: _ORDER.index(one[0]))
    words = suffers.words if suffers else "was still learning when training ended"
    return Suspicion(
        case=case,
        severity=severity,
        evidence={"optimizer": optimizer.name, "left": falling, "harm": words, **evidence},
        where=place(optimizer.where or settings.compile_where, argument=_ARGUMENT[case]),
    )


_ARGUMENT = {
    "weight-decay": "weight_decay",
    "clipped": "clipnorm",
    "no-momentum": "momentum",
    "decay": "decay",
}


def _number(value: object) -> float | None:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if plain else None  # type: ignore[arg-type]


def _weight_decay(
    optimizer: OptimizerFacts, trace: Trace | None, model: ModelFacts | None, slow: bool
) -> list[_Found]:
    decay = _number(optimizer.options.get("weight_decay"))
    sizes = weight_sizes(trace, model) if trace is not None else []
    if not decay or not slow or len(sizes) < 2:
        return []
    ratio = left(sizes[0][1], sizes[-1][1])
    if ratio is None or ratio >= SHRUNK.value:
        return []
    return [("weight-decay", "warning", {"weight_decay": decay, "weights_left": ratio})]


def _clipped(optimizer: OptimizerFacts, trace: Trace | None, slow: bool) -> list[_Found]:
    """The gradient of the honest loss is smoother than a batch's, so a clip that binds here binds
    there. Optimisers that divide by the gradient's own size do not mind."""
    limits = [_number(optimizer.options.get(name)) for name in _CLIPS]
    limit = min((value for value in limits if value), default=None)
    if limit is None or trace is None or not slow or optimizer.name in _SCALE_FREE:
        return []
    norms = [
        math.hypot(*known)
        for epoch in trace.epochs
        if (known := [p.gradient_norm for p in epoch.layers if p.gradient_norm is not None])
    ]
    if len(norms) < DEEP.value or not all(limit <= BINDS.value * norm for norm in norms):
        return []
    return [("clipped", "warning", {"clip": limit, "gradient_norm": min(norms)})]


def _no_momentum(
    optimizer: OptimizerFacts, model: ModelFacts | None, falling: float | None
) -> list[_Found]:
    momentum = _number(optimizer.options.get("momentum"))
    if optimizer.name != "SGD" or momentum != 0 or falling is None or model is None:
        return []
    hidden = sum(mixes(layer) for layer in model.layers) - 1
    return [("no-momentum", "warning", {"hidden": hidden})] if hidden >= DEEP.value else []


def _decay(script: ScriptFacts | None, slow: bool) -> list[_Found]:
    calls = [
        call
        for call in (script.calls if script else ())
        if ".optimizers." in call.name and "decay" in call.keywords
    ]
    return [("decay", "warning" if slow else "tip", {})] if calls else []


CHECK = Check(
    code="GF221",
    name="optimizer-settings",
    severity="warning",
    function=optimizer_settings,
    message={
        "weight-decay": "{optimizer} with weight_decay={weight_decay:g} has shrunk the weights to "
        "{weights_left:.0%} of their size; the model {harm}.",
        "clipped": "{optimizer} clips gradients to a norm of {clip:g}, while they are "
        "{gradient_norm:.3g} long at least: every step is cut, and the model {harm}.",
        "no-momentum": "SGD without momentum was still falling through {hidden} hidden layers when "
        "training ended, with {left:.0%} of the gain yet to come.",
        "decay": "Keras 3 ignores the argument decay of {optimizer}: the learning rate stays as it "
        "is.",
    },
    advice={
        "weight-decay": "Use a tenth of it, or leave weight_decay out.",
        "clipped": "Leave the clip out, or set it above the usual norm of the gradient.",
        "no-momentum": "Use SGD(..., momentum=0.9) or Adam.",
        "decay": "Use learning_rate=keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay), "
        "or leave decay out.",
    },
    remedies=("optimizer", "learning-rate"),
)
