"""Augmentation layers that a remedy put behind a model's input, taken out of its configuration."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from goodfit.augmented.policy import NAMES, Policy, policy_of
from goodfit.recipe import Config

TAKEN = (*NAMES, "RandAugment", "RandomColorJitter")
"""Kinds of layers that a chain behind the input may consist of."""


def taken_out(config: Config, base: Config) -> tuple[Config, Policy] | None:
    """The configuration without the layers that stand directly behind its one input, change images
    at random and do not stand in `base`, and the policy that does what they do.

    None where there is none, or no policy does that. Layers of `base` stay where they are: they are
    the user's own, and train as they always did.
    """
    own = {_name(entry) for entry in base["config"]["layers"]}
    added = [
        entry
        for entry in _chain(config)
        if _name(entry) not in own and entry["class_name"] in NAMES
    ]
    policy = policy_of([(entry["class_name"], entry["config"]) for entry in added])
    if not added or policy is None:
        return None
    for entry in added:
        config = _without(config, _name(entry))
    return config, policy


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["config"].get("name") or entry.get("name"))


def _chain(config: Config) -> Iterator[Mapping[str, Any]]:
    """The layers behind the one input, each the only reader of the one before, as far as they
    change images at random."""
    entries = list(config["config"]["layers"])
    inputs = [entry for entry in entries if entry["class_name"] == "InputLayer"]
    if len(inputs) != 1:
        return
    last = inputs[0]
    while True:
        readers = _readers(config, entries, last)
        if len(readers) != 1 or readers[0]["class_name"] not in TAKEN:
            return
        last = readers[0]
        yield last


def _readers(
    config: Config, entries: list[Mapping[str, Any]], layer: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    if "output_layers" not in config["config"]:
        place = entries.index(layer)
        return entries[place + 1 : place + 2]
    name = _name(layer)
    return [
        entry
        for entry in entries
        if any(history[0] == name for history in _histories(entry.get("inbound_nodes", ())))
    ]


def _histories(tree: Any) -> Iterator[list[Any]]:
    """Every [layer, node, output] that a node of a functional model names, to be changed in place
    as well."""
    if isinstance(tree, Mapping):
        for value in tree.values():
            yield from _histories(value)
    elif isinstance(tree, list) and len(tree) == 3 and isinstance(tree[0], str):
        yield tree
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _histories(value)


def _without(config: Config, name: str) -> Config:
    """The configuration without a layer that has one input; what read it reads that."""
    fresh = copy.deepcopy(dict(config))
    model = fresh["config"]
    (gone,) = [entry for entry in model["layers"] if _name(entry) == name]
    model["layers"].remove(gone)
    if "output_layers" in model:
        source = next(_histories(gone["inbound_nodes"]))
        nodes = [entry.get("inbound_nodes", ()) for entry in model["layers"]]
        for history in _histories([nodes, model["output_layers"]]):
            if history[0] == name:
                history[:] = source
    return fresh
