"""GF312 slow-convergence: the training loss falls at every epoch, but by very little.

Sees: a training loss that falls steadily to the end of training (by ranks, and without slowing
down), of which at the last pace at least as many epochs again are needed to reach what a simple
learner reaches or, where none is known, a constant answer; in a model that shows harm.
Why it matters: nothing is broken, training has only not arrived; regularisation or another model
would be the wrong cure.
Evidence: the trend by ranks, the loss at start and end, the fall over the last third, the epochs
still needed at that pace, the loss to be reached, what shows the harm.
Remedies: learning-rate, epochs, optimizer, scale-features, scale-targets.
Source: docs/evidence/model.md (GF220: trainings that have barely begun); Mann, "Nonparametric tests
against trend" (1945).
"""

from __future__ import annotations

import math

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.course import left_to_gain
from goodfit.checks.model.signal import comparable, prior_loss, reach
from goodfit.checks.training.harm import WORDS, harm
from goodfit.checks.training.trend import mann_kendall
from goodfit.facts import BaselineFacts, SettingsFacts, Trace

MIN_EPOCHS = Threshold(5, source="fewer probed epochs show no pace")
MIN_TREND = Threshold(2.0, source="5 % two-sided; five falling values in a row reach 2.2")
MIN_LEFT_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_LEFT = Threshold(0.30, source="docs/evidence/generalization.md")
MIN_TIMES = Threshold(1.0, source="as many epochs again: fewer is a matter of patience")


def _goal(trace: Trace, baselines: BaselineFacts | None) -> tuple[float, str] | None:
    possible = reach(trace, baselines)
    if possible is not None:
        return possible.simple, "what a simple learner reaches"
    prior = prior_loss(trace, baselines)
    return None if prior is None or not math.isfinite(prior) else (prior, "one constant answer")


def slow_convergence(
    trace: Trace,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    curve = [(index, mean) for index, mean in comparable(trace) if math.isfinite(mean)]
    if len(curve) < MIN_EPOCHS.value:  # the governor left few probes
        curve = [(index, loss) for index, loss in trace.curve("loss") if math.isfinite(loss)]
    if len(curve) < MIN_EPOCHS.value:
        return CannotTell(trace.honest_missing or "too few epochs were probed to show a pace")
    goal = _goal(trace, baselines)
    if goal is None:
        return CannotTell("nothing is known of what could be reached")
    means = [mean for _, mean in curve]
    third = max(1, (len(curve) - 1) // 3)
    (since, before), (until, last) = curve[-1 - third], curve[-1]
    pace = (before - last) / (until - since) if until > since else 0.0
    needed = (last - goal[0]) / pace if pace > 0 else math.inf
    suffers = harm(trace, baselines, settings)
    trend = mann_kendall(means)
    left = left_to_gain(means, max(means[0], goal[0]), [index for index, _ in curve])
    evidence = {
        "first_loss": means[0],
        "last_loss": last,
        "trend_z": trend,
        "left": left.share,
        "left_z": left.z,
        "pace": pace,
        "goal": goal[0],
        "goal_in_words": goal[1],
        "epochs": trace.trained,
        "epochs_needed": round(needed) if math.isfinite(needed) else None,
        "harm": suffers,
        "in_words": WORDS[suffers],
    }
    steady = trend <= -MIN_TREND.value and left.z >= MIN_LEFT_Z.value
    steady = steady and left.share >= MIN_LEFT.value
    far = MIN_TIMES.value * trace.trained <= needed < math.inf
    if suffers not in ("stuck", "behind") or not steady or not far:
        return Passed(f"training loss went from {means[0]:.3g} to {last:.3g}", evidence)
    where = place(settings.fit_where if settings else None)
    return Suspicion(evidence=evidence, where=where)


CHECK = Check(
    code="GF312",
    name="slow-convergence",
    severity="warning",
    function=slow_convergence,
    message="The training loss falls steadily but slowly, from {first_loss:.4g} to {last_loss:.4g} "
    "in {epochs} epochs; at the last pace it takes some {epochs_needed} more to get to "
    "{goal_in_words} ({goal:.4g}), and {in_words}.",
    advice="Raise the learning rate tenfold as long as the loss keeps falling, scale inputs and "
    "targets, use Adam in place of plain SGD, or train several times as long.",
    remedies=("learning-rate", "epochs", "optimizer", "scale-features"),
)
