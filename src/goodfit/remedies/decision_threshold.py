"""decision-threshold: rare classes are answered at a lower probability.

Does: changes how probabilities become classes, and nothing of the training. Of two classes the
second is answered above a threshold other than 0.5; of several that whose log-probability less tau
times the log of its share of the training rows is largest. The number is fitted on validation rows
for the measure that arms are compared by: half by half where the same rows are scored, and on all
of them for test rows.
Needs: rows of one class each; validation rows, unless the number is given.
Does not apply: where the classes are answered so already; where every class has as many rows, if
there are several.
Source: Menon et al., "Long-tail learning via logit adjustment" (ICLR 2021), section 4.2; Saerens,
Latinne, Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities"
(Neural Computation 2002).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from goodfit.recipe import Decision, Recipe
from goodfit.remedies.cure import Cure, DoesNotApplyError, Parameter
from goodfit.remedies.labels import class_index, uneven


def decision_threshold(recipe: Recipe, threshold: float | None, tau: float | None) -> Recipe:
    """The recipe with another rule from probabilities to classes.

    Args:
        threshold: of two classes, between 0 and 1; None to fit it.
        tau: of several classes; None to fit it.
    """
    labels = class_index(recipe)
    if recipe.task.decision is not None:
        raise DoesNotApplyError("another threshold than 0.5 decides already")
    two = (recipe.task.classes or len(np.unique(labels))) == 2
    value, other, name = (threshold, tau, "tau") if two else (tau, threshold, "threshold")
    if other is not None:
        raise DoesNotApplyError(
            f"{name} was given, which is for {'several' if two else 'two'} classes"
        )
    if two and value is not None and not 0 < value < 1:
        raise ValueError(f"a threshold of {value}; expected one between 0 and 1")
    if value is None and recipe.data.validation is None:
        raise DoesNotApplyError("there are no validation rows to fit it on")
    shares = (0.5, 0.5) if two else _shares(recipe, labels)
    decision = Decision(shares=shares, value=None if value is None else float(value))
    return replace(recipe, task=replace(recipe.task, decision=decision))


def _shares(recipe: Recipe, labels: np.ndarray) -> tuple[float, ...]:
    """Of every class up to the last, among training rows or, where those were evened out, among
    validation rows."""
    try:
        uneven(labels)
    except DoesNotApplyError:
        if recipe.data.validation is None:
            raise
        labels = class_index(recipe, recipe.data.validation.y)
        uneven(labels)
    counts = np.maximum(np.bincount(labels), 1)
    return tuple((counts / counts.sum()).tolist())


CURE = Cure(
    id="decision-threshold",
    kind="data",
    function=decision_threshold,
    parameters=(Parameter(name="threshold"), Parameter(name="tau")),
)
