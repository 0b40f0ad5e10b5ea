"""A closer look at the rows, after the training: almost equal rows, windows that overlap, and
whether both sets come from one distribution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from goodfit.facts import DataFacts, SetFacts, SplitFacts
from goodfit.observe.baselines.domain import domain_auc
from goodfit.observe.data import datasets
from goodfit.observe.data.drift import feature_drift, target_shift
from goodfit.observe.data.near import near_rows
from goodfit.observe.data.windows import window_overlap

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis


def closer(work: Analysis, data: DataFacts) -> DataFacts:
    """The facts with what takes longer to see; each part fails alone, with the reason noted."""
    rows = {role: work.watched.intake.rows(role) for role in ("train", "validation")}
    train, validation = rows["train"], rows["validation"]
    if train is None:
        return data
    kinds = tuple(one.kind for one in data.train.inputs)
    data = replace(data, train=_repeating(work, data.train, train, kinds))
    if validation is None or data.validation is None:
        return data
    held = _repeating(work, data.validation, validation, kinds)
    split = data.split or SplitFacts()
    split = _almost_leaked(work, split, (train, validation), kinds)
    split = _drifted(work, split, data, kinds)
    return replace(data, validation=held, split=split)


def _repeating(work: Analysis, facts: SetFacts, rows: datasets.Rows, kinds: Any) -> SetFacts:
    """The number of rows almost equal to another, reckoned from those looked at."""
    near = work.attempt(f"{facts.role} near duplicates", lambda: near_rows(rows.x, kinds=kinds))
    if near is None or not near.rows:
        return facts
    return replace(facts, near_duplicates=round(near.count * facts.rows_seen / near.rows))


def _almost_leaked(
    work: Analysis,
    split: SplitFacts,
    rows: tuple[datasets.Rows, datasets.Rows],
    kinds: tuple[str, ...],
) -> SplitFacts:
    train, validation = (one.x for one in rows)
    near = work.attempt("near leaks", lambda: near_rows(train, validation, kinds=kinds))
    if near is not None:
        split = replace(
            split, near_leaked=near.count, near_rows=near.rows, near_examples=near.examples
        )
    if len(kinds) != 1:
        return split
    overlap = work.attempt("windows", lambda: window_overlap(train, validation, kinds[0]))
    return replace(split, window_overlap=overlap)


def _drifted(
    work: Analysis, split: SplitFacts, data: DataFacts, kinds: tuple[str, ...]
) -> SplitFacts:
    """Training against validation distributions, on the samples drawn when training began."""
    train, validation = (work.watched.samples.get(role) for role in ("train", "validation"))
    if train is None or validation is None:
        return split
    drift = work.attempt("drift", lambda: feature_drift(train.x, validation.x, kinds))
    if drift is not None:
        split = replace(split, drift=drift[0], features_tested=drift[1])
    tokens = datasets.token_inputs(work.model)
    told = work.attempt(
        "domain classifier", lambda: domain_auc(train.x, validation.x, token_inputs=tokens)
    )
    if told is not None:
        split = replace(split, domain_auc=told[0], domain_auc_se=told[1])
    held = data.validation
    if held is None:
        return split
    shift = work.attempt(
        "target shift", lambda: target_shift(data.train, held, train.y, validation.y)
    )
    if shift is not None:
        split = replace(split, target_statistic=shift[0], target_p_value=shift[1])
    return split
