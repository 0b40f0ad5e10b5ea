"""GF216 frozen-layers: layers that are not trained, or trained though they were meant not to be.

Sees: nothing left to train; frozen layers whose weights are still as they were drawn, in front of
layers that are trained; most weights frozen in a model that errs on its own training rows; flags
changed after compile, where the backend does not follow. Frozen layers that hold trained weights
(transfer) are as it should be.
Why it matters: random frozen layers pass on a random view of the data that nothing improves. Flags
that were changed after compile count in Keras 3 up to the first fit. Later, TensorFlow goes on as
it was traced, JAX stops with "optimizer_variables must be a list of tensors corresponding 1:1",
and PyTorch obeys a freeze but stops at an unfrozen weight ("Unknown variable"). Keras says nothing.
Evidence: the layers' flags now and at compile, whether their weights look as drawn, the share of
frozen parameters, how far the weights moved; what shows that the model suffers.
Remedies: unfreeze.
Source: docs/evidence/model.md (each case run on Keras 3.15.1 with the three backends);
https://keras.io/guides/transfer_learning/.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from goodfit.facts import (
    BaselineFacts,
    CrashFacts,
    LayerFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
    WeightFacts,
)

MOST = Threshold(0.9, source="with less than a tenth trained, little can be adapted")
_NOT_TRAINED = ("Normalization", "TextVectorization", "StringLookup", "IntegerLookup")
_SAID = ("optimizer_variables", "Unknown variable")
_RANDOM = 4


def frozen_layers(
    model: ModelFacts,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
    crash: CrashFacts | None = None,
    backend: str = "",
) -> Answer:
    weighted = [one for one in model.layers if _counts(one)]
    if not weighted:
        return NotApplicable("no layer with weights is known")
    changed = [one for one in weighted if one.trainable_at_compile not in (None, one.trainable)]
    stopped = crash is not None and any(words in crash.message for words in _SAID)
    traced = backend == "tensorflow" and not (settings and settings.run_eagerly)
    disobeyed = traced or _disobeyed(changed, trace)
    if changed and (stopped or disobeyed):
        return _found("stopped" if stopped else "disobeyed", "error", changed, model)
    frozen = [one for one in weighted if not one.trainable]
    if not frozen:
        return Passed("no layer is frozen")
    if model.trainable_parameters == 0 and len(frozen) == len(weighted):
        return _found("all", "error", frozen, model)
    suffers = harm(trace, baselines, settings)
    random = [one for one in frozen if _as_drawn(one) and _in_front(model, one)]
    if random:
        case = "random-harm" if suffers else "random"
        words = {"harm": suffers.words if suffers else ""}
        return _found(case, "error" if suffers else "tip", random, model, words)
    share = _share(frozen, weighted)
    if suffers is not None and suffers.on_train and share >= MOST.value:
        return _found("most", "warning", frozen, model, {"harm": suffers.words, "share": share})
    return Passed(f"{len(frozen)} frozen layers ({share:.0%} of the weights) hold trained weights")


def _counts(layer: LayerFacts) -> bool:
    return layer.parameters > 0 and layer.type not in _NOT_TRAINED


def _drawn(layer: LayerFacts) -> list[WeightFacts]:
    """The kernels: weights that were drawn at random, of more than a few numbers."""
    return [
        weight
        for weight in layer.weights
        if len(weight.shape) >= 2 and not weight.constant and weight.as_initialised is not None
    ]


def _as_drawn(layer: LayerFacts) -> bool:
    """Whether all weights look as their initialisers left them, one of them random."""
    known = [weight.as_initialised for weight in layer.weights if weight.as_initialised is not None]
    return bool(_drawn(layer)) and all(known)


def _in_front(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether a layer that is trained comes later."""
    place_of = {one.path: number for number, one in enumerate(model.layers)}
    return any(
        one.trainable and one.parameters and place_of[one.path] > place_of[layer.path]
        for one in model.layers
    )


def _share(frozen: Sequence[LayerFacts], weighted: Sequence[LayerFacts]) -> float:
    return sum(one.parameters for one in frozen) / sum(one.parameters for one in weighted)


def _disobeyed(changed: Sequence[LayerFacts], trace: Trace | None) -> bool:
    """Whether a layer moved though it is frozen, or never did though it is not, while others did.
    Only a layer that was probed over some epochs can tell."""
    if trace is None:
        return False
    moved: dict[str, list[float]] = {}
    for epoch in trace.epochs:
        for probe in epoch.layers:
            if probe.update_ratio is not None:
                moved.setdefault(probe.path, []).append(probe.update_ratio)
    if not any(max(ratios) > 0 for ratios in moved.values()):
        return False
    return any((max(moved[one.path]) > 0) != one.trainable for one in changed if one.path in moved)


def _found(
    case: str,
    severity: Any,
    layers: Sequence[LayerFacts],
    model: ModelFacts,
    more: dict[str, Any] | None = None,
) -> Suspicion:
    first = layers[0]
    return Suspicion(
        case=case,
        severity=severity,
        evidence={
            "layers": [one.path for one in layers],
            "names": ", ".join(one.path for one in layers[:_RANDOM]),
            "count": len(layers),
            "parameters": sum(one.parameters for one in layers),
            "trainable": model.trainable_parameters,
            **(more or {}),
        },
        where=place(first.where or model.where, layer=first.path, argument="trainable"),
    )


_RECOMPILE = "Set `trainable` before model.compile(...), and compile again after changing it."

CHECK = Check(
    code="GF216",
    name="frozen-layers",
    severity="warning",
    function=frozen_layers,
    message={
        "all": "All {count} layers with weights are frozen: fit has nothing to train.",
        "random-harm": "{count} frozen layers ({names}) still hold the random weights they were "
        "made with; the model {harm}.",
        "random": "{count} frozen layers ({names}) still hold the random weights they were made "
        "with, so what they compute is never learned.",
        "most": "{share:.0%} of the weights are frozen ({names}), and the model {harm}.",
        "stopped": "`trainable` was changed after compile ({names}), and the optimiser still "
        "expects the old weights.",
        "disobeyed": "`trainable` was changed after compile ({names}), but training went on with "
        "the old flags.",
    },
    advice={
        "all": "Set trainable = True for the layers to be trained, then compile.",
        "random-harm": "Set trainable = True for {names}, or load trained weights first; then "
        "compile.",
        "random": "Set trainable = True for {names}, or load trained weights first; then compile.",
        "most": "Unfreeze the last of these layers, compile with a learning rate ten times lower, "
        "and train on.",
        "stopped": _RECOMPILE,
        "disobeyed": _RECOMPILE,
    },
    remedies=("unfreeze",),
)
