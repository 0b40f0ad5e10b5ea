"""Names, arguments and objects in the calls that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import libcst as cst
import libcst.matchers as m

from goodfit.patch.changes import CannotEditError
from goodfit.patch.edits.arguments import found, resolved, settable
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.settings import compile_call
from goodfit.patch.signatures import canonical
from goodfit.patch.sites import alone
from goodfit.patch.spelling import literal

_AGAIN = (cst.For, cst.While, cst.CompFor, cst.FunctionDef, cst.Lambda)
"""What may run a call in it more than once."""


def correct_name(context: Context, known: Mapping[str, Any]) -> None:
    """Put the right name of a loss, metric, optimiser or activation in the place of the wrong one:
    in every call that is given it likewise, since it is wrong there too.

    Raises:
        CannotEditError: the wrong name is not written out in the source, or not seen where.
    """
    wrong = known["wrong"]
    places: list[cst.BaseExpression] = list(_spelt(context, known))
    if not places:
        strings = m.findall(context.script.module, m.SimpleString())
        places = [
            node for node in strings if isinstance(node, cst.SimpleString) and _text(node) == wrong
        ]
        if len(places) != 1:
            reason = "several times" if places else "nowhere"
            raise CannotEditError(f"{literal(wrong)} stands {reason} outside of the failed call")
    for place in dict.fromkeys(places):
        context.plan.put(place, literal(known["right"]))


def _spelt(context: Context, known: Mapping[str, Any]) -> Iterator[cst.BaseExpression]:
    """Where calls like the failed one are given the wrong name."""
    script, wrong = context.script, known["wrong"]
    kind, keyword = canonical(known["call"]), known.get("argument")
    for call in script.calls:
        alike = script.called(call) == kind
        for arg in call.args:
            named = arg.keyword is not None and arg.keyword.value == keyword
            if named or (alike and (keyword is None or arg.keyword is None)):
                yield from _inside(context, arg.value, wrong, deep=keyword is None)


def _inside(
    context: Context, root: cst.BaseExpression, wrong: str, *, deep: bool
) -> Iterator[cst.BaseExpression]:
    value = resolved(context, root)
    if _text(value) == wrong:
        yield settable(context, root)
    elif deep and isinstance(value, (cst.List, cst.Tuple, cst.Dict)):
        for element in value.elements:
            if isinstance(element, (cst.Element, cst.DictElement)):
                yield from _inside(context, element.value, wrong, deep=True)


def _text(node: cst.CSTNode) -> str | None:
    """The string that is written there."""
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def rename_arguments(context: Context, known: Mapping[str, Any]) -> None:
    """Give arguments their new names in every call of the class.

    Raises:
        CannotEditError: no call of it with such an argument is seen.
    """
    kind, renamed = known["call"], known["renamed"]
    keywords = [
        arg.keyword
        for call in context.script.calls
        if context.script.called(call) == canonical(kind)
        for arg in call.args
        if arg.keyword is not None and arg.keyword.value in renamed
    ]
    if not keywords:
        old = " or ".join(f"{name}=" for name in renamed)
        raise CannotEditError(f"no call of {kind} with {old} is seen")
    for keyword in keywords:
        context.plan.put(keyword, renamed[keyword.value])


def fresh_optimizer(context: Context, known: Mapping[str, Any]) -> None:
    """Where one optimiser is given to several models, make one in each compile but the first.

    Raises:
        CannotEditError: it is no variable that is made by one plain call, or given to one model.
    """
    del known  # the script's own call says all
    script = context.script
    _, arg = found(compile_call(context), "compile", "optimizer")
    name = None if arg is None else arg.value
    made = script.bound(name, name.value) if isinstance(name, cst.Name) else None
    if not isinstance(name, cst.Name) or made is None or not isinstance(made.value, cst.Call):
        raise CannotEditError("the optimiser is not made by one plain call behind a name")
    references = script.references(name, name.value)
    given = [node for node in references if _compiles(context, node)]
    kept = [] if _repeated(context, given[0], made) else given[:1]
    chosen = [node for node in given if node not in kept]
    if not chosen:
        raise CannotEditError("it is not seen where another model is compiled with it")
    for node in chosen:
        context.plan.put(node, script.code(made.value))
    statement = script.statement(made)
    if len(chosen) == len(references) and alone(statement):
        context.plan.drop(statement)


def _compiles(context: Context, node: cst.CSTNode) -> bool:
    arg = context.script.parent(node)
    call = context.script.parent(arg) if isinstance(arg, cst.Arg) else None
    return isinstance(call, cst.Call) and context.script.called(call) == "compile"


def _repeated(context: Context, node: cst.CSTNode, made: cst.CSTNode) -> bool:
    """Whether a loop or function runs the one again and not the other."""
    around = list(context.script.above(made))
    return any(
        isinstance(each, _AGAIN) and each not in around for each in context.script.above(node)
    )
