"""GF126 channel-axis: images whose axes are not those that the first convolution expects.

Sees: images without a channel axis, with channels first where they are expected last (or the
reverse), or one image given without a batch axis, to convolution or pooling over maps.
Why it matters: without the axis the script stops. With channels in the wrong place it runs: three
rows of pixels are then taken for the height of the map, and columns for channels.
Evidence: the shape of the input, the layer that takes it, and its data_format; or, where the script
crashed, the shape that the layer received.
Remedies: channel-axis.
Source: docs/evidence/data.md (each case run on Keras 3.15.1); keras.src.models.functional
.Functional._adjust_input_rank, which adds a last axis of length 1 where an Input declares it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    place,
)
from goodfit.checks.data.approach import input_name
from goodfit.facts import ArrayFacts, CrashFacts, Facts, LayerFacts, ModelFacts, SetFacts, Shape

CHANNELS = (1, 3, 4)
LEAST_SIDE = 8
ON_MAPS = re.compile(r"(Conv|Pool(ing)?)\w*2D")
KEEPS_AXES: tuple[str, ...] = (
    *("Rescaling", "Normalization", "BatchNormalization", "Random", "Resizing", "Dropout"),
    *("GaussianNoise", "GaussianDropout", "ZeroPadding2D", "Cropping2D", "CenterCrop"),
)


def _on_maps(type_: str) -> bool:
    return ON_MAPS.search(type_) is not None and not type_.startswith("Global")


def _first_on_maps(
    model: ModelFacts, arrays: tuple[ArrayFacts, ...], number: int
) -> LayerFacts | None:
    """The convolution or pooling that takes the input as it is; None where another layer does."""
    name = input_name(model, arrays, number)
    stack = [layer for layer in model.layers if name is not None and name in layer.model_inputs]
    if not stack and len(arrays) == 1 and model.layers and model.kind != "functional":
        stack = [model.layers[0]]
    seen: set[str] = set()
    while stack:
        layer = stack.pop(0)
        if layer.path in seen:
            continue
        seen.add(layer.path)
        if _on_maps(layer.type):
            return layer
        if layer.type.startswith(KEEPS_AXES):
            stack += [taker for taker in model.layers if layer.path in taker.inputs]
    return None


def _picture(high: int | None, wide: int | None) -> bool:
    """Whether two lengths are those of a picture's sides."""
    if high is None or wide is None or min(high, wide) < LEAST_SIDE:
        return False
    return max(high, wide) <= 2 * min(high, wide)


def _first(shape: Shape) -> bool:
    """(channels, height, width)"""
    return shape[0] in CHANNELS and _picture(*shape[1:]) and shape[2] not in CHANNELS


def _last(shape: Shape) -> bool:
    """(height, width, channels)"""
    return shape[2] in CHANNELS and _picture(*shape[:2]) and shape[0] not in CHANNELS


def _fits(shape: Shape, declared: Shape) -> bool:
    return len(shape) == len(declared) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, declared, strict=True)
    )


def _against_declared(shape: Shape, declared: Shape, rows: int | None) -> str:
    """Against the shape that the model was declared or built for."""
    if len(declared) != 3 or _fits(shape, declared):
        return ""
    if len(shape) == 3 and _first(shape) and _fits((*shape[1:], shape[0]), declared):
        return "channels first"
    if len(shape) == 3 and _last(shape) and _fits((shape[2], *shape[:2]), declared):
        return "channels last"
    if len(shape) == 2 and rows is not None and _fits((rows, *shape), declared):
        return "no batch"
    added = declared[-1] == 1 and _fits((*shape, 1), declared)  # Keras adds that axis itself
    return "no channels" if len(shape) == 2 and not added and _picture(*shape) else ""


def _against_layer(shape: Shape, layer: LayerFacts) -> str:
    """Against the data_format of a layer that takes whatever comes."""
    kernel = layer.options.get("kernel_size", layer.options.get("pool_size"))
    flat = isinstance(kernel, tuple) and kernel[:1] == (1,)
    if len(shape) != 3 or flat:  # a kernel of height 1 takes maps for bundles of series
        return ""
    form = layer.options.get("data_format")
    if form == "channels_last" and _first(shape):
        return "channels first"
    return "channels last" if form == "channels_first" and _last(shape) else ""


def _case(shape: Shape, layer: LayerFacts, declared: Shape | None, rows: int | None) -> str:
    found = _against_declared(shape, declared, rows) if declared is not None else ""
    if found or (declared is not None and len(declared) == 3 and not _fits(shape, declared)):
        return found
    if len(shape) == 2 and (declared is None or len(declared) == 2):
        one = shape[-1] in CHANNELS and rows is not None and _picture(rows, shape[0])
        return "no batch" if one else "no channels"
    return _against_layer(shape, layer)


def _in_data(model: ModelFacts, part: SetFacts) -> Iterator[tuple[str, ArrayFacts, LayerFacts]]:
    """(case, input, layer) for every input that meets a layer on maps; "" for a good one."""
    for number, array in enumerate(part.inputs):
        layer = _first_on_maps(model, part.inputs, number)
        if layer is None:
            continue
        name = input_name(model, part.inputs, number)
        declared = next((one.shape for one in model.inputs if one.name == name), None)
        yield _case(array.shape, layer, declared, part.rows), array, layer


def _in_crash(crash: CrashFacts) -> tuple[str, str, Shape] | None:
    """(case, layer, shape received) where the crashed layer works on maps."""
    name, type_, shape = next(
        (call for call in reversed(crash.layers) if _on_maps(call[1])), ("", "", ())
    )
    if len(shape) == 3:
        one = shape[-1] in CHANNELS and _picture(*shape[:2])
        return ("no batch" if one else "no channels"), name, shape
    shrunk = "negative" in crash.message or "incompatible" in crash.message
    if len(shape) == 4 and shrunk and _first(shape[1:]) and type_:
        return "channels first", name, shape
    return None


def _shown(shape: Shape) -> str:
    return f"({', '.join('N' if size is None else str(size) for size in shape)})"


def _evidence(shape: Shape, layer: str, name: str) -> Mapping[str, object]:
    return {"shape": _shown(shape), "layer": layer or "the first layer", "input": name}


def channel_axis(facts: Facts) -> Answer:
    model, data, settings = facts.model, facts.data, facts.settings
    asked = False
    parts = [data.train, data.validation] if data is not None else []
    for part in parts:
        for case, array, layer in _in_data(model, part) if model and part else ():
            asked = True
            if not case:
                continue
            shape = (part.rows, *array.shape) if case == "no batch" and part else array.shape
            line = settings.fit_where if settings else layer.where
            return Suspicion(
                case=case,
                evidence=_evidence(
                    shape if case == "no batch" else (None, *shape), layer.path, array.name
                ),
                where=place(line or layer.where, layer=layer.path, argument="x"),
            )
    found = _in_crash(facts.crash) if facts.crash is not None else None
    if found is not None and facts.crash is not None:
        case, name, shape = found
        return Suspicion(
            case=case,
            evidence=_evidence(shape, name, ""),
            where=place(facts.crash.where, layer=name or None),
        )
    if asked:
        return Passed("images have the axes that the first convolution expects")
    if model is None and facts.crash is None:
        return CannotTell(facts.missing.get("model", "nothing is known of the model"))
    return NotApplicable("no input goes straight into a convolution or pooling over maps")


CHECK = Check(
    code="GF126",
    name="channel-axis",
    severity="error",
    function=channel_axis,
    message={
        "no channels": "The images of shape {shape} have no channel axis, but {layer} expects "
        "rows, height, width, channels.",
        "channels first": "The images of shape {shape} have their channels first, but {layer} "
        "expects them last: it takes the channels for rows of pixels.",
        "channels last": "The images of shape {shape} have their channels last, but {layer} "
        'expects them first (data_format="channels_first").',
        "no batch": "The input of shape {shape} is one image without a batch axis, but {layer} "
        "expects rows, height, width, channels.",
    },
    advice={
        "no channels": "Add the axis: x = x[..., None] (for training, validation and test rows), "
        "and declare it: keras.Input((height, width, 1)).",
        "channels first": "Move the axis: x = np.moveaxis(x, 1, -1), for validation and test rows "
        "too.",
        "channels last": "Move the axis: x = np.moveaxis(x, -1, 1), or drop data_format from the "
        "layers.",
        "no batch": "Add the axis: x = x[None, ...] makes a batch of one row.",
    },
    remedies=("channel-axis",),
)
