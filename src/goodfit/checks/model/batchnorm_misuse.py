"""GF209 batchnorm-misuse: batch normalisation where, or how, it cannot do what it is for.

Sees: moving statistics that training was too short to learn, so that inference works with other
numbers than training; batches so small that their statistics are noise; a normalisation of the
model's own outputs; a layer that is called with training=True for good. Each is a warning only
where the facts show the harm: the honest loss in inference mode far above the printed one, or a
model that does badly.
Why it matters: training normalises by the batch, inference by moving averages. Where the two
differ, the network that is validated is not the one that was trained.
Evidence: the momentum, the steps trained and the share of the initial statistics that is left;
values per channel in a batch; the loss in both modes; what shows that the model suffers.
Remedies: batch-normalisation, batch-size.
Source: docs/evidence/model.md; Ioffe and Szegedy, "Batch Normalization" (ICML 2015), 3.1; Wu and
He, "Group Normalization" (ECCV 2018), section 1, on small batches.
"""

from __future__ import annotations

import math
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
from goodfit.checks.model.harm import harm
from goodfit.checks.model.paths import ACTIVATIONS, MOVING, following, graph_known
from goodfit.facts import (
    ApiCall,
    BaselineFacts,
    LayerFacts,
    ModelFacts,
    ScriptFacts,
    SettingsFacts,
    Trace,
)

LEFT = Threshold(0.1, source="a tenth of the initial statistics shifts each activation visibly")
MODES_Z = Threshold(3.0, source="standard errors of the honest loss: one in a thousand by chance")
MODES_SHARE = Threshold(0.2, source="a fifth of all that was gained, far above a mean's lag")
FEW = Threshold(16, source="the standard deviation of 16 values is off by 18 %: sqrt(1 / 30)")

_NAME = "BatchNormalization"
_ORDER = ("left-on", "untrained", "small-batch", "after-output")


def batchnorm_misuse(
    model: ModelFacts,
    settings: SettingsFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    script: ScriptFacts | None = None,
) -> Answer:
    layers = [layer for layer in model.layers if layer.type == _NAME and layer.builtin]
    if not layers:
        return NotApplicable("the model has no BatchNormalization")
    modes = _modes(trace)
    suffers = harm(trace, baselines, settings)
    words = suffers.words if suffers else ""
    if modes is not None:
        words = f"loses {modes['worse']:.3g} per row from training to inference mode"
    evidence: dict[str, Any] = {"harm": words, "layers": [one.path for one in layers]}
    evidence |= modes or {}
    found = _found(model, layers, settings, trace, script)
    if not found:
        return Passed(f"{len(layers)} BatchNormalization layers had steps and rows enough")
    case, layer, known = min(found, key=lambda one: _ORDER.index(one[0]))
    bad = modes is not None if case == "untrained" else bool(words)
    if case in ("untrained", "small-batch") and not bad:
        return Passed(f"{layer.path} had few steps or rows, but nothing shows harm", known)
    return Suspicion(
        case=case,
        severity="warning" if bad else "tip",
        evidence=evidence | known | {"layer": layer.path, "suffers": words or "shows no harm yet"},
        where=place(layer.where, layer=layer.path),
    )


_Found = list[tuple[str, LayerFacts, dict[str, Any]]]


def _found(
    model: ModelFacts,
    layers: list[LayerFacts],
    settings: SettingsFacts | None,
    trace: Trace | None,
    script: ScriptFacts | None,
) -> _Found:
    found: _Found = []
    calls = [call for call in (script.calls if script else ()) if _left_on(call)]
    if calls:
        line = calls[0].where
        found.append(("left-on", layers[0], {"line": line.line if line else None}))
    steps = _steps(settings, trace)
    for layer in layers:
        left = _initial_left(layer, steps)
        if left is not None and left > LEFT.value:
            told = {"momentum": layer.options.get("momentum"), "steps": steps, "left": left}
            found.append(("untrained", layer, told))
        values = _values(layer, settings)
        if values is not None and values < FEW.value:
            found.append(("small-batch", layer, {"values": values}))
        if graph_known(model) and _last(model, layer):
            found.append(("after-output", layer, {}))
    return found


def _left_on(call: ApiCall) -> bool:
    return call.name.endswith(f"{_NAME}()") and "training" in call.true


def _steps(settings: SettingsFacts | None, trace: Trace | None) -> int | None:
    per_epoch = settings.steps_per_epoch if settings else None
    return per_epoch * trace.trained if per_epoch and trace is not None else None


def _initial_left(layer: LayerFacts, steps: int | None) -> float | None:
    """The share of the initial statistics in the moving ones; None where they were learned before
    this fit, or it is not known."""
    momentum = layer.options.get("momentum")
    if steps is None or not isinstance(momentum, (int, float)) or not 0 < momentum < 1:
        return None
    moving = [weight for weight in layer.weights if weight.name.startswith("moving")]
    if not layer.trainable or not moving or not all(weight.constant for weight in moving):
        return None
    return float(momentum) ** steps


def _values(layer: LayerFacts, settings: SettingsFacts | None) -> int | None:
    """How many values the statistics of a channel rest on in one batch."""
    batch = settings.batch_size if settings else None
    shape = layer.input_shapes[0] if layer.input_shapes else ()
    if not batch or not layer.trainable or not shape or None in shape[:-1]:
        return None
    return batch * math.prod(size or 1 for size in shape[:-1])


def _last(model: ModelFacts, layer: LayerFacts) -> bool:
    ways = list(following(model, layer, (*MOVING, *ACTIVATIONS)))
    return bool(ways) and all(one is None for one in ways)


def _modes(trace: Trace | None) -> dict[str, float] | None:
    """By how much the loss in inference mode lies above the one printed in training mode, where
    that is clear: the printed one is a mean over the epoch and holds the penalties, so it should be
    the larger one."""
    if trace is None or not trace.epochs:
        return None
    last = trace.epochs[-1]
    printed, honest = last.logs.get("loss"), last.train
    first = next((loss for _, loss in trace.honest("train")), None)
    if printed is None or honest is None or first is None:
        return None
    prior = trace.predictions.prior_loss if trace.predictions else None
    gained = (prior if prior is not None else first.mean) - printed
    worse = honest.mean - printed
    # NaN compares false
    if worse > MODES_Z.value * honest.standard_error and worse > MODES_SHARE.value * abs(gained):
        return {"worse": worse, "printed": printed, "honest": honest.mean}
    return None


CHECK = Check(
    code="GF209",
    name="batchnorm-misuse",
    severity="warning",
    function=batchnorm_misuse,
    message={
        "left-on": "A BatchNormalization is called with training=True (line {line}), so it "
        "normalises by the batch in inference too: answers depend on the rows beside them.",
        "untrained": "After {steps} steps the moving statistics of {layer} (momentum {momentum:g}) "
        "still hold {left:.0%} of their initial values; the model {suffers}.",
        "small-batch": "The statistics of {layer} rest on {values} values a batch, which is mostly "
        "noise; the model {suffers}.",
        "after-output": "{layer} normalises the model's own outputs by the batch; the model "
        "{suffers}.",
    },
    advice={
        "left-on": "Leave training=True out of the call.",
        "untrained": "Use BatchNormalization(momentum=0.9), or train for more steps.",
        "small-batch": "Use a larger batch_size, or LayerNormalization or GroupNormalization.",
        "after-output": "Put {layer} in front of the last layer, or leave it out.",
    },
    remedies=("batch-normalisation", "batch-size"),
)
