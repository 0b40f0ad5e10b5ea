"""What to try for a finding: concrete remedies with their parameters, best first."""

from __future__ import annotations

from collections.abc import Mapping

from goodfit.recipe import Recipe
from goodfit.remedies.by_evidence import (
    ADAM,
    BY_NUMBERS,
    BY_TASK,
    CLIPPED,
    FASTER,
    RELU,
    SLOWER,
    WHOLE,
    told,
)
from goodfit.results import Finding, Remedy

SCALED = told("scale-features")
STOPPED = told("early-stopping")
BEGUN = told("initialiser")
BEGUN_HE = told("initialiser", name="he_normal")
DECAY, DROPOUT, NARROWER = told("weight-decay"), told("dropout"), told("less-capacity")
WIDER = told("more-capacity")
AUGMENTED = told("augmentation", kind="shift")  # right for digits and letters too
WEIGHTED, MOVED, REPEATED = told("class-weights"), told("decision-threshold"), told("oversampling")
REGULARISED = (STOPPED, AUGMENTED, DECAY, DROPOUT, NARROWER, told("l2"))

ALIASES: Mapping[str, Remedy] = {
    "lower-learning-rate": SLOWER,
    "higher-learning-rate": FASTER,
    "more-epochs": told("epochs", factor=4.0),
    "less-regularisation": told("weaker-regularisation", factor=0.1),
    "leaky-activation": told("activation", name="leaky_relu"),
    "relu-activation": RELU,
    "fewer-layers": told("depth", number=-1),
}
"""What checks call a remedy with a certain parameter."""

ALWAYS: Mapping[str, tuple[Remedy, ...]] = {
    "GF101": (told("impute"),),
    "GF102": (SCALED,),
    "GF103": (told("clip-outliers"), SCALED),
    "GF104": (told("scale-targets"),),
    "GF109": (told("target-shape"), told("output-units")),
    "GF110": (WEIGHTED, MOVED, REPEATED, told("focal-loss"), told("undersampling"), told("smote")),
    "GF111": (told("stratify-split"), told("shuffle-split")),
    "GF112": (STOPPED, AUGMENTED, NARROWER, DECAY, DROPOUT),
    "GF114": (told("label-smoothing"),),
    "GF117": (told("drop-leaked-rows"),),
    "GF120": (told("stratify-split"), told("shuffle-split")),
    "GF121": (told("stratify-split"),),
    "GF122": (told("shuffle-split"),),
    "GF126": (told("channel-axis"),),
    "GF127": (told("rescale"), SCALED),
    "GF129": (told("embedding-size"), told("masking")),
    "GF207": (BEGUN, BEGUN_HE),
    "GF209": (told("batch-size", batch_size=32), told("layer-normalisation")),
    "GF210": (NARROWER, DECAY, DROPOUT, STOPPED),
    "GF213": (told("global-pooling"),),
    "GF214": (told("global-pooling"), DROPOUT, DECAY),
    "GF217": (
        told("weaker-regularisation", factor=0.01),
        told("weaker-regularisation", factor=0.0),
        told("weaker-regularisation", factor=0.1),
    ),
    "GF218": (STOPPED, AUGMENTED, DROPOUT, DECAY),
    "GF225": (WEIGHTED,),
    "GF301": (SLOWER, CLIPPED, SCALED, told("scale-targets"), told("impute"), BEGUN),
    "GF302": (SLOWER, CLIPPED, SCALED, told("scale-targets"), BEGUN),
    "GF303": (
        RELU,
        BEGUN,
        BEGUN_HE,
        told("batch-normalisation"),
        told("depth", number=-1),
        ADAM,
    ),
    "GF304": (SLOWER, SCALED, told("activation", name="leaky_relu"), BEGUN, BEGUN_HE),
    "GF305": (SCALED, SLOWER, RELU, BEGUN, told("batch-normalisation")),
    "GF306": (
        told("output-activation"),
        told("output-units"),
        SLOWER,
        SCALED,
        BEGUN,
        told("less-dropout"),
        WEIGHTED,
    ),
    "GF307": (SCALED, told("scale-targets"), SLOWER, FASTER, ADAM, BEGUN),
    "GF308": (
        told("output-activation"),
        told("loss"),
        SLOWER,
        SCALED,
        told("scale-targets"),
    ),
    "GF309": (SCALED, SLOWER, BEGUN),
    "GF310": (SLOWER, SCALED, CLIPPED, BEGUN),
    "GF311": (SLOWER, CLIPPED, told("schedule", kind="cosine"), told("batch-size", batch_size=128)),
    "GF312": (WHOLE, FASTER, ADAM, SCALED, told("epochs", factor=4.0)),
    "GF313": (SLOWER, CLIPPED, SCALED, DECAY),
    "GF315": (
        told("metric"),
        told("loss"),
        told("from-logits"),
        told("label-encoding"),
        told("target-shape"),
    ),
    "GF316": (told("less-dropout"), told("batch-size", batch_size=32), told("epochs", factor=4.0)),
    "GF317": (
        told("weaker-regularisation", factor=0.1),
        told("weaker-regularisation", factor=0.0),
    ),
    "GF318": (CLIPPED, SLOWER),
    "GF321": (
        told("weaker-augmentation", factor=0.3),
        told("weaker-augmentation", factor=0.1),
        told("drop-augmentation"),
    ),
    "GF401": REGULARISED,
    "GF402": REGULARISED,
    "GF403": (
        FASTER,
        SCALED,
        WIDER,
        told("weaker-regularisation", factor=0.1),
        told("less-dropout", rate=0.1),
        told("epochs", factor=4.0),
    ),
    "GF406": (STOPPED, told("label-smoothing"), DECAY),
    "GF407": (SCALED, SLOWER, FASTER, STOPPED, DECAY, WIDER),
    "GF408": (STOPPED,),
    "GF409": (STOPPED,),
    "GF410": (WEIGHTED, MOVED, REPEATED, told("focal-loss")),
    "GF412": (AUGMENTED,),
    "GF413": (WIDER, told("more-capacity", factor=4.0)),
    "GF414": (DECAY, DROPOUT, NARROWER, STOPPED),
    "GF503": (told("shuffle-split"),),
    "GF506": (MOVED, WEIGHTED),
    "GF507": (WEIGHTED, MOVED),
    "GF601": (
        told("channel-axis"),
        told("label-encoding"),
        told("output-units"),
        told("target-shape"),
        told("loss"),
    ),
}
"""Findings whose remedies do not depend on their numbers."""


def prescribe(finding: Finding, recipe: Recipe) -> tuple[Remedy, ...]:
    """The remedies to try for a finding, best first; () where no mechanical one is known.

    Whether each fits the recipe shows when it is applied: it raises `DoesNotApplyError` where not.
    """
    code = finding.code
    if code in BY_TASK:
        usual = BY_TASK[code](finding, recipe)
    elif code in BY_NUMBERS:
        usual = BY_NUMBERS[code](finding)
    else:
        usual = ALWAYS.get(code, ())
    # A check that worked out a parameter knows best.
    exact = tuple(remedy for remedy in finding.remedies if remedy.parameters)
    found: list[Remedy] = []
    for remedy in (*exact, *usual):
        known = ALIASES.get(remedy.id, remedy)
        if known not in found and (known != AUGMENTED or recipe.task.inputs == "image"):
            found.append(known)
    return tuple(found)
