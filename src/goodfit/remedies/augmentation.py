"""augmentation: training images moved, turned and changed at random.

Does: puts Keras' augmentation layers behind every image input: the one of `kind`, "shift" rotation,
translation and zoom, "standard" these behind a left-right flip. They work while training only, so
held-out images are judged as they are. Where one stands there already, its strength is set.
Needs: images of shape (height, width, channels); a change that leaves the label right: no flip (nor
"standard") for digits and letters, no rotation where the angle is the answer.
Does not apply: to tables, sequences, token ids and texts; brightness, contrast, erasing, color and
rand_augment need values in [0, 255], [0, 1] or [-1, 1] (color not the last), color and rand_augment
three channels. Images mixed with each other are mixup's. Keras does not compile (`jit_compile`) a
training step with rotation, zoom, translation or shear, so that these cost time, most on JAX;
trials feed images changed alike instead, and `goodfit.AugmentedImages` does so in a script.
Source: Shorten and Khoshgoftaar, "A survey on image data augmentation for deep learning" (2019);
RandAugment: Cubuk et al. (2020); erasing: Zhong et al. (AAAI 2020).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from goodfit.augmented import policy
from goodfit.recipe import Config, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import AUGMENTING, fed, numbers, sole_reader
from goodfit.remedies.layers import Layer, edited, inserted_after, model_config

LAYERS: Mapping[str, str] = {
    **policy.KINDS,
    "color": "RandomColorJitter",
    "rand_augment": "RandAugment",
}
CHAINS: Mapping[str, tuple[str, ...]] = {
    "standard": ("flip", "rotation", "translation", "zoom"),
    "shift": ("rotation", "translation", "zoom"),
}
"""Kinds that are several layers, one behind the other."""
KINDS = (*LAYERS, *CHAINS)
RANGED = (*policy.RANGED, "color", "rand_augment")
"""Kinds that must know the range of the values."""
COLOURED = ("color", "rand_augment")
"""Kinds that need three channels."""
UNCOMPILED = policy.GEOMETRIC
"""Kinds whose layers say that they do not support `jit_compile`."""


def augmentation(recipe: Recipe, kind: str, strength: float) -> Recipe:
    """The recipe with images augmented while training.

    Args:
        kind: one of `LAYERS` or `CHAINS`.
        strength: share of the full circle, of the height and width, or of the range of values, in
            (0, 1]; of no meaning for "flip", which mirrors left and right.
    """
    if kind not in KINDS:
        raise ValueError(f"no augmentation {kind!r}; expected one of {KINDS}")
    parts = CHAINS.get(kind, (kind,))
    _known(parts)
    config = changed = model_config(recipe)
    numbers(recipe)
    for layer, array in fed(recipe):
        if array.ndim == 4 and array.shape[-1] in (1, 3, 4):
            for part in parts:
                options = _options(part, strength, array)
                changed = _placed(changed, layer, LAYERS[part], options)
    if changed is config:
        raise DoesNotApplyError("no input holds images of shape (height, width, channels)")
    if set(parts) & set(UNCOMPILED) and recipe.compile.get("jit_compile") is True:
        recipe = recipe.with_compile(jit_compile="auto")
    return recipe.with_model(changed)


def _known(parts: Sequence[str]) -> None:
    import keras

    for part in parts:
        if not hasattr(keras.layers, LAYERS[part]):
            raise DoesNotApplyError(f"Keras {keras.version()} has no layer {LAYERS[part]}")


def _placed(config: Config, layer: Layer, kind: str, options: Mapping[str, Any]) -> Config:
    last = layer
    while True:
        reader = sole_reader(config, last)
        if reader is None or reader.kind not in AUGMENTING:
            return inserted_after(config, last.path, kind, options)
        last = reader
        if last.kind == kind:
            return edited(config, {last.path: options})


def _options(kind: str, strength: float, array: np.ndarray) -> dict[str, Any]:
    if kind in COLOURED and array.shape[-1] != 3:
        raise DoesNotApplyError(f"{LAYERS[kind]} changes colours: it needs three channels")
    ranged = {"value_range": _value_range(array)} if kind in RANGED else {}
    if kind == "color":
        return _jitter(strength, ranged["value_range"])
    by_kind: Mapping[str, dict[str, Any]] = {
        "flip": {"mode": "horizontal"},
        "zoom": {"height_factor": strength},
        "translation": {"height_factor": strength, "width_factor": strength},
        "shear": {"x_factor": strength, "y_factor": strength},
        # Keras takes one number as no lowering at all.
        "contrast": {"factor": [strength, strength]},
        "erasing": {"factor": 1.0, "scale": [0.02, max(strength, 0.03)]},
    }
    return {**by_kind.get(kind, {"factor": strength}), **ranged}


def _jitter(strength: float, value_range: list[float]) -> dict[str, Any]:
    """Brightness, contrast, saturation (0.5 leaves it) and hue (0 leaves it), each by `strength`
    at most. Keras clips what saturation makes of pixels where it changes the hue, not before."""
    if value_range[0] < 0:
        raise DoesNotApplyError("Keras changes colours of pixels from 0 on, not from -1")
    return {
        "value_range": value_range,
        "brightness_factor": strength,
        "contrast_factor": [strength, strength],
        "saturation_factor": [0.5 - strength / 2, 0.5 + strength / 2],
        "hue_factor": strength,
    }


def _value_range(array: np.ndarray) -> list[float]:
    low, high = float(np.nanmin(array)), float(np.nanmax(array))
    if low >= 0 and high <= 1:
        return [0.0, 1.0]
    if low >= 0 and high <= 255:
        return [0.0, 255.0]
    if low >= -1 and high <= 1:
        return [-1.0, 1.0]
    raise DoesNotApplyError(f"the values lie in [{low:.3g}, {high:.3g}], no usual range of images")


CURE = Cure(
    id="augmentation",
    kind="data",
    function=augmentation,
    parameters=(
        Parameter(name="kind", default="flip", choices=KINDS),
        Parameter(name="strength", default=0.1, low=0.02, high=0.5),
    ),
)
