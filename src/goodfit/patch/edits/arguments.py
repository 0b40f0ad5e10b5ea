"""Arguments of calls: set, added, taken out; constants behind names; objects option by option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from goodfit.patch.changes import CannotEditError
from goodfit.patch.difference import same
from goodfit.patch.edits.context import Context
from goodfit.patch.script import argument
from goodfit.patch.signatures import POSITIONS, canonical


def positions(kind: str) -> Sequence[str]:
    """Names of a call's arguments by position, () where they are not known."""
    return POSITIONS.get(canonical(kind), ())


def set_argument(context: Context, call: cst.Call, kind: str, option: str, code: str) -> None:
    """Give a call's option this value: where it stands, in the constant that it names if that is
    used nowhere else, or as a new keyword."""
    _, arg = found(call, kind, option)
    if arg is None:
        context.plan.insert_argument(call, _end(call), option, code)
    else:
        context.plan.put(settable(context, arg.value), code)


def found(call: cst.Call, kind: str, option: str) -> tuple[int, cst.Arg] | tuple[None, None]:
    """The argument that gives an option, and its place; (None, None) where it is not given."""
    place, arg = argument(call, option, positions(kind))
    if arg is not None and place is not None:
        return place, arg
    if arg is None and not positions(kind) and any(each.keyword is None for each in call.args):
        raise CannotEditError(f"the order of the arguments of {kind} is not known")
    return None, None


def _end(call: cst.Call) -> int:
    """The place behind the last argument, in front of a double star."""
    count = len(call.args)
    return count - 1 if count and call.args[-1].star == "**" else count


def drop_argument(
    context: Context, call: cst.Call, kind: str, option: str, code: str = "None"
) -> None:
    """Take an option out; where it is given by position it gets `code` instead."""
    place, arg = found(call, kind, option)
    if arg is None or place is None:
        return
    if arg.keyword is not None or place == len(call.args) - 1:
        context.plan.drop_item(call, place)
    else:
        context.plan.put(arg.value, code)


def settable(context: Context, node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression to change: that of the constant behind a name, where the name is bound once to
    a literal and used nowhere else, else the node itself."""
    if isinstance(node, cst.Name):
        bound = context.script.bound(node, node.value)
        alone = len(context.script.references(node, node.value)) == 1
        if bound is not None and alone and is_literal(bound.value):
            return bound.value
    return node


def is_literal(node: cst.CSTNode) -> bool:
    """Whether the expression is a number, a string, None or a truth value."""
    if isinstance(node, cst.UnaryOperation):
        return is_literal(node.expression)
    if isinstance(node, cst.Name):
        return node.value in ("None", "True", "False")
    return isinstance(node, (cst.BaseNumber, cst.SimpleString))


def resolved(context: Context, node: cst.BaseExpression) -> cst.BaseExpression:
    """What a name stands for, where it is bound once; else the node itself."""
    if isinstance(node, cst.Name):
        bound = context.script.bound(node, node.value)
        if bound is not None:
            return bound.value
    return node


def set_object(
    context: Context, call: cst.Call, kind: str, option: str, before: Any, after: Any
) -> None:
    """Give a call's option a new value that may be a configured object: where the source calls the
    same class, only the options that differ are edited."""
    _, arg = found(call, kind, option)
    if arg is None:
        context.plan.insert_argument(call, _end(call), option, context.spell.value(after))
        return
    node = resolved(context, arg.value)
    both = isinstance(before, Mapping) and isinstance(after, Mapping)
    alike = both and _class(before) == _class(after)
    if alike and isinstance(node, cst.Call) and _class(after) == context.script.called(node):
        _edit_options(context, node, before["config"], after["config"])
        return
    whole = resolved(context, arg.value)
    whole = whole if is_literal(whole) or isinstance(whole, cst.Call) else arg.value
    if whole is not arg.value and not _only_here(context, arg.value):
        whole = arg.value
    near = node if isinstance(node, cst.Call) else None
    context.plan.put(whole, context.spell.value(after, near))


def _class(value: Mapping[str, Any]) -> str:
    return canonical(str(value.get("class_name", "")))


def _only_here(context: Context, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and len(context.script.references(node, node.value)) == 1


def _edit_options(
    context: Context, call: cst.Call, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    kind = context.script.called(call)
    for option in dict.fromkeys((*before, *after)):
        old, new = before.get(option), after.get(option)
        if option == "name" or same(old, new):
            continue
        spelt = "lr" if option == "learning_rate" and _has(call, "lr") else option
        if new is None:
            drop_argument(context, call, kind, spelt)
        elif isinstance(new, Mapping):
            set_object(context, call, kind, spelt, old, new)
        else:
            set_argument(context, call, kind, spelt, context.spell.value(new))


def _has(call: cst.Call, keyword: str) -> bool:
    return any(arg.keyword is not None and arg.keyword.value == keyword for arg in call.args)
