"""Which mistake is behind a mismatch of shapes: the case that picks the words of GF601.

Shapes are with the batch axis, as the exception tells them; `None` fits every length.
"""

from __future__ import annotations

import math

from goodfit.checks.crash.reading import Break
from goodfit.facts import LayerFacts, ModelFacts, Shape

RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D")
CATEGORICAL = ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence")


def fits(shape: Shape, other: Shape) -> bool:
    """Equal, where an unknown length equals every length."""
    return len(shape) == len(other) and all(
        a is None or b is None or a == b for a, b in zip(shape, other, strict=True)
    )


def size(shape: Shape) -> int | None:
    """How many values one row holds, or None where a length is unknown."""
    lengths = [n for n in shape[1:] if n is not None]
    return math.prod(lengths) if len(lengths) == len(shape) - 1 else None


def spatial(type_: str, axes: int) -> bool:
    """Whether a layer that wants `axes` axes is a convolution or pooling over space."""
    return axes >= 4 or any(word in type_ for word in ("Conv", "Pooling", "UpSampling"))


def at_input(expected: Shape, received: Shape) -> str:
    """The case where the model's whole input shape is known."""
    if fits(expected[1:], received):
        return "batch-axis"
    if len(expected) == len(received):
        return _same_axes(expected, received)
    if size(expected) is not None and size(expected) == size(received):
        if len(expected) == len(received) + 1 and expected[-1] == 1:
            return "channel" if len(expected) >= 4 else "time"
        return "flat" if len(expected) > len(received) else "images"
    if len(expected) == 3 and len(received) == 2:
        return "time"
    return "axes"


def _same_axes(expected: Shape, received: Shape) -> str:
    if len(expected) >= 4 and fits(expected[1:], (*received[2:], received[1])):
        return "channels-first"
    if len(expected) == 2 and received[0] is not None and received[0] == expected[1]:
        return "transposed"
    return "width"


def at_first_layer(broken: Break, type_: str, whole: Shape | None) -> str:
    """The case where the first layer refuses the input; `whole` is the shape of all rows."""
    received = broken.received or ()
    if broken.kind == "axes":
        wanted, found = broken.numbers
        if spatial(type_, wanted) and found == 2 and wanted >= 4:
            return "flat"
        if spatial(type_, wanted) and found == wanted - 1:
            return "channel"
        if wanted == 3 and found == 2:
            return "time"
        return "axes"
    if broken.kind == "width" and broken.numbers:
        value, axis = broken.numbers
        if len(received) >= 4 and axis == -1 and received[1] == value:
            return "channels-first"
        rows = (whole or received)[0] if (whole or received) else None
        if len(received) == 2 and rows == value:
            return "transposed"
        return "width"
    return "map-gone"


def inside(broken: Break, type_: str, before: LayerFacts | None) -> str:
    """The case where a later layer refuses what the layer `before` it hands over."""
    if broken.kind == "axes":
        wanted, found = broken.numbers
        if spatial(type_, wanted) and found == 2:
            return "flattened-early"
        if wanted == 3 and found == 2:
            recurrent = before is not None and before.type in RECURRENT
            return "return-sequences" if recurrent or before is None else "inside-time"
        if wanted == 3 and found > 3:
            return "map-to-sequence"
        return "inside-axes"
    if broken.kind == "merge":
        first, second = broken.expected or (), broken.received or ()
        same_width = bool(first) and bool(second) and first[-1] == second[-1]
        return "merge-sizes" if len(first) > 2 and same_width else "merge-widths"
    return {
        "empty": "map-gone",
        "reshape": "reshape",
        "matmul": "matmul",
        "width": "inside-width",
    }.get(broken.kind, "inside-other")


def at_metric(outputs: Shape) -> str:
    """The case where a metric, not the loss, refuses the labels."""
    return "labels-column" if outputs[-1] == 1 else "metric-classes"


def at_loss(labels: Shape, outputs: Shape, loss: str, model: ModelFacts | None) -> str:
    """The case where labels and outputs do not fit each other."""
    one_value = len(labels) == 1 or (len(labels) == 2 and labels[1] == 1)
    units = outputs[-1] if len(outputs) > 1 else None
    if len(outputs) > 2 and (one_value or (len(labels) == 2 and labels[1] == units)):
        return "sequence-left" if _ends_in_sequence(model) else "map-left"
    if len(labels) > len(outputs):
        return "labels-unflattened" if size(labels) == size(outputs) else "loss-other"
    if one_value and len(outputs) == 2:
        return _one_label(labels, units, loss)
    if len(labels) == 2 and len(outputs) == 2:
        if labels[1] == units:
            return "one-hot-labels"
        return "one-hot-one-unit" if units == 1 else "loss-width"
    return "loss-sizes" if len(labels) == len(outputs) else "loss-other"


def _one_label(labels: Shape, units: int | None, loss: str) -> str:
    if units == 1:
        return "labels-column" if len(labels) == 1 else "loss-other"
    if units == 2 and (not loss or loss.startswith("binary")):
        return "two-units"
    if not loss or loss in CATEGORICAL or loss.startswith("binary"):
        return "integer-labels"
    return "loss-width"


def _ends_in_sequence(model: ModelFacts | None) -> bool:
    """Whether the last layer with a shape of its own making was a recurrent one."""
    makers = [
        layer
        for layer in (model.layers if model else ())
        if layer.type in RECURRENT or "Conv" in layer.type or layer.type == "Embedding"
    ]
    return bool(makers) and makers[-1].type in RECURRENT
