"""Which line of the user's own code made an object.

`install()` makes every Keras layer, operation, loss, metric, optimiser and callback remember the
user's line that made it, through the user's own helper functions (the innermost of them counts).
The memory lies beside the objects, never in them, so that saving, copying and comparing them is as
before; it is forgotten when the object dies.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import os
import site
import sys
import sysconfig
import weakref
from types import CodeType, FrameType
from typing import Any

from goodfit.facts import SourceLine

# What interactive shells, notebooks and doctest call the code a person typed in.
_TYPED_IN = (
    "<doctest",
    "<stdin",
    "<ipython-input",
    "<python-input",
    "<console>",
    "<input>",
    "<command",
    "<doc",
)
_PACKAGE_FOLDERS = frozenset({"site-packages", "dist-packages"})

_claimed: set[str] = set()
_is_user_file: dict[str, bool] = {}
_memory: dict[tuple[int, str], tuple[weakref.ref[Any], SourceLine]] = {}


@functools.cache
def _foreign_folders() -> tuple[str, ...]:
    """Folders whose files are not the user's: the standard library, installed packages, Keras
    (also where it is an editable install) and goodfit itself."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names}
    folders |= {os.path.dirname(os.__file__), site.getusersitepackages()}
    folders.add(os.path.dirname(os.path.dirname(__file__)))
    keras_file = getattr(sys.modules.get("keras"), "__file__", None)
    if keras_file:
        folders.add(os.path.dirname(keras_file))
    return tuple(os.path.join(os.path.abspath(folder), "") for folder in folders if folder)


def claim(file: str) -> None:
    """Count `file` as the user's own code wherever it lies, e.g. a script inside a package."""
    for name in {file, os.path.abspath(file), os.path.realpath(file)}:
        _claimed.add(name)
        _is_user_file.pop(name, None)


def _users_file(file: str) -> bool:
    if file in _claimed:
        return True
    if file.startswith("<"):
        return file.startswith(_TYPED_IN)
    if "__autograph_generated_file" in file:  # TensorFlow's rewriting of the user's functions
        return False
    path = os.path.abspath(file)
    if path in _claimed:
        return True
    if not _PACKAGE_FOLDERS.isdisjoint(path.split(os.sep)):
        return False
    return not path.startswith(_foreign_folders())


def _users_code(code: CodeType) -> bool:
    file = code.co_filename
    if file == "<string>":  # `python -c` as against code that a library generated
        return code.co_name == "<module>"
    answer = _is_user_file.get(file)
    if answer is None:
        answer = _is_user_file[file] = _users_file(file)
    return answer


def _shown(file: str) -> str:
    """The file's absolute path, or its name as it is where there is no such file."""
    path = os.path.abspath(file)
    return path if os.path.exists(path) else file


def user_line() -> SourceLine | None:
    """The line of the innermost frame of the calling thread that is in the user's own code, with
    its text without indentation; None where there is none."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not _users_code(frame.f_code):
        frame = frame.f_back
    if frame is None:
        return None
    file, line = frame.f_code.co_filename, frame.f_lineno or 0
    text = linecache.getline(file, line, frame.f_globals).strip()
    return SourceLine(file=_shown(file), line=line, text=text)


def remember(thing: object, line: SourceLine | None, act: str = "made") -> None:
    """Note that `line` did `act` ("made" it, or e.g. "fit") to `thing`. A later note about the same
    act replaces the earlier one. Objects that cannot be weakly referenced are not remembered."""
    if line is None:
        return
    key = (id(thing), act)

    def forget(gone: weakref.ref[Any]) -> None:
        kept = _memory.get(key)
        if kept is not None and kept[0] is gone:
            del _memory[key]

    try:
        _memory[key] = (weakref.ref(thing, forget), line)
    except TypeError:
        return


def line_of(thing: object, act: str = "made") -> SourceLine | None:
    """The user's line that did `act` to `thing`, or None where it is not known."""
    kept = _memory.get((id(thing), act))
    return kept[1] if kept is not None and kept[0]() is thing else None


def _note(thing: object) -> None:
    try:
        remember(thing, user_line())
    except Exception:  # the user's program matters more than its line numbers
        return


def _signature(cls: type) -> inspect.Signature | None:
    """What `inspect.signature(cls)` says today, as a signature of `cls.__new__`."""
    try:
        signature = inspect.signature(cls)
    except (TypeError, ValueError):
        return None
    first = inspect.Parameter("cls", inspect.Parameter.POSITIONAL_ONLY)
    rest = list(signature.parameters.values())
    if any(parameter.kind is inspect.Parameter.POSITIONAL_ONLY for parameter in rest):
        return signature.replace(parameters=[first, *rest])
    first = first.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return signature.replace(parameters=[first, *rest])


def _watch(base: type) -> None:
    """Let `base` and its subclasses note their makers' lines, through `__new__`: it runs before the
    constructors of the user's subclasses, whose `super().__init__()` is not the line meant."""
    own = base.__dict__.get("__new__")
    if getattr(getattr(own, "__func__", own), "_goodfit", False):
        return
    original = own.__func__ if isinstance(own, staticmethod) else own

    def __new__(cls: type, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
        if original is not None:
            thing = original(cls, *args, **kwargs)
        else:
            inherited = super(base, cls).__new__  # type: ignore[arg-type]
            if inherited is object.__new__ and cls.__init__ is not object.__init__:  # type: ignore[misc]
                thing = inherited(cls)
            else:
                thing = inherited(cls, *args, **kwargs)
        _note(thing)
        return thing

    if original is not None:
        functools.update_wrapper(__new__, original)
    else:
        __new__.__qualname__ = f"{base.__qualname__}.__new__"
        __new__.__module__ = base.__module__
        __new__.__signature__ = _signature(base)  # type: ignore[attr-defined]
    __new__._goodfit = True  # type: ignore[attr-defined]
    base.__new__ = staticmethod(__new__)  # type: ignore[method-assign]


def install() -> None:
    """Make Keras objects remember the user's lines. Imports Keras; a second call does nothing."""
    import keras

    _foreign_folders.cache_clear()
    _is_user_file.clear()
    for base in (
        getattr(keras, "Operation", keras.layers.Layer),  # layers and models are operations
        keras.losses.Loss,
        keras.metrics.Metric,
        keras.optimizers.Optimizer,
        keras.callbacks.Callback,
    ):
        _watch(base)
