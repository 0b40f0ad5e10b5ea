"""How much of what can be learned was learned: the honest training loss between that of the best
constant answer and that of the best simple learner. Not a check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from goodfit.checks.check import Threshold
from goodfit.facts import BaselineFacts, Trace

LEAST_SIGNAL = Threshold(0.1, source="docs/evidence/model.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """`prior` is the loss of the best constant answer, `simple` the lowest of a simple learner."""

    prior: float
    simple: float

    def share(self, loss: float) -> float:
        """What `loss` has gained of the way from prior to simple: 0 none of it, 1 all."""
        return (self.prior - loss) / (self.prior - self.simple)


def prior_loss(trace: Trace, baselines: BaselineFacts | None) -> float | None:
    """The loss of the best constant answer, in the model's own loss."""
    if trace.predictions is not None and trace.predictions.prior_loss is not None:
        return trace.predictions.prior_loss
    scores = baselines.scores if baselines else ()
    return next((score.loss for score in scores if score.name == "prior"), None)


def reach(trace: Trace, baselines: BaselineFacts | None) -> Reach | None:
    """Prior and simple learner where the learner shows that there is something to learn: its loss
    at least a tenth below the prior's. None where that cannot be told."""
    prior = prior_loss(trace, baselines)
    scores = baselines.scores if baselines else ()
    losses = [score.loss for score in scores if score.loss is not None and score.name != "prior"]
    simple = min(losses, default=None)
    if prior is None or simple is None or not simple < prior - LEAST_SIGNAL.value * abs(prior):
        return None
    return Reach(prior=prior, simple=simple)


def comparable(trace: Trace) -> list[tuple[int, float]]:
    """(epoch, honest training loss) over one and the same sample of rows: the one that most epochs
    were probed on."""
    honest = trace.honest("train")
    counts = Counter(loss.rows for _, loss in honest)
    rows = max(counts, key=lambda size: (counts[size], size), default=0)
    return [(index, loss.mean) for index, loss in honest if loss.rows == rows]
