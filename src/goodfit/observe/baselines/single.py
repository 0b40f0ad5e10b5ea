"""What each feature tells alone, by a small tree."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.facts import FeatureScore
from goodfit.observe.baselines.rows import Sample, Wanted
from goodfit.observe.baselines.scores import Measure, mean_and_error
from goodfit.observe.data.arrays import flatten, to_numpy
from goodfit.observe.data.statistics import laid_flat, numeric

MAX_FEATURES = 200
DEPTH = 6
LEAF = 5
BINS = 16
SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Columns:
    """Features of both sets side by side, float64, and (input, feature) of each."""

    names: list[tuple[int, int]]
    train: np.ndarray
    other: np.ndarray


def _finite(train: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as numbers; what is missing lies below all others."""
    parts = [part.astype(np.float64) for part in (train, other)]
    known = np.where(np.isfinite(parts[0]), parts[0], np.inf).min(axis=0, initial=np.inf)
    below = np.where(np.isfinite(known), known, 0.0) - 1.0
    first, second = (np.where(np.isfinite(part), part, below) for part in parts)
    limit = float(np.finfo(np.float32).max) / 4  # trees read single precision
    return np.clip(first, -limit, limit), np.clip(second, -limit, limit)


def _columns(sample: Sample, tokens: frozenset[str]) -> _Columns | None:
    """Columns of the inputs that have columns: not of images, sequences and tokens."""
    first = flatten(sample.train_x)
    others = dict(flatten(sample.val_x)) if sample.held_out else {}
    names, parts = [], []
    for number, (name, leaf) in enumerate(first):
        rows = to_numpy(leaf)
        other = to_numpy(others[name]) if name in others else rows[:0]
        if rows.ndim > 2 or not (numeric(rows) and numeric(other)) or name in tokens:
            continue
        if sample.held_out and (name not in others or other.shape[1:] != rows.shape[1:]):
            continue
        parts.append(_finite(laid_flat(rows), laid_flat(other)))
        names += [(number, column) for column in range(parts[-1][0].shape[1])]
    if not names:
        return None
    train, rest = (np.concatenate(side, axis=1) for side in zip(*parts, strict=True))
    return _Columns(names, train, rest)


def _promise(train: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The variance of the targets between sixteen equal parts of each column's rows (columns,)."""
    centred = targets - targets.mean(axis=0)
    found = np.empty(train.shape[1])
    for column in range(train.shape[1]):
        rank = np.argsort(np.argsort(train[:, column], kind="stable"), kind="stable")
        values = np.unique(train[:, column], return_inverse=True)[1]
        place = values if values.max() < BINS else rank * BINS // len(rank)
        counts = np.bincount(place, minlength=BINS)
        sums = np.stack([np.bincount(place, part, BINS) for part in centred.T])
        found[column] = (np.square(sums) / np.maximum(counts, 1)).sum()
    return found


def _tree(
    train: np.ndarray, rows: np.ndarray, targets: np.ndarray, classes: bool, seed: int
) -> np.ndarray:
    """A small tree's answers on `rows`, in the columns of `targets`."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind = DecisionTreeClassifier if classes else DecisionTreeRegressor
    model = kind(max_depth=DEPTH, min_samples_leaf=LEAF, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not classes:
            return np.asarray(model.fit(train, targets).predict(rows)).reshape(len(rows), -1)
        labels = targets.argmax(axis=1)
        model.fit(train, labels)
        found = np.zeros((len(rows), targets.shape[1]))
        found[:, np.unique(labels)] = model.predict_proba(rows)
        return found


def _ordered(values: np.ndarray) -> bool:
    """Whether values only rise, or only fall, in row order, and mostly do."""
    steps = np.diff(values)
    same_way = (steps >= 0).all() or (steps <= 0).all()
    return bool(same_way and np.count_nonzero(steps) >= len(steps) / 2)


def single_features(
    sample: Sample,
    measure: Measure,
    splits: tuple[Wanted, ...],
    *,
    tokens: frozenset[str] = frozenset(),
    seed: int = 0,
) -> tuple[FeatureScore, ...]:
    """The five features that tell most alone, best first; of more than 200, those with the most
    variance of the targets between their sixteenths are tried.

    Args:
        sample: the rows; those of inputs (rows,) and (rows, features) have features.
        measure: targets, and the measure of their errors.
        splits: which training rows are fitted on and which rows are measured.
        tokens: names of inputs that feed an embedding, which have no features.
        seed: of the trees.
    """
    columns = _columns(sample, tokens)
    if columns is None:
        return ()
    chosen = np.arange(len(columns.names))
    if len(chosen) > MAX_FEATURES:
        promise = _promise(columns.train, measure.targets)
        chosen = np.argsort(-promise, kind="stable")[:MAX_FEATURES]
    rows = columns.other if sample.held_out else columns.train
    classes, n = measure.task.kind == "classes", measure.measured.rows
    prior = np.empty((n, measure.targets.shape[1]))
    for fit, of in splits:
        prior[of] = measure.targets[fit].mean(axis=0)
    prior_error = float(measure.errors(prior).mean())
    found: list[FeatureScore] = []
    for column in chosen.tolist():
        train = columns.train[:, [column]]
        if train.min() == train.max():
            continue
        answer = np.empty_like(prior)
        for fit, of in splits:
            answer[of] = _tree(
                train[fit], rows[of][:, [column]], measure.targets[fit], classes, seed
            )
        error, error_se = mean_and_error(measure.errors(answer))
        found.append(_score(columns.names[column], train[:, 0], error, error_se, prior_error))
    found.sort(key=lambda one: one.error)
    return tuple(found[:SHOWN])


def _score(
    name: tuple[int, int], values: np.ndarray, error: float, error_se: float, prior_error: float
) -> FeatureScore:
    counts: Any = np.unique(values, return_counts=True)[1]
    return FeatureScore(
        input=name[0],
        feature=name[1],
        error=error,
        error_se=error_se,
        prior_error=prior_error,
        distinct=float(np.count_nonzero(counts == 1) / len(values)),
        ordered=_ordered(values),
    )
