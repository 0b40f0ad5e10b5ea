"""Changes into the source: each is planned as a whole or becomes an instruction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from goodfit.facts import Facts
from goodfit.patch.changes import (
    CallbackAdded,
    CallbackOption,
    CallbackRemoved,
    CannotEditError,
    Change,
    CompileOption,
    DataChange,
    DecisionChange,
    FitOption,
    LayerInserted,
    LayerOption,
    LayerRemoved,
    LayerReplaced,
)
from goodfit.patch.difference import TARGET_REMEDIES
from goodfit.patch.edits import data, insertions, options, removals, settings, trainable
from goodfit.patch.edits.context import Context
from goodfit.patch.plan import Plan
from goodfit.patch.script import Script
from goodfit.patch.sites import Made, Sites
from goodfit.patch.spelling import Speller
from goodfit.patch.words import instruction
from goodfit.patch.wrap import wrapped
from goodfit.recipe import Recipe

Step = tuple[Sequence[Change], Callable[[], None]]


def write(
    source: str, path: str, facts: Facts, before: Recipe, after: Recipe, changes: Sequence[Change]
) -> tuple[str | None, tuple[Change, ...], tuple[str, ...]]:
    """The edited source (None where nothing could be edited), the changes that it holds, and an
    instruction for every other one."""
    try:
        script = Script(source)
    except CannotEditError as error:
        return None, (), tuple(instruction([each], facts, str(error)) for each in changes)
    plan = Plan(script)
    context = Context(
        script=script,
        plan=plan,
        spell=Speller(script, plan),
        sites=Sites(script, path, facts),
        facts=facts,
        before=before,
        after=after,
    )
    applied: list[Change] = []
    told: list[str] = []
    for these, step in _steps(context, changes):
        try:
            with plan.all_or_nothing():
                step()
        except CannotEditError as error:
            told.append(instruction(these, facts, str(error)))
        else:
            applied += these
    edited = wrapped(plan.applied(), source) if applied else None
    return edited, tuple(applied), tuple(told)


def _steps(context: Context, changes: Sequence[Change]) -> Iterator[Step]:
    yield from _data(context, [each for each in changes if isinstance(each, DataChange)])
    yield from _options(context, [each for each in changes if isinstance(each, LayerOption)])
    replaced = [each for each in changes if isinstance(each, LayerReplaced)]
    removed = [each for each in changes if isinstance(each, LayerRemoved)]
    gone = [each.path for each in removed]
    for made, these in _by_call(context, replaced):
        yield these, partial(_with, context, removals.replace_layer, made, these)
    yield from _inserted(context, [each for each in changes if isinstance(each, LayerInserted)])
    for made, these in _by_call(context, removed):
        yield these, partial(_with, context, removals.remove, made, gone)
    by_argument = _grouped(
        (each for each in changes if isinstance(each, CompileOption)), lambda each: each.argument
    )
    for these in by_argument.values():
        yield these, partial(settings.set_compile, context, these)
    for change in changes:
        if isinstance(change, FitOption):
            yield [change], partial(settings.set_fit, context, change)
        elif isinstance(change, DecisionChange):
            yield [change], partial(_refuse, "what becomes of predictions is not followed")
    yield from _callbacks(context, changes)


def _data(context: Context, changes: Sequence[DataChange]) -> Iterator[Step]:
    # The recipes tell what all of them together do to the targets.
    forms = [each for each in changes if each.remedy in TARGET_REMEDIES]
    for change in changes:
        if change.remedy not in TARGET_REMEDIES:
            yield [change], partial(data.change_data, context, change)
        elif change is forms[0]:
            yield forms, partial(data.change_data, context, change)


def _options(context: Context, changes: Sequence[LayerOption]) -> Iterator[Step]:
    thawed = [each for each in changes if each.option == "trainable"]
    if thawed:
        yield thawed, partial(trainable.set_trainable, context, thawed)
    groups: dict[Any, list[LayerOption]] = {}
    for change in changes:
        if change in thawed:
            continue
        try:
            groups.setdefault(options.key(context, change), []).append(change)
        except CannotEditError as error:
            yield [change], partial(_refuse, str(error))
    for these in groups.values():
        yield these, partial(options.set_option, context, these)


def _inserted(context: Context, changes: Sequence[LayerInserted]) -> Iterator[Step]:
    behind = _grouped((each for each in changes if each.after), lambda each: str(each.after))
    for made, first in _by_call(context, [these[0] for these in behind.values()], "after"):
        these = [change for one in first for change in behind[str(one.after)]]
        yield these, partial(_with, context, insertions.insert_behind, made, behind)
    front = _grouped((each for each in changes if not each.after), lambda each: each.before)
    for readers, these in front.items():
        yield these, partial(insertions.insert_in_front, context, readers, these)


def _callbacks(context: Context, changes: Sequence[Change]) -> Iterator[Step]:
    added = [each for each in changes if isinstance(each, CallbackAdded)]
    if added:
        yield added, partial(settings.add_callbacks, context, added)
    for change in changes:
        if isinstance(change, CallbackOption):
            yield [change], partial(settings.set_callback, context, change)
        elif isinstance(change, CallbackRemoved):
            remove = partial(settings.remove_callback, context, change, keep_list=bool(added))
            yield [change], remove


def _by_call(
    context: Context, changes: Iterable[Any], key: str = "path"
) -> Iterator[tuple[Made | str, list[Any]]]:
    """Changes by the call that makes their layers; where that is not known, the reason instead."""
    groups: dict[Any, tuple[Made | str, list[Any]]] = {}
    for change in changes:
        try:
            made = context.sites.made(getattr(change, key))
        except CannotEditError as error:
            yield str(error), [change]
            continue
        groups.setdefault(made.call, (made, []))[1].append(change)
    yield from groups.values()


def _with(context: Context, edit: Callable[..., None], made: Made | str, given: Any) -> None:
    if isinstance(made, str):
        raise CannotEditError(made)
    edit(context, made, given)


def _refuse(reason: str) -> None:
    raise CannotEditError(reason)


def _grouped(changes: Iterable[Any], key: Callable[[Any], Any]) -> Mapping[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for change in changes:
        groups.setdefault(key(change), []).append(change)
    return groups
