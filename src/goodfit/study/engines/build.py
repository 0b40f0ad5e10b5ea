"""A recipe's model: built and compiled by Keras, with the weights that its seed gives."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from goodfit.randomness import seed_all, unchanged
from goodfit.recipe import Config, ModelRecipe, NoRecipeError, Recipe, leaf_layers


def build(recipe: Recipe, seed: int) -> Any:
    """The compiled model, as the user's own program would make it after seeding with `seed`.

    A model that a remedy has changed begins with the weights of the unchanged one wherever a layer
    is the same in both, so that a pair of trials differs in nothing but the remedy. Seeds the
    global random state and leaves it as the unchanged model would have.

    Raises:
        NoRecipeError: the model cannot be built; the message says why.
    """
    seed_all(seed)
    told = recipe.model
    try:
        if told.build is not None:
            model = told.build()
        elif told.base is None:
            model = _deserialised(told.config, told.objects)
        else:
            first = _deserialised(told.base, told.objects)
            with unchanged():
                model = _deserialised(told.config, told.objects)
            _hand_over(first, model, same_layers(told.base, told.config or {}))
        _load(model, told)
        _compile(model, recipe)
    except NoRecipeError:
        raise
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0]
        raise NoRecipeError(
            f"the model could not be built ({type(error).__name__}: {first_line})"
        ) from error
    return model


def _deserialised(config: Config | None, objects: Mapping[str, Any]) -> Any:
    import keras
    from keras.src.saving.serialization_lib import SafeModeScope

    # The user's own objects are live ones of this process; what came from a file has none.
    with keras.saving.custom_object_scope(dict(objects)), SafeModeScope(not objects):
        # Keras takes apart what it is given.
        return keras.saving.deserialize_keras_object(copy.deepcopy(dict(config or {})))


def _compile(model: Any, recipe: Recipe) -> None:
    import keras
    from keras.src.saving.serialization_lib import SafeModeScope

    objects = recipe.model.objects
    with keras.saving.custom_object_scope(dict(objects)), SafeModeScope(not objects):
        arguments = {
            name: keras.saving.deserialize_keras_object(copy.deepcopy(value))
            for name, value in recipe.compile.items()
        }
    model.compile(**arguments)


def _load(model: Any, told: ModelRecipe) -> None:
    """Give pretrained parts their weights."""
    if not told.loaded:
        return
    for path, layer in leaf_layers(model):
        values = told.loaded.get(path)
        shapes = [tuple(variable.shape) for variable in layer.weights]
        if values is not None and shapes == [np.shape(value) for value in values]:
            for variable, value in zip(layer.weights, values, strict=True):
                variable.assign(value)


def same_layers(base: Config, config: Config) -> frozenset[str]:
    """Paths of the layers that begin alike in both models: same kind, same initialisers."""
    first = dict(_beginnings(base))
    return frozenset(path for path, told in _beginnings(config) if first.get(path) == told)


def _beginnings(config: Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in config["config"]["layers"]:
        options = entry["config"]
        path = f"{prefix}{options.get('name') or entry.get('name')}"
        if "layers" in options:
            yield from _beginnings(entry, f"{path}/")
        else:
            initialisers = {key: value for key, value in options.items() if "initializer" in key}
            yield path, (entry["class_name"], initialisers)


def _hand_over(first: Any, model: Any, paths: frozenset[str]) -> None:
    given = dict(leaf_layers(first))
    for path, layer in leaf_layers(model):
        if path not in paths or path not in given:
            continue
        theirs, ours = given[path].variables, layer.variables
        if [tuple(v.shape) for v in theirs] == [tuple(v.shape) for v in ours]:
            for source, target in zip(theirs, ours, strict=True):
                target.assign(source.value)
