"""Names and plain values of Keras objects, read without running the user's code."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

from goodfit.facts import Scalar

_LONGEST_TUPLE = 8
_TOLD_ELSEWHERE = frozenset({"name", "trainable", "activation", "verbose", "autocast"})


def attempt(default: Any, part: Callable[..., Any], *arguments: Any) -> Any:
    """What `part` finds, or `default`: one odd part of the user's must not lose the rest."""
    try:
        return part(*arguments)
    except Exception:
        return default


def snake_case(name: str) -> str:
    """A class name as Keras writes it in snake case: "KLDivergence" is "kl_divergence"."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def from_keras(thing: object) -> bool:
    """Whether a class or function is defined in Keras itself."""
    return str(getattr(thing, "__module__", "")).split(".")[0] == "keras"


def is_a(thing: object, *names: str) -> bool:
    """Whether `thing` is an instance of one of Keras' own classes of these names."""
    return any(cls.__name__ in names and from_keras(cls) for cls in type(thing).__mro__)


def function_name(function: Any) -> str:
    """What a callable is called: its `__name__`, through functools.partial; an object goes by its
    class in snake case."""
    while isinstance(function, functools.partial):
        function = function.func
    name = getattr(function, "__name__", None)
    if not isinstance(name, str):
        return snake_case(type(function).__name__)
    return re.sub(r"_v\d+$", "", name)  # tf.nn.softmax says that it is "softmax_v2"


def plain(value: object) -> Scalar:
    """A scalar of Python's or NumPy's as Python's own.

    Raises:
        TypeError: it is anything else.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if getattr(value, "shape", None) == () and type(value).__module__ == "numpy":
        item = value.item()  # type: ignore[attr-defined]
        if isinstance(item, (bool, int, float, str)):
            return item
    raise TypeError(f"{type(value).__name__} is not a plain value")


def _plain_or_tuple(value: Any) -> Scalar | tuple[Scalar, ...]:
    if isinstance(value, (list, tuple)):
        if len(value) > _LONGEST_TUPLE:
            raise TypeError("too long")
        return tuple(plain(item) for item in value)
    if inspect.isfunction(value):
        return function_name(value)
    if hasattr(value, "get_config"):  # an initialiser, constraint, schedule, wrapped layer
        return type(value).__name__
    return plain(value)


@functools.cache
def _parameters(cls: Any) -> tuple[str, ...]:
    """The constructor arguments of the nearest class of Keras' own."""
    known = next((base for base in cls.__mro__ if from_keras(base)), None)
    if known is None:
        return ()
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = inspect.signature(known.__init__).parameters.values()
    return tuple(each.name for each in found if each.kind not in variable)[1:]


def _arguments(thing: Any) -> Iterator[tuple[str, Any]]:
    """What an object was constructed with, as it keeps it. `get_config` is not asked: the user's
    may print or count, and Keras' own loads TensorFlow wherever it is installed. Properties are
    read of Keras' own classes only."""
    kept = getattr(thing, "_auto_config", None)
    yield from dict(getattr(kept, "config", None) or {}).items()
    cls: Any = type(thing)
    own, values = from_keras(cls), vars(thing)
    for name in _parameters(cls):
        if name in values:
            yield name, values[name]
        elif own and hasattr(thing, name):
            yield name, getattr(thing, name)
    policy = getattr(thing, "dtype_policy", None)
    if policy is not None:
        yield "dtype", policy.name


def options(thing: Any) -> dict[str, Scalar | tuple[Scalar, ...]]:
    """The plain values an object was constructed with: scalars, tuples of at most eight scalars,
    and the class names of nested objects. Name, `trainable`, `activation` and `verbose` are left
    out."""
    found: dict[str, Scalar | tuple[Scalar, ...]] = {}
    for name, value in _arguments(thing):
        if name not in _TOLD_ELSEWHERE:
            try:
                found[name] = _plain_or_tuple(value)
            except (TypeError, ValueError):
                continue
    return found


def scalar_options(thing: Any) -> dict[str, Scalar]:
    """As `options`, scalars only."""
    return {key: item for key, item in options(thing).items() if not isinstance(item, tuple)}
