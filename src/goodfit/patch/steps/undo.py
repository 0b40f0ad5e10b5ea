"""Leaving out one step: statements that belong together, taken out of the script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst
import libcst.matchers as m

from goodfit.patch.plan import Plan
from goodfit.patch.script import Script
from goodfit.patch.steps.walk import Rewrite, Seen

LIKELY = ("disorder", "cut", "arithmetic")
"""Kinds of steps that are tried, the likeliest mistake first; usual preparations are not."""
TOGETHER = ("disorder", "cut")
"""Kinds of which neighbours are one step though their texts differ, if no empty line parts them."""


def undone(script: Script, seen: Seen, *, held: bool) -> Iterator[tuple[str, str]]:
    """(the script without one step, what was done), the likeliest mistake first.

    Args:
        held: whether steps that change nothing but held-out rows may be left out too.
    """
    groups = _groups(seen)
    for group in sorted(groups, key=lambda one: (_rank(one), -script.line(one[0].statement))):
        train = any(name in seen.train for one in group for name in one.names)
        if train or held:
            yield _without(script, group)


def _groups(seen: Seen) -> list[list[Rewrite]]:
    """Steps: neighbours that do the same, or that deal with rows together."""
    found: list[list[Rewrite]] = []
    last: Rewrite | None = None
    places = {id(statement): place for place, statement in enumerate(seen.body)}
    for one in seen.rewrites:
        if one.kind == "prepares":
            last = None
            continue
        first = one.helpers[0] if one.helpers else one.statement
        adjacent = last is not None and places[id(first)] <= places[id(last.statement)] + 1
        parted = last is not None and _parted(seen, places[id(last.statement)], one)
        if last is not None and adjacent and _together(last, one, parted=parted):
            found[-1].append(one)
        else:
            found.append([one])
        last = one
    return found


def _together(first: Rewrite, second: Rewrite, *, parted: bool) -> bool:
    if first.shape == second.shape:
        return True
    return not parted and first.kind in TOGETHER and second.kind in TOGETHER


def _parted(seen: Seen, last: int, one: Rewrite) -> bool:
    """Whether an empty line stands between a statement and the next step."""
    between = seen.body[last + 1 : seen.body.index(one.statement) + 1]
    return any(line.comment is None for each in between for line in each.leading_lines)


def _rank(group: Sequence[Rewrite]) -> int:
    return min(LIKELY.index(one.kind) for one in group)


def _without(script: Script, group: Sequence[Rewrite]) -> tuple[str, str]:
    plan = Plan(script)
    gone: list[Any] = [one.statement for one in group]
    helpers = {id(each): each for one in group for each in one.helpers}
    for helper in reversed(list(helpers.values())):  # what another helper needs goes after it
        if _only_for(script, helper, gone):
            gone.append(helper)
    for statement in gone:
        plan.drop(statement)
    lines = sorted(script.line(one) for one in gone)
    where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"
    text = script.code(group[0].statement.body[0]).strip().splitlines()[0]
    return plan.applied(), f"{where} left out (`{text}`)"


def _only_for(script: Script, helper: Any, gone: Sequence[Any]) -> bool:
    """Whether what a helper makes is read by nothing else than what goes, and by name alone."""
    inner = helper.body[0]
    if not isinstance(inner, cst.Assign) or len(inner.targets) != 1:
        return False
    target = inner.targets[0].target
    if not isinstance(target, cst.Name):
        return False
    inside = {id(node) for one in (*gone, helper) for node in m.findall(one, m.Name())}
    everywhere = m.findall(script.module, m.Name(target.value))
    return all(id(node) in inside for node in everywhere)
