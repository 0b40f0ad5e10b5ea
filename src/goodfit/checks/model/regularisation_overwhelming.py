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
import statistics
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
from goodfit.checks.model.signal import reach
from goodfit.facts import BaselineFacts, Epoch, LayerFacts, ModelFacts, Trace

MIN_EPOCHS = Threshold(3, source="fewer probed epochs show no course")
SHARE_LEARNED = Threshold(0.75, source="docs/evidence/model.md")
SHRUNK = Threshold(0.5, source="docs/evidence/model.md")
DOMINATES = Threshold(10.0, source="docs/evidence/model.md")


def regularisation_overwhelming(
    trace: Trace, model: ModelFacts, baselines: BaselineFacts | None = None
) -> Answer:
    penalised = [layer for layer in model.layers if layer.penalties]
    epochs = [epoch for epoch in trace.epochs if epoch.train and epoch.penalty is not None]
    if not penalised and not any(epoch.penalty for epoch in epochs):
        return NotApplicable("the model has no penalties")
    if len(epochs) <= MIN_EPOCHS.value or not _finite(epochs):
        return CannotTell("penalty and training loss are not known for enough epochs")
    first, last = epochs[0], epochs[-1]
    if first.train is None or last.train is None:
        return CannotTell("the training loss is not known")
    possible = reach(trace, baselines)
    start, end = first.penalty or 0.0, last.penalty or 0.0
    shrunk = _shrunk(trace, penalised)
    evidence = {
        "penalty_first": start,
        "penalty_last": end,
        "loss_first": first.train.mean,
        "loss_last": last.train.mean,
        "weights_left": shrunk,
        "times": end / last.train.mean if last.train.mean > 0 else math.inf,
        **_strength(penalised),
    }
    if possible is None:
        if max(start, end) <= last.train.mean:
            return Passed("the penalty is smaller than the data loss", evidence)
        return CannotTell("no simple learner shows how much could be learned")
    learned = possible.share(last.train.mean)
    evidence |= {"share_learned": learned, "simple_loss": possible.simple}
    if learned >= SHARE_LEARNED.value:
        return Passed(f"the data were learned all the same ({learned:.0%} of the way)", evidence)
    where = place(penalised[0].where, layer=penalised[0].path) if penalised else place(model.where)
    if start > first.train.mean and shrunk is not None and shrunk < SHRUNK.value:
        return Suspicion(case="shrunk", evidence=evidence, where=where)
    if evidence["times"] >= DOMINATES.value and _idle(epochs):
        return Suspicion(case="dominates", evidence=evidence, where=where)
    return Passed("underfitted, but the penalty does not explain it", evidence)


def _finite(epochs: list[Epoch]) -> bool:
    ends = (epochs[0], epochs[-1])
    return all(
        e.train is not None and math.isfinite(e.train.mean) and math.isfinite(e.penalty or 0.0)
        for e in ends
    )


def _strength(penalised: list[LayerFacts]) -> dict[str, Any]:
    """The strongest penalty that is known by its factors."""
    known = [p for layer in penalised for p in layer.penalties]
    factor = max((max(p.l1, p.l2) for p in known), default=0.0)
    return {
        "layers": [layer.path for layer in penalised],
        "factor": factor or None,
        "told": f"a factor of {factor:g}" if factor else "the present factor",
        "tenth": f"{factor / 10:g}" if factor else "a tenth of it",
    }


def _shrunk(trace: Trace, penalised: list[LayerFacts]) -> float | None:
    """The size of the penalised layers' weights at the last probe against the first, the median
    layer's."""
    paths = {layer.path for layer in penalised}
    sizes = [
        {probe.path: probe.weight_norm for probe in epoch.layers if probe.weight_norm is not None}
        for epoch in trace.epochs
    ]
    sizes = [size for size in sizes if size]
    if len(sizes) < 2:
        return None
    ratios = [
        sizes[-1][path] / size
        for path, size in sizes[0].items()
        if size > 0 and path in sizes[-1] and (path in paths or not paths)
    ]
    return statistics.median(ratios) if ratios else None


def _idle(epochs: list[Epoch]) -> bool:
    """Whether the data loss did not fall over the last third."""
    losses = [epoch.train.mean for epoch in epochs if epoch.train is not None]
    before = losses[-1 - max(1, (len(losses) - 1) // 3)]
    return losses[-1] >= 0.98 * before


CHECK = Check(
    code="GF217",
    name="regularisation-overwhelming",
    severity="warning",
    function=regularisation_overwhelming,
    message={
        "shrunk": "The weight penalty ({penalty_first:.3g} at the start, against a data loss of "
        "{loss_first:.3g}) has shrunk the weights to {weights_left:.0%} of their size, and only "
        "{share_learned:.0%} of what a simple learner learns was learned.",
        "dominates": "The weight penalty is {times:.0f} times the data loss at the end "
        "({penalty_last:.3g} against {loss_last:.3g}), which no longer falls; only "
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
