"""Ways through the graph of a model: what feeds what, and what stands between. Not a check."""

from __future__ import annotations

from collections.abc import Container, Iterator

from goodfit.facts import LayerFacts, ModelFacts

DENSE = ("Dense", "EinsumDense")
CONVOLUTIONS = (
    *("Conv1D", "Conv2D", "Conv3D"),
    *("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
)
DROPOUTS = (
    *("Dropout", "AlphaDropout", "GaussianDropout"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
)
# These move values about or drop some, and compute nothing else.
MOVING = (
    *("Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "Masking"),
    *("ActivityRegularization", "GaussianNoise", *DROPOUTS),
    *("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D", "Cropping3D"),
    *("Transpose", "ExpandDims", "Squeeze", "Swapaxes", "Moveaxis", "Ravel", "Cast"),
)
# In inference mode these are linear in their one input.
LINEAR = (
    *MOVING,
    *("BatchNormalization", "Rescaling", "Normalization"),
    *("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
    *("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D"),
    *("UpSampling1D", "UpSampling2D", "UpSampling3D"),
)
ACTIVATIONS = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")


def mixes(layer: LayerFacts) -> bool:
    """Whether the layer is one of Keras' own that multiplies by a full kernel."""
    return layer.builtin and layer.type in (*DENSE, *CONVOLUTIONS) and layer.activation is not None


def passes(layer: LayerFacts, types: Container[str]) -> bool:
    """Whether the layer is of these types and applies no function of its own (Activation layers
    without one count as passing)."""
    if layer.type in ACTIVATIONS and layer.activation == "linear":
        return True
    return layer.builtin and layer.type in types


def graph_known(model: ModelFacts) -> bool:
    """Whether it is known what feeds every layer."""
    return bool(model.layers) and all(layer.inputs or layer.model_inputs for layer in model.layers)


def consumers(model: ModelFacts) -> dict[str, tuple[LayerFacts, ...]]:
    """The layers that each layer feeds, by path."""
    fed: dict[str, list[LayerFacts]] = {layer.path: [] for layer in model.layers}
    for layer in model.layers:
        for source in layer.inputs:
            fed.setdefault(source, []).append(layer)
    return {path: tuple(layers) for path, layers in fed.items()}


def following(
    model: ModelFacts, layer: LayerFacts, through: Container[str]
) -> Iterator[LayerFacts | None]:
    """The first layers behind `layer` that are not of the types `through`; None for each way that
    ends in an output of the model."""
    fed = consumers(model)
    waiting, seen = [layer], {layer.path}
    while waiting:
        behind = fed.get(waiting.pop(0).path, ())
        if not behind:
            yield None
        for one in behind:
            if one.path in seen:
                continue
            seen.add(one.path)
            if passes(one, through):
                waiting.append(one)
            else:
                yield one


def preceding(
    model: ModelFacts, layer: LayerFacts, through: Container[str]
) -> Iterator[LayerFacts | None]:
    """The first layers in front of `layer` that are not of the types `through`; None for each way
    that begins at an input of the model."""
    by_path = {one.path: one for one in model.layers}
    waiting, seen = [layer], {layer.path}
    while waiting:
        one = waiting.pop(0)
        if one.model_inputs or not one.inputs:
            yield None
        for path in one.inputs:
            before = by_path.get(path)
            if before is None or path in seen:
                continue
            seen.add(path)
            if passes(before, through):
                waiting.append(before)
            else:
                yield before


def units(layer: LayerFacts) -> int | None:
    """The length of the last axis of what the layer makes."""
    return layer.output_shapes[0][-1] if layer.output_shapes and layer.output_shapes[0] else None


def inputs_width(layer: LayerFacts) -> int | None:
    """The length of the last axis of what the layer receives."""
    return layer.input_shapes[0][-1] if layer.input_shapes and layer.input_shapes[0] else None
