"""How the training went, where a suspicion about the data has to be weighed against it."""

from __future__ import annotations

import math
from typing import Literal

from goodfit.checks.check import Suspicion, Threshold
from goodfit.checks.generalization.worse_than_baseline import worse_than_baseline
from goodfit.checks.training.harm import harm
from goodfit.facts import BaselineFacts, SettingsFacts, Trace

CLEAR = Threshold(2.0, source="standard errors of a paired difference: 5 % two-sided")
ALIKE = Threshold(1.0, source="standard errors of a paired difference: docs/evidence/data.md")
WELL_SHARE = Threshold(0.25, source="docs/evidence/data.md")

Faring = Literal["well", "badly", "unknown"]


def _against_learners(baselines: BaselineFacts) -> Faring:
    """The model against the best simple learner, which scales its inputs itself."""
    difference, error = baselines.model_vs_best, baselines.model_vs_best_se
    prior = next((score.error for score in baselines.scores if score.name == "prior"), None)
    if difference is None or error is None or prior is None or baselines.model_error is None:
        return "unknown"
    if not math.isfinite(difference) or not math.isfinite(error):
        return "unknown"
    if difference > CLEAR.value * error and difference > 0:
        return "badly"
    better_than_prior = prior - baselines.model_error > CLEAR.value * (
        baselines.model_error_se or 0.0
    )
    if better_than_prior and difference <= ALIKE.value * error:
        return "well"
    return "unknown"


def fared(baselines: BaselineFacts | None, trace: Trace | None) -> Faring:
    """Whether training went well: as good as the best simple learner on rows that were not trained
    on, or, where no learner could be asked, far below the prior's error on the training rows."""
    told = _against_learners(baselines) if baselines is not None else "unknown"
    if told != "unknown" or baselines is not None:
        return told
    predictions = trace.predictions if trace is not None else None
    if predictions is None or predictions.error is None or not predictions.prior_error:
        return "unknown"
    if not predictions.finite or predictions.error >= predictions.prior_error:
        return "badly"
    return "well" if predictions.error <= WELL_SHARE.value * predictions.prior_error else "unknown"


def badly_off(
    baselines: BaselineFacts | None, trace: Trace | None, settings: SettingsFacts | None = None
) -> bool:
    """Whether the model shows harm beyond doubt: worse than a simple learner on the same rows, or
    no better than a constant answer, or worse than it has been, on its own training rows."""
    if baselines is not None:
        answer = worse_than_baseline(baselines, settings)
        if isinstance(answer, Suspicion) and answer.case == "simple":
            return True
    return trace is not None and bool(harm(trace, baselines, settings))
