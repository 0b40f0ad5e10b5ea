"""What an input meets in the model before the first weights: scaling, or nothing.

Read from the graph. A layer or operation whose effect on the values is not known ends the way as
"unseen", and so does a subclassed model, whose `call` may do anything: there only evidence from
the training can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from goodfit.facts import ArrayFacts, LayerFacts, ModelFacts

NORMALISES = frozenset(
    {
        "Normalization",
        "BatchNormalization",
        "LayerNormalization",
        "GroupNormalization",
        "UnitNormalization",
        "RMSNormalization",
        "Discretization",
        "CategoryEncoding",
        "Hashing",
        "HashedCrossing",
        "IntegerLookup",
        "StringLookup",
        "TextVectorization",
        "Embedding",
    }
)
PASSES: tuple[str, ...] = (
    *("Flatten", "Reshape", "Permute", "RepeatVector", "ExpandDims", "Squeeze", "Transpose"),
    *("ZeroPadding", "Cropping", "CenterCrop", "Resizing", "UpSampling", "Random"),
    *("MaxPool", "AveragePool", "GlobalMax", "GlobalAverage", "Concatenate", "Identity"),
    *("Dropout", "SpatialDropout", "GaussianNoise", "GaussianDropout", "Masking", "Cast"),
)
WEIGHS: tuple[str, ...] = (
    *("Dense", "EinsumDense", "Conv", "DepthwiseConv", "SeparableConv", "LocallyConnected"),
    *("LSTM", "GRU", "SimpleRNN", "Bidirectional", "MultiHeadAttention"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of an input through the model. `end` is "normalised", "weights" or "unseen"; `layer`
    is where it ends; `scale` and `offset` are what Rescaling layers did up to there;
    `normalised_behind` says whether BatchNormalization takes what these weights give, which undoes
    a common scale of all inputs."""

    end: str
    layer: LayerFacts | None = None
    scale: float = 1.0
    offset: float = 0.0
    normalised_behind: bool = False


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def _kind(layer: LayerFacts) -> str:
    if not layer.builtin:
        return "unseen"
    if layer.type in NORMALISES:
        return "normalised"
    if layer.type == "Rescaling" or layer.type.startswith(PASSES):
        return "passes"
    return "weights" if layer.type.startswith(WEIGHS) else "unseen"


def _takers(model: ModelFacts, path: str) -> list[LayerFacts]:
    return [layer for layer in model.layers if path in layer.inputs]


def _ended(model: ModelFacts, layer: LayerFacts, way: Way) -> Way:
    takers = _takers(model, layer.path)
    behind = layer.activation in (None, "linear") and bool(takers)
    behind = behind and all(taker.type == "BatchNormalization" for taker in takers)
    return replace(way, end=_kind(layer), layer=layer, normalised_behind=behind)


def _follow(model: ModelFacts, first: list[LayerFacts]) -> Iterator[Way]:
    stack = [(layer, Way(end="unseen")) for layer in reversed(first)]
    seen: set[tuple[str, float, float]] = set()
    while stack:
        layer, way = stack.pop()
        if (layer.path, way.scale, way.offset) in seen:
            continue
        seen.add((layer.path, way.scale, way.offset))
        if _kind(layer) != "passes":
            yield _ended(model, layer, way)
            continue
        if layer.type == "Rescaling":
            scale = _number(layer.options.get("scale"))
            offset = _number(layer.options.get("offset", 0.0))
            if scale is None or offset is None:  # one number per channel: chosen with care
                yield replace(way, end="normalised", layer=layer)
                continue
            way = replace(way, scale=way.scale * scale, offset=way.offset * scale + offset)
        takers = _takers(model, layer.path)
        stack.extend((taker, way) for taker in reversed(takers))


def _in_order(model: ModelFacts) -> Iterator[Way]:
    """Where no graph is known: one normalising layer anywhere is taken to be the cure."""
    cures = [layer for layer in model.layers if _kind(layer) == "normalised"]
    rescales = [layer for layer in model.layers if layer.type == "Rescaling"]
    if cures or rescales:
        yield Way(end="normalised", layer=(cures or rescales)[0])
    elif model.layers:
        yield Way(end="unseen", layer=model.layers[0])


def input_name(model: ModelFacts, arrays: tuple[ArrayFacts, ...], place: int) -> str | None:
    """The model's name for the array at `place`: matched by name, else by position."""
    names = [one.name for one in model.inputs]
    if arrays[place].name in names:
        return arrays[place].name
    return names[place] if len(names) == len(arrays) else None


def ways(model: ModelFacts, arrays: tuple[ArrayFacts, ...], place: int) -> tuple[Way, ...]:
    """How the array at `place` reaches the first weights; empty where that is not known."""
    name = input_name(model, arrays, place)
    first = [layer for layer in model.layers if name is not None and name in layer.model_inputs]
    if not first and len(arrays) == 1 and model.kind == "sequential" and model.layers:
        first = [model.layers[0]]
    return tuple(_follow(model, first) if first else _in_order(model))
