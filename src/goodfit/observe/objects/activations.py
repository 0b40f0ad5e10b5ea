"""What a layer, and what a whole model, applies last: read from the graph, not from names."""

from __future__ import annotations

from typing import Any

from goodfit.observe.objects.config import from_keras, function_name, is_a, snake_case
from goodfit.observe.objects.graph import Call

_ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "Softmax": "softmax",
}
_ACTIVATION_OPS = frozenset(
    (
        *("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Glu", "Silu", "HardSilu"),
        *("Sigmoid", "HardSigmoid", "SparseSigmoid", "LogSigmoid", "Tanh", "HardTanh"),
        *("TanhShrink", "SoftShrink", "HardShrink", "Threshold", "Softplus", "SparsePlus"),
        *("Squareplus", "Softsign", "Softmax", "LogSoftmax", "Sparsemax"),
    )
)
_PASSING = (
    *("Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "Dropout", "AlphaDropout"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout"),
    *("GaussianNoise", "ActivityRegularization", "Masking"),
    *("Squeeze", "ExpandDims", "Transpose", "Swapaxes", "Moveaxis", "Ravel", "Cast"),
    *("SaturateCast", "ConvertToTensor", "StopGradient", "Copy"),
)
# The sum of linear maps is linear, and so on.
_LINEAR_OF_LINEAR = ("Add", "Subtract", "Rescaling", "Negative", "Sum")
_LINEAR = (
    *("BatchNormalization", "LayerNormalization", "GroupNormalization", "Embedding", "Dot"),
    *("Matmul", "Einsum", "Tensordot"),
)
# Values stay in the range they were in, yet they no longer sum to one...
_KEEPS_RANGE = (
    *("Concatenate", "Maximum", "Minimum", "GetItem", "Take", "Slice"),
    *("MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
    *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"),
)
# ... and here they do, too.
_KEEPS_SUMS = (
    *("Average", "Mean", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
    *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"),
    *("UpSampling1D", "UpSampling2D", "UpSampling3D"),
)
_SUMS_TO_ONE = frozenset({"softmax", "sparsemax"})
_DEEPEST = 50


def name_of(activation: Any) -> str | None:
    """The name of an activation function or activation layer; "linear" for None."""
    if activation is None:
        return "linear"
    return activation_of(activation) or (
        function_name(activation) if callable(activation) else None
    )


def activation_of(layer: Any) -> str | None:
    """The name of the activation a layer or operation applies, "linear" for none, None where it
    has no such notion."""
    kind = type(layer).__name__
    for name, activation in _ACTIVATION_LAYERS.items():
        if is_a(layer, name):
            return activation
    if from_keras(type(layer)) and kind in _ACTIVATION_OPS:
        return snake_case(kind)
    if hasattr(layer, "activation"):
        inner = layer.activation
        return name_of(inner) if inner is None or callable(inner) else None
    for wrapped in ("forward_layer", "layer", "cell"):
        if from_keras(type(layer)) and hasattr(layer, wrapped):
            return activation_of(getattr(layer, wrapped))
    return None


def _only_activates(layer: Any) -> bool:
    """Whether the layer computes nothing but its activation."""
    kind = type(layer).__name__
    if is_a(layer, "Activation", *_ACTIVATION_LAYERS):
        return from_keras(type(layer).call)
    return from_keras(type(layer)) and kind in _ACTIVATION_OPS


def ending(call: Call | None) -> tuple[Call | None, str | None]:
    """The call that computes a model's output, looking back through those that only pass values
    on, and the name of the activation applied last: None where it cannot be told."""
    return _ending(call, {}, 0)


def _ending(
    call: Call | None, known: dict[int, str | None], depth: int
) -> tuple[Call | None, str | None]:
    last: str | None = None
    while call is not None and not call.is_input:
        activates = _only_activates(call.layer)
        if not activates and not is_a(call.layer, *_PASSING):
            return call, last or _applied(call, known, depth)
        name = activation_of(call.layer) if activates else "linear"
        if last is None and name != "linear":
            last = name
        call = call.feeds[0] if call.feeds else None
    return None, last


def _applied(call: Call, known: dict[int, str | None], depth: int) -> str | None:
    """The activation that bounds a computing layer's values. `known` remembers answers, for merged
    branches meet the same layers again and again."""
    if id(call) not in known:
        known[id(call)] = _bounding(call, known, depth) if depth < _DEEPEST else None
    return known[id(call)]


def _bounding(call: Call, known: dict[int, str | None], depth: int) -> str | None:
    layer = call.layer
    if not from_keras(getattr(type(layer), "call", None)) or getattr(layer, "normalize", False):
        return None
    if is_a(layer, *_LINEAR):
        return "linear"
    merges, keeps = is_a(layer, *_LINEAR_OF_LINEAR), is_a(layer, *_KEEPS_RANGE)
    if not (merges or keeps or is_a(layer, *_KEEPS_SUMS)):
        return activation_of(layer)
    names = {_ending(feed, known, depth + 1)[1] for feed in call.feeds}
    name = names.pop() if len(names) == 1 else None
    if merges:
        return name if name == "linear" else None
    return None if keeps and name in _SUMS_TO_ONE else name
