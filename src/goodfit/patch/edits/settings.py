"""Arguments of compile and fit, and callbacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from goodfit.patch.changes import (
    CallbackAdded,
    CallbackOption,
    CallbackRemoved,
    CannotEditError,
    CompileOption,
    FitOption,
)
from goodfit.patch.difference import same
from goodfit.patch.edits.arguments import (
    drop_argument,
    found,
    resolved,
    set_argument,
    set_object,
)
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.rows import fit_call
from goodfit.patch.signatures import COMPILE_DEFAULTS, FIT_DEFAULTS, defaults
from goodfit.patch.sites import alone


def compile_call(context: Context) -> cst.Call:
    """The call of compile that was seen.

    Raises:
        CannotEditError: it is not known, or in another file.
    """
    where = context.settings.compile_where
    if where is None:
        raise CannotEditError("the line that calls compile is not known")
    return context.sites.call(where, "compile")


def set_compile(context: Context, changes: Sequence[CompileOption]) -> None:
    """Change one argument of compile.

    Raises:
        CannotEditError: its call is not known, or the value has no plain form.
    """
    name = changes[0].argument
    before, after = context.before.compile.get(name), context.after.compile.get(name)
    call = compile_call(context)
    if after is None or (name in COMPILE_DEFAULTS and after == COMPILE_DEFAULTS[name]):
        drop_argument(context, call, "compile", name, repr(after))
    elif isinstance(after, Mapping) and "class_name" in after:
        target = _made_elsewhere(context, call, name)
        if target is not None and isinstance(before, Mapping):
            _edit_there(context, target, before, after)
        else:
            set_object(context, call, "compile", name, before, after)
    else:
        _plain(context, call, name, after)


def _plain(context: Context, call: cst.Call, name: str, after: Any) -> None:
    """A string, a list of names: put where the value stands."""
    _, arg = found(call, "compile", name)
    node = None if arg is None else resolved(context, arg.value)
    near = node if isinstance(node, cst.Call) else None
    set_argument(context, call, "compile", name, context.spell.value(after, near))


def _made_elsewhere(context: Context, call: cst.Call, name: str) -> cst.Call | None:
    """The call that makes the optimiser where compile only gets a name that says nothing."""
    _, arg = found(call, "compile", name)
    told = context.settings.optimizer
    if name != "optimizer" or arg is None or told is None or told.where is None:
        return None
    node = resolved(context, arg.value)
    if isinstance(node, cst.Call) or not isinstance(node, cst.Name):
        return None
    kind = str((context.before.compile.get(name) or {}).get("class_name"))
    return context.sites.call(told.where, kind)


def _edit_there(
    context: Context, call: cst.Call, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    if before.get("class_name") != after.get("class_name"):
        context.plan.put(call, context.spell.value(after, call))
        return
    kind = str(after["class_name"])
    for option, value in after["config"].items():
        if option != "name" and before["config"].get(option) != value:
            set_object(context, call, kind, option, before["config"].get(option), value)


def set_fit(context: Context, change: FitOption) -> None:
    """Change one argument of fit.

    Raises:
        CannotEditError: its call is not known.
    """
    call = fit_call(context)
    if change.after == FIT_DEFAULTS.get(change.option) and change.option != "epochs":
        drop_argument(context, call, "fit", change.option, repr(change.after))
    else:
        after: Any = change.after
        if isinstance(after, Mapping):
            after = {int(key): float(f"{value:.5g}") for key, value in after.items()}
        code = context.spell.value(after)
        _, arg = found(call, "fit", change.option)
        if arg is not None and isinstance(resolved(context, arg.value), cst.Dict):
            context.plan.put(arg.value, code)
        else:
            set_argument(context, call, "fit", change.option, code)


# Callbacks


def set_callback(context: Context, change: CallbackOption) -> None:
    """Change an argument of a callback.

    Raises:
        CannotEditError: it is not seen where it is made.
    """
    made = _made_callback(context, change)
    _, arg = found(made, change.name, change.option)
    usual = defaults(change.name)
    if arg is None and change.option in usual and same(change.after, usual[change.option]):
        return
    if change.after is None:
        drop_argument(context, made, change.name, change.option)
    else:
        code = context.spell.value(change.after)
        set_argument(context, made, change.name, change.option, code)


def _callback_near(context: Context) -> cst.Call | None:
    own = context.settings.callbacks
    for callback in own:
        if not callback.custom and callback.where is not None:
            try:
                return context.sites.call(callback.where, callback.name)
            except CannotEditError:
                continue
    return None


def _list(context: Context, call: cst.Call) -> tuple[cst.Arg | None, cst.List | None]:
    _, arg = found(call, "fit", "callbacks")
    node = None if arg is None else resolved(context, arg.value)
    return arg, node if isinstance(node, cst.List) else None


def add_callbacks(context: Context, changes: Sequence[CallbackAdded]) -> None:
    """Add callbacks to those that fit is given.

    Raises:
        CannotEditError: the call of fit is not known, or an argument has no plain form.
    """
    call, near = fit_call(context), _callback_near(context)
    codes = [
        context.spell.call("keras.callbacks", change.name, change.arguments, near)
        for change in changes
    ]
    arg, listed = _list(context, call)
    if listed is not None:
        for code in codes:
            context.plan.insert_item(listed, len(listed.elements), code)
    elif arg is None:
        set_argument(context, call, "fit", "callbacks", f"[{', '.join(codes)}]")
    elif isinstance(arg.value, cst.Name) and arg.value.value == "None":
        context.plan.put(arg.value, f"[{', '.join(codes)}]")
    elif isinstance(resolved(context, arg.value), cst.Call):
        kind = context.script.called(resolved(context, arg.value))  # type: ignore[arg-type]
        if kind not in [told.name for told in context.settings.callbacks]:
            raise CannotEditError("the callbacks are not given as a list")
        context.plan.wrap(arg.value, "[", f", {', '.join(codes)}]")
    else:
        context.plan.wrap(arg.value, "[*", f", {', '.join(codes)}]")


def _made_callback(context: Context, change: CallbackOption | CallbackRemoved) -> cst.Call:
    own = [told for told in context.settings.callbacks if told.name == change.name]
    if change.index >= len(own):
        raise CannotEditError(f"it is not known where the {change.name} is made")
    return context.sites.call(own[change.index].where, change.name)


def remove_callback(context: Context, change: CallbackRemoved, *, keep_list: bool) -> None:
    """Take out a callback; a list that is empty then goes too, unless it is to be kept.

    Raises:
        CannotEditError: it is not seen where it is made, or the list of callbacks is computed.
    """
    call = fit_call(context)
    made = _made_callback(context, change)
    arg, listed = _list(context, call)
    if listed is None or arg is None:
        raise CannotEditError("the list of callbacks is computed")
    for place, element in enumerate(listed.elements):
        if resolved(context, element.value) is made:
            if len(listed.elements) == 1 and listed is arg.value and not keep_list:
                context.plan.drop_item(call, list(call.args).index(arg))
            else:
                context.plan.drop_item(listed, place)
            _drop_unused(context, element.value)
            return
    raise CannotEditError("it does not stand in the list of callbacks itself")


def _drop_unused(context: Context, node: cst.BaseExpression) -> None:
    """The assignment of a callback that nothing else names goes too."""
    if isinstance(node, cst.Name) and len(context.script.references(node, node.value)) == 1:
        bound = context.script.bound(node, node.value)
        if bound is not None and alone(context.script.statement(bound)):
            context.plan.drop(context.script.statement(bound))
