"""gradient-clipping: no step longer than a bound.

Does: sets the optimiser's `global_clipnorm`, which scales all gradients down together and so keeps
their direction; `clipnorm` and `clipvalue`, which do not, are taken out.
Needs: one of Keras' optimisers.
Does not apply: where gradients are clipped to this norm already.
Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks" (ICML
2013), section 3.2.
"""

from __future__ import annotations

from goodfit.recipe import Recipe
from goodfit.remedies.compiled import CLASSES, optimizer_config, with_optimizer
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter


def gradient_clipping(recipe: Recipe, norm: float) -> Recipe:
    """The recipe with gradients of a joint norm of at most `norm`."""
    told = optimizer_config(recipe)
    if told["class_name"] not in CLASSES.values() and "global_clipnorm" not in told["config"]:
        raise DoesNotApplyError(f"the optimiser {told['class_name']} has no option global_clipnorm")
    if told["config"].get("global_clipnorm") == norm:
        raise DoesNotApplyError(f"gradients are clipped to a norm of {norm:g} already")
    # Keras takes one of the three only.
    return with_optimizer(recipe, global_clipnorm=norm, clipnorm=None, clipvalue=None)


CURE = Cure(
    id="gradient-clipping",
    kind="training",
    function=gradient_clipping,
    parameters=(Parameter(name="norm", default=1.0, low=0.1, high=10.0, log=True),),
)
