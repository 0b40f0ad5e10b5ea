"""GF113 no-signal: targets that do not depend on the inputs, as far as the rows can show.

Sees: simple learners no better than guessing and no better than on permuted targets, and a model
that on rows it was not trained on is no better than guessing either.
Why it matters: a network large enough learns any targets by heart, so that training looks fine.
Where inputs tell nothing about targets there is nothing that regularisation, another architecture
or a longer training could bring out.
Evidence: how far the best learner's error lies below that of guessing, in standard errors (squared
error for numbers, cross-entropy for classes, so that rare classes hide no signal); the share of
permutations of the targets on which the same learner did as well; the model's error against
guessing; the gain over guessing that these rows rule out.
Remedies: none helps the model; other inputs do.
Source: docs/evidence/data.md; Ojala, Garriga, "Permutation Tests for Studying Classifier
Performance" (2010), test 1; Zhang et al., "Understanding deep learning requires rethinking
generalization" (2017), for networks that fit random labels.
"""

from __future__ import annotations

import math

from goodfit.checks.check import Answer, CannotTell, Check, Passed, Suspicion, Threshold, place
from goodfit.facts import BaselineFacts, BaselineScore, DataFacts, SettingsFacts

MIN_ROWS = Threshold(20, source="docs/evidence/data.md")
MANY_ROWS = Threshold(100, source="docs/evidence/data.md")
MOST_T = Threshold(1.0, source="docs/evidence/data.md")
MOST_T_FEW_ROWS = Threshold(0.5, source="docs/evidence/data.md")
LEAST_P = Threshold(0.2, source="docs/evidence/data.md")
MIN_PERMUTATIONS = Threshold(9, source="fewer cannot tell p = 0.1 from p = 0.2")
MODEL_Z = Threshold(1.645, source="one-sided 5 %")
SIGNAL_T = Threshold(3.0, source="docs/evidence/data.md")
HARD_FOR_LEARNERS = ("image", "sequence", "tokens", "text", "other")


def _score(baselines: BaselineFacts, name: str | None) -> BaselineScore | None:
    return next((score for score in baselines.scores if score.name == name), None)


def _signal_t(baselines: BaselineFacts, prior: BaselineScore) -> float | None:
    """How far the best learner is below guessing; from errors where squared errors are not told."""
    if baselines.signal_t is not None:
        return baselines.signal_t
    gains = [
        (prior.error - score.error) / score.error_se
        for score in baselines.scores
        if score is not prior and score.error_se > 0
    ]
    return max(gains, default=None)


def _model_z(baselines: BaselineFacts, prior: BaselineScore) -> float | None:
    """The model's gain over guessing in standard errors, as if the two were independent: by their
    rows they are not, but which way that goes is not known."""
    error = baselines.model_error
    if error is None or not math.isfinite(error):
        return None
    gain, error_se = prior.error - error, math.hypot(baselines.model_error_se or 0, prior.error_se)
    return gain / error_se if error_se else math.copysign(math.inf, gain) if gain else 0.0


def _p(baselines: BaselineFacts, learner: BaselineScore) -> float:
    """The share of permutations of the targets, the true order among them, that do as well."""
    as_good = sum(error <= learner.error for error in baselines.permuted_errors)
    return (1 + as_good) / (1 + len(baselines.permuted_errors))


def _evidence(
    baselines: BaselineFacts, prior: BaselineScore, learner: BaselineScore
) -> dict[str, float | str | None]:
    bound = prior.error - learner.error + MODEL_Z.value * max(learner.error_se, prior.error_se)
    return {
        "rows": baselines.rows,
        "of_output": baselines.of_output,
        "learner": learner.name,
        "learner_error": learner.error,
        "prior_error": prior.error,
        "permuted_lowest": min(baselines.permuted_errors),
        "permuted_highest": max(baselines.permuted_errors),
        "p": _p(baselines, learner),
        "signal_t": _signal_t(baselines, prior),
        "model_error": baselines.model_error,
        "gain_ruled_out": max(0.0, bound),
    }


def _chance(baselines: BaselineFacts, t: float, p: float) -> bool:
    """Whether what learners gain over guessing is what they would gain without a signal."""
    limit = MOST_T if baselines.rows >= MANY_ROWS.value else MOST_T_FEW_ROWS
    return t <= limit.value and p >= LEAST_P.value


def _hard(data: DataFacts | None) -> bool:
    """Whether inputs are of a kind that simple learners may not be able to read."""
    arrays = data.train.inputs if data is not None else ()
    return any(array.kind in HARD_FOR_LEARNERS for array in arrays)


def no_signal(
    baselines: BaselineFacts,
    data: DataFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    prior = _score(baselines, "prior")
    t = _signal_t(baselines, prior) if prior is not None else None
    if prior is None or t is None or math.isnan(t):
        return CannotTell("no simple learner was fitted on these rows")
    if t >= SIGNAL_T.value:
        return Passed(f"a simple learner is {t:.1f} standard errors better than guessing")
    held_out = data is None or data.validation is not None
    z = _model_z(baselines, prior) if held_out else 0.0  # else the model knows the rows
    if z is not None and z > MODEL_Z.value:
        return Passed(f"the model is {z:.1f} standard errors better than guessing")
    if baselines.rows < MIN_ROWS.value:
        return CannotTell(f"{baselines.rows} rows are too few to tell; 100 or more would do")
    learner = _score(baselines, baselines.permuted_learner or baselines.best)
    if learner is None or len(baselines.permuted_errors) < MIN_PERMUTATIONS.value or z is None:
        return CannotTell("the model, or learners on permuted targets, were not measured")
    evidence, p = _evidence(baselines, prior, learner), _p(baselines, learner)
    if not _chance(baselines, t, p):
        return CannotTell(
            f"a simple learner is {t:.1f} standard errors better than guessing (p = {p:.2g} on "
            "permuted targets): more rows would tell whether that is chance"
        )
    case = "hard inputs" if _hard(data) else "few rows"
    if case == "few rows" and baselines.rows >= MANY_ROWS.value:
        case = "many rows"
    return Suspicion(
        evidence=evidence,
        case=f"{baselines.task}, {case}",
        severity="tip" if case == "hard inputs" else None,
        where=place(settings.fit_where if settings else None, argument="x"),
    )


_CLASSES = (
    "The best simple learner{of_output} ({learner}) is wrong on {learner_error:.0%} of {rows} "
    "rows; fitted on shuffled targets it is wrong on {permuted_lowest:.0%} to "
    "{permuted_highest:.0%}, and guessing on {prior_error:.0%}: no signal was found (one worth "
    "more than {gain_ruled_out:.0%} of rows would have shown)."
)
_NUMBERS = (
    "The best simple learner{of_output} ({learner}) has a squared error of {learner_error:.2f} "
    "times the variance on {rows} rows; fitted on shuffled targets {permuted_lowest:.2f} to "
    "{permuted_highest:.2f}, and answering the mean {prior_error:.2f}: no signal was found (one "
    "worth more than {gain_ruled_out:.0%} of the variance would have shown)."
)
_TOGETHER = (
    "Check that row i of x still belongs to row i of y (a shuffle or sort of one of them) and that "
    "the informative columns are there"
)
_ADVICE = {
    "many rows": "No architecture, regularisation or longer training will help. "
    f"{_TOGETHER}; else collect other inputs.",
    "few rows": "No architecture, regularisation or longer training will help on these rows. "
    f"{_TOGETHER}; else collect other inputs, or more rows, on which a weak signal could show.",
    "hard inputs": f"{_TOGETHER}. Simple learners may miss what such inputs hold: train on a task "
    "known to work with the same pipeline.",
}
_MESSAGES = {"classes": _CLASSES, "numbers": _NUMBERS}

CHECK = Check(
    code="GF113",
    name="no-signal",
    severity="warning",
    function=no_signal,
    message={f"{task}, {case}": text for task, text in _MESSAGES.items() for case in _ADVICE},
    advice={f"{task}, {case}": text for task in _MESSAGES for case, text in _ADVICE.items()},
)
