"""Simple learners on the rows that the model saw: what a score is worth.

The prior, a linear model, ten nearest neighbours, a small forest, and for series the last value
seen. They are fitted on the training sample and measured on the validation sample; without one,
out of fold on the training sample (five folds, unshuffled for series).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from goodfit.facts import BaselineFacts, BaselineScore, LabelSuspects
from goodfit.observe.baselines.learners import FOR_CLASSES, FOR_NUMBERS, MIDDLING, logistic
from goodfit.observe.baselines.rows import (
    Rows,
    Sample,
    out_of_fold,
    persistence_of,
    rows_for,
    sample_of,
)
from goodfit.observe.baselines.scores import Measure, mean_and_error, measure_of, t_of
from goodfit.observe.baselines.single import single_features
from goodfit.observe.baselines.suspects import label_suspects
from goodfit.observe.baselines.tasks import answer_errors, task_of
from goodfit.observe.baselines.threads import one_thread
from goodfit.observe.data.arrays import flatten, to_numpy

CLEAR = 5.0
"""Standard errors below the prior from which on a signal is plain without permutations."""
SEEN = 2.0
"""Standard errors below the prior from which on it pays to ask a learner about single labels."""
CHEAP = 256
"""Columns times classes up to which the linear learner for classes is cheap to refit."""
HUGE = 1e15
"""Whole numbers up to here are exact in double precision, and squares are far from overflow."""


Attempt = Callable[[str, Callable[[], Any]], Any]


def _permuted(
    rows: Rows, measure: Measure, surprises: Mapping[str, np.ndarray], count: int, seed: int
) -> tuple[str, tuple[float, ...]]:
    """The better of the cheap learners, and its errors when fitted on permuted targets."""
    learners = FOR_CLASSES if measure.task.kind == "classes" else FOR_NUMBERS
    size = rows.table.train_narrow.shape[1] * measure.targets.shape[1]
    costly = measure.task.kind == "classes" and (size > CHEAP or len(rows.splits) > 1)
    cheap = ["neighbours"] if costly else ["linear", "neighbours"]
    name = min(cheap, key=lambda one: float(surprises[one].mean()))
    answer = rows.prepared(name, learners[name], seed)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        order = rng.permutation(len(measure.targets))
        found.append(float(measure.errors(answer(measure.targets[order])).mean()))
    return name, tuple(found)


@dataclass(frozen=True, slots=True)
class _Scored:
    """All learners' scores, and their answers, errors and proper scores row by row."""

    scores: tuple[BaselineScore, ...]
    answers: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]
    surprises: Mapping[str, np.ndarray]

    @property
    def best(self) -> str:
        """The learner with the lowest error, the prior left out."""
        names = [name for name in self.errors if name != "prior"]
        return min(names, key=lambda name: float(self.errors[name].mean()))

    @property
    def signal_t(self) -> float:
        """How far the best learner's proper score lies below the prior's, in standard errors."""
        prior = self.surprises["prior"]
        return max(t_of(prior - rows) for name, rows in self.surprises.items() if name != "prior")


def _scored(rows: Rows, measure: Measure, last: np.ndarray | None, seed: int) -> _Scored:
    learners = FOR_CLASSES if measure.task.kind == "classes" else FOR_NUMBERS
    answers = {
        name: rows.prepared(name, learner, seed)(measure.targets)
        for name, learner in learners.items()
    }
    if last is not None:
        answers["persistence"] = measure.standardised(last)
    scores, errors, surprises = [], {}, {}
    for name, answer in answers.items():
        errors[name], surprises[name] = measure.errors(answer), measure.surprises(answer)
        error, error_se = mean_and_error(errors[name])
        losses = measure.losses(answer, name)
        loss, loss_se = (None, None) if losses is None else mean_and_error(losses)
        scores.append(
            BaselineScore(name=name, error=error, error_se=error_se, loss=loss, loss_se=loss_se)
        )
    return _Scored(tuple(scores), answers, errors, surprises)


def _unfit(x: Any, y: Any) -> str:
    """Why no learner can be fitted to these rows; "" where one can."""
    if not sum(leaf[:1].size for _, leaf in flatten(x)):
        return "the inputs have no columns"
    targets = to_numpy(y)
    if targets.dtype.kind in "iuf" and (np.abs(targets.astype(float)) > HUGE).any():
        return f"the targets reach beyond {HUGE:.0e}"
    if _copies(x, targets):
        return "the targets are the inputs, which a linear model need only copy"
    return ""


def _copies(x: Any, targets: np.ndarray) -> bool:
    """Whether the targets are one of the inputs again, as an autoencoder's are."""
    leaves = (to_numpy(leaf) for _, leaf in flatten(x))
    return any(
        leaf.shape == targets.shape and leaf.shape[1:] and np.array_equal(leaf, targets)
        for leaf in leaves
    )


def baseline_facts(
    train_x: Any,
    train_y: Any,
    val_x: Any = None,
    val_y: Any = None,
    *,
    model_predictions_val: Any = None,
    model_predictions_train: Any = None,
    loss_name: str,
    from_logits: bool | None,
    output_activation: str | None,
    series: bool = False,
    seed: int = 0,
    token_inputs: frozenset[str] | None = None,
    permutations: int = 20,
    skip_if_clear: bool = True,
    attempt: Attempt | None = None,
) -> BaselineFacts | str:
    """What simple learners make of the rows that the model saw.

    Args:
        train_x, train_y: the training sample, arrays (rows, ...) or structures; of more than 2,048
            rows a random 2,048 are taken.
        val_x, val_y: the validation sample, or None: then learners are measured out of fold on the
            training sample, and the model, which knows those rows, has an advantage.
        model_predictions_val, model_predictions_train: the model's answers on the same rows.
        loss_name: the compiled loss as Keras calls it; "" for none.
        from_logits: what that loss takes the answers for.
        output_activation: the activation applied last, where known.
        series: whether rows are windows of a series in time order.
        seed: of folds, forests and permutations.
        token_inputs: names of inputs that feed an embedding; None where not known.
        permutations: how often the better of the linear learner and the neighbours is refitted on
            permuted targets (the neighbours where the linear one is costly to refit: for classes,
            with many columns or without validation rows).
        skip_if_clear: no permutations where a learner, or the model on validation rows, lies five
            standard errors below the prior.
        attempt: calls what it is given, by name, and answers None where that fails; by default
            nothing is caught.

    Returns:
        The facts, or the reason why simple learners cannot be asked.
    """
    sample = sample_of(
        (train_x, train_y, model_predictions_train), (val_x, val_y, model_predictions_val), seed
    )
    if isinstance(sample, str):
        return sample
    unfit = _unfit(sample.train_x, sample.train_y)
    if unfit:
        return unfit
    told = (loss_name, from_logits, output_activation)
    outputs = None if sample.shown is None else int(np.prod(sample.shown.shape[1:]))
    task = task_of(sample.train_y, loss_name, outputs)
    measure = task if isinstance(task, str) else measure_of(task, sample.val_y, loss_name)
    if isinstance(task, str) or isinstance(measure, str):
        return str(measure)
    rows = rows_for(sample, task, series, token_inputs, seed)
    if isinstance(rows, str):
        return rows
    rule = persistence_of(sample.train_x, task) if series and task.kind == "numbers" else None
    last = rule(sample.val_x if sample.held_out else sample.train_x) if rule else None
    errors = None
    if sample.shown is not None:
        errors = answer_errors(sample.shown, measure.measured, measure.scale**2, *told)
    learner: str | None = None
    permuted: tuple[float, ...] = ()
    with one_thread():
        scored = _scored(rows, measure, last, seed)
        if permutations and not (skip_if_clear and _clear(scored, errors, sample.held_out)):
            learner, permuted = _permuted(rows, measure, scored.surprises, permutations, seed)
        facts = _facts(scored, measure, errors, learner, permuted)
        return _more(facts, _Compared(sample, rows, measure, scored, seed), token_inputs, attempt)


@dataclass(frozen=True, slots=True)
class _Compared:
    """What learners were fitted on, how they were measured, and what they answered."""

    sample: Sample
    rows: Rows
    measure: Measure
    scored: _Scored
    seed: int

    def recall(self) -> dict[str, float]:
        """The best learner's recall of each class, on the rows measured."""
        measure = self.measure
        if measure.task.kind != "classes":
            return {}
        right = self.scored.errors[self.scored.best] == 0
        labels = measure.measured.labels
        return {str(c): float(right[labels == c].mean()) for c in np.unique(labels).tolist()}

    def suspects(self) -> LabelSuspects | None:
        """Rows that look mislabelled to the best learner; None for numbers, and where no learner
        sees much: then it contradicts labels for want of a signal."""
        errors, name = self.scored.errors, self.scored.best
        seen = max(self.scored.signal_t, t_of(errors["prior"] - errors[name]))
        if self.measure.task.kind != "classes" or not seen > SEEN:
            return None
        rows, measure = self.rows, self.measure
        if rows.held_out:
            split = out_of_fold(rows, measure.task, self.seed)
            learner = partial(logistic, inverse=MIDDLING) if name == "linear" else FOR_CLASSES[name]
            shares = split.prepared(name, learner, self.seed)(measure.targets)
        else:
            shares = self.scored.answers[name]
        given = measure.targets.argmax(axis=1)
        table = rows.table.train_narrow
        return label_suspects(shares, given, table, measure.classes, self.sample.index)


def _more(
    facts: BaselineFacts,
    compared: _Compared,
    tokens: frozenset[str] | None,
    attempt: Attempt | None,
) -> BaselineFacts:
    """The facts with what the same rows tell besides; what fails leaves its field empty."""
    attempt = attempt or (lambda _, look: look())

    def single() -> Any:
        parts = (compared.sample, compared.measure, compared.rows.splits)
        return single_features(*parts, tokens=tokens or frozenset(), seed=compared.seed)

    return replace(
        facts,
        single_features=attempt("single features", single) or (),
        label_suspects=attempt("label suspects", compared.suspects),
        best_recall=attempt("best recall", compared.recall) or {},
    )


def _clear(scored: _Scored, model: np.ndarray | None, held_out: bool) -> bool:
    """Whether a signal is plain: a learner, or the model on rows it was not fitted on, is far
    better than the prior."""
    if scored.signal_t > CLEAR:
        return True
    return held_out and model is not None and t_of(scored.errors["prior"] - model) > CLEAR


def _facts(
    scored: _Scored,
    measure: Measure,
    model: np.ndarray | None,
    learner: str | None,
    permuted: tuple[float, ...],
) -> BaselineFacts:
    error, error_se = (None, None) if model is None else mean_and_error(model)
    against: float | None = None
    against_se: float | None = None
    if model is not None:
        against, against_se = mean_and_error(model - scored.errors[scored.best])
    return BaselineFacts(
        task=measure.task.kind,
        rows=measure.measured.rows,
        scores=scored.scores,
        model_error=error,
        model_error_se=error_se,
        row_errors=() if model is None else tuple(float(f"{one:.4g}") for one in model.tolist()),
        model_vs_best=against,
        model_vs_best_se=against_se,
        best=scored.best,
        permuted_errors=permuted,
        permuted_learner=learner,
        signal_t=scored.signal_t,
        train_rows=measure.task.rows,
    )
