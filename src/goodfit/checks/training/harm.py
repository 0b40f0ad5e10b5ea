"""Whether a training did badly, which is what turns something odd into a finding. Not a check.

Odd courses, ratios and norms are common in healthy trainings. They are worth a warning only where
the model the user gets back shows harm: no better than a constant answer, clearly behind a simple
learner on its own training rows as well as on others, or clearly worse than it has been.
"""

from __future__ import annotations

import math
from typing import Literal

from goodfit.checks.check import Suspicion, Threshold
from goodfit.checks.course import finite, prior_loss
from goodfit.checks.generalization.worse_than_baseline import worse_than_baseline
from goodfit.checks.model.signal import LEAST_SIGNAL, reach
from goodfit.checks.training.not_learning import learns
from goodfit.facts import BaselineFacts, SettingsFacts, Trace

SHARE_LEARNED = Threshold(0.75, source="docs/evidence/model.md")
SHARE_LOST = Threshold(0.25, source="docs/evidence/model.md, as GF220's")
MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")

Harm = Literal["stuck", "lost", "behind", ""]

WORDS: dict[Harm, str] = {
    "stuck": "the model does no better than a constant answer on its own training rows",
    "lost": "the weights you get back have lost a good part of what training had gained",
    "behind": "the model is clearly behind a simple learner, on its training rows too",
    "": "the model does well all the same",
}


def best_train(trace: Trace) -> tuple[float, float] | None:
    """The lowest honest training loss of any probe with its standard error."""
    curve = [(mean, error) for _, mean, error in finite(trace, "train")]
    return min(curve) if curve else None


def floor_loss(trace: Trace) -> float | None:
    """What learning starts from: a constant answer's loss, or the loss before training where that
    is lower or nothing is known of constant answers; None where neither is."""
    prior = prior_loss(trace)
    curve = finite(trace, "train")
    first = curve[0][1] if curve and curve[0][0] < 0 else None
    known = [value for value in (prior, first) if value is not None]
    return min(known) if known else None


def share_lost(trace: Trace) -> float | None:
    """What the weights the user gets back lose of the best training loss's gain; infinite where
    they are not finite, None where it is unknown or within noise."""
    final, best, floor = trace.final_train, best_train(trace), floor_loss(trace)
    if final is None or best is None or floor is None or floor - best[0] <= 0:
        return None
    if not math.isfinite(final.mean):
        return math.inf
    lost = final.mean - best[0]
    noise = math.hypot(final.standard_error, best[1])
    return lost / (floor - best[0]) if lost > MIN_Z.value * noise else 0.0


def _share_learned(trace: Trace, baselines: BaselineFacts) -> float | None:
    """What the training rows have gained of the way from a constant answer to a simple learner, by
    their losses, or by their errors where losses cannot be compared."""
    possible = reach(trace, baselines)
    if possible is not None and trace.final_train is not None:
        return possible.share(trace.final_train.mean)
    if trace.final_train is not None and any(score.loss is not None for score in baselines.scores):
        return None  # the losses say that there is little to learn
    error = trace.predictions.error if trace.predictions is not None else None
    errors = {score.name: score.error for score in baselines.scores}
    prior = errors.pop("prior", None)
    simple = min(errors.values(), default=None)
    if error is None or prior is None or simple is None or not math.isfinite(error):
        return None
    if not simple < prior * (1 - LEAST_SIGNAL.value):
        return None
    return (prior - error) / (prior - simple)


def _behind(trace: Trace, baselines: BaselineFacts | None, settings: SettingsFacts | None) -> bool:
    if baselines is None:
        return False
    share = _share_learned(trace, baselines)
    if share is None or not share < SHARE_LEARNED.value:
        return False
    answer = worse_than_baseline(baselines, settings)
    return isinstance(answer, Suspicion) and answer.case == "simple"


def harm(
    trace: Trace, baselines: BaselineFacts | None = None, settings: SettingsFacts | None = None
) -> Harm:
    """The worst that can be said of the model the user gets back; "" for nothing."""
    if learns(trace) is False:
        return "stuck"
    lost = share_lost(trace)
    if lost is not None and lost >= SHARE_LOST.value:
        return "lost"
    return "behind" if _behind(trace, baselines, settings) else ""
