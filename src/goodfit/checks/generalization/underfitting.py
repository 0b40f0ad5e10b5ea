"""GF403 underfitting: the model has not learnt its own training rows as well as it could.

Sees: one of two things, with validation no worse off than training. The model does worse on the
rows it was trained on than a simple learner does on rows that it never saw ("simple"). Or training
and validation loss were both still falling when training ended, with a good part yet to gain
("falling").
Why it matters: such a model needs more epochs, a higher learning rate, more units or less
regularisation, which is the opposite of what overfitting needs. Noise in the labels is no
underfitting: no simple learner does better either.
Evidence: the model's error on training rows against the learners' errors on validation rows with
standard errors, and in the model's own loss where known; what both curves would still gain if they
go on as their later half did, as a share of all they would have gained.
Remedies: more-epochs, higher-learning-rate, more-capacity, less-regularisation, scale-features.
Source: docs/evidence/generalization.md; Goodfellow, Bengio & Courville, "Deep Learning" (2016),
section 5.2.
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
from goodfit.checks.course import MIN_PROBES, Left, finite, left_to_gain, prior_loss
from goodfit.facts import BaselineFacts, BaselineScore, HonestLoss, SettingsFacts, Trace

MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_SHARE = Threshold(0.10, source="docs/evidence/generalization.md")
MIN_LEFT = Threshold(0.30, source="docs/evidence/generalization.md")
MIN_FALL = Threshold(0.05, source="docs/evidence/generalization.md")
MIN_ROWS = Threshold(20, source="docs/evidence/generalization.md")
SIMPLE = {
    "linear": "a linear model does",
    "neighbours": "the nearest neighbours do",
    "persistence": "repeating the last value does",
}


def _error_se(trace: Trace, error: float, task: str) -> float:
    """The standard error of the model's error on the training sample."""
    final = trace.final_train
    rows = trace.predictions.rows if trace.predictions else 0
    if task == "classes":
        return math.sqrt(max(error * (1 - error), 1 / rows) / rows)
    return error * final.standard_error / final.mean if final and final.mean > 0 else error


def _worse_loss(final: HonestLoss | None, score: BaselineScore) -> bool:
    """Whether the training loss is above the learner's too; unknown counts as yes."""
    if final is None or score.loss is None or not math.isfinite(score.loss):
        return True
    return final.mean > score.loss


def _beaten(trace: Trace, baselines: BaselineFacts | None) -> dict[str, Any] | None:
    """The simple learner that does clearly better on unseen rows than the model on its own."""
    error = trace.predictions.error if trace.predictions else None
    if baselines is None or error is None or baselines.rows < MIN_ROWS.value:
        return None
    scores = {score.name: score for score in baselines.scores}
    prior = scores["prior"].error if "prior" in scores else 1.0
    for score in sorted(baselines.scores, key=lambda one: one.error):
        worse = error - score.error
        noise = math.hypot(score.error_se, _error_se(trace, error, baselines.task))
        clear = worse > MIN_Z.value * noise and worse >= MIN_SHARE.value * (prior - score.error)
        simple = score.name in SIMPLE and score.error < prior
        if simple and clear and _worse_loss(trace.final_train, score):
            return {
                "learner": score.name,
                "learner_does": SIMPLE[score.name],
                "of_output": baselines.of_output,
                "learner_error": score.error,
                "train_error": error,
                "worse_by": worse,
                "standard_error": noise,
            }
    return None


def _gaining(trace: Trace, left: Left, prior: float | None) -> bool:
    """Whether validation is better than a constant answer, or clearly on its way there: a loss that
    only settles down to a constant answer's gains nothing."""
    _, mean, error = finite(trace, "validation")[-1]
    if prior is None or prior - mean > 2 * error:
        return True
    return left.fall >= MIN_FALL.value * abs(prior)


def _still_falling(trace: Trace) -> dict[str, float] | None:
    """What the slower of both curves would still gain, and how far it stands above noise."""
    found = []
    prior = prior_loss(trace)
    for role in ("train", "validation"):
        curve = finite(trace, role)
        epochs = [index for index, _, _ in curve if index >= 0]
        means = [mean for index, mean, _ in curve if index >= 0]
        if len(means) >= MIN_PROBES:
            start = curve[0][1] if prior is None else prior
            found.append(left_to_gain(means, start, epochs))
    if not found:
        return None
    gaining = len(found) < 2 or _gaining(trace, found[1], prior)
    return {
        "left": min(left.share for left in found) if gaining else 0.0,
        "z": min(left.z for left in found),
    }


def underfitting(
    trace: Trace, baselines: BaselineFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    if trace.final_train is None or not trace.honest("train"):
        return NotApplicable(trace.honest_missing or "training rows were not measured")
    if not math.isfinite(trace.final_train.mean):
        return NotApplicable("the loss is not finite, which is another finding")
    line = settings.fit_where if settings else None
    weighted = settings is not None and (settings.class_weight or settings.sample_weight)
    falling = _still_falling(trace)
    beaten = None if weighted else _beaten(trace, baselines)
    evidence: dict[str, Any] = {"epochs": trace.trained, "train_loss": trace.final_train.mean}
    evidence |= (falling or {}) | (beaten or {})
    if falling and falling["left"] >= MIN_LEFT.value and falling["z"] >= MIN_Z.value:
        return Suspicion(evidence=evidence, case="falling", where=place(line))
    if beaten is not None:
        return Suspicion(evidence=evidence, case="simple", where=place(line))
    if falling is None and baselines is None:
        return CannotTell(
            f"{trace.trained} epochs and no simple learner to compare with; train for more epochs"
        )
    if falling is None:
        return Passed("no simple learner does better than the model on its own rows", evidence)
    return Passed(f"{falling['left']:.0%} of the gain was left when training ended", evidence)


CHECK = Check(
    code="GF403",
    name="underfitting",
    severity="warning",
    function=underfitting,
    message={
        "falling": "Training and validation loss were still falling when training ended after "
        "{epochs} epochs: at that pace {left:.0%} of what can be gained was yet to come.",
        "simple": "On its own training rows the model{of_output} errs more ({train_error:.3g}) "
        "than {learner_does} on rows never seen ({learner_error:.3g}; by {worse_by:.2g} ± "
        "{standard_error:.2g}).",
    },
    advice={
        "falling": "Train for two to five times as many epochs, with EarlyStopping to end it, or "
        "raise the learning rate.",
        "simple": "Take regularisation away first, then train longer, raise the learning rate or "
        "add units.",
    },
    remedies=("more-epochs", "higher-learning-rate", "more-capacity", "less-regularisation"),
)
