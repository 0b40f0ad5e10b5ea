"""A model's configuration with all that its fresh copy needs, as Keras itself writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from goodfit.observe.experiments.clone import constructor_arguments, custom_objects
from goodfit.observe.objects.weights import looks_fresh
from goodfit.recipe import ModelRecipe, NoRecipeError, Rows, leaf_layers, leaves


def model_recipe(model: Any) -> ModelRecipe:
    """How to build the model again with fresh weights.

    Parts whose weights are not fresh (loaded before training, or not trained at all) keep them.

    Raises:
        NoRecipeError: the model does not say how it is made; the message says why.
    """
    objects = custom_objects(model)
    loaded = _loaded(model)
    if not _of_layers(model):
        return ModelRecipe(build=_constructor(model), objects=objects, loaded=loaded)
    import keras

    try:
        config = keras.saving.serialize_keras_object(model)
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise NoRecipeError(
            f"a layer does not say how it is made ({type(error).__name__}: {first}); give it a "
            "get_config method"
        ) from error
    config.pop("compile_config", None)
    _with_what_was_learnt(model, config)
    if not type(model).__module__.startswith("keras."):
        objects = {**objects, type(model).__name__: type(model)}
    return ModelRecipe(config=config, objects=objects, loaded=loaded)


def _of_layers(model: Any) -> bool:
    import keras

    return isinstance(model, (keras.Sequential, keras.src.models.Functional))


def _constructor(model: Any) -> Any:
    kind = type(model)
    try:
        config = constructor_arguments(model)
    except Exception as error:
        raise NoRecipeError(
            f"{kind.__name__} is a model of your own that does not say how it is made "
            f"({type(error).__name__}); give it a get_config method, or call goodfit with a "
            "function that builds and compiles it"
        ) from error

    def build() -> Any:
        return kind.from_config(dict(config))

    return build


def _with_what_was_learnt(model: Any, config: dict[str, Any]) -> None:
    """Write what preprocessing layers were adapted to into their configuration."""
    for layer, entry in zip(model.layers, _without_inputs(model, config), strict=False):
        if hasattr(layer, "layers") and "layers" in entry["config"]:
            _with_what_was_learnt(layer, entry)
        elif type(layer).__name__ == "Normalization" and layer.built and layer.input_mean is None:
            mean, variance = np.asarray(layer.adapt_mean), np.asarray(layer.adapt_variance)
            entry["config"].update(mean=mean.tolist(), variance=variance.tolist())
        elif hasattr(layer, "get_vocabulary") and hasattr(layer, "set_vocabulary"):
            entry["config"]["vocabulary"] = layer.get_vocabulary(include_special_tokens=False)


def _without_inputs(model: Any, config: Mapping[str, Any]) -> list[Any]:
    """The entries that `model.layers` lists: a Sequential leaves its input layer out."""
    entries = list(config["config"]["layers"])
    surplus = len(entries) - len(model.layers)
    return entries[surplus:] if surplus > 0 else entries


def _loaded(model: Any) -> dict[str, list[np.ndarray]]:
    import keras

    if not model.built:
        return {}
    trained = _has_trained(model)
    return {
        path: [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in layer.weights]
        for path, layer in leaf_layers(model)
        if layer.weights and (trained or not layer.trainable or not looks_fresh(layer))
    }


def _has_trained(model: Any) -> bool:
    """Whether this fit goes on with what an earlier one learnt."""
    try:
        return int(np.asarray(model.optimizer.iterations)) > 0
    except (AttributeError, TypeError, ValueError):
        return False


def with_inputs(recipe: ModelRecipe, train: Rows) -> ModelRecipe:
    """A Sequential that was built by its first rows gets the input layer of those rows."""
    config = recipe.config
    if config is None or "output_layers" in config["config"]:
        return recipe
    entries = config["config"]["layers"]
    if entries and entries[0]["class_name"] == "InputLayer":
        return recipe
    arrays = list(leaves(train.x))
    if len(arrays) != 1:
        return recipe
    shape = arrays[0].shape[1:] or (1,)
    dtype = "float32" if arrays[0].dtype.kind in "fb" else str(arrays[0].dtype)
    first = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, *shape], "dtype": dtype, "name": "input_layer"},
        "registered_name": None,
    }
    inner = {**config["config"], "layers": [first, *entries]}
    inner.pop("build_input_shape", None)
    return ModelRecipe(
        config={**config, "config": inner}, objects=recipe.objects, loaded=recipe.loaded
    )
