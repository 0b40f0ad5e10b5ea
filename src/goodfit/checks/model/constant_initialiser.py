"""GF207 constant-initialiser: hidden units that start all alike, or far too large or small.

Sees: the kernel of a hidden layer filled with one number: zeros in front of a relu, whose gradient
at zero is zero; constants in two layers in a row, which keep all units alike for ever; ones. Also
kernels in a row whose spread makes signals explode or fade before a normalisation sets them right.
A last layer that starts at zero, the closing layer of a residual branch, biases, frozen layers and
normalisation layers are left alone.
Why it matters: units that start alike get the same gradient and stay alike: a wide layer is one
unit; kernels that are far too large saturate or explode, far too small ones let no signal through.
Evidence: which kernels are constant, their initialiser, the activation behind them; how much the
kernels in a row enlarge a signal, from their spread against the one that keeps it.
Remedies: initialiser.
Source: docs/evidence/model.md; Glorot and Bengio, "Understanding the Difficulty of Training Deep
Feedforward Neural Networks" (2010); He et al., "Delving Deep into Rectifiers" (2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.checks.model.paths import (
    ACTIVATIONS,
    CONVOLUTIONS,
    DENSE,
    LINEAR,
    MOVING,
    following,
    passes,
)
from goodfit.facts import LayerFacts, ModelFacts, WeightFacts
from goodfit.results import Severity

TOO_LARGE = Threshold(10.0, source="docs/evidence/model.md")
TOO_SMALL = Threshold(1e-3, source="docs/evidence/model.md")
DEEP = Threshold(3, source="docs/evidence/model.md")

_RECURRENT = ("LSTM", "GRU", "SimpleRNN")
_NORMALISING = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "UnitNormalization",
)
_POOLING = (
    *("MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
    *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"),
)
# These do not look at the layer's shape. The others do, and after them another spread means weights
# that were loaded.
_PLAIN = ("RandomNormal", "RandomUniform", "TruncatedNormal")
_FLAT_AT_ZERO = ("relu", "relu6")
_SEVERITY: dict[str, Severity] = {
    "dead": "error",
    "symmetric": "error",
    "ones": "warning",
    "too-large": "warning",
    "too-small": "warning",
    "constant": "tip",
}


def constant_initialiser(model: ModelFacts) -> Answer:
    kernels = {layer.path: weight for layer in model.layers if (weight := _kernel(layer))}
    hidden = [layer for layer in model.layers if layer.path in kernels and _hidden(model, layer)]
    if not hidden:
        return NotApplicable("there is no hidden layer with a kernel that is trained")
    found = [(case, layer) for layer in hidden if (case := _constant(model, layer, kernels))]
    spread = _gains(model, hidden, kernels)
    if spread is not None:
        found.append(spread[:2])
    if not found:
        return Passed(f"the kernels of {len(hidden)} hidden layers start at random and in scale")
    order = list(_SEVERITY)
    case, layer = min(found, key=lambda one: order.index(one[0]))
    weight = kernels[layer.path]
    return Suspicion(
        case=case,
        severity=_SEVERITY[case],
        evidence={
            "layer": layer.path,
            "layers": [one.path for kind, one in found if kind == case],
            "initialiser": weight.initialiser or "its initialiser",
            "activation": layer.activation,
            "units": weight.shape[-1],
            "std": weight.std,
            "usual_std": _keeping(weight),
            "gain": spread[2] if spread is not None else None,
        },
        where=place(layer.where, layer=layer.path, argument="kernel_initializer"),
    )


def _kernel(layer: LayerFacts) -> WeightFacts | None:
    """The kernel of a layer of Keras' own that is trained and has several units."""
    if not (layer.builtin and layer.trainable):
        return None
    if layer.type not in (*DENSE, *CONVOLUTIONS, *_RECURRENT):
        return None
    for weight in layer.weights:
        if weight.name == "kernel" and len(weight.shape) >= 2 and weight.shape[-1] > 1:
            return weight
    return None


def _hidden(model: ModelFacts, layer: LayerFacts) -> bool:
    """Whether more is computed behind the layer. The order tells where the graph is not known."""
    if not layer.inputs and not layer.model_inputs:
        return model.layers[-1].path != layer.path
    behind = following(model, layer, (*LINEAR, *ACTIVATIONS))
    return any(one is not None for one in behind)


def _behind(model: ModelFacts, layer: LayerFacts) -> list[LayerFacts]:
    return [one for one in following(model, layer, LINEAR) if one is not None]


def _constant(model: ModelFacts, layer: LayerFacts, kernels: dict[str, WeightFacts]) -> str:
    """What a constant kernel does here, or ""."""
    kernel = kernels[layer.path]
    if not kernel.constant:
        return ""
    behind = _behind(model, layer)
    if any(one.type in ("Add", "Multiply") or not one.builtin for one in behind):
        return ""  # the branch starts at nothing on purpose, and something else goes on
    applied = layer.activation
    if applied == "linear" and behind and behind[0].type in ACTIVATIONS:
        applied = behind[0].activation
        behind = _behind(model, behind[0])
    zeros = kernel.initialiser == "Zeros"
    if zeros and applied in _FLAT_AT_ZERO and not _biased(layer):
        return "dead"
    if any(one.path in kernels and kernels[one.path].constant for one in behind):
        return "symmetric"
    if zeros:
        return ""
    return "ones" if kernel.initialiser == "Ones" else "constant"


def _biased(layer: LayerFacts) -> bool:
    """Whether a bias lifts the units off zero."""
    biases = [weight for weight in layer.weights if weight.name == "bias"]
    return any(weight.initialiser != "Zeros" for weight in biases)


def _fans(weight: WeightFacts) -> tuple[int, int]:
    window = math.prod(weight.shape[:-2])
    return window * weight.shape[-2], window * weight.shape[-1]


def _keeping(weight: WeightFacts) -> float:
    """The largest spread that a usual initialiser gives a kernel of this shape (He's)."""
    return math.sqrt(2.0 / min(_fans(weight)))


def _least(weight: WeightFacts) -> float:
    """The smallest spread that a usual initialiser gives a kernel of this shape (LeCun's)."""
    return math.sqrt(1.0 / max(_fans(weight)))


def _gains(
    model: ModelFacts, hidden: Sequence[LayerFacts], kernels: dict[str, WeightFacts]
) -> tuple[str, LayerFacts, float] | None:
    """The first place where kernels in a row have multiplied the signal far up, or where at least
    three have let it fade, and by how much. Normalisations, merges and layers that are not known
    start anew."""
    paths = {layer.path for layer in hidden}
    ups: dict[str, float] = {}
    downs: dict[str, tuple[float, int]] = {}
    for layer in model.layers:
        up = max((ups.get(path, 1.0) for path in layer.inputs), default=1.0)
        down, count = max((downs.get(path, (1.0, 0)) for path in layer.inputs), default=(1.0, 0))
        kernel = kernels.get(layer.path)
        if layer.path in paths and kernel is not None and kernel.std and not kernel.constant:
            plain = kernel.initialiser in _PLAIN
            up *= kernel.std / _keeping(kernel) if plain else 1.0
            down, count = down * (kernel.std / _least(kernel) if plain else 1.0), count + 1
            if up > TOO_LARGE.value and not _normalised(model, layer):
                return "too-large", layer, up
            if down < TOO_SMALL.value and count >= DEEP.value and not _normalised(model, layer):
                return "too-small", layer, down
        elif not passes(layer, (*LINEAR, *ACTIVATIONS, *_POOLING)) or layer.type in _NORMALISING:
            continue
        ups[layer.path], downs[layer.path] = up, (down, count)
    return None


def _normalised(model: ModelFacts, layer: LayerFacts) -> bool:
    after = following(model, layer, (*MOVING, *ACTIVATIONS))
    return any(one is not None and one.type in _NORMALISING for one in after)


CHECK = Check(
    code="GF207",
    name="constant-initialiser",
    severity="error",
    function=constant_initialiser,
    message={
        "dead": "The kernel of {layer} starts at zero in front of {activation}, whose gradient "
        "there is zero: its {units} units never learn.",
        "symmetric": "The kernels of {layer} and of the layer behind it start with one number "
        "({initialiser}), so that all {units} units get the same gradient and stay alike.",
        "ones": "The kernel of {layer} starts with ones: all {units} units are alike and far too "
        "large.",
        "constant": "The kernel of {layer} starts with one number ({initialiser}), so that its "
        "{units} units are alike at first.",
        "too-large": "From the input to {layer} the kernels make the signal about {gain:.2g} times "
        "as large: that of {layer} has a spread of {std:.3g}, where {usual_std:.3g} would keep it.",
        "too-small": "From the input to {layer} the kernels make the signal about {gain:.1g} times "
        "as large: that of {layer} has a spread of {std:.3g}, where {usual_std:.3g} would keep it.",
    },
    advice={
        "dead": "Leave kernel_initializer out (Glorot) or use 'he_normal'.",
        "symmetric": "Leave kernel_initializer out (Glorot) or use 'he_normal'.",
        "ones": "Leave kernel_initializer out (Glorot) or use 'he_normal'.",
        "constant": "Leave kernel_initializer out (Glorot) or use 'he_normal'.",
        "too-large": "Use kernel_initializer='he_normal' (relu) or leave it out (Glorot), which "
        "scale with the layer's shape.",
        "too-small": "Use kernel_initializer='he_normal' (relu) or leave it out (Glorot), which "
        "scale with the layer's shape.",
    },
    remedies=("initialiser",),
)
