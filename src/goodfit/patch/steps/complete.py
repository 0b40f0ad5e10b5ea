"""Completing one step: done to held-out rows what is done to training rows, and generators that
begin again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst
import libcst.matchers as m

from goodfit.facts import Facts
from goodfit.patch.plan import Plan
from goodfit.patch.script import Script
from goodfit.patch.steps.walk import Rewrite, Seen, fit_call, like, value_of

WHOLE = ("prepares", "arithmetic")
"""Kinds of steps that do the same to every row."""


def completed(script: Script, seen: Seen) -> Iterator[tuple[str, str]]:
    """(the script with a step of the training features done to the held-out ones too, what was
    done), the last step first."""
    done = {
        script.code(one.body[0]).strip()
        for one in seen.body
        if hasattr(one, "body") and isinstance(one, cst.SimpleStatementLine)
    }
    for one in reversed(seen.rewrites):
        if one.names != (seen.x,) or one.kind not in WHOLE:
            continue
        lines = [line for line in _counterparts(script, seen, one) if line not in done]
        if lines:
            plan = Plan(script)
            plan.insert_after(one.statement, *lines)
            yield plan.applied(), f"line {script.line(one.statement)} done to held-out rows as well"


def _counterparts(script: Script, seen: Seen, one: Rewrite) -> Iterator[str]:
    """The step in the words of the held-out features."""
    code = script.code(one.statement.body[0]).strip()
    known = set(like(seen.x)) & seen.held
    for name in sorted(known, key=lambda each: script.begin(_first(script, each))):
        if script.begin(_first(script, name)) < script.begin(one.statement):
            told = re.sub(rf"\b{re.escape(seen.x)}\b", name, code)
            # Statistics are those of the training rows.
            yield told.replace(".fit_transform(", ".transform(")


def _first(script: Script, name: str) -> Any:
    return min(m.findall(script.module, m.Name(name)), key=script.begin)


def repeated(script: Script, path: str, facts: Facts) -> Iterator[tuple[str, str]]:
    """(the script with the generator that feeds `fit` beginning again for ever, what was done),
    where `steps_per_epoch` ends its epochs."""
    call = fit_call(script, path, facts)
    given = value_of(call, "x")
    if not isinstance(given, cst.Call) or value_of(call, "steps_per_epoch") is None:
        return
    name = given.func.value if isinstance(given.func, cst.Name) else ""
    for function in m.findall(script.module, m.FunctionDef(name=m.Name(name))):
        if isinstance(function, cst.FunctionDef) and _ends(function):
            loop = cst.While(test=cst.Name("True"), body=function.body)
            block = cst.IndentedBlock([loop])
            new: Any = function.with_changes(body=block)
            edited: Any = script.module.deep_replace(function, new)
            line = script.line(function)
            yield edited.code, f"the generator of line {line} begins again where its rows end"


def _ends(function: cst.FunctionDef) -> bool:
    """Whether it is a generator that ends."""
    endless = m.findall(function, m.While(test=m.Name("True") | m.Integer("1")))
    return bool(m.findall(function, m.Yield())) and not endless
