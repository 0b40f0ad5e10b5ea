"""GF407 worse-than-baseline: a simple learner does better on the same rows.

Sees: the model's error on the validation rows clearly above that of the prior, a linear model, the
nearest neighbours or, for series, the last value; by more than noise and by a good part of what the
simple learner gains over the prior. A small forest that does better is only a tip: many healthy
networks lose to forests on tables.
Why it matters: what a simple learner finds at once the network missed or lost, so something in its
training is wrong; until it is found, the simple learner is the better model.
Evidence: the model's and the learners' errors per row (share of wrong rows, or squared error over
the variance of y, for numbers and for the probabilities of several labels a row) with standard
errors, paired by row against the best learner. Of several outputs the first is compared, which is a
warning only: one may do worse for the others' sake.
Remedies: scale-features, lower-learning-rate, early-stopping, weight-decay, more-epochs.
Source: docs/evidence/generalization.md; Makridakis et al., "Statistical and Machine Learning
forecasting methods" (2018), on networks that lose to the naive forecast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
from goodfit.facts import BaselineFacts, SettingsFacts
from goodfit.results import Severity

MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")
MIN_SHARE = Threshold(0.10, source="docs/evidence/generalization.md")
MIN_ROWS = Threshold(20, source="docs/evidence/generalization.md")
IN_WORDS = {
    "prior": "one constant answer",
    "linear": "a linear model",
    "neighbours": "the nearest neighbours' answer",
    "persistence": "repeating the last value",
    "trees": "a small forest",
}


@dataclass(frozen=True, slots=True)
class _Rival:
    name: str
    error: float
    worse: float
    standard_error: float
    share: float

    @property
    def z(self) -> float:
        return self.worse / self.standard_error

    @property
    def clear(self) -> bool:
        return self.z > MIN_Z.value and self.share >= MIN_SHARE.value


def _floor(worse: float, rows: int) -> float:
    """The least standard error of a mean difference over so few rows: Laplace's rule, so that
    rows which all agree do not count as certainty."""
    share = (min(abs(worse), 1.0) * rows + 1) / (rows + 2)
    return math.sqrt(share * (1 - share) / rows)


def _rivals(facts: BaselineFacts, model: float) -> list[_Rival]:
    errors = {score.name: score for score in facts.scores}
    prior = errors["prior"].error if "prior" in errors else None
    found = []
    for name, score in errors.items():
        worse = model - score.error
        noise = math.hypot(score.error_se, facts.model_error_se or 0.0)
        if name == facts.best and facts.model_vs_best is not None:
            worse, noise = facts.model_vs_best, facts.model_vs_best_se or 0.0
        gained = (prior - score.error) if prior is not None and name != "prior" else score.error
        share = worse / gained if gained > 0 else 0.0 if worse <= 0 else math.inf
        noise = max(noise, _floor(worse, facts.rows))
        if math.isfinite(worse) and (name == "prior" or gained > 0):
            found.append(_Rival(name, score.error, worse, noise, share))
    return found


def worse_than_baseline(baselines: BaselineFacts, settings: SettingsFacts | None = None) -> Answer:
    if settings is not None and (settings.class_weight or settings.sample_weight):
        return NotApplicable("weighted rows trade errors on purpose, which the learners do not")
    model = baselines.model_error
    if model is None or not math.isfinite(model):
        return NotApplicable("the model's own error on the baselines' rows is not known")
    if baselines.rows < MIN_ROWS.value:
        return CannotTell(f"{baselines.rows} rows are too few to compare learners on")
    rivals = _rivals(baselines, model)
    if not rivals:
        return CannotTell("no simple learner could be fitted")
    clear = [rival for rival in rivals if rival.clear]
    simple = [rival for rival in clear if rival.name != "trees"]
    rival = min(simple or clear or rivals, key=lambda one: one.error)
    evidence = {
        "model_error": model,
        "learner": rival.name,
        "learner_in_words": IN_WORDS.get(rival.name, rival.name),
        "learner_error": rival.error,
        "worse_by": rival.worse,
        "standard_error": rival.standard_error,
        "z": rival.z,
        "measure": "share of wrong rows"
        if baselines.task == "classes"
        else "squared error over variance",
        "rows": baselines.rows,
        "of_output": baselines.of_output,
        "errors": {score.name: score.error for score in baselines.scores},
    }
    if not clear:
        return Passed(
            f"error {model:.3g}, no simple learner clearly better ({rival.name} {rival.error:.3g})",
            evidence,
        )
    line = settings.fit_where if settings else None
    if simple:
        # of several outputs, one may do worse for the others' sake
        severity: Severity | None = "warning" if baselines.output else None
        return Suspicion(evidence=evidence, case="simple", severity=severity, where=place(line))
    return Suspicion(evidence=evidence, case="trees", severity="tip", where=place(line))


CHECK = Check(
    code="GF407",
    name="worse-than-baseline",
    severity="error",
    function=worse_than_baseline,
    message={
        "simple": "The model{of_output} is worse than {learner_in_words} on the same {rows} rows: "
        "{model_error:.3g} against {learner_error:.3g} ({measure}; worse by {worse_by:.2g} ± "
        "{standard_error:.2g}).",
        "trees": "A small forest does better on the same {rows} rows: {learner_error:.3g} against "
        "the model's{of_output} {model_error:.3g} ({measure}; by {worse_by:.2g} ± "
        "{standard_error:.2g}).",
    },
    advice={
        "simple": "Find out first why the network misses what {learner_in_words} finds: scaling of "
        "the inputs, learning rate, too few or too many epochs.",
        "trees": "On tables a gradient-boosted forest is worth trying beside the network; tuning "
        "regularisation and width may close the distance.",
    },
    remedies=("scale-features", "lower-learning-rate", "early-stopping", "weight-decay"),
)
