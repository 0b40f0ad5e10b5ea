"""GF217 regularisation-overwhelming: training obeys the weight penalty instead of the data.

Sees: penalties (L1, L2, ...) larger than the data loss at the start, that have shrunk the weights
to less than half, or are many times the data loss at the end, while the honest training loss stays
far from what simple learners reach. A large penalty alone is no fault: in a wide network it often
starts above the data loss and does good.
Why it matters: the optimiser pays for small weights with wrong answers; no training time helps.
Evidence: the penalty and the honest training loss, first and last; the size of the penalised
weights, last against first; the share learned of what a simple learner gains over a constant.
Remedies: weaker-regularisation.
Source: docs/evidence/model.md; Krogh and Hertz, "A Simple Weight Decay Can Improve Generalization"
(1991).
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
from goodfit.checks.model.signal import comparable, prior_loss, reach
from goodfit.checks.model.sizes import left, weight_sizes
from goodfit.facts import BaselineFacts, LayerFacts, ModelFacts, Trace

MIN_EPOCHS = Threshold(3, source="fewer probed epochs show no course")
SHARE_LEARNED = Threshold(0.75, source="docs/evidence/model.md")
SHRUNK = Threshold(0.5, source="docs/evidence/model.md")
DOMINATES = Threshold(10.0, source="docs/evidence/model.md")


def regularisation_overwhelming(
    trace: Trace, model: ModelFacts, baselines: BaselineFacts | None = None
) -> Answer:
    penalised = [layer for layer in model.layers if layer.penalties]
    penalties = [(e.index, e.penalty) for e in trace.epochs if e.penalty is not None]
    if not penalised and not any(penalty for _, penalty in penalties):
        return NotApplicable("the model has no penalties")
    losses = [loss.mean for _, loss in trace.honest("train")]
    if not penalties or len(losses) <= MIN_EPOCHS.value or not math.isfinite(losses[-1]):
        return CannotTell("penalty and training loss are not known for enough epochs")
    known = {
        "penalty": penalties[0][1],
        "loss_first": losses[0],
        "loss_last": losses[-1],
        "weights_left": _weights_left(trace, model, penalised),
        "times": _times(trace, penalties[-1], losses[-1]),
        **_strength(penalised),
    }
    possible = reach(trace, baselines)
    if possible is None:
        if penalties[0][1] <= losses[-1]:
            return Passed("the penalty is smaller than the data loss", known)
        prior = prior_loss(trace, baselines)
        if prior is not None and losses[-1] <= (1 - SHARE_LEARNED.value) * prior:
            return Passed("the data were learned all the same", known)
        return CannotTell("no simple learner shows how much could be learned")
    learned = possible.share(losses[-1])
    evidence = {**known, "share_learned": learned, "simple_loss": possible.simple}
    if learned >= SHARE_LEARNED.value:
        return Passed(f"the data were learned all the same ({learned:.0%} of the way)", evidence)
    case = _case(evidence, trace)
    if not case:
        return Passed("underfitted, but the penalty does not explain it", evidence)
    where = place(penalised[0].where, layer=penalised[0].path) if penalised else place(model.where)
    return Suspicion(case=case, evidence=evidence, where=where)


def _case(known: Mapping[str, Any], trace: Trace) -> str:
    left_over, times = known["weights_left"], known["times"]
    if (
        known["penalty"] > known["loss_first"]
        and left_over is not None
        and left_over < SHRUNK.value
    ):
        return "shrunk"
    return "dominates" if times is not None and times >= DOMINATES.value and _idle(trace) else ""


def _times(trace: Trace, penalty: tuple[int, float], loss: float) -> float | None:
    """The penalty over the data loss at the end; None where it was not measured there."""
    epoch, value = penalty
    near_the_end = 2 * (epoch + 1) > trace.trained
    return value / loss if near_the_end and loss > 0 and math.isfinite(value) else None


def _weights_left(trace: Trace, model: ModelFacts, penalised: Sequence[LayerFacts]) -> float | None:
    """The size of the penalised weights at the last probe over that at the first."""
    sizes = weight_sizes(trace, model)
    paths = {layer.path for layer in penalised}
    return left(sizes[0][1], sizes[-1][1], paths) if len(sizes) > 1 else None


def _strength(penalised: Sequence[LayerFacts]) -> dict[str, Any]:
    """The strongest penalty that is known by its factors."""
    known = [p for layer in penalised for p in layer.penalties]
    factor = max((max(p.l1, p.l2) for p in known), default=0.0)
    return {
        "layers": [layer.path for layer in penalised],
        "factor": factor or None,
        "told": f"a factor of {factor:g}" if factor else "the present factor",
        "tenth": f"{factor / 10:g}" if factor else "a tenth of it",
    }


def _idle(trace: Trace) -> bool:
    """Whether the data loss did not fall over the last third."""
    losses = [loss for _, loss in comparable(trace)]
    before = losses[-1 - max(1, (len(losses) - 1) // 3)] if len(losses) > 1 else math.inf
    return losses[-1] >= 0.98 * before


CHECK = Check(
    code="GF217",
    name="regularisation-overwhelming",
    severity="warning",
    function=regularisation_overwhelming,
    message={
        "shrunk": "The weight penalty ({penalty:.3g} at the start, against a data loss of "
        "{loss_first:.3g}) has shrunk the weights to {weights_left:.0%} of their size, and only "
        "{share_learned:.0%} of what a simple learner learns was learned.",
        "dominates": "The weight penalty is {times:.0f} times the data loss at the end "
        "({loss_last:.3g}), which no longer falls; only "
        "{share_learned:.0%} of what a simple learner learns was learned.",
    },
    advice={
        "shrunk": "Weaken the regulariser: {tenth} in place of {told}, and again a tenth if the "
        "training loss still stays up.",
        "dominates": "Weaken the regulariser: {tenth} in place of {told}, and again a tenth if the "
        "training loss still stays up.",
    },
    remedies=("weaker-regularisation",),
)
