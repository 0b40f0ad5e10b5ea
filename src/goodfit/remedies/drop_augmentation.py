"""drop-augmentation: no random changes of training images, or none of one kind.

Does: takes out the layers that change images at random; with `kind`, those of one kind, or one of
the two directions of a mirror.
Needs: a Sequential or Functional model with such layers.
Does not apply: where there is none of that kind; to what a pipeline or a generator changes.
Source: Shorten and Khoshgoftaar, "A survey on image data augmentation for deep learning" (2019),
section "Safety": 6 and 9 under mirrors and rotation.
"""

from __future__ import annotations

from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import Layer, edited, layers, model_config, removed
from goodfit.remedies.weaker_augmentation import STRENGTHS

FLIP = "RandomFlip"
DIRECTIONS = {"horizontal-flip": "horizontal", "vertical-flip": "vertical"}
KINDS = ("flip", *DIRECTIONS, *STRENGTHS)
OTHERS = (
    "AutoContrast",
    "Equalization",
    "Solarization",
    "MixUp",
    "CutMix",
    "RandAugment",
    "AugMix",
)


def drop_augmentation(recipe: Recipe, kind: str | None = None) -> Recipe:
    """The recipe without random changes of this kind, one of `KINDS`; None for all."""
    if kind is not None and kind not in KINDS:
        raise ValueError(f"no kind of augmentation {kind!r}; expected one of {KINDS}")
    config = changed = model_config(recipe)
    for layer in layers(config):
        if _is_meant(layer, kind):
            changed = _without(changed, layer, kind)
    if changed is config:
        raise DoesNotApplyError(
            f"the model has no layer that changes images at random by {kind}"
            if kind is not None
            else "the model has no layer that changes images at random"
        )
    return recipe.with_model(changed)


def _is_meant(layer: Layer, kind: str | None) -> bool:
    if layer.entry.get("module") not in (None, "keras.layers"):
        return False
    if kind is None:
        named = layer.kind.startswith("Random") and not layer.kind.startswith("RandomFourier")
        return named or layer.kind in OTHERS
    if kind in DIRECTIONS:
        return layer.kind == FLIP and DIRECTIONS[kind] in str(layer.config.get("mode"))
    return layer.kind == (FLIP if kind == "flip" else STRENGTHS[kind][0])


def _without(config: Config, layer: Layer, kind: str | None) -> Config:
    modes = str(layer.config.get("mode")).split("_and_")
    if kind in DIRECTIONS and len(modes) == 2:
        modes.remove(DIRECTIONS[kind])
        return edited(config, {layer.path: {"mode": modes[0]}})
    config = removed(config, layer.path)
    parent = layer.path.rpartition("/")[0]
    left = [one for one in layers(config) if one.path.startswith(f"{parent}/")]
    empty = bool(parent) and all(one.kind == "InputLayer" for one in left)
    return removed(config, parent) if empty else config


CURE = Cure(
    id="drop-augmentation",
    kind="data",
    function=drop_augmentation,
    parameters=(Parameter(name="kind", choices=(None, *KINDS)),),
)
