"""Options of layers: arguments of the calls that make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from goodfit.patch.changes import CannotEditError, LayerOption
from goodfit.patch.difference import same
from goodfit.patch.edits.arguments import (
    drop_argument,
    found,
    is_literal,
    resolved,
    set_argument,
    set_object,
)
from goodfit.patch.edits.context import Context
from goodfit.patch.script import argument
from goodfit.patch.sites import Made
from goodfit.patch.spelling import literal

_SHAPES = ("batch_shape", "batch_input_shape")


def key(context: Context, change: LayerOption) -> tuple[Any, str]:
    """What has to be edited together: one option of one call."""
    if change.option in _SHAPES:
        return "input", change.path
    return context.sites.made(change.path).call, change.option


def set_option(context: Context, changes: Sequence[LayerOption]) -> None:
    """Change one option of all layers that one call makes.

    Raises:
        CannotEditError: the call also makes layers that stay, or they get different values.
    """
    change = changes[0]
    if change.option in _SHAPES:
        _input_shape(context, change)
        return
    made = context.sites.made(change.path)
    by_path = {each.path: each for each in changes}
    if set(made.paths) - set(by_path):
        raise CannotEditError(
            f"one call makes {len(made.paths)} layers, of which only {len(by_path)} change"
        )
    if all(same(change.after, each.after) for each in changes):
        _set(context, made.call, change)
    else:
        _set_in_loop(context, made, change, [by_path[path].after for path in made.paths])


def _set(context: Context, call: cst.Call, change: LayerOption) -> None:
    kind, option, after = change.kind, change.option, change.after
    if after is None or (option == "activation" and after == "linear"):
        drop_argument(context, call, kind, option, literal(after))
    elif isinstance(after, Mapping):
        set_object(context, call, kind, option, change.before, after)
    else:
        set_argument(context, call, kind, option, _written(context, call, change))


def _written(context: Context, call: cst.Call, change: LayerOption) -> str:
    """A value as code; one number for a pair of equal numbers where the source has one number."""
    after = change.after
    if isinstance(after, (list, tuple)):
        _, arg = argument(call, change.option, ())
        pair = arg is None or not isinstance(arg.value, (cst.Tuple, cst.List))
        if pair and after and all(item == after[0] for item in after):
            return literal(after[0])
        return context.spell.value(tuple(after))
    return context.spell.value(after)


def _set_in_loop(context: Context, made: Made, change: LayerOption, values: list[Any]) -> None:
    """Change the literal list that a loop walks through, where the option is its variable."""
    _, arg = found(made.call, change.kind, change.option)
    walked = None if arg is None else _walked(context, arg.value)
    if walked is None or len(walked.elements) != len(values):
        raise CannotEditError(f"one call makes {len(values)} layers, which get different values")
    for element, value in zip(walked.elements, values, strict=True):
        if not is_literal(element.value):
            raise CannotEditError("the loop's values are computed")
        code = context.spell.value(value)
        if context.script.code(element.value) != code:
            context.plan.put(element.value, code)


def _walked(context: Context, node: cst.BaseExpression) -> cst.Tuple | cst.List | None:
    """The literal list whose items the name is, one after the other."""
    if not isinstance(node, cst.Name):
        return None
    assignments = context.script.assignments(node, node.value)
    if len(assignments) != 1 or len(context.script.references(node, node.value)) != 1:
        return None
    holder = context.script.parent(assignments[0].node)
    if not isinstance(holder, (cst.For, cst.CompFor)):
        return None
    walked = holder.iter
    if isinstance(walked, cst.Name) and len(context.script.references(walked, walked.value)) == 1:
        walked = resolved(context, walked)
    return walked if isinstance(walked, (cst.Tuple, cst.List)) else None


def _input_shape(context: Context, change: LayerOption) -> None:
    """The shape of the model's one input, wherever it is told."""
    after = tuple(change.after or ())
    if not after or after[0] is not None:
        raise CannotEditError("the shape of its input cannot be written")
    inputs = context.script.find(lambda call: context.script.called(call) == "Input")
    if len(inputs) == 1:
        set_argument(context, inputs[0], "Input", "shape", context.spell.value(after[1:]))
        return
    told = context.script.find(lambda call: argument_named(call, "input_shape") is not None)
    if inputs or len(told) != 1:
        raise CannotEditError("it is not known where the shape of the input is told")
    set_argument(context, told[0], "", "input_shape", context.spell.value(after[1:]))


def argument_named(call: cst.Call, keyword: str) -> cst.Arg | None:
    """The keyword argument of that name."""
    return next(
        (a for a in call.args if a.keyword is not None and a.keyword.value == keyword), None
    )
