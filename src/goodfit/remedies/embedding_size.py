"""embedding-size: an embedding with a row for every token.

Does: sets `input_dim` of every Embedding that an input feeds to what its tokens need, in every set
of rows.
Needs: a Sequential or Functional model with an Embedding right behind an input of token numbers.
Does not apply: where every token has a row; to numbers below 0, which no embedding has rows for.
Source: the documentation of `keras.layers.Embedding`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from goodfit.recipe import Recipe, Rows, leaves
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.features import fed, sole_reader
from goodfit.remedies.layers import edited, model_config

MOST_ROWS = 1_000_000
"""A table of more rows is hardly meant: such numbers are no tokens."""


def embedding_size(recipe: Recipe) -> Recipe:
    """The recipe with embeddings as large as its tokens need."""
    config = model_config(recipe)
    changes = {}
    for number, (layer, _) in enumerate(fed(recipe)):
        reader = sole_reader(config, layer)
        if reader is None or reader.kind != "Embedding":
            continue
        tokens = [list(leaves(rows.x))[number] for rows in _sets(recipe)]
        low, high = min(int(np.min(one)) for one in tokens), max(int(np.max(one)) for one in tokens)
        if low < 0 or high >= MOST_ROWS:
            raise DoesNotApplyError(f"its tokens reach from {low} to {high}")
        if high >= int(reader.config["input_dim"]):
            changes[reader.path] = {"input_dim": high + 1}
    if not changes:
        raise DoesNotApplyError("every token has a row in its embedding")
    return recipe.with_model(edited(config, changes))


def _sets(recipe: Recipe) -> Iterator[Rows]:
    data = recipe.data
    yield from (rows for rows in (data.train, data.validation, data.test) if rows is not None)


CURE = Cure(id="embedding-size", kind="correctness", function=embedding_size)
