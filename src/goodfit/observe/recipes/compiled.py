"""How a model was compiled, as Keras writes it, and the user's own objects in it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from goodfit.observe.objects.config import from_keras
from goodfit.recipe import Config, NoRecipeError


def compiled_recipe(model: Any) -> tuple[Config, dict[str, Any]]:
    """(arguments of `compile` by name, the user's own functions and classes they name).

    Raises:
        NoRecipeError: the model is not compiled, or an argument does not say how it is made.
    """
    try:
        config = model.get_compile_config()
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise NoRecipeError(
            f"an argument of compile does not say how it is made ({type(error).__name__}: {first})"
        ) from error
    if not config:
        raise NoRecipeError("the model was not compiled by Keras' own compile")
    given = getattr(model._compile_config, "config", {})
    return config, dict(_own(given))


def _own(tree: Any) -> Iterator[tuple[str, Any]]:
    """The user's own functions and classes among the arguments, by the name Keras writes."""
    if isinstance(tree, Mapping):
        for value in tree.values():
            yield from _own(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _own(value)
    elif isinstance(tree, functools.partial):
        yield from _own(tree.func)
    elif inspect.isfunction(tree):
        if not from_keras(tree):
            yield tree.__name__, tree
    elif hasattr(type(tree), "from_config") and not from_keras(type(tree)):
        yield type(tree).__name__, type(tree)
