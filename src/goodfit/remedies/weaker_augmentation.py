"""weaker-augmentation: random changes of training images made smaller.

Does: multiplies what the random layers of the model may turn, move, zoom, shear, recolour or erase
by `factor`; with `kind`, that of one kind of layer only.
Needs: a Sequential or Functional model with such layers.
Does not apply: where there is none; to mirrors, which have no strength (drop-augmentation); to what
a pipeline or a generator changes.
Source: Shorten and Khoshgoftaar, "A survey on image data augmentation for deep learning" (2019),
section "Safety"; Cubuk et al., "RandAugment" (2020), section 4.1: the best strength grows with the
model and the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import Layer, edited, layers, model_config

STRENGTHS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "rotation": ("RandomRotation", ("factor",)),
    "zoom": ("RandomZoom", ("height_factor", "width_factor")),
    "translation": ("RandomTranslation", ("height_factor", "width_factor")),
    "shear": ("RandomShear", ("x_factor", "y_factor")),
    "brightness": ("RandomBrightness", ("factor",)),
    "contrast": ("RandomContrast", ("factor",)),
    "erasing": ("RandomErasing", ("scale",)),
    "rand_augment": ("RandAugment", ("factor",)),
    "aug_mix": ("AugMix", ("factor",)),
    "perspective": ("RandomPerspective", ("scale",)),
    "elastic": ("RandomElasticTransform", ("scale",)),
}
"""By kind: Keras' layer, and its options that say how strong it is."""
FROM_ZERO = ("contrast", "rand_augment", "aug_mix")
"""Kinds of which Keras reads one number n as (0, n), not as (-n, n)."""


def weaker_augmentation(recipe: Recipe, factor: float, kind: str | None = None) -> Recipe:
    """The recipe with random changes of `factor` times their strength.

    Args:
        factor: above 0, below 1.
        kind: one of `STRENGTHS`; None for all.
    """
    if kind is not None and kind not in STRENGTHS:
        raise ValueError(f"no kind of augmentation {kind!r}; expected one of {tuple(STRENGTHS)}")
    config = model_config(recipe)
    changes: dict[str, dict[str, Any]] = {}
    for layer in layers(config):
        found = _weaker(layer, factor, kind)
        if found:
            changes[layer.path] = found
    if not changes:
        raise DoesNotApplyError(
            "the model has no layer that changes images at random"
            + (f" by {kind}" if kind is not None else ", or none that has a strength")
        )
    return recipe.with_model(edited(config, changes))


def _weaker(layer: Layer, factor: float, kind: str | None) -> dict[str, Any]:
    """The layer's options that change."""
    for name, (type_, options) in STRENGTHS.items():
        if layer.kind == type_ and kind in (None, name):
            given = {option: layer.config.get(option) for option in options}
            return {o: _scaled(v, factor, name) for o, v in given.items() if _is_strength(v)}
    return {}


def _is_strength(value: Any) -> bool:
    numbers = value if isinstance(value, (list, tuple)) else [value]
    known = all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in numbers)
    return known and any(number != 0 for number in numbers)


def _scaled(value: Any, factor: float, kind: str) -> Any:
    """A strength, as one number where Keras reads it as the same."""
    if not isinstance(value, (list, tuple)):
        return _rounded(value * factor)
    low, high = (_rounded(number * factor) for number in value)
    if kind not in ("erasing", "perspective", "elastic") and low == (
        0.0 if kind in FROM_ZERO else -high
    ):
        return high
    return [low, high]


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")


CURE = Cure(
    id="weaker-augmentation",
    kind="data",
    function=weaker_augmentation,
    parameters=(
        Parameter(name="factor", default=0.3, choices=(0.5, 0.3, 0.1)),
        Parameter(name="kind", choices=(None, *STRENGTHS)),
    ),
)
