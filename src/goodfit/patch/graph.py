"""Reading a model's configuration: names of layers and what feeds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Entry = Mapping[str, Any]


def is_model(entry: Entry) -> bool:
    """Whether the configuration is that of a model made of layers."""
    return isinstance(entry.get("config"), Mapping) and "layers" in entry["config"]


def name_of(entry: Entry) -> str:
    """The layer's own name."""
    return str(entry["config"].get("name") or entry.get("name"))


def entries(model: Entry) -> dict[str, Entry]:
    """A model's layers by name, in their order."""
    return {name_of(entry): entry for entry in model["config"]["layers"]}


def feeds(model: Entry) -> dict[str, tuple[str, ...]]:
    """Names of the layers that feed each layer of a model, in order."""
    own = entries(model)
    if "output_layers" in model["config"]:
        return {name: tuple(dict.fromkeys(_sources(entry))) for name, entry in own.items()}
    names = list(own)
    return {name: tuple(names[max(place - 1, 0) : place]) for place, name in enumerate(names)}


def _sources(entry: Entry) -> Iterator[str]:
    for node in entry.get("inbound_nodes", ()):
        yield from _histories(node)


def _histories(tree: Any) -> Iterator[str]:
    if isinstance(tree, Mapping):
        if tree.get("class_name") == "__keras_tensor__":
            yield str(tree["config"]["keras_history"][0])
        else:
            for value in tree.values():
                yield from _histories(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _histories(value)


def input_names(model: Entry) -> tuple[str, ...]:
    """Names of a model's input layers, in the order in which `fit` feeds them."""
    own = [name for name, entry in entries(model).items() if entry["class_name"] == "InputLayer"]
    told = model["config"].get("input_layers")
    if told is None:
        return tuple(own)
    ordered = [name for name in _strings(told) if name in own]
    return tuple(dict.fromkeys(ordered)) or tuple(own)


def _strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _strings(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _strings(value)
