"""Training and validation rows in one pool, dealt out anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from goodfit.recipe import Recipe, Rows
from goodfit.remedies.cure import DoesNotApplyError


def pooled(recipe: Recipe) -> tuple[Rows, int]:
    """Training rows, then validation rows, and how many of these are validation rows.

    Raises:
        DoesNotApplyError: there are no validation rows, or the sets hold unlike arrays.
    """
    train, held = recipe.data.train, recipe.data.validation
    if held is None:
        raise DoesNotApplyError("there are no validation rows")
    if train.weight is None and held.weight is not None:
        train = replace(train, weight=np.ones(train.count, dtype="float32"))
    elif train.weight is not None and held.weight is None:
        held = replace(held, weight=np.ones(held.count, dtype="float32"))
    try:
        rows = Rows(
            x=_joined(train.x, held.x),
            y=_joined(train.y, held.y),
            weight=_joined(train.weight, held.weight),
        )
    except ValueError as error:
        raise DoesNotApplyError(f"training and validation rows do not pair: {error}") from error
    return rows, held.count


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, dict):
        return {key: _joined(value, second[key]) for key, value in first.items()}
    if isinstance(first, (tuple, list)):
        pairs = zip(first, second, strict=True)
        return type(first)(_joined(one, other) for one, other in pairs)
    return None if first is None else np.concatenate([first, second])


def dealt(recipe: Recipe, rows: Rows, train: np.ndarray, validation: np.ndarray) -> Recipe:
    """The recipe with these rows of the pool to train on and to validate on."""
    data = replace(recipe.data, train=rows.at(train), validation=rows.at(validation))
    return replace(recipe, data=data)
