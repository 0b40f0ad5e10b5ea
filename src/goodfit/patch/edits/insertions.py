"""New layers: behind a layer, or in front of the layers that read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from goodfit.patch.changes import CannotEditError, LayerInserted
from goodfit.patch.difference import same
from goodfit.patch.edits import scaling
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.options import argument_named
from goodfit.patch.graph import feeds
from goodfit.patch.sites import Added, Applied, Item, Made

INPUT_KEYWORDS = ("input_shape", "input_dim", "batch_input_shape")
_WITHOUT_WEIGHTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
                    "GaussianNoise", "GaussianDropout", "Activation", "ReLU", "LeakyReLU",
                    "Rescaling")  # fmt: skip
Chains = Mapping[str, Sequence[LayerInserted]]
"""What is inserted behind each layer, in order, by its path."""


def insert_behind(context: Context, made: Made, chains: Chains) -> None:
    """Put new layers behind all layers that one call makes.

    Raises:
        CannotEditError: only some of them get it, or it is not seen where they are used.
    """
    chain = chains.get(made.paths[0], ())
    for path in made.paths:
        if not _alike(chain, chains.get(path, ())):
            raise CannotEditError(
                f"one call makes {len(made.paths)} layers, and not all get the same layer behind"
            )
    uses = context.sites.uses(made)
    if len(uses) > 1 and any(layer.kind not in _WITHOUT_WEIGHTS for layer in chain):
        raise CannotEditError("the layer is used several times, and the new one has weights")
    codes = [_code(context, layer, made.call) for layer in chain]
    for use in uses:
        _put_behind(context, use, codes)


def _alike(first: Sequence[LayerInserted], second: Sequence[LayerInserted]) -> bool:
    return len(first) == len(second) and all(
        a.kind == b.kind and same(a.options, b.options) for a, b in zip(first, second, strict=True)
    )


def _put_behind(context: Context, use: Item | Added | Applied, codes: Sequence[str]) -> None:
    for code in codes:
        if isinstance(use, Item):
            context.plan.insert_item(use.sequence, use.place + 1, code)
        elif isinstance(use, Added):
            context.plan.insert_after(use.statement, f"{use.head}({code})")
        elif use.target is not None:
            context.plan.insert_after(use.statement, f"{use.target} = {code}({use.target})")
        else:
            context.plan.wrap(use.call, f"{code}(", ")")


def insert_in_front(
    context: Context, readers: Sequence[str], chain: Sequence[LayerInserted]
) -> None:
    """Put new layers in front of the layers at `readers`, which read one and the same tensor.

    Raises:
        CannotEditError: it is not seen where they are used.
    """
    if not readers:
        raise CannotEditError("nothing reads it")
    mades = [context.sites.made(path) for path in readers]
    uses = [context.sites.uses(made) for made in mades]
    if any(len(each) != 1 for each in uses):
        raise CannotEditError("a layer that reads it is used several times")
    made, use = mades[0], uses[0][0]
    statement = context.script.statement(made.call) if isinstance(use, Item) else use.statement
    loop = _loop(context, made, readers[0])
    if loop is not None:
        statement = loop
    elif len(made.paths) > 1:
        raise CannotEditError(f"one call makes {len(made.paths)} layers, of which it is one")
    codes = [_code(context, layer, made.call, statement=statement) for layer in chain]
    if not isinstance(use, Applied):
        _move_input(context, made.call, codes)
    if isinstance(use, Item):
        for code in codes:
            context.plan.insert_item(use.sequence, use.place, code)
    elif isinstance(use, Added):
        context.plan.insert_before(statement, *(f"{use.head}({code})" for code in codes))
    else:
        applied = [each[0] for each in uses]
        tensors = [
            _tensor(context, reader, each, chain[0])
            for reader, each in zip(readers, applied, strict=True)
        ]
        _lead_through(context, applied, tensors, statement if loop is not None else None, codes)


def _loop(context: Context, made: Made, path: str) -> cst.For | None:
    """The loop that makes the layer in its first turn."""
    if len(made.paths) == 1 or made.paths[0] != path:
        return None
    return next((n for n in context.script.above(made.call) if isinstance(n, cst.For)), None)


def _move_input(context: Context, call: cst.Call, codes: list[str]) -> None:
    """The first layer tells the shape of the input; the new one comes before it."""
    for keyword in INPUT_KEYWORDS:
        arg = argument_named(call, keyword)
        if arg is None:
            continue
        if not codes[0].endswith(")"):
            raise CannotEditError("the shape of the input is told by the layer behind it")
        comma = "" if codes[0].endswith("()") else ", "
        codes[0] = f"{codes[0][:-1]}{comma}{keyword}={context.script.code(arg.value)})"
        context.plan.drop_item(call, list(call.args).index(arg))


def _tensor(context: Context, reader: str, use: Any, layer: LayerInserted) -> Any:
    """What of that which the reader is called on goes through the new layer."""
    tensor = use.tensor
    if not isinstance(tensor, (cst.List, cst.Tuple)):
        return tensor
    config = context.before.model.config
    sources = feeds(config).get(reader, ()) if config is not None and not layer.model else ()
    if len(sources) != len(tensor.elements) or layer.reads not in sources:
        raise CannotEditError("the layer that reads it is called on several things")
    return tensor.elements[sources.index(layer.reads)].value


def _lead_through(
    context: Context,
    uses: Sequence[Any],
    tensors: Sequence[Any],
    loop: cst.CSTNode | None,
    codes: Sequence[str],
) -> None:
    """Functional models: what the layers are called on goes through the new ones first."""
    names = {tensor.value if isinstance(tensor, cst.Name) else None for tensor in tensors}
    name = names.pop() if len(names) == 1 else None
    if loop is not None:
        if name is None or uses[0].target != name:
            raise CannotEditError("the loop does not hand on one variable")
        context.plan.insert_before(loop, *(f"{name} = {code}({name})" for code in codes))
    elif len(uses) == 1:
        for code in codes:
            context.plan.wrap(tensors[0], f"{code}(", ")")
    elif name is None:
        raise CannotEditError("the layers that read it are called on different things")
    else:
        fresh = context.script.free_name(f"{name}_changed")
        first = min(uses, key=lambda use: context.script.begin(use.call))
        lines = [f"{fresh} = {codes[0]}({name})"]
        lines += [f"{fresh} = {code}({fresh})" for code in codes[1:]]
        context.plan.insert_before(first.statement, *lines)
        for tensor in tensors:
            context.plan.put(tensor, fresh)


def _code(
    context: Context,
    layer: LayerInserted,
    near: cst.Call,
    *,
    statement: cst.CSTNode | None = None,
) -> str:
    if layer.kind == "Normalization":
        return scaling.normalisation(context, layer, near, statement)
    if layer.kind == "Functional" or "layers" in layer.options:
        raise CannotEditError("a whole model is inserted")
    return context.spell.call("keras.layers", layer.kind, layer.options, near)
