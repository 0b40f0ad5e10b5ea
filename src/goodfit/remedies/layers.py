"""Edits of a model's configuration, at any depth: Keras' own plain data in, plain data out.

Layers are told by path: names of the nested models they lie in and their own, joined by "/". A
layer that is used several times stays one layer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodfit.recipe import WIDTHS, Config, Recipe
from goodfit.remedies.cure import DoesNotApplyError

MODELS = ("Sequential", "Functional", "Model")
SHAPE_KEEPERS = (
    "Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "Dropout", "SpatialDropout1D",
    "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization",
    "ActivityRegularization",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer in a configuration: `entry` is its part of it, `inputs` are the names of the layers
    of the same model that feed it ((), for the first one)."""

    path: str
    kind: str
    entry: Mapping[str, Any]
    inputs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]

    @property
    def config(self) -> Mapping[str, Any]:
        """Its options."""
        options: Mapping[str, Any] = self.entry["config"]
        return options


def model_config(recipe: Recipe) -> Config:
    """The configuration of the recipe's model.

    Raises:
        DoesNotApplyError: only the user's own code can build the model.
    """
    if recipe.model.config is None:
        raise DoesNotApplyError(
            "the model is built by code of your own, so its layers cannot be changed from outside"
        )
    return recipe.model.config


def is_model(entry: Mapping[str, Any]) -> bool:
    """Whether the configuration is that of a model made of layers."""
    return isinstance(entry.get("config"), Mapping) and "layers" in entry["config"]


def is_functional(entry: Mapping[str, Any]) -> bool:
    """Whether the model's layers say themselves what feeds them."""
    return "output_layers" in entry["config"]


def layers(config: Config, prefix: str = "") -> Iterator[Layer]:
    """Every layer that is not itself a model, in the order of the configuration."""
    before: tuple[str, ...] = ()
    for entry in config["config"]["layers"]:
        name = entry["config"].get("name") or entry.get("name")
        inputs = tuple(dict.fromkeys(sources(entry))) if is_functional(config) else before
        if is_model(entry):
            yield from layers(entry, f"{prefix}{name}/")
        else:
            yield Layer(
                path=f"{prefix}{name}", kind=entry["class_name"], entry=entry, inputs=inputs
            )
        before = (str(name),)


def input_layers(config: Config) -> tuple[Layer, ...]:
    """The input layers of the model itself, in the order in which `fit` feeds them."""
    found = [layer for layer in layers(config) if layer.kind == "InputLayer"]
    own = {layer.name: layer for layer in found if "/" not in layer.path}
    if not is_functional(config):
        return tuple(own.values())
    return tuple(own[history[0]] for history in _ends(config, "input_layers"))


def sources(entry: Mapping[str, Any]) -> list[str]:
    """Names of the layers that feed this one, once for every use."""
    return [history[0] for node in entry.get("inbound_nodes", ()) for history in _histories(node)]


def _histories(tree: Any) -> Iterator[list[Any]]:
    if isinstance(tree, Mapping):
        if tree.get("class_name") == "__keras_tensor__":
            yield tree["config"]["keras_history"]
        else:
            for value in tree.values():
                yield from _histories(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _histories(value)


def outputs(config: Config) -> tuple[str, ...]:
    """Paths of the layers that give the model's answers, nested models followed."""
    entries = {_name(entry): entry for entry in config["config"]["layers"]}
    if is_functional(config):
        names = list(dict.fromkeys(history[0] for history in _ends(config, "output_layers")))
    else:
        names = [_name(config["config"]["layers"][-1])] if entries else []
    found: list[str] = []
    for name in names:
        nested = is_model(entries[name])
        found += [f"{name}/{path}" for path in outputs(entries[name])] if nested else [name]
    return tuple(found)


def answering(config: Config) -> tuple[Layer, ...]:
    """The layers that compute the model's answers: the last ones with weights before each output,
    past activations and other layers that keep the shape."""
    by_path = {layer.path: layer for layer in layers(config)}
    found = []
    for path in outputs(config):
        layer = by_path[path]
        prefix = path.rpartition("/")[0]
        while layer.kind in SHAPE_KEEPERS and len(layer.inputs) == 1:
            before = by_path.get(f"{prefix}/{layer.inputs[0]}" if prefix else layer.inputs[0])
            if before is None:
                break
            layer = before
        found.append(layer)
    return tuple(found)


def hidden(config: Config, kinds: Sequence[str] | None = None) -> tuple[Layer, ...]:
    """The layers with a width (or of these kinds) that do not compute an answer and are trained."""
    wanted = tuple(kinds) if kinds is not None else tuple(WIDTHS)
    ends = {layer.path for layer in answering(config)}
    return tuple(
        layer
        for layer in layers(config)
        if layer.kind in wanted and layer.path not in ends and layer.config.get("trainable", True)
    )


def settled(config: Config, layer: Layer, wanted: str) -> tuple[Layer, Layer | None]:
    """The last of the shape-keeping layers that follow `layer` and nothing else does, up to one of
    kind `wanted`, and that one if there is one: where to put it, or to change it."""
    prefix = layer.path[: len(layer.path) - len(layer.name)]
    beside = [other for other in layers(config) if other.path == prefix + other.name]
    last = layer
    while True:
        readers = [other for other in beside if last.name in other.inputs]
        if len(readers) != 1 or readers[0].kind not in SHAPE_KEEPERS:
            return last, None
        last = readers[0]
        if last.kind == wanted:
            return last, last


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["config"].get("name") or entry.get("name"))


def _ends(config: Config, key: str) -> Iterator[list[Any]]:
    """The histories of a functional model's inputs or outputs: one, or a structure of them."""

    def walk(tree: Any) -> Iterator[list[Any]]:
        if isinstance(tree, Mapping):
            for value in tree.values():
                yield from walk(value)
        elif len(tree) == 3 and isinstance(tree[0], str):
            yield list(tree)
        else:
            for value in tree:
                yield from walk(value)

    return walk(config["config"][key])


# Edits: each returns a new configuration and leaves the given one as it was


def edited(config: Config, changes: Mapping[str, Mapping[str, Any]]) -> Config:
    """The configuration with options of layers replaced: `{path: {option: value}}`."""
    fresh = copy.deepcopy(dict(config))
    for model, entry, path in _entries(fresh):
        del model
        if path in changes:
            entry["config"].update(copy.deepcopy(dict(changes[path])))
            entry.pop("build_config", None)
    return fresh


def unbuilt(config: Config) -> Config:
    """The configuration without the shapes that layers were built for: needed where an edit changes
    what a layer hands on, for Keras would build those behind it as before."""
    fresh = copy.deepcopy(dict(config))
    for _, entry, _ in _entries(fresh):
        entry.pop("build_config", None)
    fresh.pop("build_config", None)
    return fresh


def replaced(config: Config, path: str, kind: str, options: Mapping[str, Any]) -> Config:
    """The configuration with a Keras layer of another kind in the place of the one at `path`; it
    keeps the name only where `options` give it."""
    fresh = copy.deepcopy(dict(config))
    for model, entry, found in list(_entries(fresh)):
        if found != path:
            continue
        old = _name(entry)
        new = _free_name(model, str(options.get("name") or kind.lower()), besides=old)
        entry.update(
            module="keras.layers",
            class_name=kind,
            registered_name=None,
            config={**copy.deepcopy(dict(options)), "name": new},
        )
        entry.pop("build_config", None)
        if "name" in entry:
            entry["name"] = new
        _rename(model, old, new)
    return fresh


def inserted_after(config: Config, path: str, kind: str, options: Mapping[str, Any]) -> Config:
    """The configuration with a Keras layer put behind the one at `path`, wherever that is used."""
    return _inserted(config, path, kind, options, after=True)


def inserted_before(config: Config, path: str, kind: str, options: Mapping[str, Any]) -> Config:
    """The configuration with a Keras layer put in front of the one at `path`, for each use."""
    return _inserted(config, path, kind, options, after=False)


def removed(config: Config, path: str) -> Config:
    """The configuration without the layer at `path`; what it fed is fed by its input.

    Raises:
        DoesNotApplyError: it joins several inputs.
    """
    fresh = copy.deepcopy(dict(config))
    for model, entry, found in list(_entries(fresh)):
        if found != path:
            continue
        model["config"]["layers"].remove(entry)
        if not is_functional(model):
            continue
        name = _name(entry)
        feeding = [list(_histories(node)) for node in entry["inbound_nodes"]]
        if any(len(histories) != 1 for histories in feeding):
            raise DoesNotApplyError(f"the layer {name!r} joins several inputs")
        for history in _all_histories(model):
            if history[0] == name:
                history[:] = feeding[history[1]][0]
    return fresh


def _inserted(
    config: Config, path: str, kind: str, options: Mapping[str, Any], *, after: bool
) -> Config:
    fresh = copy.deepcopy(dict(config))
    for model, entry, found in list(_entries(fresh)):
        if found != path:
            continue
        name = _free_name(model, str(options.get("name") or kind.lower()))
        new: dict[str, Any] = {
            "module": "keras.layers",
            "class_name": kind,
            "config": {**copy.deepcopy(dict(options)), "name": name},
            "registered_name": None,
        }
        if is_functional(model):
            new["name"] = name
            _wire(model, entry, new, after=after)
        place = model["config"]["layers"].index(entry)
        model["config"]["layers"].insert(place + after, new)
    return fresh


def _wire(
    model: dict[str, Any], entry: dict[str, Any], new: dict[str, Any], *, after: bool
) -> None:
    """Give the new layer one node for every use of the old one, and lead what was read through."""
    old, name = _name(entry), new["name"]
    if after:
        nodes = max(len(entry.get("inbound_nodes", ())), 1)
        for history in _all_histories(model):
            if history[0] == old:
                if history[2] != 0:
                    raise DoesNotApplyError(f"the layer {old!r} has several outputs")
                history[0] = name
        new["inbound_nodes"] = [_node([old, number, 0]) for number in range(nodes)]
        return
    new["inbound_nodes"] = []
    for node in entry["inbound_nodes"]:
        first = next(_histories(node["args"]), None)
        if first is None:
            raise DoesNotApplyError(f"the layer {old!r} is not fed by position")
        new["inbound_nodes"].append(_node(list(first)))
        first[:] = [name, len(new["inbound_nodes"]) - 1, 0]


def _node(history: list[Any]) -> dict[str, Any]:
    tensor = {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None], "dtype": "float32", "keras_history": history},
    }
    return {"args": [tensor], "kwargs": {}}


def _entries(
    config: dict[str, Any], prefix: str = ""
) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """(the model it lies in, its entry, its path) of every layer, models among them."""
    for entry in config["config"]["layers"]:
        path = f"{prefix}{_name(entry)}"
        yield config, entry, path
        if is_model(entry):
            yield from _entries(entry, f"{path}/")


def _all_histories(model: dict[str, Any]) -> Iterator[list[Any]]:
    """Every reference to a layer inside one functional model, its outputs among them; they may be
    changed in place."""
    for entry in model["config"]["layers"]:
        yield from _histories(entry.get("inbound_nodes", ()))
    yield from _references(model["config"]["output_layers"])


def _references(tree: Any) -> Iterator[list[Any]]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _references(value)
    elif isinstance(tree, list):
        if len(tree) == 3 and isinstance(tree[0], str):
            yield tree
        else:
            for value in tree:
                yield from _references(value)


def _rename(model: dict[str, Any], old: str, new: str) -> None:
    if old == new or not is_functional(model):
        return
    for history in [*_all_histories(model), *_references(model["config"]["input_layers"])]:
        if history[0] == old:
            history[0] = new


def _free_name(model: Mapping[str, Any], wanted: str, besides: str = "") -> str:
    taken = {_name(entry) for entry in model["config"]["layers"]} - {besides}
    if wanted not in taken:
        return wanted
    return next(f"{wanted}_{n}" for n in range(1, 10_000) if f"{wanted}_{n}" not in taken)


def each(
    config: Config, found: Sequence[Layer], change: Callable[[Config, Layer], Config]
) -> Config:
    """The configuration after `change` at every one of the layers."""
    for layer in found:
        config = change(config, layer)
    return config
