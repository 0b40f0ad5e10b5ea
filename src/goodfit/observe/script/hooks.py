"""What is hung into Keras while a script runs: it watches every fit and changes none.

Keras is changed right after the script's own first import of it; a script that never imports Keras
is not touched.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from goodfit.observe.objects import flags, origins
from goodfit.observe.script import crash
from goodfit.observe.script.recorder import write_json
from goodfit.observe.script.watch import DURING, Watch, WatchedFit, backend_name

KERAS = "keras.json"  # in the run's folder: which Keras and which backend the script used
_READ = "read the exception"


def _bound(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> inspect.BoundArguments | None:
    """The arguments by name; None where they do not fit, which Keras will say itself."""
    try:
        return signature.bind(*args, **kwargs)
    except TypeError:
        return None


def _clamp(bound: inspect.BoundArguments, watch: Watch) -> None:
    epochs, most = bound.arguments.get("epochs", 1), watch.max_epochs
    first = bound.arguments.get("initial_epoch", 0)
    if most is None or not isinstance(epochs, int) or not isinstance(first, int):
        return
    if epochs > first + most:
        bound.arguments["epochs"] = first + most
        watch.say(f"--max-epochs {most} ended training early: the script asks for {epochs} epochs")


def _watched_fit(original: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def fit(*args: Any, **kwargs: Any) -> Any:
        bound = _bound(signature, args, kwargs) if watch.awake() else None
        if bound is None:
            return original(*args, **kwargs)
        watch.enter("fit")
        model = bound.arguments["self"]
        _clamp(bound, watch)
        watch.careful("note which layers are trainable", flags.trained, model)
        seen = watch.careful("watch this fit", WatchedFit, watch, model, bound)
        try:
            return original(*bound.args, **bound.kwargs)
        except Exception as error:
            facts = watch.careful(_READ, watch.failed, "fit", model, bound.arguments, error)
            if seen is not None:
                seen.failed(facts)
            raise
        finally:
            try:
                if seen is not None:
                    watch.careful("close the recording of this fit", seen.close)
            finally:
                watch.leave()

    return fit


def _watched_call(name: str, original: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not watch.awake():
            return original(*args, **kwargs)
        watch.enter(name)
        try:
            if name == "compile" and args:
                origins.remember(args[0], origins.user_line(), "compile")
                watch.careful("note which layers are trainable", flags.compiled, args[0])
            if name in ("predict", "evaluate"):
                given = _bound(signature, args, kwargs)
                if given is not None:
                    watch.careful("note what was called", watch.called, name, given.arguments)
            return original(*args, **kwargs)
        except Exception as error:
            bound = _bound(signature, args, kwargs)
            if bound is not None:
                told = bound.arguments
                watch.careful(_READ, watch.failed, name, told["self"], told, error)
            raise
        finally:
            watch.leave()

    return call


def _hook(keras: ModuleType, watch: Watch) -> None:
    """Change this process's Keras: once, right after its import."""
    watch.careful("read the layers of a crash", crash.install, keras)
    watch.careful("remember source lines", origins.install)
    for name in DURING:
        owner = next((cls for cls in keras.Model.__mro__ if name in vars(cls)), None)
        if owner is None:
            continue
        wrap = _watched_fit if name == "fit" else functools.partial(_watched_call, name)
        setattr(owner, name, wrap(vars(owner)[name], watch))
    record = {"keras": keras.__version__, "backend": backend_name()}
    watch.careful("write to the run's folder", write_json, watch.folder / KERAS, record)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds Keras as everyone else does, and hangs the hooks into it once it is loaded."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._asking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        if name != "keras" or self._asking:
            return None
        self._asking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking = False
        if spec is not None and spec.loader is not None:
            if self._watch.backend:
                os.environ["KERAS_BACKEND"] = self._watch.backend
            self._follow(spec.loader)
        return spec

    def _follow(self, loader: Any) -> None:
        """Let this one loader, made for this one import, call us after it ran the module."""
        original = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            original(module)
            del loader.exec_module
            if self in sys.meta_path:
                sys.meta_path.remove(self)
                self._watch.careful("watch Keras", _hook, module, self._watch)

        loader.exec_module = exec_module


def install(watch: Watch) -> None:
    """Hook Keras now if it is loaded, else as soon as it is."""
    keras = sys.modules.get("keras")
    if keras is not None:
        watch.careful("watch Keras", _hook, keras, watch)
    else:
        sys.meta_path.insert(0, _Finder(watch))
