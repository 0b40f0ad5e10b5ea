"""Fixes of what the arrays hold, of how many rows there are, and of what compile was told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import flatten, rows_of, to_numpy
from goodfit.observe.proof.attempt import Attempt, Edit
from goodfit.observe.proof.batches import plain_list

CLOSE = 0.6  # difflib's own default for a close match
MOST = 3
IDENTIFIER = re.compile(r"Could not interpret ([a-z ]+?) identifier: (.+)", re.DOTALL)
_REUSED = re.compile(
    r"Unknown variable: <Variable|Argument `optimizer_variables` must be a list of tensors"
    r"|whereas the optimizer was built with \d+ variables"
    r"|Invalid variable value in StatelessScope"
)


def fresh_optimizer(attempt: Attempt, message: str) -> Iterator[Edit]:
    """An optimiser that serves another model: the copy's own is always new."""
    if _REUSED.search(message) and hasattr(attempt.optimizer, "get_config"):
        name = type(attempt.optimizer).__name__
        words = f"a new optimiser, keras.optimizers.{name}(...)"
        yield Edit(id="fresh-optimizer", words=words, attempt=attempt)


def whole_arrays(attempt: Attempt, x: Any, y: Any) -> Iterator[Edit]:
    """Where fit refuses the whole arrays: plain lists, and rows cut to the common number. The
    batch in the attempt is of arrays already, and of rows that all of them have."""
    if plain_list(x) or plain_list(y):
        asked = [name for name, whole in (("x", x), ("y", y)) if plain_list(whole)]
        words = " and ".join(f"np.array({name})" for name in asked)
        yield Edit(id="arrays", words=words, attempt=attempt, parameters={"arrays": asked})
        return
    shape = tuple(getattr(x, "shape", ()))
    if len(shape) == 2 and rows_of(y) == shape[1]:  # on its side: to cut it would be no fix
        turned = to_numpy(x).T[: rows_of(attempt.y)]
        yield Edit(id="transpose", words="x.T", attempt=replace(attempt, x=turned))
        return
    rows = [rows_of(leaf) for whole in (x, y) for _, leaf in flatten(whole)]
    if y is not None and len(set(rows)) > 1 and min(rows) > 0:
        cut = min(rows)
        words = f"x[:{cut}] and y[:{cut}], which does not tell whether those rows belong together"
        yield Edit(id="cut-rows", words=words, attempt=attempt, parameters={"rows": cut})


def numbers(attempt: Attempt, y: Any) -> Iterator[Edit]:
    """Where x or y holds text or objects."""
    x = attempt.x
    both = attempt
    typed: list[str] = []
    known: dict[str, str] = {}
    if isinstance(attempt.y, np.ndarray) and attempt.y.dtype.kind in "OSU":
        plain = _numeric(attempt.y, "y")
        how, words = plain or _codes(y)
        both, typed, known = replace(both, on_y=how), [words], {"y": "float" if plain else "codes"}
    if isinstance(x, np.ndarray) and x.dtype.kind in "OSU":
        found = _numeric(x, "x")
        if found is None:
            return
        both, typed = replace(both, on_x=found[0]), [found[1], *typed]
        known = {"x": "float", **known}
    if typed:
        yield Edit(id="numbers", words=" and ".join(typed), attempt=both, parameters=known)


def _numeric(array: np.ndarray, name: str) -> tuple[Any, str] | None:
    try:
        array.astype("float32")
    except (TypeError, ValueError):
        return None
    return (lambda a: a.astype("float32")), f'{name}.astype("float32")'


def _codes(y: Any) -> tuple[Any, str]:
    classes = np.unique(to_numpy(y).astype(str))
    words = "np.unique(y, return_inverse=True)[1] as labels"
    return (lambda a: np.searchsorted(classes, a.astype(str))), words


def names(attempt: Attempt, message: str) -> Iterator[Edit]:
    """Where a string names no loss, metric or optimiser: the known names most like it."""
    found = IDENTIFIER.search(message)
    if found is None:
        return
    what, wrong = found[1], told_name(found)
    for right in meant(what, wrong):
        told = f'{what}="{right}"' if what != "metric" else f'metrics=["{right}"]'
        changed = {
            part: _replaced(getattr(attempt, part), wrong, right)
            for part in ("loss", "metrics", "weighted_metrics", "optimizer")
        }
        known = {"call": "compile", "wrong": wrong, "right": right}
        changed_attempt = replace(attempt, **changed)
        yield Edit(id="name", words=told, attempt=changed_attempt, parameters=known)


def told_name(found: re.Match[str]) -> str:
    """The name that a match of `IDENTIFIER` is about."""
    return found[2].splitlines()[0].strip().strip("'\"")


def _replaced(told: Any, wrong: str, right: str) -> Any:
    if isinstance(told, Mapping):
        return {key: _replaced(one, wrong, right) for key, one in told.items()}
    if isinstance(told, (list, tuple)):
        return [_replaced(one, wrong, right) for one in told]
    return right if told == wrong else told


def meant(what: str, wrong: str) -> Sequence[str]:
    """The names of Keras for a loss, metric, optimizer or activation that are most like `wrong`,
    the best first, whatever the case of their letters."""
    import keras.src.activations
    import keras.src.losses
    import keras.src.metrics
    import keras.src.optimizers

    known = {
        "loss": keras.src.losses.ALL_OBJECTS_DICT,
        "metric": keras.src.metrics.ALL_OBJECTS_DICT,
        "optimizer": keras.src.optimizers.ALL_OBJECTS_DICT,
        "activation function": keras.src.activations.ALL_OBJECTS_DICT,
    }.get(what, {})
    # Snake case as one writes it in quotes comes before the name of the class.
    plainly: dict[str, str] = {}
    for name in sorted(known, key=lambda name: (name.lower() != name, len(name)), reverse=True):
        plainly[name.lower().replace("_", "")] = name
    wanted = re.sub(r"[-_ ]", "", wrong.lower())
    close = difflib.get_close_matches(wanted, list(plainly), n=MOST, cutoff=CLOSE)
    return tuple(plainly[word] for word in close)
