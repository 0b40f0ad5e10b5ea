"""How the script itself would write a value: its own way of naming Keras, numbers as people do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import libcst as cst
import libcst.matchers as m

from goodfit.patch.changes import CannotEditError
from goodfit.patch.difference import same
from goodfit.patch.plan import Plan
from goodfit.patch.script import Script
from goodfit.patch.signatures import FIRST, POSITIONS, defaults

_STRING_MODULES = ("keras.initializers", "keras.losses", "keras.optimizers", "keras.activations",
                   "keras.metrics")  # fmt: skip
"""Where Keras takes a name in snake case for an object with all its defaults."""


class Speller:
    """Writes values as code for one script; imports that are missing go into the plan."""

    def __init__(self, script: Script, plan: Plan) -> None:
        self._script = script
        self._plan = plan
        self._bound = _imports(script)
        self._stars = _stars(script)

    def keras(self, module: str, name: str, near: cst.Call | None = None) -> str:
        """The name of something of Keras, such as "keras.layers" "Dropout", as the call `near` it
        writes its own, where that is of the same module."""
        full = f"{module}.{name}"
        for local, meaning in self._bound.items():
            if meaning == full:
                return local
        if module in self._stars:
            return name
        prefix = self._prefix(module, near)
        if prefix is not None:
            return f"{prefix}.{name}"
        sibling = self._from_style(module)
        if sibling is not None:
            self._plan.need(sibling, name)
            self._bound[name] = full
            return name
        root = self._root()
        if root is None:
            self._plan.need("keras")
            self._bound["keras"] = "keras"
            root = "keras"
        return f"{root}{module.removeprefix('keras')}.{name}"

    def _prefix(self, module: str, near: cst.Call | None) -> str | None:
        func = near.func if near is not None else None
        if isinstance(func, cst.Attribute) and _of(self._script.name(func)) == module:
            return self._script.code(func.value)
        return next((local for local, meaning in self._bound.items() if meaning == module), None)

    def _from_style(self, module: str) -> str | None:
        """The package to import from, in scripts that import Keras' classes one by one."""
        for local, meaning in self._bound.items():
            if meaning.startswith(f"{module}.") and local != "*":
                return self._origin(meaning)
        if self._root() is not None:
            return None
        for meaning in self._bound.values():
            found = re.match(r"keras\.(layers|models|optimizers|losses|callbacks)\.", meaning)
            if found:
                return self._origin(meaning).replace(f"keras.{found[1]}", module)
        return None

    def _origin(self, meaning: str) -> str:
        module = meaning.rpartition(".")[0]
        return self._packages.get(meaning, module)

    @property
    def _packages(self) -> Mapping[str, str]:
        return _packages(self._script)

    def _root(self) -> str | None:
        """How the script names Keras itself."""
        for local, meaning in self._bound.items():
            if meaning == "keras":
                return local
        for local, meaning in self._bound.items():
            if meaning == "tensorflow":
                return f"{local}.keras"
        return None

    def numpy(self) -> str:
        """How the script names NumPy."""
        for local, meaning in self._bound.items():
            if meaning == "numpy":
                return local
        self._plan.need("numpy as np")
        self._bound["np"] = "numpy"
        return "np"

    def value(self, value: Any, near: cst.Call | None = None) -> str:
        """A value of a configuration as code.

        Raises:
            CannotEditError: it has no plain form.
        """
        if isinstance(value, _Code):
            return str(value)
        if isinstance(value, Mapping):
            return self._object(value, near) if "class_name" in value else self._dict(value)
        if isinstance(value, (list, tuple)):
            items = [self.value(item, near) for item in value]
            inner = ", ".join(items)
            if isinstance(value, list):
                return f"[{inner}]"
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        return literal(value)

    def _dict(self, value: Mapping[Any, Any]) -> str:
        told = (f"{literal(key)}: {self.value(item)}" for key, item in value.items())
        return "{" + ", ".join(told) + "}"

    def _object(self, value: Mapping[str, Any], near: cst.Call | None) -> str:
        module, kind = str(value.get("module") or ""), str(value["class_name"])
        if kind in ("__tuple__", "function"):
            inner = value["config"] if isinstance(value["config"], str) else value.get("value", ())
            return self.value(inner)
        if not module.startswith("keras") or value.get("registered_name") not in (None, kind):
            raise CannotEditError(f"{kind} is no part of Keras")
        module = module if not module.startswith("keras.src") else "keras.layers"
        options = dict(value.get("config") or {})
        if module in _STRING_MODULES and not self._told(kind, options):
            return literal(snake(kind))
        return self.call(module, kind, options, near)

    def call(
        self, module: str, kind: str, options: Mapping[str, Any], near: cst.Call | None = None
    ) -> str:
        """A call of one of Keras' classes, options that equal their defaults left out."""
        told = self._told(kind, options)
        first = POSITIONS.get(kind, ("",))[0] if kind in FIRST else ""
        if kind == "Rescaling" and "scale" in told:
            told["scale"] = _Code(_fraction(told["scale"]))
        args = [self.value(told.pop(first))] if first in told else []
        args += [f"{option}={self.value(item)}" for option, item in told.items()]
        return f"{self.keras(module, kind, near)}({', '.join(args)})"

    def _told(self, kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
        known = defaults(kind)
        always = POSITIONS.get(kind, ("",))[0] if kind in FIRST else "learning_rate"
        found = {}
        for option, value in options.items():
            if option in ("name", "dtype") or (option == "seed" and value is None):
                continue
            plain = _short(value)
            if isinstance(plain, (list, tuple)) and len(plain) == 1 and option == "axis":
                plain = plain[0]
            kept = option not in known or not same(plain, known[option])
            if kept or (option == always and value is not None):
                found[option] = value
        order = POSITIONS.get(kind, ())
        return dict(sorted(found.items(), key=lambda item: _place(order, item[0])))


class _Code(str):
    """Code that is written as it is."""

    __slots__ = ()


def _fraction(value: Any) -> str:
    """A scale as people write it."""
    for whole in (255, 127.5):
        if isinstance(value, float) and same(value, 1 / whole):
            return f"1.0 / {whole}"
    return literal(value)


def _place(order: tuple[str, ...], option: str) -> int:
    return order.index(option) if option in order else len(order)


def _short(value: Any) -> Any:
    """A configured object with nothing but defaults by its class's name."""
    if isinstance(value, Mapping) and "class_name" in value:
        inner = {k: v for k, v in (value.get("config") or {}).items() if v is not None}
        return value["class_name"] if not inner else value
    return value


def literal(value: Any) -> str:
    """A plain value as code: strings in double quotes, numbers without the dust of float32."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return repr(value)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return literal(value.item())
    if isinstance(value, float):
        for digits in range(2, 9):
            short = float(f"{value:.{digits}g}")
            if math.isclose(short, value, rel_tol=1e-7):
                return repr(short)
        return repr(float(f"{value:.8g}"))
    raise CannotEditError(f"a value of type {type(value).__name__} cannot be written down")


def snake(name: str) -> str:
    """A class's name in snake case, as Keras makes it."""
    once = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", once).lower()


def _plain(name: str) -> str:
    """A qualified name of TensorFlow's Keras as that of Keras."""
    return re.sub(r"^tensorflow(\.python)?\.keras", "keras", name)


def _of(name: str) -> str:
    return _plain(name).rpartition(".")[0]


def _imports(script: Script) -> dict[str, str]:
    """What the script's imports at the top bind: local name to Keras' own full name."""
    return {local: _plain(full) for local, full in _bindings(script)}


def _stars(script: Script) -> frozenset[str]:
    """Modules of Keras of which the script imports everything."""
    return frozenset(
        _plain(script.code(node.module))
        for node in m.findall(script.module, m.ImportFrom())
        if isinstance(node, cst.ImportFrom)
        and isinstance(node.names, cst.ImportStar)
        and node.module is not None
    )


def _packages(script: Script) -> dict[str, str]:
    """The module that a name is imported from, as the script writes it, by its full name."""
    return {_plain(full): full.rpartition(".")[0] for _, full in _bindings(script)}


def _bindings(script: Script) -> list[tuple[str, str]]:
    found = []
    for node in m.findall(script.module, m.Import() | m.ImportFrom()):
        if script.function(node) is not None:
            continue
        if isinstance(node, cst.Import):
            for alias in node.names:
                full = script.code(alias.name)
                local = alias.evaluated_alias or full.partition(".")[0]
                found.append((local, full if alias.evaluated_alias else local))
        elif isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar):
            module = script.code(node.module) if node.module is not None else ""
            for alias in node.names:
                name = script.code(alias.name)
                found.append((alias.evaluated_alias or name, f"{module}.{name}"))
    return found
