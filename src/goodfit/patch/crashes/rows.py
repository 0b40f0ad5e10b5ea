"""What fit, evaluate and predict are given, edited where it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import libcst as cst

from goodfit.patch.changes import CannotEditError
from goodfit.patch.crashes.given import Given, given
from goodfit.patch.edits.context import Context

_ATOMS = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)
"""What a subscript or an attribute can be written behind without brackets around it."""


def _wrap(context: Context, nodes: Given, head: str, tail: str) -> None:
    for node in nodes.all:
        simple = bool(head) or isinstance(node, _ATOMS) or bool(node.lpar)
        context.plan.wrap(node, head if simple else "(", tail if simple else f"){tail}")


def change_x(context: Context, _: Mapping[str, Any], *, head: str = "", tail: str) -> None:
    """Put code around the rows, `{np}` in it for NumPy.

    Raises:
        CannotEditError: it is not seen where they are given.
    """
    nodes = given(context, "x")
    if not head and "..." in tail and nodes.source == "pandas":  # has no such subscript
        head, tail = "{np}.expand_dims(", ", -1)"
    np_ = context.spell.numpy() if "{np}" in head + tail else ""
    _wrap(context, nodes, head.replace("{np}", np_), tail.replace("{np}", np_))


def reshape(context: Context, known: Mapping[str, Any]) -> None:
    """Bring every row into the shape that the model declares.

    Raises:
        CannotEditError: it is not seen where the rows are given.
    """
    sizes = ", ".join(map(str, (-1, *known["shape"])))
    change_x(context, known, head="{np}.reshape(", tail=f", ({sizes}))")


def one_hot(context: Context, known: Mapping[str, Any]) -> None:
    """Class numbers as one column for each class, and the loss that wants them so.

    Raises:
        CannotEditError: it is not seen where the labels are given, or the loss is told.
    """
    head = context.spell.keras("keras.utils", "to_categorical")
    _wrap(context, given(context, "y"), f"{head}(", f", {known['classes']})")
    if "loss" in known:
        from goodfit.patch.crashes.model import set_loss

        set_loss(context, known)


def arrays(context: Context, known: Mapping[str, Any]) -> None:
    """Plain lists as arrays.

    Raises:
        CannotEditError: it is not seen where they are given.
    """
    for option in known["arrays"]:
        nodes = given(context, option)
        _wrap(context, nodes, f"{context.spell.numpy()}.array(", ")")


def numbers(context: Context, known: Mapping[str, Any]) -> None:
    """Text as numbers: what reads as numbers as such, other labels as class numbers.

    Raises:
        CannotEditError: it is not seen where it is given.
    """
    for option, form in known.items():
        nodes = given(context, option)
        if form == "codes":
            _codes(context, nodes)
        else:
            _wrap(context, nodes, "", '.astype("float32")')


def _codes(context: Context, nodes: Given) -> None:
    """One list of labels, of the training rows, for the rows of every set."""
    script, first = context.script, nodes.first
    if not isinstance(first, cst.Name):
        raise CannotEditError("the labels of fit have no name of their own")
    np_, labels = context.spell.numpy(), script.free_name("labels")
    context.plan.insert_before(
        script.statement(nodes.call), f"{labels} = {np_}.unique({first.value})"
    )
    here = script.function(nodes.call)
    seen = [node for node in nodes.others if script.function(node) is here]
    later = [node for node in seen if script.begin(node) > script.begin(nodes.call)]
    told = Given(call=nodes.call, first=first, others=tuple(later), source=nodes.source)
    _wrap(context, told, f"{np_}.searchsorted({labels}, ", ")")
