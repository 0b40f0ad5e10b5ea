"""GF310 loss-not-decreasing: the training loss has not come down at all.

Sees: an honest training loss whose last third of epochs lies no lower than before training, beyond
the noise between epochs, or a loss that rises all along. A model that beats a constant answer
passes, for it may have come trained already; so does a loss that fell at first and then stayed.
Why it matters: training takes the loss downhill by construction. Where it does not, the steps are
too long, the gradient does not reach the weights, or the loss is not the one being followed.
Evidence: the first loss and the median of the last third of the epochs, the noise between epochs,
the trend by ranks, the constant answer's loss.
Remedies: learning-rate, scale-features, gradient-clipping, initialiser.
Source: docs/evidence/training.md for what counts as learning; Mann, "Nonparametric tests against
trend" (1945).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
from goodfit.checks.model.signal import comparable
from goodfit.checks.noise import HUGE, epoch_noise
from goodfit.checks.training.not_learning import learns
from goodfit.checks.training.trend import ends, mann_kendall
from goodfit.facts import SettingsFacts, Trace

MIN_EPOCHS = Threshold(4, source="fewer epochs show no course")
MIN_FALL = Threshold(0.02, source="docs/evidence/training.md, as GF307's least skill")
MIN_RISE = Threshold(0.25, source="docs/evidence/model.md, as GF220's loss of gain")
MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")


def _numbers(trace: Trace, means: Sequence[float]) -> dict[str, Any]:
    printed = [value for _, value in trace.curve("loss") if math.isfinite(value)]
    _, late = ends(means[1:])
    fall = printed[0] - min(printed) if printed else 0.0
    return {
        "first_loss": means[0],
        "best_loss": min(means),
        "late_loss": late,
        "epochs": trace.trained,
        "noise": epoch_noise(means),
        "trend_z": mann_kendall(means),
        "printed_trend_z": mann_kendall(printed),
        "printed_fall": fall / abs(printed[0]) if printed and printed[0] else 0.0,
        "prior_loss": prior_loss(trace),
    }


def _case(seen: Mapping[str, Any]) -> str:
    first, late, scale = seen["first_loss"], seen["late_loss"], abs(seen["first_loss"])
    trends = (seen["trend_z"], seen["printed_trend_z"])
    rising = max(trends) >= MIN_Z.value and min(trends) > -MIN_Z.value
    if rising and late - first >= max(MIN_RISE.value * scale, 3 * seen["noise"]):
        return "rising"
    # Noise may hide a fall, so the loss must have stayed up at every epoch.
    fell = first - seen["best_loss"] >= MIN_FALL.value * scale
    followed = seen["printed_trend_z"] <= -MIN_Z.value or seen["printed_fall"] >= MIN_FALL.value
    return "" if fell or followed else "flat"


def loss_not_decreasing(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    if trace.final_train is not None and not math.isfinite(trace.final_train.mean):
        return NotApplicable("the loss is not finite, which is another finding")
    curve = [(index, mean) for index, mean in comparable(trace) if abs(mean) < HUGE]
    printed = [value for _, value in trace.curve("loss") if math.isfinite(value)]
    # Where the governor left few probes, the printed losses show the course between them.
    thin = len(curve) <= MIN_EPOCHS.value and len(printed) < MIN_EPOCHS.value
    if thin or len(curve) < 2 or curve[0][0] >= 0:
        return CannotTell(
            trace.honest_missing
            or "the training loss is not known before training and at four epochs or more"
        )
    seen = _numbers(trace, [mean for _, mean in curve])
    learnt = learns(trace)
    if learnt:
        return Passed(
            f"training loss went from {seen['first_loss']:.3g} to {seen['late_loss']:.3g} and is "
            "below a constant answer's",
            seen,
        )
    case = _case(seen)
    if not case:
        return Passed(
            f"training loss fell from {seen['first_loss']:.3g} to {seen['best_loss']:.3g} at best",
            seen,
        )
    if learnt is None and case == "flat":
        return CannotTell("the loss stayed where it was, but a trained model's may; no constant "
                          "answer is known to compare with")  # fmt: skip
    return Suspicion(
        evidence=seen, case=case, where=place(settings.fit_where if settings else None)
    )


CHECK = Check(
    code="GF310",
    name="loss-not-decreasing",
    severity="warning",
    function=loss_not_decreasing,
    message={
        "flat": "In {epochs} epochs the training loss never came below where it started "
        "({first_loss:.4g} before training, {best_loss:.4g} at best, {late_loss:.4g} late).",
        "rising": "The training loss rises: from {first_loss:.4g} before training to "
        "{late_loss:.4g} over the last of {epochs} epochs.",
    },
    advice={
        "flat": "Check that gradients reach the weights (trainable layers, no flat activation at "
        "the output), scale the inputs, then try learning rates ten times lower and higher.",
        "rising": "Divide the learning rate by ten and pass clipnorm=1.0 to the optimiser; if the "
        "loss is your own, check its sign.",
    },
    remedies=("learning-rate", "scale-features", "gradient-clipping", "initialiser"),
)
