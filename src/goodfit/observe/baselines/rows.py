"""The rows that simple learners are fitted on and measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from goodfit.observe.baselines.design import Table, table_of
from goodfit.observe.baselines.learners import Answer, Learner
from goodfit.observe.baselines.tasks import Task
from goodfit.observe.data.arrays import flatten, rows_of, take, to_numpy

MAX_ROWS = 2048
MIN_ROWS = 10
FOLDS = 5
FEW_FOLDS = 4
FOLD_TREES = 24
"""Trees of each fold's forest, since there are five of them."""

Wanted = tuple[np.ndarray, np.ndarray]  # numbers of the rows to fit on, and of those to measure


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as learners take them, and which are fitted on and measured in each split."""

    table: Table
    splits: tuple[Wanted, ...]
    held_out: bool

    def prepared(self, name: str, learner: Learner, seed: int) -> Answer:
        """The learner on all splits: from all training targets to answers on all rows measured."""
        if name == "trees" and len(self.splits) > 1:
            learner = partial(learner, trees=FOLD_TREES)
        train = self.table.train_wide if name == "trees" else self.table.train_narrow
        rest = self.table.other_wide if name == "trees" else self.table.other_narrow
        rows = rest if self.held_out else train
        parts = [(fit, of, learner(train[fit], rows[of], seed)) for fit, of in self.splits]

        def answer(targets: np.ndarray) -> np.ndarray:
            found = np.empty((len(rows), targets.shape[1]))
            for fit, of, part in parts:
                found[of] = part(targets[fit])
            return found

        return answer


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows at hand; validation rows are None where there are none. `shown` are the model's
    answers on the rows that will be measured, `index` the numbers of the training rows among those
    that were given."""

    train_x: Any
    train_y: np.ndarray
    val_x: Any
    val_y: np.ndarray | None
    shown: np.ndarray | None
    index: np.ndarray

    @property
    def held_out(self) -> bool:
        """Whether there are validation rows."""
        return self.val_y is not None


Part = tuple[Any, Any, Any]


def _only(structure: Any) -> np.ndarray | None:
    """The one array of a structure; None where there are several, or none."""
    leaves = flatten(structure)
    return to_numpy(leaves[0][1]) if len(leaves) == 1 else None


def _capped(part: Part, rng: np.random.Generator) -> tuple[Any, Any, Any, Any]:
    """At most MAX_ROWS rows of inputs, targets and answers, in their order, and their numbers."""
    x, y, shown = part[0], _only(part[1]), _only(part[2])
    if shown is not None and (y is None or not shown.ndim or len(shown) != len(y)):
        shown = None
    if y is None or len(y) <= MAX_ROWS:
        return x, y, shown, np.arange(0 if y is None else len(y))
    index = np.sort(rng.choice(len(y), MAX_ROWS, replace=False))
    return take(x, index), y[index], None if shown is None else shown[index], index


def sample_of(train: Part, validation: Part, seed: int) -> Sample | str:
    rng = np.random.default_rng(seed)
    x, y, answers, index = _capped(train, rng)
    if y is None:
        return "several outputs, or no targets"
    if len(y) < MIN_ROWS or rows_of(x) != len(y):
        return f"{rows_of(x)} training rows with {len(y)} targets; at least {MIN_ROWS} are needed"
    if validation[0] is None or validation[1] is None:
        return Sample(x, y, None, None, answers, index)
    x_val, y_val, answers, _ = _capped(validation, rng)
    if y_val is None or rows_of(x_val) != len(y_val):
        return "validation inputs and targets that do not match"
    return Sample(x, y, x_val, y_val, answers, index)


def rows_for(
    sample: Sample,
    task: Task,
    series: bool,
    token_inputs: frozenset[str] | None,
    seed: int,
) -> Rows | str:
    """The table of both sets' inputs, with what is fitted on and measured."""
    other = sample.val_x if sample.held_out else take(sample.train_x, slice(0, 0))
    table = table_of(sample.train_x, other, token_inputs=token_inputs, seed=seed)
    if isinstance(table, str):
        return table
    if sample.held_out:
        whole = (np.arange(task.rows), np.arange(rows_of(sample.val_x)))
        return Rows(table, (whole,), True)
    return Rows(table, _folds(task, series, np.random.default_rng(seed)), False)


def out_of_fold(rows: Rows, task: Task, seed: int) -> Rows:
    """The same training rows in a few folds, so that each is measured by learners not fitted on
    it."""
    folds = _folds(task, False, np.random.default_rng(seed), FEW_FOLDS)
    return Rows(rows.table, folds, False)


def _folds(
    task: Task, series: bool, rng: np.random.Generator, count: int = FOLDS
) -> tuple[Wanted, ...]:
    """Some folds: neighbouring rows for series, else random ones with their share of each class."""
    rows = np.arange(task.rows)
    order = rng.permutation(task.rows)
    if task.kind == "classes":
        order = order[np.argsort(task.labels[order], kind="stable")]
    held = np.array_split(rows, count) if series else [order[i::count] for i in range(count)]
    return tuple((np.setdiff1d(rows, part), np.sort(part)) for part in held)


def persistence_of(x: Any, task: Task) -> Callable[[Any], np.ndarray] | None:
    """Persistence: the rule that takes a series' last step, from the input column that is nearest
    to the training targets; None where inputs have no steps."""
    leaves = flatten(x)
    first = to_numpy(leaves[0][1])
    if len(leaves) != 1 or first.ndim not in (2, 3) or first.shape[1] < 2:
        return None
    last = first[:, -1].reshape(len(first), -1).astype(np.float64)
    width = task.values.shape[1]
    misses = np.square(last[:, :, None] - task.values[:, None, :]).mean(axis=(0, 2))
    column, whole = int(np.argmin(misses)), last.shape[1] == width > 1
    if whole:
        whole = bool(np.square(last - task.values).mean() < misses[column])

    def persistence(rows: Any) -> np.ndarray:
        steps = to_numpy(flatten(rows)[0][1])[:, -1].reshape(rows_of(rows), -1).astype(np.float64)
        return steps if whole else np.repeat(steps[:, [column]], width, axis=1)

    return persistence
