"""A fit as it was about to begin, kept so that it can be trained again after the script's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from goodfit.facts import Facts
from goodfit.observe.recipes.callbacks import callback_recipes
from goodfit.observe.recipes.compiled import compiled_recipe
from goodfit.observe.recipes.models import model_recipe, with_inputs
from goodfit.observe.recipes.rows import as_rows, sets
from goodfit.observe.recipes.tasks import task_of
from goodfit.recipe import (
    CallbackRecipe,
    Config,
    DataRecipe,
    FitRecipe,
    ModelRecipe,
    NoRecipeError,
    Recipe,
)

_FIT = (
    "x", "y", "sample_weight", "batch_size", "epochs", "initial_epoch", "class_weight", "shuffle",
    "steps_per_epoch", "validation_data", "validation_split", "validation_steps",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """What a fit was about to do. The rows are the user's own objects, read only when the recipe is
    made."""

    model: ModelRecipe
    compile: Config
    callbacks: tuple[CallbackRecipe, ...]
    told: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def recipe(self, facts: Facts | None = None, test: Any = None) -> Recipe:
        """The recipe, rows read. `facts` say what the task is; `test` is (x, y) that chose nothing.

        Raises:
            NoRecipeError: the rows cannot be had again.
        """
        train, validation, batch, pipeline = sets(self.told)
        held = None if test is None else as_rows(test[0], test[1])
        epochs = int(self.told.get("epochs") or 1) - int(self.told.get("initial_epoch") or 0)
        weights = self.told.get("class_weight")
        recipe = Recipe(
            model=with_inputs(self.model, train),
            compile=self.compile,
            fit=FitRecipe(
                epochs=max(1, epochs),
                batch_size=batch if pipeline else self.told.get("batch_size"),
                shuffle=bool(self.told.get("shuffle", True)),
                class_weight=None if weights is None else dict(weights),
                steps=None if pipeline else self.told.get("steps_per_epoch"),
                callbacks=self.callbacks,
            ),
            data=DataRecipe(train=train, validation=validation, test=held, streamed=pipeline),
            notes=self.notes,
        )
        return replace(recipe, task=task_of(recipe, facts))


def observed(model: Any, told: Mapping[str, Any]) -> Observed:
    """A fit as `told` to Keras, before it begins.

    Args:
        model: the compiled model; it is read, never changed.
        told: arguments of `fit` by name.

    Raises:
        NoRecipeError: the training cannot be repeated; the message says why.
    """
    import keras

    if keras.distribution.distribution() is not None:
        raise NoRecipeError("the model is trained on several devices")
    compiled, own = compiled_recipe(model)
    built = model_recipe(model)
    given = told.get("callbacks") or ()
    listed = given.callbacks if hasattr(given, "callbacks") else keras.tree.flatten(given)
    callbacks, notes = callback_recipes(listed)
    return Observed(
        model=replace(built, objects={**built.objects, **own}),
        compile=compiled,
        callbacks=callbacks,
        told={name: told[name] for name in _FIT if name in told},
        notes=tuple(notes),
    )
