"""GF316 train-inference-gap: on the same rows the model is worse in inference than in training.

Sees: training rows whose loss at the same weights is clearly higher in inference mode than in
training mode, by a good part of what was learnt. Dropout, noise and augmentation work the other way
round (training mode is worse), so what is left are batch statistics: BatchNormalization divides by
those of the batch while training and by moving averages in inference.
Why it matters: predict, evaluate and validation all use inference mode. Where moving averages lag
behind or batches are unlike each other, the model that was trained is not the one that is used.
Evidence: both losses, their difference in standard errors and as a share of what training mode had
learnt (any clear part of it where the averages are still mostly their initial values), the steps
trained against those the moving averages need, batch size, the layer.
Remedies: batch-normalisation (momentum), batch-size, epochs.
Source: Ioffe & Szegedy, "Batch Normalization" (2015), section 3.1; Ioffe, "Batch Renormalization"
(2017), section 1; keras.layers.BatchNormalization: momentum=0.99.
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
from goodfit.checks.course import prior_loss
from goodfit.facts import GapFacts, HonestLoss, LayerFacts, ModelFacts, SettingsFacts, Trace

MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_SHARE = Threshold(0.25, source="docs/evidence/model.md, as GF220's loss of gain")
MIN_INITIAL = Threshold(0.5, source="half of what the averages hold is what they began with")
MIN_SHARE_LAGGING = Threshold(0.02, source="beyond noise, with a cause that the steps make plain")
NEEDED = Threshold(3.0, source="e^-3 = 5 % of the initial averages are left after 3 / (1 - m)")


def _normaliser(model: ModelFacts | None) -> LayerFacts | None:
    layers = model.layers if model else ()
    return next((layer for layer in layers if layer.type == "BatchNormalization"), None)


def _steps(settings: SettingsFacts | None, trace: Trace) -> int | None:
    steps = settings.steps_per_epoch if settings else None
    return None if steps is None else steps * trace.trained


def _initial(momentum: object, steps: int | None) -> bool:
    """Whether the moving averages are still mostly what they were initialised to."""
    if not isinstance(momentum, (int, float)) or not 0 <= momentum < 1 or steps is None:
        return False
    left: float = momentum**steps
    return left >= MIN_INITIAL.value


def _measured(trace: Trace, gap: GapFacts) -> HonestLoss | None:
    """The honest training loss at the epoch that the gap was taken apart at."""
    return next((loss for index, loss in trace.honest("train") if index == gap.epoch), None)


def _evidence(
    trace: Trace, gap: GapFacts, inference: HonestLoss, difference: float
) -> dict[str, Any]:
    training = inference.mean - difference
    prior = prior_loss(trace)
    learnt = None if prior is None else prior - training
    error = inference.standard_error if gap.train_mode_se is None else gap.train_mode_se
    return {
        "epoch": gap.epoch + 1,
        "inference_loss": inference.mean,
        "training_loss": training,
        "difference": difference,
        "standard_error": error,
        "z": difference / error if error > 0 else math.copysign(math.inf, difference),
        "prior_loss": prior,
        "share": difference / learnt if learnt is not None and learnt > 0 else None,
    }


def train_inference_gap(
    trace: Trace, model: ModelFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    layer = _normaliser(model)
    if layer is None:
        return NotApplicable("no layer normalises by batch statistics")
    gap = trace.gap
    inference = _measured(trace, gap) if gap is not None else None
    if gap is None or gap.train_mode is None or inference is None:
        return CannotTell("the training rows were not measured in training mode")
    if not all(map(math.isfinite, (gap.train_mode, inference.mean, inference.standard_error))):
        return NotApplicable("a loss is not finite, which is another finding")
    evidence = _evidence(trace, gap, inference, gap.train_mode)
    momentum, needed = layer.options.get("momentum"), None
    steps = _steps(settings, trace)
    if isinstance(momentum, (int, float)) and momentum < 1:
        needed = NEEDED.value / (1 - momentum)
    evidence |= {
        "layer": layer.path,
        "momentum": momentum,
        "steps": steps,
        "steps_needed": round(needed) if needed is not None else None,
        "batch_size": settings.batch_size if settings else None,
    }
    share = evidence["share"]
    lags = steps is not None and needed is not None and steps < needed
    least = (MIN_SHARE_LAGGING if lags and _initial(momentum, steps) else MIN_SHARE).value
    if evidence["z"] < MIN_Z.value or share is None or share < least:
        return Passed(
            f"training rows have a loss of {inference.mean:.3g} in inference mode and of "
            f"{evidence['training_loss']:.3g} in training mode",
            evidence,
        )
    where = place(layer.where, layer=layer.path)
    return Suspicion(evidence=evidence, case="lag" if lags else "unlike", where=where)


_WORSE = (
    "The same training rows have a loss of {inference_loss:.4g} in inference mode and of "
    "{training_loss:.4g} in training mode ({difference:+.2g} ± {standard_error:.1g}): "
)

CHECK = Check(
    code="GF316",
    name="train-inference-gap",
    severity="warning",
    function=train_inference_gap,
    message={
        "lag": _WORSE + "the moving averages of {layer} (momentum {momentum}) have seen {steps} "
        "steps and need some {steps_needed}.",
        "unlike": _WORSE + "{share:.0%} of what was learnt is lost when {layer} takes its moving "
        "averages in place of the batch's own statistics.",
    },
    advice={
        "lag": "Use BatchNormalization(momentum=0.9), or train for more steps.",
        "unlike": "Shuffle the training rows, use batches of 32 or more, lower the learning rate, "
        "or use LayerNormalization, which does the same in both modes.",
    },
    remedies=("batch-normalisation", "batch-size", "epochs"),
)
