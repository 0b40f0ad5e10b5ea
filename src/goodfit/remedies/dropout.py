"""dropout: dropout behind the hidden layers.

Does: puts a Dropout layer behind every hidden layer with a width, past its activation and
normalisation; where there is one already, its rate is set.
Needs: a Sequential or Functional model with a hidden layer.
Does not apply: to feature maps (see spatial-dropout) and to sequences that a recurrent layer hands
on: only to the answers of dense and recurrent layers.
Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout: a simple way to prevent
neural networks from overfitting" (JMLR 2014); rates of 0.2 to 0.5 for hidden layers, appendix A.4.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.layers import edited, hidden, inserted_after, model_config, settled

KINDS = ("Dense", "LSTM", "GRU", "SimpleRNN")


def dropout(recipe: Recipe, rate: float) -> Recipe:
    """The recipe with dropout of this rate, in [0, 1), behind every hidden layer."""
    config = model_config(recipe)
    found = [
        layer
        for layer in hidden(config, KINDS)
        if layer.kind == "Dense" or not layer.config.get("return_sequences")
    ]
    if not found:
        raise DoesNotApplyError("the model has no hidden dense or recurrent layer")
    for layer in found:
        last, present = settled(config, layer, "Dropout")
        if present is not None:
            config = edited(config, {present.path: {"rate": rate}})
        else:
            config = inserted_after(config, last.path, "Dropout", {"rate": rate})
    return recipe.with_model(config)


CURE = Cure(
    id="dropout",
    kind="regularisation",
    function=dropout,
    parameters=(Parameter(name="rate", default=0.5, low=0.1, high=0.6),),
)
