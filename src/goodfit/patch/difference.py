"""The structural difference of two recipes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from goodfit.patch import graph
from goodfit.patch.changes import (
    CallbackAdded,
    CallbackOption,
    CallbackRemoved,
    Change,
    CompileOption,
    DataChange,
    DecisionChange,
    FitOption,
    LayerChange,
    LayerInserted,
    LayerOption,
    LayerRemoved,
    LayerReplaced,
)
from goodfit.recipe import CallbackRecipe, FitRecipe, Recipe, Rows, leaves

TARGET_REMEDIES = ("label-encoding", "target-shape", "loss", "label-smoothing", "output-units")
"""Remedies that bring targets into another form, some of them only where they must."""
DATA_REMEDIES = (
    *TARGET_REMEDIES, "channel-axis", "scale-targets", "smote", "oversampling", "undersampling",
    "drop-leaked-rows", "shuffle-split", "stratify-split", "impute", "clip-outliers", "mixup",
    "augmentation",
)  # fmt: skip
"""Remedies that change rows or targets."""
_UNWRITTEN = ("name", "dtype", "build_config")
_FIT = {"epochs": "epochs", "batch_size": "batch_size", "shuffle": "shuffle",
        "class_weight": "class_weight", "steps": "steps_per_epoch"}  # fmt: skip


def difference(before: Recipe, after: Recipe) -> tuple[Change, ...]:
    """What changes `before` into `after`: data first, then layers in the order of the model, then
    the arguments of `compile` and of `fit`."""
    changes: list[Change] = list(_data(before, after))
    old, new = before.model.config, after.model.config
    if old is not None and new is not None and old is not new:
        changes += _layers(old, new)
    changes += _compile(before.compile, after.compile)
    changes += _fit(before.fit, after.fit)
    changes += _decision(before, after)
    return tuple(changes)


def same(first: Any, second: Any) -> bool:
    """Whether two plain values are equal; numbers up to the rounding of float32."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        return len(first) == len(second) and all(map(same, first, second))
    numbers = isinstance(first, (int, float)) and isinstance(second, (int, float))
    if numbers and not isinstance(first, bool) and not isinstance(second, bool):
        return math.isclose(first, second, rel_tol=1e-6)
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return bool(np.array_equal(first, second))
    return bool(first == second)


# Layers


def _layers(old: Any, new: Any, prefix: str = "") -> Iterator[LayerChange]:
    was, now = graph.entries(old), graph.entries(new)
    frozen, freezes = (each["config"].get("trainable", True) for each in (old, new))
    if frozen != freezes:
        yield LayerOption(
            path=prefix.rstrip("/"),
            kind=new["class_name"],
            option="trainable",
            before=frozen,
            after=freezes,
        )
    keys_was = [(name, entry["class_name"]) for name, entry in was.items()]
    keys_now = [(name, entry["class_name"]) for name, entry in now.items()]
    replaced, removed, inserted = _aligned(keys_was, keys_now)
    feeds_was, feeds_now = graph.feeds(old), graph.feeds(new)
    old_name = {name: name for name in now if name not in inserted} | {
        new_name: name for name, new_name in replaced.items()
    }
    for name, entry in now.items():
        if name in inserted:
            found = _inserted(name, entry, prefix, old_name, feeds_was, feeds_now)
            anchor = (found.after or "").removeprefix(prefix)
            at_input = anchor in was and was[anchor]["class_name"] == "InputLayer"
            yield replace(found, after=None) if at_input else found
        elif old_name[name] in replaced:
            yield _replaced(old_name[name], was[old_name[name]], entry, prefix)
        elif graph.is_model(entry):
            yield from _layers(was[name], entry, f"{prefix}{name}/")
        else:
            yield from _options(f"{prefix}{name}", was[name], entry)
    for name in removed:
        yield LayerRemoved(path=f"{prefix}{name}", kind=was[name]["class_name"])


def _aligned(
    was: list[tuple[str, str]], now: list[tuple[str, str]]
) -> tuple[dict[str, str], list[str], list[str]]:
    """Names that were replaced (old: new), removed and inserted."""
    kept = set(was) & set(now)
    replaced: dict[str, str] = {}
    removed: list[str] = []
    inserted: list[str] = []
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone = [name for name, kind in was[i1:i2] if (name, kind) not in kept]
        fresh = [name for name, kind in now[j1:j2] if (name, kind) not in kept]
        pairs = min(len(gone), len(fresh))
        replaced.update(zip(gone[:pairs], fresh[:pairs], strict=True))
        removed += gone[pairs:]
        inserted += fresh[pairs:]
    return replaced, removed, inserted


def _inserted(
    name: str,
    entry: Any,
    prefix: str,
    old_name: Mapping[str, str],
    feeds_was: Mapping[str, tuple[str, ...]],
    feeds_now: Mapping[str, tuple[str, ...]],
) -> LayerInserted:
    anchor = name
    while anchor not in old_name:
        if len(feeds_now[anchor]) != 1:
            break
        anchor = feeds_now[anchor][0]
    behind = {name}
    for other in feeds_now:
        if other not in old_name and behind & set(feeds_now[other]):
            behind.add(other)
    readers = [n for n in feeds_now if n in old_name and behind & set(feeds_now[n])]
    after = old_name.get(anchor)
    if after is not None:
        # Readers that still read the anchor itself were not led through the new layer.
        past = [n for n in feeds_now if n in old_name and anchor in feeds_now[n]]
        if any(after in feeds_was.get(old_name[n], ()) for n in past):
            after = None
    return LayerInserted(
        path=f"{prefix}{name}",
        kind=entry["class_name"],
        options=written(entry["config"]),
        after=None if after is None else f"{prefix}{after}",
        before=tuple(f"{prefix}{old_name[n]}" for n in readers),
        reads=f"{prefix}{old_name[anchor]}" if anchor in old_name else "",
        model=prefix.rstrip("/"),
    )


def _replaced(name: str, was: Any, entry: Any, prefix: str) -> LayerReplaced:
    return LayerReplaced(
        path=f"{prefix}{name}",
        before=was["class_name"],
        after=entry["class_name"],
        options=written(entry["config"]),
    )


def written(config: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a new layer that are worth writing down."""
    return {
        option: value
        for option, value in config.items()
        if option not in _UNWRITTEN and not (option == "trainable" and value)
    }


def _options(path: str, was: Any, now: Any) -> Iterator[LayerOption]:
    old, new = was["config"], now["config"]
    for option in dict.fromkeys((*old, *new)):
        if option in _UNWRITTEN or same(old.get(option), new.get(option)):
            continue
        yield LayerOption(
            path=path,
            kind=now["class_name"],
            option=option,
            before=old.get(option),
            after=new.get(option),
        )


# Settings


def _compile(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[CompileOption]:
    for argument in dict.fromkeys((*was, *now)):
        old, new = was.get(argument), now.get(argument)
        if same(old, new):
            continue
        if old is None or new is None or not _same_class(old, new):
            yield CompileOption(argument=argument, before=old, after=new, whole=new)
            continue
        for option in dict.fromkeys((*old["config"], *new["config"])):
            first, second = old["config"].get(option), new["config"].get(option)
            if option != "name" and not same(first, second):
                yield CompileOption(
                    argument=argument,
                    option=option,
                    kind=new["class_name"],
                    before=first,
                    after=second,
                    whole=new,
                )


def _same_class(old: Any, new: Any) -> bool:
    both = isinstance(old, Mapping) and isinstance(new, Mapping)
    return (
        both
        and old.get("class_name") is not None
        and old.get("class_name") == new.get("class_name")
        and isinstance(old.get("config"), Mapping)
        and isinstance(new.get("config"), Mapping)
    )


def _fit(was: FitRecipe, now: FitRecipe) -> Iterator[Change]:
    for field, option in _FIT.items():
        old, new = getattr(was, field), getattr(now, field)
        if not same(old, new):
            yield FitOption(option=option, before=old, after=new)
    yield from _callbacks(_numbered(was.callbacks), _numbered(now.callbacks))


def _numbered(callbacks: tuple[CallbackRecipe, ...]) -> dict[tuple[str, int], CallbackRecipe]:
    found: dict[tuple[str, int], CallbackRecipe] = {}
    for callback in callbacks:
        count = sum(1 for name, _ in found if name == callback.name)
        found[callback.name, count] = callback
    return found


def _callbacks(
    was: Mapping[tuple[str, int], CallbackRecipe], now: Mapping[tuple[str, int], CallbackRecipe]
) -> Iterator[Change]:
    for (name, index), callback in now.items():
        old = was.get((name, index))
        if old is None:
            yield CallbackAdded(name=name, arguments=callback.arguments)
            continue
        for option in dict.fromkeys((*old.arguments, *callback.arguments)):
            first, second = old.arguments.get(option), callback.arguments.get(option)
            if not same(first, second):
                yield CallbackOption(
                    name=name, option=option, before=first, after=second, index=index
                )
    for name, index in was:
        if (name, index) not in now:
            yield CallbackRemoved(name=name, index=index)


def _decision(before: Recipe, after: Recipe) -> Iterator[DecisionChange]:
    rule = after.task.decision
    if rule is None or rule == before.task.decision:
        return
    # What trials came to stands with the remedy.
    told = [one.parameters for one in after.remedies if one.id == "decision-threshold"]
    given = told[-1] if told else {}
    value = given.get("threshold", given.get("tau", rule.value))
    yield DecisionChange(shares=rule.shares, value=value, logits=after.task.from_logits)


# Data


def _data(before: Recipe, after: Recipe) -> Iterator[DataChange]:
    if _same_data(before, after) and before.fit.mixing == after.fit.mixing:
        return
    fresh = after.remedies[len(before.remedies) :]
    found = [remedy for remedy in fresh if remedy.id in DATA_REMEDIES]
    if not _other_targets(before, after):
        found = [remedy for remedy in found if remedy.id not in TARGET_REMEDIES]
    for remedy in found or fresh[-1:]:
        yield DataChange(remedy=remedy.id, parameters=remedy.parameters)


def _other_targets(before: Recipe, after: Recipe) -> bool:
    """Whether training targets have another form, rather than only other rows."""
    pairs = list(zip(leaves(before.data.train.y), leaves(after.data.train.y), strict=False))
    for old, new in ((np.asarray(first), np.asarray(second)) for first, second in pairs):
        if old is new or (old.shape[1:] == new.shape[1:] and old.dtype.kind == new.dtype.kind):
            if not np.isin(new, old).all():
                return True
        else:
            return True
    return False


def _same_data(before: Recipe, after: Recipe) -> bool:
    def told(rows: Rows | None) -> list[int]:
        return [] if rows is None else [id(leaf) for leaf in leaves([rows.x, rows.y, rows.weight])]

    first, second = before.data, after.data
    return all(
        told(getattr(first, role)) == told(getattr(second, role))
        for role in ("train", "validation", "test")
    )
