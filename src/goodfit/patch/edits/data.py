"""Rows and targets: a few lines in front of the call of fit, under the names that it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst
import numpy as np

from goodfit.patch.changes import CannotEditError, DataChange
from goodfit.patch.difference import TARGET_REMEDIES
from goodfit.patch.edits import split, targets
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.rows import fit_call, fit_rows
from goodfit.recipe import leaves

_STREAMS = ("tf.data", "PyDataset", "DataLoader", "generator")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Names:
    """The names of the rows in the source; "" for what fit is not given. `siblings` are names like
    those of the features or targets, of rows that fit is not given, such as `x_test`."""

    x: str
    y: str
    validation_x: str = ""
    validation_y: str = ""
    x_siblings: tuple[str, ...] = ()
    y_siblings: tuple[str, ...] = ()

    @property
    def all_x(self) -> tuple[str, ...]:
        """All features but the training rows'."""
        return tuple(name for name in (self.validation_x, *self.x_siblings) if name)

    @property
    def all_y(self) -> tuple[str, ...]:
        """All targets but the training rows'."""
        return tuple(name for name in (self.validation_y, *self.y_siblings) if name)


def change_data(context: Context, change: DataChange) -> None:
    """Write a remedy of rows or targets.

    Raises:
        CannotEditError: the rows have no plain names, or the remedy has no plain form.
    """
    if change.remedy in ("shuffle-split", "stratify-split") and split.at_its_call(
        context, stratify=change.remedy == "stratify-split"
    ):
        return
    if change.remedy in TARGET_REMEDIES and targets.at_fit(context):
        return
    names, place = _names(context)
    write = _WRITERS.get(change.remedy)
    if write is None:
        raise CannotEditError(f"the remedy {change.remedy!r} has no plain form in source")
    context.plan.insert_before(place, *write(context, names, change.parameters))


# Names


def _names(context: Context) -> tuple[Names, cst.CSTNode]:
    """The names of the rows, and the statement to write in front of."""
    data = context.facts.data
    if context.before.data.streamed or (data is not None and data.train.source in _STREAMS):
        raise CannotEditError("the rows come from a stream")
    told = fit_rows(context)
    x, y = _name(told.x, "training features"), _name(told.y, "training targets")
    held_x = _name(told.validation_x, "validation features") if told.validation_x else ""
    held_y = _name(told.validation_y, "validation targets") if told.validation_y else ""
    given = [name for name in (x, y, held_x, held_y) if name]
    if len(set(given)) != len(given):
        raise CannotEditError("fit is given the same rows twice")
    call = fit_call(context)
    place = _place(context, call, given)
    return Names(
        x=x,
        y=y,
        validation_x=held_x,
        validation_y=held_y,
        x_siblings=_siblings(context, call, x, given),
        y_siblings=_siblings(context, call, y, given),
    ), place


def _name(node: cst.BaseExpression | None, what: str) -> str:
    if isinstance(node, cst.Name):
        return node.value
    raise CannotEditError(f"the {what} of fit have no name of their own")


def _place(context: Context, call: cst.Call, names: Sequence[str]) -> cst.CSTNode:
    """The statement of the fit, or of the outermost loop around it that does not make the rows."""
    script = context.script
    function = script.function(call)
    last = (0, 0)
    for name in names:
        nodes = [n.node for n in script.assignments(call, name) if hasattr(n, "node")]
        if not nodes or any(script.function(node) is not function for node in nodes):
            raise CannotEditError(f"{name} is made outside of the function that calls fit")
        last = max(last, *(script.begin(node) for node in nodes))
    place: cst.CSTNode = script.statement(call)
    for node in script.above(call):
        loop = isinstance(node, (cst.For, cst.While, cst.With))
        if node is function:
            break
        if loop and script.begin(node) > last:
            place = node
    return place


def _siblings(context: Context, call: cst.Call, name: str, given: Sequence[str]) -> tuple[str, ...]:
    found = []
    for word in ("val", "valid", "validation", "test"):
        other = name.replace("train", word)
        if other == name or other in given:
            continue
        nodes = [n.node for n in context.script.assignments(call, other) if hasattr(n, "node")]
        begin = context.script.begin(call)
        known = nodes and all(context.script.begin(node) < begin for node in nodes)
        if known and _treated(context, call, name, word) == _treated(context, call, other, word):
            found.append(other)
    return tuple(found)


def _treated(context: Context, call: cst.Call, name: str, word: str) -> list[str]:
    """What the script does to rows under their own name, told in the words of rows `word`: rows
    that were treated otherwise may have another form."""
    found = []
    for assignment in context.script.assignments(call, name):
        node = getattr(assignment, "node", None)
        if node is None:
            continue
        statement = context.script.statement(node)
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
            code = context.script.code(statement.body[0])
            if len(re.findall(rf"\b{re.escape(name)}\b", code)) > 1 or _grows(statement.body[0]):
                found.append(code.replace("train", word))
    return sorted(found)


def _grows(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.AugAssign)


# Lines


def _labels(context: Context, names: Names) -> str:
    """Code for the class number of every training row."""
    y = np.asarray(next(leaves(context.before.data.train.y)))
    if y.ndim > 1 and y.shape[-1] > 1:
        return f"{names.y}.argmax(axis=-1)"
    return f"{names.y}.ravel()" if y.ndim > 1 else names.y


def _seed(parameters: Mapping[str, Any]) -> int:
    return int(parameters.get("seed", 0))


def _drop_leaked(context: Context, names: Names, _: Mapping[str, Any]) -> list[str]:
    np_ = context.spell.numpy()
    if not names.validation_x:
        raise CannotEditError("fit is given no validation rows")
    held, kept, row = (context.script.free_name(n) for n in ("held_out", "kept", "row"))
    rows = ", ".join(f"*{np_}.asarray({name}, {names.x}.dtype)" for name in names.all_x)
    return [
        f"{held} = {{{row}.tobytes() for {row} in [{rows}]}}",
        f"{kept} = {np_}.array([{row}.tobytes() not in {held} for {row} in {names.x}])",
        f"{names.x}, {names.y} = {names.x}[{kept}], {names.y}[{kept}]",
    ]


def _oversampling(
    context: Context, names: Names, parameters: Mapping[str, Any], *, fewer: bool = False
) -> list[str]:
    np_, labels = context.spell.numpy(), _labels(context, names)
    free = context.script.free_name
    generator, classes, counts = free("generator"), free("classes"), free("counts")
    rows, one, count = free("rows"), free("one"), free("count")
    draw = f"{generator}.choice({np_}.flatnonzero({labels} == {one}), "
    if fewer:
        each = f"{draw}{counts}.min(), replace=False)\n    for {one} in {classes}"
        whole = f"{np_}.sort({np_}.concatenate({rows}))"
    else:
        each = (
            f"{draw}{counts}.max() - {count})\n    for {one}, {count} in zip({classes}, {counts})"
        )
        whole = f"{np_}.concatenate([{np_}.arange(len({names.y})), *{rows}])"
        whole = f"{generator}.permutation({whole})"
    return [
        f"{classes}, {counts} = {np_}.unique({labels}, return_counts=True)",
        f"{generator} = {np_}.random.default_rng({_seed(parameters)})",
        f"{rows} = [\n    {each}\n]",
        f"{rows} = {whole}",
        f"{names.x}, {names.y} = {names.x}[{rows}], {names.y}[{rows}]",
    ]


def _undersampling(context: Context, names: Names, parameters: Mapping[str, Any]) -> list[str]:
    return _oversampling(context, names, parameters, fewer=True)


def _smote(context: Context, names: Names, parameters: Mapping[str, Any]) -> list[str]:
    if _labels(context, names) != names.y:
        raise CannotEditError("SMOTE needs class numbers")
    sampler = _sampler(context, parameters)
    np_, order = context.spell.numpy(), context.script.free_name("order")
    return [
        f"{names.x}, {names.y} = {sampler}.fit_resample({names.x}, {names.y})",
        f"{order} = {np_}.random.default_rng({_seed(parameters)}).permutation(len({names.x}))",
        f"{names.x}, {names.y} = {names.x}[{order}], {names.y}[{order}]",
    ]


def _sampler(context: Context, parameters: Mapping[str, Any]) -> str:
    """imbalanced-learn's class of this kind, called."""
    kind, neighbours = parameters.get("kind", "smote"), int(parameters.get("neighbours", 5))
    name = {"borderline": "BorderlineSMOTE", "adasyn": "ADASYN"}.get(kind, "SMOTE")
    option = "n_neighbors" if kind == "adasyn" else "k_neighbors"
    context.plan.need("imblearn.over_sampling", name)
    sampler = f"{name}({option}={neighbours}, random_state={_seed(parameters)})"
    around = {"smote-enn": "SMOTEENN", "smote-tomek": "SMOTETomek"}.get(kind)
    if around is None:
        return sampler
    context.plan.need("imblearn.combine", around)
    return f"{around}(smote={sampler})"


def _impute(context: Context, names: Names, _: Mapping[str, Any]) -> list[str]:
    np_, medians = context.spell.numpy(), context.script.free_name("medians")
    axes = tuple(range(max(np.ndim(next(leaves(context.before.data.train.x))) - 1, 1)))
    axis = "0" if axes == (0,) else repr(axes)
    values = f"{np_}.where({np_}.isfinite({names.x}), {names.x}, {np_}.nan)"
    return [
        f"{medians} = {np_}.nan_to_num({np_}.nanmedian({values}, axis={axis}))",
        *(
            f"{name} = {np_}.where({np_}.isfinite({name}), {name}, {medians})"
            for name in (names.x, *names.all_x)
        ),
    ]


def _clip(context: Context, names: Names, parameters: Mapping[str, Any]) -> list[str]:
    np_ = context.spell.numpy()
    low, high = (context.script.free_name(n) for n in ("low", "high"))
    share = float(parameters.get("share", 1e-3))
    method = ', method="nearest"'
    ends = f"[{share:g}, {1 - share:.6g}]"
    # Features of a few values keep all of them, as flags of rare things do.
    arrays = np.asarray(next(leaves(context.before.data.train.x)))
    flags = [place for place, column in enumerate(arrays.T) if len(np.unique(column)) <= 2]
    lines = [f"{low}, {high} = {np_}.nanquantile({names.x}, {ends}, axis=0{method})"]
    if flags:
        at = f"{np_}.array({flags})"
        lines += [
            f"{low}[{at}] = {names.x}[:, {flags}].min(axis=0)",
            f"{high}[{at}] = {names.x}[:, {flags}].max(axis=0)",
        ]
        lines = [line.replace(at, repr(flags)) for line in lines]
    clipped = (names.x, *names.all_x)
    return [*lines, *(f"{name} = {np_}.clip({name}, {low}, {high})" for name in clipped)]


def _channel_axis(context: Context, names: Names, _: Mapping[str, Any]) -> list[str]:
    before = np.shape(next(leaves(context.before.data.train.x)))
    after = np.shape(next(leaves(context.after.data.train.x)))
    np_ = context.spell.numpy()
    every = (names.x, *names.all_x)
    if after == (*before, 1):
        return [f"{name} = {name}[..., {np_}.newaxis]" for name in every]
    if before == (*after, 1):
        return [f"{name} = {name}[..., 0]" for name in every]
    if len(before) == 4 and after == (before[0], *before[2:], before[1]):
        return [f"{name} = {np_}.moveaxis({name}, 1, -1)" for name in every]
    if len(before) == 4 and after == (before[0], before[3], *before[1:3]):
        return [f"{name} = {np_}.moveaxis({name}, -1, 1)" for name in every]
    raise CannotEditError("the axes of the features change in no plain way")


def _scale_targets(context: Context, names: Names, _: Mapping[str, Any]) -> list[str]:
    mean, spread = (context.script.free_name(n) for n in ("target_mean", "target_spread"))
    of = f"{names.y}"
    return [
        f"# Predictions are in these units now: multiply by {spread} and add {mean} to undo it.\n"
        f"{mean}, {spread} = {of}.mean(axis=0), {of}.std(axis=0)",
        *(f"{name} = ({name} - {mean}) / {spread}" for name in (names.y, *names.all_y)),
    ]


def _targets(context: Context, names: Names, _: Mapping[str, Any]) -> list[str]:
    held = [(names.validation_y, context.before.data.validation, context.after.data.validation)]
    return targets.lines(context, names.y, names.all_y, held)


def _shuffled(context: Context, names: Names, parameters: Mapping[str, Any]) -> list[str]:
    return split.lines(context, _four(names), _seed(parameters), stratify=None)


def _stratified(context: Context, names: Names, parameters: Mapping[str, Any]) -> list[str]:
    return split.lines(context, _four(names), _seed(parameters), stratify=True)


def _four(names: Names) -> tuple[str, str, str, str]:
    return names.x, names.validation_x, names.y, names.validation_y


_WRITERS: Mapping[str, Callable[[Context, Names, Mapping[str, Any]], list[str]]] = {
    "drop-leaked-rows": _drop_leaked,
    "oversampling": _oversampling,
    "undersampling": _undersampling,
    "smote": _smote,
    "impute": _impute,
    "clip-outliers": _clip,
    "channel-axis": _channel_axis,
    "scale-targets": _scale_targets,
    "shuffle-split": _shuffled,
    "stratify-split": _stratified,
    **dict.fromkeys(TARGET_REMEDIES, _targets),
}
