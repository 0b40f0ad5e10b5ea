"""What a recipe's model is to answer, from its targets, its loss and its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from goodfit.facts import Facts
from goodfit.observe.data.kinds import input_kind
from goodfit.observe.data.statistics import Moments, laid_flat, numeric
from goodfit.observe.data.targets import target_kind
from goodfit.observe.objects.config import snake_case
from goodfit.recipe import Recipe, Task, leaves

MAX_ROWS = 2048


def task_of(recipe: Recipe, facts: Facts | None = None) -> Task:
    """The task: from the targets first, since a wrong loss or output may be what is the matter."""
    targets = list(leaves(recipe.data.train.y))
    inputs = _inputs(recipe, facts)
    if len(targets) != 1 or targets[0].ndim > 2:
        return Task(name="other", inputs=inputs)
    loss = recipe.compile.get("loss")
    logits = _from_logits(loss)
    y = targets[0]
    columns = 1 if y.ndim < 2 else y.shape[1]
    kind = target_kind(y, class_targets=_says_classes(loss))
    if kind == "binary" and columns == 1:
        return Task(name="binary", classes=2, from_logits=logits, inputs=inputs)
    if kind in ("classes", "signs", "text") and columns == 1:
        distinct = len(np.unique(y))
        return Task(name="classes", classes=distinct, from_logits=logits, inputs=inputs)
    if kind == "one-hot":
        return Task(
            name="classes", classes=columns, one_hot=True, from_logits=logits, inputs=inputs
        )
    if kind == "multi-hot":
        return Task(name="labels", classes=columns, from_logits=logits, inputs=inputs)
    if kind == "continuous":
        return Task(name="regression", inputs=inputs)
    return Task(name="other", from_logits=logits, inputs=inputs)


def _inputs(recipe: Recipe, facts: Facts | None) -> str:
    arrays = list(leaves(recipe.data.train.x))
    if len(arrays) != 1:
        return "other"
    if facts is not None and facts.data is not None and len(facts.data.train.inputs) == 1:
        kind = facts.data.train.inputs[0].kind
    else:
        rows = arrays[0][:MAX_ROWS]
        seen = Moments(per_column=rows.ndim == 2)
        if numeric(rows):
            seen.add(0, laid_flat(rows))
        embedded = '"Embedding"' in str(recipe.model.config).replace("'", '"')
        kind = input_kind(rows, seen, embedded, guess=True)
    return "tabular" if kind == "features" else kind


def loss_called(loss: Any) -> str:
    """Keras' name of a loss as a configuration writes it; "" where there are several or none."""
    if isinstance(loss, str):
        return loss
    if not isinstance(loss, Mapping) or "class_name" not in loss:
        return ""
    name = loss["class_name"]
    return str(loss["config"]) if name == "function" else snake_case(str(name))


def _says_classes(loss: Any) -> bool | None:
    """Whether the loss takes the targets for classes; None where it does not tell."""
    name = loss_called(loss)
    return True if "crossentropy" in name or "focal" in name else None


def _from_logits(loss: Any) -> bool:
    config = loss.get("config") if isinstance(loss, Mapping) else None
    return bool(config.get("from_logits")) if isinstance(config, Mapping) else False
