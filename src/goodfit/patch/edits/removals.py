"""Layers that go, and layers in whose place stands another."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from goodfit.patch.changes import CannotEditError, LayerReplaced
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.insertions import INPUT_KEYWORDS
from goodfit.patch.edits.options import argument_named
from goodfit.patch.sites import Added, Applied, Item, Made, alone


def remove(context: Context, made: Made, gone: Collection[str]) -> None:
    """Take out all layers that one call makes.

    Raises:
        CannotEditError: some of them stay, or it is not seen where they are used.
    """
    if set(made.paths) - set(gone):
        raise CannotEditError(f"one call makes {len(made.paths)} layers, of which some stay")
    if any(argument_named(made.call, keyword) for keyword in INPUT_KEYWORDS):
        raise CannotEditError("the layer tells the shape of the model's input")
    for use in context.sites.uses(made):
        _take_out(context, use)
    parent = context.script.parent(made.call)
    if isinstance(parent, cst.Assign):
        statement = context.script.statement(parent)
        if not alone(statement):
            raise CannotEditError("its line holds several statements")
        context.plan.drop(statement)


def _take_out(context: Context, use: Item | Added | Applied) -> None:
    if isinstance(use, Item):
        context.plan.drop_item(use.sequence, use.place)
    elif isinstance(use, Added):
        context.plan.drop(use.statement)
    else:
        tensor = use.tensor
        if isinstance(tensor, cst.Name) and tensor.value == use.target:
            context.plan.drop(use.statement)
        else:
            place = list(use.call.args).index(
                next(arg for arg in use.call.args if arg.value is tensor)
            )
            context.plan.rewrite(use.call, lambda now: now.args[place].value)


def replace_layer(context: Context, made: Made, changes: Collection[LayerReplaced]) -> None:
    """Put another layer in the place of all that one call makes.

    Raises:
        CannotEditError: some of them stay.
    """
    change = next(iter(changes))
    alike = {each.path for each in changes if each.after == change.after}
    if set(made.paths) - alike:
        raise CannotEditError(f"one call makes {len(made.paths)} layers, of which some stay")
    kept = [
        f"{keyword}={context.script.code(arg.value)}"
        for keyword in (*INPUT_KEYWORDS, "name")
        if (arg := argument_named(made.call, keyword)) is not None
    ]
    code = context.spell.call("keras.layers", change.after, change.options, made.call)
    inner = ", ".join(
        [*([code[code.index("(") + 1 : -1]] if not code.endswith("()") else []), *kept]
    )
    context.plan.put(made.call, f"{code[: code.index('(')]}({inner})")
