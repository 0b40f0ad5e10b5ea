"""GF205 missing-activation: layers in a row without anything nonlinear between them.

Sees: hidden Dense or convolution layers whose output reaches the next such layer through nothing
but linear steps (Dropout, BatchNormalization, Flatten, ...). Single linear layers that narrow on
purpose (bottlenecks, 1x1 convolutions, depthwise and separable parts, the last layer of a residual
branch) are left alone, as is a model of one layer.
Why it matters: linear maps in a row are one linear map: the layers cost parameters and time and add
nothing that a single layer could not do.
Evidence: the layers and their number; whether the whole model is linear up to its output.
Remedies: activation.
Source: docs/evidence/model.md; Goodfellow, Bengio and Courville, "Deep Learning" (2016), 6.3.
"""

from __future__ import annotations

from goodfit.checks.check import Answer, CannotTell, Check, NotApplicable, Passed, Suspicion, place
from goodfit.checks.model.paths import (
    CONVOLUTIONS,
    LINEAR,
    following,
    graph_known,
    inputs_width,
    mixes,
    passes,
    units,
)
from goodfit.facts import LayerFacts, ModelFacts

_MERGES = ("Add", "Subtract", "Average", "Concatenate")


def missing_activation(model: ModelFacts) -> Answer:
    mixing = [layer for layer in model.layers if mixes(layer)]
    if len(mixing) < 2:
        return NotApplicable("there are no two Dense or convolution layers")
    if not graph_known(model):
        return CannotTell("what feeds which layer is not known: the model has a call of its own")
    behind = {layer.path: tuple(following(model, layer, LINEAR)) for layer in mixing}
    idle = [layer for layer in mixing if _idle(layer, behind[layer.path])]
    if not idle:
        return Passed(f"an activation stands behind each of {len(mixing)} layers")
    paths = {layer.path for layer in idle}
    chain = [
        layer
        for layer in idle
        if any(one is not None and one.path in paths for one in behind[layer.path])
    ]
    case = "whole-model" if _all_linear(model) else "chain" if chain else "single"
    first = (chain or idle)[0]
    return Suspicion(
        case=case,
        severity="tip" if case == "single" else "warning",
        evidence={
            "layers": [layer.path for layer in idle],
            "names": ", ".join(layer.path for layer in idle[:5]),
            "count": len(idle),
            "layer": first.path,
            "next": next(one.path for one in behind[first.path] if one is not None),
        },
        where=place(first.where, layer=first.path, argument="activation"),
    )


def _idle(layer: LayerFacts, behind: tuple[LayerFacts | None, ...]) -> bool:
    """Whether the layer is one linear map with whatever follows it, for no visible purpose."""
    if layer.activation != "linear" or not behind:
        return False
    followers = [one for one in behind if one is not None and mixes(one)]
    if len(followers) < len(behind):  # an output, a nonlinearity or a merge on some way
        return False
    kernel = layer.options.get("kernel_size")
    if layer.type in CONVOLUTIONS and isinstance(kernel, (tuple, list)) and set(kernel) == {1}:
        return False
    width, before = units(layer), inputs_width(layer)
    after = [units(one) for one in followers]
    if width is None or before is None or None in after:
        return True
    return not (width < before and all(width < one for one in after if one is not None))


def _all_linear(model: ModelFacts) -> bool:
    """Whether nothing nonlinear stands in front of what the outputs apply last."""
    for layer in model.layers:
        linear = passes(layer, (*LINEAR, *_MERGES)) or (
            mixes(layer) and layer.activation == "linear"
        )
        if not linear and any(one is not None for one in following(model, layer, ())):
            return False
    return True


CHECK = Check(
    code="GF205",
    name="missing-activation",
    severity="warning",
    function=missing_activation,
    message={
        "whole-model": "Nothing in the model is nonlinear: its {count} hidden layers without "
        "activation ({names}) and the output are one linear map together.",
        "chain": "{count} hidden layers have no activation ({names}); {layer} and {next} follow "
        "one another with nothing nonlinear between them and act as one linear layer.",
        "single": "{layer} has no activation and feeds {next} through nothing nonlinear, so the "
        "two act as one linear layer.",
    },
    advice={
        "whole-model": "Give the hidden layers an activation: Dense(..., activation='relu').",
        "chain": "Give the hidden layers an activation, e.g. activation='relu'.",
        "single": "Give {layer} an activation, e.g. activation='relu', or leave it out.",
    },
    remedies=("activation",),
)
