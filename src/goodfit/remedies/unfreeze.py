"""unfreeze: frozen layers are trained again.

Does: sets `trainable` of all layers, or of those named, and of the models they lie in.
Needs: a Sequential or Functional model.
Does not apply: where nothing is frozen. Pretrained parts begin with their weights all the same;
give them a lower learning rate.
Source: https://keras.io/guides/transfer_learning/, freezing layers and fine-tuning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import edited, is_model, model_config


def unfreeze(recipe: Recipe, layers: Sequence[str] | None = None) -> Recipe:
    """The recipe with the layers at these paths trained; None for all."""
    config = model_config(recipe)
    frozen = [path for path, told in _every(config) if told.get("trainable") is False]
    if layers is not None:
        around = {path[:place] for path in layers for place, sign in enumerate(path) if sign == "/"}
        chosen = {*layers, *around}
        frozen = [
            path
            for path in frozen
            if path in chosen or path.startswith(tuple(f"{p}/" for p in layers))
        ]
    whole = config["config"].get("trainable") is False
    if not frozen and not whole:
        raise DoesNotApplyError("no layer of these is frozen")
    changed = dict(edited(config, {path: {"trainable": True} for path in frozen}))
    if whole:
        changed["config"] = {**changed["config"], "trainable": True}
    return recipe.with_model(changed)


def _every(config: Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, options) of all layers, models among them."""
    for entry in config["config"]["layers"]:
        options = entry["config"]
        path = f"{prefix}{options.get('name') or entry.get('name')}"
        yield path, options
        if is_model(entry):
            yield from _every(entry, f"{path}/")


CURE = Cure(
    id="unfreeze",
    kind="correctness",
    function=unfreeze,
    parameters=(Parameter(name="layers"),),
)
