"""Layers, the shape of the input, and the loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from goodfit.facts import LayerFacts
from goodfit.patch.changes import CannotEditError, CompileOption, LayerInserted, LayerOption
from goodfit.patch.edits import insertions, options, settings
from goodfit.patch.edits.context import Context


def _layer(context: Context, name: str) -> LayerFacts:
    layers = context.facts.model.layers if context.facts.model is not None else ()
    found = [layer for layer in layers if layer.path.rpartition("/")[2] == name]
    if len(found) != 1:
        raise CannotEditError(f"it is not known where the layer {name!r} is made")
    return found[0]


def set_layers(context: Context, known: Mapping[str, Any], *, option: str, value: Any) -> None:
    """Set one option of the layers that are named.

    Raises:
        CannotEditError: it is not seen where they are made.
    """
    groups: dict[Any, list[LayerOption]] = {}
    for name in known["layers"]:
        layer = _layer(context, name)
        change = LayerOption(
            path=layer.path, kind=layer.type, option=option, before=None, after=value
        )
        groups.setdefault(options.key(context, change), []).append(change)
    for changes in groups.values():
        options.set_option(context, changes)


def set_units(context: Context, known: Mapping[str, Any]) -> None:
    """Give the last Dense layer other units, with the activation and the loss that go with them.

    Raises:
        CannotEditError: it is not seen where it is made, or it has an activation behind it.
    """
    name, told = known["layer"], known["options"]
    model = context.facts.model
    if "activation" in told and model is not None and model.layers[-1].path != name:
        raise CannotEditError("another layer stands behind it, which may be its activation")
    for option, value in told.items():
        set_layers(context, {"layers": [name]}, option=option, value=value)
    if "loss" in known:
        set_loss(context, known)


def set_loss(context: Context, known: Mapping[str, Any]) -> None:
    """Compile with another loss.

    Raises:
        CannotEditError: the call of compile is not known.
    """
    value: Any = known["loss"]
    if known.get("logits"):
        value = {"module": "keras.losses", "class_name": value, "config": {"from_logits": True}}
    told = replace(context, after=context.after.with_compile(loss=value))
    settings.set_compile(told, [CompileOption(argument="loss", after=value, whole=value)])


def flatten(context: Context, known: Mapping[str, Any]) -> None:
    """Put a Flatten in front of a layer.

    Raises:
        CannotEditError: it is not seen where that is made and used.
    """
    path = _layer(context, known["layers"][0]).path
    new = LayerInserted(path="flatten", kind="Flatten", before=(path,))
    insertions.insert_in_front(context, (path,), (new,))


def input_shape(context: Context, known: Mapping[str, Any]) -> None:
    """Tell the shape of the rows that fit is given as that of the model's input.

    Raises:
        CannotEditError: it is not known where the shape of the input is told.
    """
    shape = tuple(known["shape"])
    dims = [
        arg
        for call in context.script.calls
        if (arg := options.argument_named(call, "input_dim")) is not None
        and context.script.called(call) != "Embedding"
    ]
    told = context.script.find(
        lambda call: (
            context.script.called(call) == "Input"
            or options.argument_named(call, "input_shape") is not None
        )
    )
    if len(shape) == len(dims) == 1 and not told:
        context.plan.put(dims[0].value, str(shape[0]))
        return
    change = LayerOption(
        path="", kind="InputLayer", option="batch_shape", before=None, after=(None, *shape)
    )
    options.set_option(context, [change])
