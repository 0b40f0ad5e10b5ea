"""Targets in another form: one-hot, class numbers, another shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst
import numpy as np

from goodfit.patch.changes import CannotEditError
from goodfit.patch.edits.context import Context
from goodfit.patch.edits.rows import fit_call, fit_rows
from goodfit.patch.script import argument
from goodfit.patch.signatures import POSITIONS
from goodfit.recipe import Rows, leaves


def _one(rows: Rows | None) -> np.ndarray | None:
    if rows is None:
        return None
    found = list(leaves(rows.y))
    if len(found) != 1:
        raise CannotEditError("the model has several targets")
    return np.asarray(found[0])


def _pair(context: Context) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Targets before and after, row by row: of the validation rows where training rows were added
    or dropped."""
    old, new = context.before.data, context.after.data
    before, after = _one(old.train), _one(new.train)
    if before is not None and after is not None and len(before) != len(after):
        return _one(old.validation), _one(new.validation)
    return before, after


def at_fit(context: Context) -> bool:
    """Make class numbers one-hot where fit and evaluate are given them, since the rest of a script
    mostly goes on to compare class numbers; give targets another axis there where they have no name
    of their own. False for other forms, or where nothing changed."""
    before, after = _pair(context)
    if before is None or after is None or after is before:
        raise CannotEditError("the targets stay as they are")
    told = fit_rows(context)
    held = context.before.data.validation is not None and not told.split
    if told.y is None or held is (told.validation_y is None):
        return False
    nodes = [node for node in (told.y, told.validation_y) if node is not None]
    around = _one_hot(context, before, after) or _unnamed(nodes, before, after)
    if around is None:
        return False
    for node in (*nodes, *_evaluated(context)):
        context.plan.wrap(node, *around)
    return True


def _one_hot(context: Context, before: np.ndarray, after: np.ndarray) -> tuple[str, str] | None:
    """What to write around class numbers that become vectors; None where they do not."""
    numbers = before.ndim == 1 and before.dtype.kind in "iu"
    if not numbers or after.ndim != 2 or not np.array_equal(after.argmax(axis=1), before):
        return None
    head = context.spell.keras("keras.utils", "to_categorical")
    return f"{head}(", f", {after.shape[1]})"


def _unnamed(
    nodes: Sequence[cst.BaseExpression], before: np.ndarray, after: np.ndarray
) -> tuple[str, str] | None:
    """What to write around targets that are worked out where fit gets them, and that become a
    column, or a column no more."""
    plain = (cst.Call, cst.Subscript, cst.Attribute, cst.Name)
    named = all(isinstance(node, cst.Name) for node in nodes)
    if named or not all(isinstance(node, plain) for node in nodes):
        return None
    sizes = before.size == after.size == len(before)
    if not sizes or before.ndim == after.ndim or not np.array_equal(before.ravel(), after.ravel()):
        return None
    return "", ".reshape(-1, 1)" if after.ndim == 2 else ".reshape(-1)"


def _evaluated(context: Context) -> list[cst.BaseExpression]:
    """Targets that the same model's `evaluate` is given."""
    script = context.script
    fit = fit_call(context)
    receiver = script.code(fit.func)[: -len("fit")]
    found = []
    for call in script.find(lambda each: script.code(each.func) == f"{receiver}evaluate"):
        _, arg = argument(call, "y", POSITIONS["evaluate"])
        if arg is not None:
            found.append(arg.value)
    return found


def lines(
    context: Context,
    y: str,
    others: Sequence[str],
    held: Sequence[tuple[str, Rows | None, Rows | None]],
) -> list[str]:
    """Lines that bring the training targets `y`, and those of other sets that changed alike, into
    their new form.

    Raises:
        CannotEditError: it is none that has a plain form.
    """
    before, after = _pair(context)
    if before is None or after is None:
        raise CannotEditError("there are no targets")
    stay = {name for name, old, new in held if _equal(_one(old), _one(new))}
    first, form = _form(context, y, before, after)
    for name, old, new in held:
        if name and name not in stay and not _same_form(_one(old), _one(new), before, after):
            raise CannotEditError("the targets of the sets change in different ways")
    changed = [y, *(name for name in others if name not in stay)]
    return [*first, *(f"{name} = {form.format(y=name)}" for name in changed)]


def _equal(old: Any, new: Any) -> bool:
    return old is new or (
        old is not None and new is not None and old.shape == new.shape and np.array_equal(old, new)
    )


def _step(before: np.ndarray, after: np.ndarray) -> int:
    """The whole number that was added to every label; 0 for none."""
    if before.dtype.kind not in "iuf" or after.dtype.kind not in "iuf":
        return 0
    found = np.unique(after.astype("float64") - before.astype("float64"))
    return int(found[0]) if len(found) == 1 and float(found[0]).is_integer() else 0


def _same_form(old: Any, new: Any, before: np.ndarray, after: np.ndarray) -> bool:
    return old is None or (old.ndim == before.ndim and new.ndim == after.ndim)


def _form(context: Context, y: str, before: np.ndarray, after: np.ndarray) -> tuple[list[str], str]:
    """Lines that come first, and the new form of `{y}`."""
    np_ = context.spell.numpy()
    rows = len(before)
    if before.ndim == 2 and after.ndim == 1 and before.shape[1] > 1:
        if np.array_equal(before.argmax(axis=1), after):
            return [], "{y}.argmax(axis=-1)"
    elif before.size == rows == after.size and before.ndim != after.ndim:
        if np.array_equal(before.ravel(), after.ravel()):
            return [], "{y}.reshape(-1, 1)" if after.ndim == 2 else "{y}.reshape(-1)"
    elif before.shape == after.shape:
        labels = np.unique(before)
        step = _step(before, after)
        if step:
            return [], f"{{y}} {'+' if step > 0 else '-'} {abs(step)}"
        if np.array_equal(np.searchsorted(labels, before), after):
            name = context.script.free_name("labels")
            return [f"{name} = {np_}.unique({y})"], f"{np_}.searchsorted({name}, {{y}})"
        if before.dtype.kind in "OUS" and np.array_equal(before.astype("int64"), after):
            return [], '{y}.astype("int64")'
    raise CannotEditError("the targets change in no plain way")
