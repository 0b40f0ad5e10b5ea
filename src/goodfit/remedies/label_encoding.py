"""label-encoding: labels as the loss reads them.

Does: writes the labels of every set another way: texts and other class numbers as 0 to K - 1, -1
and 1 as 0 and 1, class numbers as one-hot rows for categorical_crossentropy, one-hot rows as class
numbers for sparse_categorical_crossentropy.
Needs: one array of labels and one loss of Keras'.
Does not apply: where labels are written as the loss reads them; to several labels in one row; to
labels that the loss is told to ignore.
Source: https://keras.io/api/losses/probabilistic_losses/, what each loss expects of y_true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, leaves, map_leaves
from goodfit.remedies.compiled import loss_name, loss_options
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.head import BINARY, head, one_hot, one_target, whole
from goodfit.remedies.layers import model_config

FORMS = {
    "sparse_categorical_crossentropy": "integers",
    "categorical_crossentropy": "one-hot",
    "categorical_focal_crossentropy": "one-hot",
    "binary_crossentropy": "integers",
    "binary_focal_crossentropy": "integers",
}
"""What each loss reads."""


def label_encoding(recipe: Recipe, form: str | None = None) -> Recipe:
    """The recipe with labels as "integers" or "one-hot"; None for what the loss reads."""
    y, name = one_target(recipe), loss_name(recipe)
    wanted = form or FORMS.get(name or "")
    if wanted not in ("integers", "one-hot"):
        raise DoesNotApplyError(f"{name or 'a loss of your own'} reads no class labels")
    if loss_options(recipe).get("ignore_class") is not None:
        raise DoesNotApplyError("the loss is told to ignore a label")
    if y.ndim > 1 and y.shape[-1] > 1:
        return _numbered(recipe, y, wanted, name)
    if not (whole(y) or y.dtype.kind in "OUS"):
        raise DoesNotApplyError("the targets are numbers, not labels")
    found = _distinct(recipe)
    if name in BINARY and wanted == "integers" and len(found) > 2:
        raise DoesNotApplyError(f"{name} has no use for {len(found)} classes")
    plain = found.dtype.kind not in "OUS" and np.array_equal(found, np.arange(len(found)))
    many = _width(recipe, len(found))
    if found.dtype.kind not in "OUS" and found.min() >= 0 and found.max() < many:
        plain = True  # a class without rows leaves a hole in the numbers, not another encoding
        found = np.arange(many)
    if plain and wanted == "integers":
        raise DoesNotApplyError(f"labels are class numbers from 0 to {len(found) - 1} already")
    changed = recipe.with_targets(_mapped(found, many if wanted == "one-hot" else 0))
    told = replace(recipe.task, classes=recipe.task.classes or len(found))
    if told.name == "classes":
        told = replace(told, one_hot=wanted == "one-hot")
    return replace(changed, task=told)


def _distinct(recipe: Recipe) -> np.ndarray:
    """All labels of all sets, sorted: a label that only validation rows have is a class too."""
    data = recipe.data
    sets = [rows for rows in (data.train, data.validation, data.test) if rows is not None]
    return np.unique(np.concatenate([np.ravel(np.asarray(next(leaves(rows.y)))) for rows in sets]))


def _width(recipe: Recipe, found: int) -> int:
    """Columns of one-hot labels: as many as the model answers, if that is enough."""
    try:
        units = head(model_config(recipe)).units
    except DoesNotApplyError:
        return found
    return max(units, found) if units > 1 else found


def _mapped(found: np.ndarray, width: int) -> Callable[[Any], Any]:
    """From labels to their places among the distinct ones, as rows of `width` columns if any."""

    def change(leaf: np.ndarray) -> np.ndarray:
        numbers = np.searchsorted(found, np.asarray(leaf))
        if not width:
            return numbers.astype("int64")
        flat = numbers.reshape(len(numbers), -1)
        flat = flat[:, 0] if flat.shape[1] == 1 else flat
        return np.eye(width, dtype="float32")[flat]

    return lambda y: map_leaves(change, y)


def _numbered(recipe: Recipe, y: np.ndarray, wanted: str, name: str | None) -> Recipe:
    if wanted == "one-hot" or name in BINARY:
        raise DoesNotApplyError("labels are rows of columns already")
    if not one_hot(y):
        raise DoesNotApplyError("rows hold several labels, or shares of classes")
    changed = recipe.with_targets(
        lambda tree: map_leaves(lambda leaf: np.asarray(leaf).argmax(axis=-1).astype("int64"), tree)
    )
    return replace(changed, task=replace(recipe.task, one_hot=False))


CURE = Cure(
    id="label-encoding",
    kind="correctness",
    function=label_encoding,
    parameters=(Parameter(name="form", choices=("integers", "one-hot")),),
)
