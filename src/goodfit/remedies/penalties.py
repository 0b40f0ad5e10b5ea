"""Weight penalties as Keras' regularisers, set on every hidden layer at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Recipe
from goodfit.remedies.cure import DoesNotApplyError
from goodfit.remedies.layers import edited, hidden, model_config

_OPTIONS = ("kernel_regularizer", "recurrent_regularizer", "depthwise_regularizer",
            "pointwise_regularizer")  # fmt: skip


def regulariser(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of one of Keras' regularisers."""
    return {
        "module": "keras.regularizers",
        "class_name": kind,
        "config": dict(options),
        "registered_name": None,
    }


def penalised(recipe: Recipe, kind: str, options: Mapping[str, Any]) -> Recipe:
    """The recipe with this regulariser on every kernel of its hidden layers.

    Raises:
        DoesNotApplyError: there is no hidden layer, or only the user's code can build the model.
    """
    config = model_config(recipe)
    found = hidden(config)
    if not found:
        raise DoesNotApplyError("the model has no hidden layer with weights of its own")
    changes = {
        layer.path: {
            option: regulariser(kind, options) for option in _OPTIONS if option in layer.config
        }
        for layer in found
    }
    return recipe.with_model(edited(config, changes))
