"""GF104 unscaled-targets: targets so far from unit scale that training did not get there.

Sees: a regression loss, targets whose mean is many times their spread, or whose scale is far above
or below 1, and a training that shows it: errors no smaller than the mean's, or clearly larger than
a linear model's while the training loss was still falling, or a loss that is not finite.
Why it matters: a new network answers about 0 with a spread of about 1. Where targets lie far from
that, training is spent on reaching their mean, large squared errors make steps too long for SGD,
and small targets drown in the network's own initial output.
Evidence: mean and standard deviation of the targets; the model's squared error over the variance
of y on the training rows, where answering the mean gives 1; the linear learner's.
Remedies: scale-targets.
Source: docs/evidence/data.md; LeCun, Bottou, Orr, Mueller, "Efficient BackProp" (1998), 4.5.
"""

from __future__ import annotations

import math
from typing import Literal

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
from goodfit.checks.data.pairing import Pair, pairs
from goodfit.facts import BaselineFacts, DataFacts, ModelFacts, SettingsFacts, Trace

LOSSES = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
LARGE = Threshold(30.0, source="docs/evidence/data.md")
OFFSET = Threshold(10.0, source="docs/evidence/data.md")
FINEST = 0.3
"""A mean below a few units is reached within a few steps, however small the spread about it."""
SMALL = Threshold(0.02, source="docs/evidence/data.md")
NOT_REACHED = Threshold(1.1, source="answering the mean gives 1; docs/evidence/data.md")
MUCH_WORSE = Threshold(2.0, source="docs/evidence/data.md")
CLEAR = Threshold(2.0, source="standard errors: 5 % two-sided")
STILL_FALLING = Threshold(0.05, source="docs/evidence/data.md")
UNSCALES = frozenset({"Rescaling", "Normalization"})


def _case(mean: float, std: float) -> str:
    if std <= 0:
        return ""
    if std <= SMALL.value:
        return "small"
    if abs(mean) >= OFFSET.value * max(std, FINEST):
        return "offset"
    return "large" if math.hypot(mean, std) >= LARGE.value else ""


def _falling(trace: Trace) -> float | None:
    """How much of the honest training loss the last fifth of the probed epochs still took off."""
    course = [loss.mean for index, loss in trace.honest("train") if index >= 0]
    if len(course) < 3:
        return None
    before, last = course[-max(2, len(course) // 5 + 1)], course[-1]
    return (before - last) / before if before > 0 and math.isfinite(last) else None


def _diverged(trace: Trace) -> bool:
    values = [value for _, value in trace.curve("loss")]
    return bool(values) and not math.isfinite(values[-1])


def _behind_linear(baselines: BaselineFacts) -> bool:
    linear = next((score for score in baselines.scores if score.name == "linear"), None)
    if linear is None or baselines.model_error is None:
        return False
    error = math.hypot(linear.error_se, baselines.model_error_se or 0.0)
    return baselines.model_error - linear.error > CLEAR.value * error


def _reached(
    case: str, trace: Trace | None, baselines: BaselineFacts | None
) -> Literal["no", "yes", "unknown"]:
    """Whether training reached the targets; the first output's, which is what facts hold."""
    if trace is not None and _diverged(trace) and case != "small":
        return "no"
    error = trace.predictions.error if trace is not None and trace.predictions else None
    if error is not None and not error < NOT_REACHED.value:
        return "no"
    model = baselines.model_error if baselines is not None else None
    if case == "small" and model is not None and model >= MUCH_WORSE.value:
        return "no"
    falling = _falling(trace) if trace is not None else None
    late = falling is not None and falling >= STILL_FALLING.value
    if baselines is not None and late and case == "offset" and _behind_linear(baselines):
        return "no"
    return "unknown" if error is None and model is None else "yes"


def _evidence(
    pair: Pair, trace: Trace | None, baselines: BaselineFacts | None
) -> dict[str, float | str | None]:
    linear = (
        [score.error for score in baselines.scores if score.name == "linear"] if baselines else []
    )
    predictions = trace.predictions if trace is not None else None
    return {
        "target": pair.target.name,
        "mean": pair.target.mean,
        "std": pair.target.std,
        "train_error": predictions.error if predictions is not None else None,
        "model_error": baselines.model_error if baselines is not None else None,
        "linear_error": linear[0] if linear else None,
        "loss": pair.loss.name,
    }


def _unscaled_inside(pair: Pair, model: ModelFacts | None) -> bool:
    if model is None or not model.layers:
        return False
    last = model.layer(pair.output.layer) if pair.output is not None else None
    return model.layers[-1].type in UNSCALES or (last is not None and last.type in UNSCALES)


def unscaled_targets(
    data: DataFacts,
    settings: SettingsFacts,
    model: ModelFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
) -> Answer:
    asked = [
        pair
        for pair in pairs(data, settings, model)
        if pair.role == "train"
        and pair.loss.name in LOSSES
        and not pair.loss.custom
        and pair.target.kind in ("continuous", "classes", "other")
    ]
    if not asked:
        return NotApplicable("no output is a regression with a loss whose scale is known")
    known = [pair for pair in asked if pair.target.mean is not None and pair.target.std is not None]
    if not known:
        return CannotTell("the targets have no finite values to judge")
    passed = Passed(
        f"targets have mean {known[0].target.mean:.3g} and standard deviation "
        f"{known[0].target.std:.3g}"
    )
    for pair in known:
        case = _case(float(pair.target.mean or 0), float(pair.target.std or 0))
        if not case or _unscaled_inside(pair, model):
            continue
        single = len(asked) == 1
        reached = _reached(case, trace, baselines) if single else "unknown"
        evidence = _evidence(pair, trace if single else None, baselines if single else None)
        if reached == "yes":
            passed = Passed("targets are far from unit scale, but training reached them", evidence)
            continue
        return Suspicion(
            case=case if reached == "no" else f"{case}, untrained",
            evidence=evidence | {"measured": _measured(evidence)},
            severity=None if reached == "no" else "tip",
            where=place(settings.fit_where, argument="y"),
        )
    return passed


def _measured(evidence: dict[str, float | str | None]) -> str:
    error = evidence["train_error"]
    if isinstance(error, float) and math.isfinite(error):
        return f"the model's squared error on its training rows is {error:.3g} times their variance"
    return "training did not reach them"


_SCALE = "Targets have mean {mean:.3g} and standard deviation {std:.3g}"
_WHY = {
    "large": ", far from the unit scale a network starts at",
    "offset": ": most of the training goes into reaching their mean",
    "small": ", far below the spread of an untrained network's answers",
}

CHECK = Check(
    code="GF104",
    name="unscaled-targets",
    severity="warning",
    function=unscaled_targets,
    message={case: f"{_SCALE}{why}, and {{measured}}." for case, why in _WHY.items()}
    | {f"{case}, untrained": f"{_SCALE}{why}." for case, why in _WHY.items()},
    advice={
        case: "Train on (y - y_train.mean()) / y_train.std() and undo it on the predictions: "
        "y = prediction * y_train.std() + y_train.mean()."
        for name in _WHY
        for case in (name, f"{name}, untrained")
    },
    remedies=("scale-targets",),
)
