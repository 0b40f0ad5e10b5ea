"""GF210 capacity-too-large: far more weights than rows, and nothing gained by them.

Sees: overfitting (GF401) in a model with ten times as many trainable weights as training rows,
where a simple learner does as well on validation rows. A count of weights alone is never a fault:
wide networks often generalise well.
Why it matters: the spare capacity goes into learning single rows by heart.
Evidence: trainable weights, training rows, the errors of the model and of the simple learner.
Remedies: less-capacity, weight-decay, dropout, early-stopping.
Source: docs/evidence/model.md; Zhang et al., "Understanding Deep Learning Requires Rethinking
Generalization" (ICLR 2017), on why the count alone tells nothing.
"""

from __future__ import annotations

import math

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
from goodfit.checks.generalization.worse_than_baseline import worse_than_baseline
from goodfit.checks.model.harm import overfits
from goodfit.facts import BaselineFacts, DataFacts, ModelFacts, SettingsFacts, Trace

WEIGHTS_PER_ROW = Threshold(10.0, source="a count alone is no harm; this only picks the wording")
LEARNERS = {
    "linear": "a linear model",
    "neighbours": "the nearest neighbours",
    "trees": "a small forest",
    "persistence": "repeating the last value",
}


def capacity_too_large(
    model: ModelFacts,
    trace: Trace,
    data: DataFacts | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    rows = data.train.rows if data else None
    if not rows or not model.trainable_parameters:
        return CannotTell("the number of training rows or of trainable weights is not known")
    per_row = model.trainable_parameters / rows
    evidence = {"parameters": model.trainable_parameters, "rows": rows, "per_row": per_row}
    if per_row < WEIGHTS_PER_ROW.value:
        return Passed(f"{per_row:.2g} trainable weights for each training row", evidence)
    if not overfits(trace):
        return Passed("the model is large, but does not overfit", evidence)
    best = _as_good(baselines)
    if best is None:
        return NotApplicable("no simple learner does as well, so the capacity is put to use")
    name, model_error, error = best
    worse = worse_than_baseline(baselines, settings) if baselines is not None else None
    clear = isinstance(worse, Suspicion) and worse.case == "simple"
    return Suspicion(
        evidence=evidence
        | {"learner": LEARNERS.get(name, name), "model_error": model_error, "learner_error": error},
        severity="warning" if clear else "tip",
        where=place(model.where),
    )


def _as_good(baselines: BaselineFacts | None) -> tuple[str, float, float] | None:
    """(learner, the model's error, the learner's) where the best learner does no worse than the
    model: its error is no higher."""
    model = baselines.model_error if baselines else None
    if baselines is None or model is None or not math.isfinite(model):
        return None
    scores = [score for score in baselines.scores if score.name in LEARNERS]
    best = min(scores, key=lambda score: score.error, default=None)
    if best is None or not best.error <= model:
        return None
    return best.name, model, best.error


CHECK = Check(
    code="GF210",
    name="capacity-too-large",
    severity="tip",
    function=capacity_too_large,
    message="The model has {parameters:,} trainable weights for {rows:,} training rows "
    "({per_row:.0f} for each), overfits, and {learner} does as well on new rows "
    "({learner_error:.3g} against {model_error:.3g}).",
    advice="Halve the width of the layers, or leave one out, until validation gets worse.",
    remedies=("less-capacity", "weight-decay", "dropout", "early-stopping"),
)
