"""Whether the model does badly at all, which an advice on its settings must rest on. Not a check.

A layer may look odd and do no harm. So these checks warn only where another measurement shows that
the model suffers: it does not beat a constant answer, or a simple learner beats it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.checks.check import Suspicion
from goodfit.checks.generalization.underfitting import underfitting
from goodfit.checks.generalization.worse_than_baseline import worse_than_baseline
from goodfit.checks.training.not_learning import learns, not_learning
from goodfit.facts import BaselineFacts, SettingsFacts, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """`words` continues "the model ..."; `on_train` says whether it shows on the rows that were
    trained on, so that it is no overfitting."""

    words: str
    on_train: bool


def harm(
    trace: Trace | None, baselines: BaselineFacts | None, settings: SettingsFacts | None = None
) -> Harm | None:
    """What shows that the model does badly, the worst first; None where nothing does."""
    if trace is None:
        return None
    if trace.trained and learns(trace) is False:
        return Harm(words="does no better than a constant answer on its own rows", on_train=True)
    under = underfitting(trace, baselines, settings)
    if isinstance(under, Suspicion) and under.case == "simple":
        words = (
            "errs more on its own training rows than {} does on new ones ({:.3g} against {:.3g})"
        )
        known = under.evidence
        name = {"linear": "a linear model", "neighbours": "a nearest neighbour"}
        learner = name.get(known["learner"], "repeating the last value")
        return Harm(
            words=words.format(learner, known["train_error"], known["learner_error"]), on_train=True
        )
    worse = worse_than_baseline(baselines, settings) if baselines is not None else None
    if isinstance(worse, Suspicion) and worse.case == "simple":
        known = worse.evidence
        return Harm(
            words=f"errs more than {known['learner_in_words']} ({known['model_error']:.3g} "
            f"against {known['learner_error']:.3g})",
            on_train=_on_train(trace, known["learner_error"]),
        )
    return None


def _on_train(trace: Trace, learner: float) -> bool:
    """Whether the model errs as much on its training rows as the learner on new ones."""
    error = trace.predictions.error if trace.predictions else None
    return error is not None and math.isfinite(error) and error >= learner


def overfits(trace: Trace | None) -> bool:
    """Whether validation clearly suffers from training for too long (GF401)."""
    from goodfit.checks.generalization.overfitting import overfitting

    if trace is None:
        return False
    answer = overfitting(trace)
    return isinstance(answer, Suspicion) and answer.severity != "tip"


def still_falling(trace: Trace | None, settings: SettingsFacts | None = None) -> float | None:
    """What share of the gain was yet to come when training ended with both losses clearly falling
    (GF403), or on the way to a constant answer's loss (GF307); None where they were not."""
    if trace is None:
        return None
    under = underfitting(trace, None, settings)
    if isinstance(under, Suspicion) and under.case == "falling":
        return float(under.evidence["left"])
    learning = not_learning(trace, settings)
    return 1.0 if isinstance(learning, Suspicion) and learning.case == "slow" else None
