"""Widths of hidden layers: which can be changed, and the model with others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from goodfit.recipe import WIDTHS, Config, Recipe
from goodfit.remedies.layers import (
    SHAPE_KEEPERS,
    Layer,
    answering,
    edited,
    hidden,
    is_functional,
    is_model,
    layers,
    outputs,
    sources,
    unbuilt,
)

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
"""Layers that need what they join to be of one width."""
FIXED = ("Dot", "Reshape", "MultiHeadAttention", "GroupQueryAttention", "Attention",
         "AdditiveAttention", "GroupNormalization")  # fmt: skip
"""Layers that need the widths in front of them to be what they are."""
_THROUGH = re.compile(r"Pooling|Padding|Cropping|UpSampling|Flatten|Depthwise|Concatenate|Masking")


def changeable(recipe: Recipe, config: Config) -> tuple[Layer, ...]:
    """The hidden layers whose width may be changed, all by one factor: none that holds pretrained
    weights, and none that meets a fixed width, as where a branch is added to the input itself."""
    found = [layer for layer in hidden(config) if not _loaded(recipe, layer)]
    free = {layer.path for layer in found}
    met = _meetings(config)
    while True:
        fixed = {path for sources in met if not sources <= free for path in sources & free}
        if not fixed:
            return tuple(layer for layer in found if layer.path in free)
        free -= fixed


def with_widths(config: Config, found: Sequence[Layer], factor: float) -> Config:
    """The model with these layers `factor` times as wide, at least 1."""
    changes: dict[str, Mapping[str, int]] = {}
    for layer in found:
        option = WIDTHS[layer.kind]
        width = int(layer.config[option])
        wanted = max(1, round(width * factor))
        groups = layer.config.get("groups") or 1
        if wanted != width and groups == 1:
            changes[layer.path] = {option: wanted}
    return unbuilt(edited(config, changes)) if changes else config


def _loaded(recipe: Recipe, layer: Layer) -> bool:
    return any(layer.name in path.split("/")[:-1] for path in recipe.model.loaded)


def _meetings(config: Config) -> list[set[str]]:
    """For every layer that joins, and for every nested model, whose input has a width of its own:
    paths of the layers that set the widths in front of it, and "" for a width that comes from
    elsewhere or is another."""
    every = {layer.path: layer for layer in layers(config)}
    models = dict(_models(config))
    ends = {layer.path for layer in answering(config)}

    def widths(path: str, seen: frozenset[str]) -> set[str]:
        if path in models:
            inside = [f"{path}/{name}" for name in outputs(models[path][0])]
            return {one for name in inside for one in widths(name, seen)} or {""}
        layer = every.get(path)
        if layer is None or path in seen or path in ends:
            return {""}
        if layer.kind in WIDTHS:
            return {path}
        hands_on = layer.kind in (*SHAPE_KEEPERS, *MERGES) or _THROUGH.search(layer.kind)
        if not (hands_on and layer.inputs):
            return {""}
        return before(path, layer.inputs, seen | {path})

    def before(path: str, inputs: Sequence[str], seen: frozenset[str] = frozenset()) -> set[str]:
        prefix = path[: path.rfind("/") + 1]
        return {one for name in inputs for one in widths(prefix + name, seen)}

    found = [before(path, inputs) | {""} for path, (_, inputs) in models.items()]
    for layer in every.values():
        if layer.kind in (*MERGES, *FIXED):
            setting = before(layer.path, layer.inputs)
            same = {every[path].config[WIDTHS[every[path].kind]] for path in setting - {""}}
            kept = layer.kind in MERGES and len(same) == 1
            found.append(setting if kept else setting | {""})
    return found


def _models(config: Config, prefix: str = "") -> Iterator[tuple[str, tuple[Config, Sequence[str]]]]:
    """(path, (configuration, names of what feeds it)) of every nested model."""
    previous: tuple[str, ...] = ()
    for entry in config["config"]["layers"]:
        name = str(entry["config"].get("name") or entry.get("name"))
        inputs = tuple(sources(entry)) if is_functional(config) else previous
        if is_model(entry):
            yield f"{prefix}{name}", (entry, inputs)
            yield from _models(entry, f"{prefix}{name}/")
        previous = (name,)
