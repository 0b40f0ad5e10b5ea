"""from-logits: the cross-entropy told what the model answers, logits or probabilities.

Does: sets `from_logits` of the loss to whether the answers come without an activation.
Needs: one output, and one of Keras' cross-entropies.
Does not apply: where it is set right; behind an activation that gives neither, such as relu (see
output-activation).
Source: https://keras.io/api/losses/probabilistic_losses/; Goodfellow, Bengio, Courville, "Deep
Learning" (2016), section 6.2.2.2, on why the loss had best take logits.
"""

from __future__ import annotations

from dataclasses import replace

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import loss_name
from goodfit.remedies.cure import Cure, DoesNotApplyError
from goodfit.remedies.head import CROSS_ENTROPIES, head, with_from_logits
from goodfit.remedies.layers import model_config


def from_logits(recipe: Recipe) -> Recipe:
    """The recipe with a loss that takes the answers for what they are."""
    name, part = loss_name(recipe), head(model_config(recipe))
    if name not in CROSS_ENTROPIES:
        raise DoesNotApplyError(f"the loss is {name or 'of your own'}, no cross-entropy of Keras'")
    if part.activation not in ("linear", "sigmoid", "softmax", "hard_sigmoid"):
        raise DoesNotApplyError(f"{part.activation} gives neither logits nor probabilities")
    logits = part.activation == "linear"
    changed = with_from_logits(recipe, logits)
    if changed is recipe:
        raise DoesNotApplyError(f"from_logits={logits} is set already")
    return replace(changed, task=replace(changed.task, from_logits=logits))


CURE = Cure(id="from-logits", kind="correctness", function=from_logits)
