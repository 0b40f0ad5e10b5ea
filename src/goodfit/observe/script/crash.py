"""An exception of the user's script, read while its frames are still there."""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType, TracebackType
from typing import Any

from goodfit.facts import CrashFacts, Shape, SourceLine
from goodfit.observe.objects import origins

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LONGEST_MESSAGE = 4000
_MOST_ARRAYS = 32  # a list of numbers is no list of arrays; do not walk through a million of them
_SEEN = "_goodfit_calls"
_CRASH = "_goodfit_crash"


def chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, then those it was raised from or while handling."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]


def _shape(value: Any) -> Shape | None:
    shape = getattr(value, "shape", None)
    try:
        return None if shape is None else tuple(None if n is None else int(n) for n in shape)
    except (TypeError, ValueError):
        return None


def shapes(value: Any) -> tuple[Shape, ...]:
    """The shapes, batch axis included, of the arrays in `value`: one array, a list or dict of
    arrays, or a `tf.data` specification. Anything else has none."""
    if isinstance(value, dict):
        return tuple(shape for item in value.values() for shape in shapes(item))
    if isinstance(value, (list, tuple)):
        return tuple(shape for item in value[:_MOST_ARRAYS] for shape in shapes(item))
    shape = _shape(value)
    return () if shape is None else (shape,)


def _layer_call(local: dict[str, Any]) -> tuple[str, str, Shape] | None:
    layer = local.get("self")
    received = shapes([*(local.get("args") or ()), *(local.get("kwargs") or {}).values()])
    name = getattr(layer, "name", None)
    if not isinstance(name, str):
        return None
    return name, type(layer).__name__, received[0] if received else ()


def user_line(trace: TracebackType | None) -> SourceLine | None:
    """The innermost line of the traceback that lies in the user's own code, or None."""
    found: SourceLine | None = None
    for frame, line in traceback.walk_tb(trace):
        if origins._users_code(frame.f_code):
            file = frame.f_code.co_filename
            text = linecache.getline(file, line, frame.f_globals).strip()
            found = SourceLine(file=origins._shown(file), line=line, text=text)
    return found


class _Calls:
    """What the frames of one exception showed: layers innermost first, and the batch at the loss.
    Strings and numbers only, so that a caught exception keeps no arrays alive."""

    def __init__(self) -> None:
        self.layers: list[tuple[str, str, Shape]] = []
        self.inputs: tuple[Shape, ...] = ()
        self.targets: tuple[Shape, ...] = ()

    def read(self, trace: TracebackType | None, layer_code: Any) -> None:
        fresh: list[tuple[str, str, Shape]] = []
        for frame, _ in traceback.walk_tb(trace):
            if frame.f_code is layer_code:
                call = _layer_call(frame.f_locals)
                if call is not None:
                    fresh.append(call)
            elif frame.f_code.co_name == "compute_loss" and "y_pred" in frame.f_locals:
                self.inputs = shapes(frame.f_locals.get("x")) or self.inputs
                self.targets = shapes(frame.f_locals.get("y")) or self.targets
        # A filter further out still shows frames that an inner one has read already.
        known = self.layers[-1] if self.layers else None
        self.layers += [call for call in reversed(fresh) if call != known]


def _calls(error: BaseException) -> _Calls:
    """The notes kept with the exception, or with the one that Keras re-raised it from."""
    for one in chain(error):
        found = getattr(one, _SEEN, None)
        if isinstance(found, _Calls):
            return found
    return _Calls()


def install(keras: ModuleType) -> None:
    """Read the frames of a failing layer before Keras removes them from the traceback.

    Keras shortens tracebacks in one function of its own, called only when something failed; taking
    the notes there costs nothing in a run that does not fail, and adds no frame to one that does.

    Raises:
        AttributeError: this Keras has no such function.
    """
    from keras.src.utils import traceback_utils

    original = traceback_utils._process_traceback_frames
    layer_code = inspect.unwrap(keras.layers.Layer.__call__).__code__

    def process_and_note(trace: TracebackType | None) -> Any:
        error = sys.exc_info()[1]
        if error is not None:
            with suppress(Exception):  # one that takes no attributes: no notes
                calls = _calls(error)
                calls.read(trace, layer_code)
                setattr(error, _SEEN, calls)
        return original(trace)

    traceback_utils._process_traceback_frames = process_and_note


def _message(error: BaseException) -> str:
    try:
        text = _ANSI.sub("", str(error)).strip()
    except Exception:  # a broken __str__ of the user's own
        text = ""
    if len(text) <= _LONGEST_MESSAGE:
        return text
    half = _LONGEST_MESSAGE // 2  # deserialising and TensorFlow's graphs name the cause at the end
    return f"{text[: half - 1]}…{text[-half:]}"


def crash_facts(
    error: BaseException, *, during: str = "", inputs: Any = None, targets: Any = None
) -> CrashFacts:
    """What is known of `error`. `during` is worked out where it is not given: "import" for a failed
    import, "build" where a layer was being called, else "script". `inputs` and `targets` are what
    the failing call was handed."""
    calls = _calls(error)
    if not during:
        during = "build" if calls.layers else "script"
        if isinstance(error, ImportError):
            during = "import"
    return CrashFacts(
        type=type(error).__name__,
        message=_message(error),
        during=during,
        # Caught inside fit, the traceback begins below the user's own call of it.
        where=user_line(error.__traceback__) or origins.user_line(),
        layers=tuple(reversed(calls.layers)),
        input_shapes=shapes(inputs) or calls.inputs,
        target_shapes=shapes(targets) or calls.targets,
    )


def keep(error: BaseException, facts: CrashFacts) -> None:
    """Leave `facts` with the exception, for whoever sees it next."""
    with suppress(Exception):  # one that takes no attributes
        setattr(error, _CRASH, facts)


def kept(error: BaseException) -> CrashFacts | None:
    """The facts left with this exception, or with one that it came from."""
    found = (getattr(one, _CRASH, None) for one in chain(error))
    return next((facts for facts in found if isinstance(facts, CrashFacts)), None)
