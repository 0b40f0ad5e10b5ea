"""layer-normalisation: layer normalisation behind the hidden layers.

Does: puts a LayerNormalization layer right behind every hidden dense and recurrent layer that no
normalisation follows: before the activation where that is a layer of its own, else past it.
Needs: a Sequential or Functional model with a hidden dense or recurrent layer. It does not depend
on the batch.
Does not apply: to convolutions, for which the source found batch normalisation better.
Source: Ba, Kiros, Hinton, "Layer normalization" (2016), section 6.7 for convolutions.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure
from goodfit.remedies.normalising import normalised

KINDS = ("Dense", "LSTM", "GRU", "SimpleRNN")


def layer_normalisation(recipe: Recipe) -> Recipe:
    """The recipe with layer normalisation behind its hidden layers."""
    return normalised(recipe, "LayerNormalization", KINDS)


CURE = Cure(id="layer-normalisation", kind="regularisation", function=layer_normalisation)
