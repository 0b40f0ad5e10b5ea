"""GF307 not-learning: the model does no better than a constant answer on its own training rows.

Sees: an honest training loss that is not below the loss of the best constant answer, and as many
wrong training rows, at the end of training.
Why it matters: a model that cannot learn its own training rows is not underfitting or overfitting;
something in data, settings or gradient flow is broken, and no regularisation will help.
Evidence: honest training loss against the prior's with its standard error, the share of wrong rows
(or squared error over the variance of y) against the prior's, mean recall against chance, and
what share of the starting loss training took away. Any one of these that clearly beats the prior
is learning: class weights spoil the loss but not the recall, rare classes hide in the error.
Remedies: lower-learning-rate, higher-learning-rate, scale-features, scale-targets, initialiser.
Source: docs/evidence/training.md; the constant answer as the floor: Murphy & Winkler, "Reliability
of Subjective Probability Forecasts" (1977), skill against climatology.
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
from goodfit.checks.course import MIN_PROBES, finite, left_to_gain
from goodfit.facts import HonestLoss, PredictionFacts, SettingsFacts, Trace

MIN_Z = Threshold(3.0, source="docs/evidence/training.md")
MIN_SKILL = Threshold(0.02, source="docs/evidence/training.md")
MIN_RECALL = Threshold(0.05, source="docs/evidence/training.md")
STILL_FALLING = Threshold(0.10, source="docs/evidence/training.md")
MIN_ROWS = Threshold(10, source="fewer rows cannot tell a model from a constant answer")


def _better_loss(final: HonestLoss, prior: float) -> bool:
    """Below the prior's loss: beyond noise, or by so much that noise is no matter."""
    below = prior - final.mean
    return below > MIN_Z.value * final.standard_error or below > 5 * MIN_SKILL.value * abs(prior)


def _better_error(predictions: PredictionFacts) -> bool:
    """Fewer wrong rows (or squares) than the prior, beyond noise."""
    error, prior = predictions.error, predictions.prior_error
    if error is None or prior is None or not math.isfinite(error):
        return False
    share = min(max(prior, 1 / predictions.rows), 1 - 1 / predictions.rows)
    noise = math.sqrt(share * (1 - share) / predictions.rows)
    return prior - error > max(MIN_Z.value * noise, MIN_SKILL.value * prior)


def _recall_above_chance(predictions: PredictionFacts) -> float:
    recall = [value for value in predictions.recall.values() if math.isfinite(value)]
    return sum(recall) / len(recall) - 1 / len(recall) if len(recall) > 1 else 0.0


def _fall(trace: Trace, final: float) -> float:
    """The share of the first honest training loss that training took away."""
    curve = trace.honest("train")
    first = curve[0][1].mean if curve else math.nan
    return (first - final) / first if math.isfinite(first) and first > 0 else 0.0


def _case(trace: Trace, final: HonestLoss, prior: float) -> str:
    above = final.mean - prior
    if above <= max(MIN_Z.value * final.standard_error, MIN_SKILL.value * abs(prior)):
        return "prior"
    curve = [(index, mean) for index, mean, _ in finite(trace, "train") if index >= 0]
    if len(curve) < MIN_PROBES:
        return "above"
    left = left_to_gain([mean for _, mean in curve], prior, [index for index, _ in curve])
    falling = left.z >= MIN_Z.value and left.fall >= STILL_FALLING.value * above
    return "slow" if falling else "above"


def learns(trace: Trace) -> bool | None:
    """Whether the model beats a constant answer on its training rows; None where it is unknown."""
    final, predictions = trace.final_train, trace.predictions
    if final is not None and not math.isfinite(final.mean):
        return False
    if final is None or predictions is None or predictions.prior_loss is None:
        return None
    return (
        _better_loss(final, predictions.prior_loss)
        or _better_error(predictions)
        or _recall_above_chance(predictions) > MIN_RECALL.value
    )


def not_learning(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    final, predictions = trace.final_train, trace.predictions
    if final is None or predictions is None:
        return CannotTell(trace.honest_missing or "the model was not measured on training rows")
    prior = predictions.prior_loss
    if prior is None or not math.isfinite(prior):
        return CannotTell("the loss of a constant answer is not known for this loss")
    if not math.isfinite(final.mean):
        return NotApplicable("the loss is not finite, which is another finding")
    if final.rows < MIN_ROWS.value or trace.trained == 0:
        return CannotTell(f"{final.rows} training rows and {trace.trained} epochs are too few")
    fall = _fall(trace, final.mean)
    evidence = {
        "train_loss": final.mean,
        "standard_error": final.standard_error,
        "prior_loss": prior,
        "error": predictions.error,
        "prior_error": predictions.prior_error,
        "recall_above_chance": _recall_above_chance(predictions),
        "fall_since_start": fall,
        "rows": final.rows,
        "epochs": trace.trained,
    }
    if learns(trace):
        return Passed(
            f"training loss {final.mean:.4g} against {prior:.4g} for a constant answer", evidence
        )
    case = _case(trace, final, prior)
    return Suspicion(
        evidence=evidence | {"still_falling": case == "slow"},
        case=case,
        severity="warning" if case == "slow" else "error",
        where=place(settings.fit_where if settings else None),
    )


CHECK = Check(
    code="GF307",
    name="not-learning",
    severity="error",
    function=not_learning,
    message={
        "prior": "After {epochs} epochs the model does no better than one constant answer on its "
        "own training rows: loss {train_loss:.4g} ± {standard_error:.2g} against {prior_loss:.4g}.",
        "above": "After {epochs} epochs the model does worse than one constant answer on its own "
        "training rows: loss {train_loss:.4g} ± {standard_error:.2g} against {prior_loss:.4g}.",
        "slow": "Training loss fell by {fall_since_start:.0%} in {epochs} epochs, yet at "
        "{train_loss:.4g} it is still above the {prior_loss:.4g} that one constant answer gets.",
    },
    advice={
        "prior": "Do not add regularisation. Check that labels belong to their rows, scale the "
        "inputs, then try learning rates ten times lower and ten times higher, then more units.",
        "above": "Do not add regularisation. Divide the learning rate by ten, scale inputs and "
        "targets, and check that loss and last activation fit the labels.",
        "slow": "Scale the targets (subtract their mean, divide by their standard deviation), or "
        "raise the learning rate, or train far longer.",
    },
    remedies=("scale-features", "scale-targets", "lower-learning-rate", "higher-learning-rate"),
)
