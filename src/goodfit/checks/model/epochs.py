"""GF223 epochs: training ended before it was done.

Sees: both losses still clearly falling at the last epoch, with a good part of the gain yet to come,
where neither a callback ended the training nor tiny steps explain it; and trainings of one to three
epochs that either do worse than a simple learner or whose last epoch brought a large part of all
that was gained.
Why it matters: the numbers at the end say nothing of the model yet, only of the time it was given.
Evidence: the epochs, the share of the gain that was yet to come, the share of it that the last
epoch brought, with its distance from noise; what shows that the model suffers.
Remedies: epochs, learning-rate.
Source: docs/evidence/generalization.md, on what a falling loss would still gain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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
from goodfit.checks.course import finite, prior_loss
from goodfit.checks.model.harm import harm, still_falling
from goodfit.checks.model.learning_rate import learning_rate
from goodfit.facts import BaselineFacts, ModelFacts, SettingsFacts, Trace
from goodfit.results import Severity, Where

FEW = Threshold(3, source="fewer than four probed epochs show no course to go on from")
LAST_SHARE = Threshold(0.25, source="half as much again is then a tenth of the gain or more")
MIN_Z = Threshold(3.0, source="standard errors of the honest loss: one in a thousand by chance")
FEW_STEPS = Threshold(300, source="no network learns a task from fresh weights in fewer")
MANY_STEPS = Threshold(2000, source="a pass over many rows may be all that is needed")


def epochs(
    trace: Trace,
    settings: SettingsFacts,
    baselines: BaselineFacts | None = None,
    model: ModelFacts | None = None,
) -> Answer:
    trained = trace.trained
    if trained == 1 and trace.final_train is None and _steps(trace, settings) <= FEW_STEPS.value:
        return Suspicion(
            case="one",
            evidence={"epochs": 1, "more": 10, "steps": _steps(trace, settings)},
            where=place(settings.fit_where, argument="epochs"),
        )
    if not trained or trace.final_train is None:
        return CannotTell(trace.honest_missing or "no epoch was trained")
    if trace.stopped_by or not trace.finished:
        return NotApplicable("training was ended early on purpose, or broke off")
    if not math.isfinite(trace.final_train.mean):
        return NotApplicable("the loss is not finite, which is another finding")
    steps = _steps(trace, settings)
    suffers = harm(trace, baselines, settings)
    evidence = {
        "epochs": trained,
        "more": max(10, 4 * trained),
        "steps": steps,
        "harm": suffers.words if suffers else "",
    }
    where = place(settings.fit_where, argument="epochs")
    if trained <= FEW.value:
        return _few(trace, evidence, where)
    left = still_falling(trace, settings)
    if left is None:
        return Passed(f"after {trained} epochs no clear fall was left", evidence)
    slow = learning_rate(trace, settings, baselines, model)
    if isinstance(slow, Suspicion) and slow.case == "too-low":
        return NotApplicable("the steps are too short, which more epochs would hardly mend")
    return Suspicion(case="falling", evidence=evidence | {"left": left}, where=where)


def _steps(trace: Trace, settings: SettingsFacts) -> int:
    return (settings.steps_per_epoch or 1) * trace.trained


def _few(trace: Trace, known: Mapping[str, Any], where: Where) -> Answer:
    """Of one to three epochs."""
    steps: int = known["steps"]
    share = _last_share(trace)
    evidence = {**known, "last_share": share}
    if evidence["harm"]:
        return Suspicion(case="few-harm", evidence=evidence, where=where)
    if share is not None and share >= LAST_SHARE.value and steps < MANY_STEPS.value:
        # the first epoch brings most of the gain in any training, if it has many steps
        one = trace.trained == 1
        severity: Severity = "tip" if one and steps > FEW_STEPS.value else "warning"
        case = "one" if one else "few"
        return Suspicion(case=case, evidence=evidence, severity=severity, where=where)
    return Passed(f"{evidence['epochs']} epochs ({steps} steps) seem to have been enough", evidence)


def _last_share(trace: Trace) -> float | None:
    """The share of all that the training rows gained over a constant answer which the last epoch
    brought, on training and on validation rows alike (the smaller); None where it is not clear of
    noise."""
    shares = []
    for role in ("train", "validation"):
        curve = finite(trace, role)
        if len(curve) < 2:
            continue
        (_, before, _), (_, after, error) = curve[-2], curve[-1]
        prior = prior_loss(trace)
        start = before if len(curve) == 2 and prior is None else (prior or curve[0][1])
        fell = min(before, start) - after
        if fell <= MIN_Z.value * error or start <= after:
            return None
        shares.append(fell / (start - after))
    return min(shares, default=None)


CHECK = Check(
    code="GF223",
    name="epochs",
    severity="warning",
    function=epochs,
    message={
        "falling": "After {epochs} epochs training and validation loss were still falling: at that "
        "pace {left:.0%} of what can be gained was yet to come.",
        "few-harm": "The model was trained for {epochs} epochs ({steps} steps) and {harm}.",
        "few": "The last of {epochs} epochs brought {last_share:.0%} of all that was gained: "
        "training ended while the model was learning fast.",
        "one": "The model was trained for one epoch ({steps} steps), which says little of what it "
        "could learn.",
    },
    advice={
        "falling": "Use epochs={more}, with EarlyStopping(restore_best_weights=True) to end it.",
        "few-harm": "Use epochs={more}, with EarlyStopping(restore_best_weights=True) to end it.",
        "few": "Use epochs={more}, with EarlyStopping(restore_best_weights=True) to end it.",
        "one": "Use epochs={more}, with EarlyStopping(restore_best_weights=True) to end it.",
    },
    remedies=("epochs", "learning-rate"),
)
