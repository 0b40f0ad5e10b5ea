"""mixup: training rows between training rows.

Does: mixes images of a batch in pairs, anew in every epoch, and their targets alike, by shares
drawn from Beta(alpha, alpha); `goodfit.AugmentedImages` does so in a script. As "cutmix" a box of
the one image is laid over the other, and targets mix by its area. Of rows of numbers it adds, for
every training row, one that mixes it with another, under a fixed seed. Integer targets become
one-hot in every set.
Needs: a classification of rows of numbers or images.
Does not apply: to token ids and texts; to regression; to images beside `steps_per_epoch`; beside
class weights of a binary task, whose mixed targets have no class.
Source: Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: beyond empirical risk minimization" (ICLR 2018);
Yun et al., "CutMix" (ICCV 2019), section 3.1.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from goodfit.augmented.mixing import KINDS, Pairing
from goodfit.recipe import Mixing, MixingKind, Recipe, Rows, map_leaves
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


def mixup(recipe: Recipe, alpha: float, kind: MixingKind, seed: int) -> Recipe:
    """The recipe with training images mixed, or with as many mixed rows again behind its own.

    Args:
        alpha: above 0; small values mix little.
        kind: "mixup", or "cutmix" for images.
        seed: of the pairs and shares of rows of numbers; images are mixed by a training's seed.
    """
    if kind not in KINDS:
        raise ValueError(f"no mixing {kind!r}; expected 'mixup' or 'cutmix'")
    numbers(recipe)
    x = recipe.data.train.x
    # A feed takes one array; images that stand in a dict are mixed as other rows of numbers are.
    images = isinstance(x, np.ndarray) and x.ndim == 4
    if kind == "cutmix" and not images:
        raise DoesNotApplyError("boxes can be cut of images only, one to a row")
    if images and recipe.fit.steps is not None:
        raise DoesNotApplyError("images are mixed where an epoch passes over all of them once")
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
    if images:
        train = replace(recipe.data.train, y=map_leaves(_floats, recipe.data.train.y))
        return recipe.with_train(train).with_fit(mixing=Mixing(kind=kind, alpha=alpha))
    return recipe.with_train(_mixed(recipe.data.train, alpha, np.random.default_rng(seed)))


def _mixed(rows: Rows, alpha: float, generator: np.random.Generator) -> Rows:
    """The rows, and behind them as many mixed ones; features and targets by the same shares."""
    pairing = Pairing.drawn(rows.count, alpha, generator)

    def extended(leaf: np.ndarray) -> np.ndarray:
        return np.concatenate([leaf, pairing.mixed(leaf).astype(leaf.dtype)])

    given = [map_leaves(_floats, part) for part in (rows.x, rows.y, rows.weight)]
    x, y, weight = (map_leaves(extended, part) for part in given)
    return Rows(x=x, y=y, weight=weight)


def _floats(leaf: np.ndarray) -> np.ndarray:
    return leaf if leaf.dtype.kind == "f" else leaf.astype("float32")


CURE = Cure(
    id="mixup",
    kind="regularisation",
    function=mixup,
    parameters=(
        Parameter(name="alpha", default=0.2, low=0.1, high=1.0),
        Parameter(name="kind", default="mixup", choices=KINDS),
        Parameter(name="seed", default=0),
    ),
)
