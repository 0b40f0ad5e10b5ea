"""GF321 augmentation-too-strong: random changes leave too little of what the labels say.

Sees: training images from which, once changed at random, a simple learner reads next to nothing of
the classes that it reads from the same images unchanged, neither as it was nor fitted anew on
changed ones; and a model that did badly: no better than a constant answer, clearly behind simple
learners on its own training rows, or worse on validation rows than that learner.
Why it matters: the model is asked to learn what can no longer be seen, and is used on images that
it hardly ever met.
Evidence: the learner's accuracy before and after the change and fitted anew, with the standard
error of their difference, how much of what it gains over the most frequent class is left, and how
the model fared. Strong changes that a model learns from all the same are none of this check's.
Remedies: weaker-augmentation.
Source: docs/evidence/images.md; Shorten & Khoshgoftaar, "A survey on Image Data Augmentation for
Deep Learning" (2019), section "Safety"; Cubuk et al., "RandAugment" (2020), section 4.1: the best
strength grows with the model and the data.
"""

from __future__ import annotations

import math
from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.training.harm import WORDS, harm
from goodfit.facts import (
    AugmentationFacts,
    BaselineFacts,
    ImageFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
)

LEFT = Threshold(1 / 3, source="docs/evidence/images.md")
MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_READ = Threshold(0.1, source="docs/evidence/images.md, what the learner must see at all")


def _evidence(facts: AugmentationFacts) -> dict[str, Any] | str:
    """What the learner answers; or why that cannot be told."""
    before, after, again = facts.accuracy_before, facts.accuracy_after, facts.accuracy_again
    prior, error = facts.accuracy_prior, facts.accuracy_se
    if before is None or after is None or again is None or prior is None or not error:
        return "the training images before the change, or their classes, are not known"
    noise = math.sqrt(max(before * (1 - before), 1 / facts.rows) / facts.rows)
    if before - prior < max(MIN_READ.value, MIN_Z.value * noise):
        return f"a simple learner hardly reads the unchanged images ({before:.0%} right)"
    best = max(after, again)
    return {
        "changes": ", ".join(facts.kinds),
        "rows": facts.rows,
        "before": before,
        "after": after,
        "again": again,
        "prior": prior,
        "standard_error": error,
        "z": (before - best) / error,
        "left": max(best - prior, 0.0) / (before - prior),
    }


def _harmed(
    facts: AugmentationFacts,
    before: float,
    trace: Trace,
    baselines: BaselineFacts | None,
    settings: SettingsFacts | None,
) -> str:
    """How badly the model did, in words; "" where it did not."""
    shown = harm(trace, baselines, settings)
    if shown in ("stuck", "behind"):
        return WORDS[shown]
    error = baselines.model_error if baselines is not None else None
    if baselines is None or error is None or baselines.task != "classes" or baselines.output:
        return ""
    noise = math.sqrt(before * (1 - before) / facts.rows)
    below = before - (1 - error)
    if facts.validation_kinds or not below > MIN_Z.value * math.hypot(
        noise, baselines.model_error_se or 0.0
    ):
        return ""
    return f"on validation rows the model is right about {1 - error:.0%} only"


def augmentation_too_strong(
    images: ImageFacts,
    trace: Trace,
    baselines: BaselineFacts | None = None,
    model: ModelFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    facts = images.augmentation
    if facts is None or facts.place == "none":
        return NotApplicable("nothing changes the training images at random, as far as was seen")
    evidence = _evidence(facts)
    if isinstance(evidence, str):
        return CannotTell(evidence)
    if evidence["left"] >= LEFT.value or evidence["z"] < MIN_Z.value:
        return Passed(
            f"{evidence['left']:.0%} of what a simple learner reads from the images is left",
            evidence,
        )
    harmed = _harmed(facts, evidence["before"], trace, baselines, settings)
    if not harmed:
        return Passed("the changes are strong, and no harm of theirs is seen", evidence)
    first = model.layer(facts.layers[0]) if model is not None and facts.layers else None
    line = first.where if first is not None else settings.fit_where if settings else None
    where = place(line, layer=first.path if first is not None else None)
    return Suspicion(evidence=evidence | {"harmed": harmed}, where=where)


CHECK = Check(
    code="GF321",
    name="augmentation-too-strong",
    severity="warning",
    function=augmentation_too_strong,
    message="{changes} change the training images so much that a simple learner is right about "
    "{after:.0%} of them, {again:.0%} when fitted on changed ones, and {before:.0%} unchanged (the "
    "most frequent class: {prior:.0%}); {harmed}.",
    advice="Make the changes weaker, to where you yourself still tell the classes apart on changed "
    "images: rotation up to 0.05, shifts and zoom up to 0.1 are a usual start.",
    remedies=("weaker-augmentation",),
)
