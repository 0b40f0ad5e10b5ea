"""The making of a Keras object that failed, read from the frames, and made again corrected."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from goodfit.observe.proof.values import IDENTIFIER, meant, told_name

_UNKNOWN = re.compile(r"Argument\(s\) not recognized: ?\{|got an unexpected keyword argument")
_RENAMED = {"lr": "learning_rate"}


@dataclass(frozen=True, slots=True)
class Making:
    """A class of Keras and the arguments that it was given."""

    kind: Any
    told: Mapping[str, Any]

    def do(self) -> None:
        """Make one and drop it. Raises whatever the class raises."""
        self.kind(**self.told)


def failed_making(error: BaseException) -> Making | None:
    """The outermost of Keras' own objects whose making failed; None where there was none."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name != "__init__":
            continue
        kind = type(frame.f_locals.get("self"))
        if not str(kind.__module__).startswith("keras."):
            continue
        names, varargs, keywords, local = inspect.getargvalues(frame)
        if varargs and local.get(varargs):
            return None
        told = {name: local[name] for name in names[1:] if name in local}
        return Making(kind, {**told, **(local.get(keywords, {}) if keywords else {})})
    return None


def corrections(
    making: Making, message: str
) -> Iterator[tuple[str, str, Making, Mapping[str, Any]]]:
    """(id, words, the corrected making, what a patch must know), the likeliest first."""
    kind, told = making.kind, making.told
    found = IDENTIFIER.search(message)
    if found is not None:
        wrong = told_name(found)
        place = next((name for name, value in told.items() if _same(value, wrong)), "")
        for right in meant(found[1], wrong) if place else ():
            words = f'{kind.__name__}(..., {place}="{right}")'
            known = {"call": kind.__name__, "argument": place, "wrong": wrong, "right": right}
            yield "name", words, Making(kind, {**told, place: right}), known
    elif _UNKNOWN.search(message) and ".optimizers." in str(kind.__module__):
        old = [name for name in _RENAMED if name in told]
        kept = {name: value for name, value in told.items() if name not in old}
        new = {_RENAMED[name]: told[name] for name in old}
        listed = ", ".join(f"{name}={value!r}" for name, value in new.items())
        if new:
            words = f"{kind.__name__}({listed})"
            known = {"call": kind.__name__, "renamed": {name: _RENAMED[name] for name in old}}
            yield "legacy-argument", words, Making(kind, {**kept, **new}), known


def _same(value: Any, wrong: str) -> bool:
    return isinstance(value, str) and value == wrong
