"""mixup: training rows between training rows.

Does: adds, for every training row, one that mixes it with another, in features and in target, by
shares drawn from Beta(alpha, alpha) under a fixed seed; integer targets become one-hot in every
set. As "cutmix" a box of the one image is laid over the other, and targets mix by its area.
Needs: a classification of rows of numbers or images.
Does not apply: to token ids and texts; to regression; beside class weights of a binary task, whose
mixed targets have no class.
Source: Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: beyond empirical risk minimization" (ICLR 2018);
Yun et al., "CutMix" (ICCV 2019), section 3.1.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from goodfit.recipe import Recipe, Rows, leaves, map_leaves
from goodfit.remedies.compiled import loss_name
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.features import numbers
from goodfit.remedies.labels import SPARSE, class_index, one_hot

CROSS_ENTROPIES = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
)


def mixup(recipe: Recipe, alpha: float, kind: str, seed: int) -> Recipe:
    """The recipe with as many mixed rows again behind its training rows.

    Args:
        alpha: above 0; small values mix little.
        kind: "mixup", or "cutmix" for images.
        seed: of the pairs, the shares and the boxes.
    """
    if kind not in ("mixup", "cutmix"):
        raise ValueError(f"no mixing {kind!r}; expected 'mixup' or 'cutmix'")
    arrays = numbers(recipe)
    if kind == "cutmix" and (len(arrays) != 1 or arrays[0].ndim != 4):
        raise DoesNotApplyError("boxes can be cut of images only, one to a row")
    if any(done.id == "mixup" for done in recipe.remedies):
        raise DoesNotApplyError("the training rows are mixed already")
    if recipe.fit.class_weight and recipe.task.name == "binary":
        raise DoesNotApplyError(
            "mixed rows have no class that a class weight could be looked up by"
        )
    if loss_name(recipe) == SPARSE:
        recipe = one_hot(recipe)
    if loss_name(recipe) not in CROSS_ENTROPIES:
        raise DoesNotApplyError("the loss is none of Keras' cross-entropies")
    if recipe.task.name != "labels":
        class_index(recipe)
    return recipe.with_train(_mixed(recipe.data.train, alpha, kind, np.random.default_rng(seed)))


def _mixed(rows: Rows, alpha: float, kind: str, generator: np.random.Generator) -> Rows:
    """The rows, and behind them as many mixed ones; features and targets by the same shares."""
    partner = generator.permutation(rows.count)
    share = generator.beta(alpha, alpha, size=rows.count)
    if kind == "cutmix":
        own = _boxes(share, next(leaves(rows.x)).shape[1:3], generator)
        share = own.mean(axis=(1, 2))
        features = partial(_extended, partner=partner, own=own)
    else:
        features = partial(_extended, partner=partner, own=share)
    targets = partial(_extended, partner=partner, own=share)
    return Rows(
        x=map_leaves(features, rows.x),
        y=map_leaves(targets, rows.y),
        weight=map_leaves(targets, rows.weight),
    )


def _extended(leaf: np.ndarray, *, partner: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The array, and behind it its rows mixed with their partners; `own` is the share of the row's
    own values: one per row, or one per row and pixel."""
    values = leaf if leaf.dtype.kind == "f" else leaf.astype("float32")
    weight = own.astype(values.dtype).reshape(own.shape + (1,) * (values.ndim - own.ndim))
    mixed = weight * values + (1 - weight) * values[partner]
    return np.concatenate([values, mixed.astype(values.dtype)])


def _boxes(share: np.ndarray, size: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Masks (rows, height, width) that are 0 in a box which leaves about `share` of the image."""
    inside = np.ones((len(share), *size), dtype=bool)
    for axis, length in enumerate(size):
        centre = generator.integers(0, length, size=len(share))
        half = np.sqrt(1 - share) * length / 2
        low, high = np.round(centre - half), np.round(centre + half)
        places = np.arange(length)
        along = (places >= low[:, None]) & (places < high[:, None])
        inside &= along[:, :, None] if axis == 0 else along[:, None, :]
    return np.where(inside, 0.0, 1.0)


CURE = Cure(
    id="mixup",
    kind="regularisation",
    function=mixup,
    parameters=(
        Parameter(name="alpha", default=0.2, low=0.1, high=1.0),
        Parameter(name="kind", default="mixup", choices=("mixup", "cutmix")),
        Parameter(name="seed", default=0),
    ),
)
