"""How good a model's answers for classes are beyond the share of wrong rows: calibration, the
decision threshold, precision, and the rows that do worst.

What is chosen is chosen on one half of the rows and measured on the other; the halves are drawn
by a fixed seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from goodfit.facts import CalibrationFacts, SegmentFacts, ThresholdFacts
from goodfit.observe.baselines.tasks import CROSS_ENTROPIES, EPSILON, Task, loss_called
from goodfit.observe.data.statistics import laid_flat

BINS = 15  # Guo et al. (2017), section 2
LEAST_ROWS = 40
MAX_FEATURES = 100
MAX_CLASSES = 50
SEGMENTS = 4  # quarters of a feature's rows
_TEMPERATURES = np.geomspace(0.25, 8.0, 61)


def halves(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the rows to choose on, and of those to measure on."""
    order = np.random.default_rng(0).permutation(rows)
    return order[: rows // 2], order[rows // 2 :]


def log_probabilities(
    answer: np.ndarray, task: Task, loss_name: str, from_logits: bool | None
) -> np.ndarray | None:
    """Logits (rows, classes) that softmax to the model's probabilities; None where its answers are
    none. Classes are numbered by unit."""
    if task.kind != "classes" or loss_called(loss_name) not in CROSS_ENTROPIES:
        return None
    flat = laid_flat(np.asarray(answer, np.float64))
    if not np.isfinite(flat).all() or task.target == "signs":
        return None
    if flat.shape[1] == 1:
        if not from_logits and (flat.min() < 0 or flat.max() > 1):
            return None
        one = flat[:, 0] if from_logits else _logit(flat[:, 0])
        return np.stack([np.zeros_like(one), one], axis=1)
    if loss_called(loss_name) == "binary_crossentropy":
        return None  # a probability of its own for each unit
    if from_logits:
        return flat
    if flat.min() < 0 or np.abs(flat.sum(axis=1) - 1).max() > 1e-3:
        return None
    return np.asarray(np.log(np.clip(flat, EPSILON, 1.0)))


def _logit(p: np.ndarray) -> np.ndarray:
    p = np.clip(p, EPSILON, 1 - EPSILON)
    return np.asarray(np.log(p / (1 - p)))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    from scipy.special import log_softmax

    return np.asarray(log_softmax(logits, axis=1))


def calibration(logits: np.ndarray, labels: np.ndarray) -> CalibrationFacts | None:
    """Calibration of logits (rows, classes) against labels (rows,); None with few rows, or labels
    that no unit stands for."""
    rows, classes = logits.shape
    if rows < LEAST_ROWS or labels.min() < 0 or labels.max() >= classes:
        return None
    chosen, measured = halves(rows)
    at = np.arange(rows)
    surprise = [-_log_softmax(logits / t)[at, labels] for t in _TEMPERATURES]
    best = int(np.argmin([one[chosen].mean() for one in surprise]))
    plain = -_log_softmax(logits)[at, labels]
    saved = (plain - surprise[best])[measured]
    confidence = np.exp(_log_softmax(logits).max(axis=1))
    right = (logits.argmax(axis=1) == labels).astype(float)
    return CalibrationFacts(
        rows=rows,
        error=_calibration_error(confidence, right),
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        temperature=float(_TEMPERATURES[best]),
        gain=float(saved.mean()),
        gain_se=float(saved.std(ddof=1) / np.sqrt(len(saved))),
    )


def _calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    weight = np.bincount(bins, minlength=BINS) / len(bins)
    filled = weight > 0
    totals = np.maximum(np.bincount(bins, minlength=BINS), 1)
    gaps = np.bincount(bins, confidence, BINS) - np.bincount(bins, right, BINS)
    return float((weight[filled] * np.abs(gaps / totals)[filled]).sum())


def threshold(logits: np.ndarray, labels: np.ndarray) -> ThresholdFacts | None:
    """Balanced accuracy at 0.5 and at a better threshold, for two classes; None for others, or
    where a half lacks a class."""
    if logits.shape[1] != 2 or len(labels) < LEAST_ROWS:
        return None
    chosen, measured = halves(len(labels))
    if any(len(np.unique(labels[half])) < 2 for half in (chosen, measured)):
        return None
    probability = 1 / (1 + np.exp(-np.clip(logits[:, 1] - logits[:, 0], -500, 500)))
    candidates = np.unique(np.quantile(probability[chosen], np.linspace(0.02, 0.98, 49)))
    best = max(candidates, key=lambda t: _balanced(probability[chosen] > t, labels[chosen] == 1))
    positive = labels[measured] == 1
    plain = _balanced(probability[measured] > 0.5, positive)
    moved = _balanced(probability[measured] > best, positive)
    # Only rows between the two thresholds are answered otherwise.
    change = ((probability[measured] > best).astype(float) - (probability[measured] > 0.5)) * (
        np.where(positive, 1.0, -1.0)
    )
    errors = [change[side].var() / side.sum() for side in (positive, ~positive)]
    return ThresholdFacts(
        rows=len(measured),
        threshold=float(best),
        balanced_at_half=plain,
        balanced=moved,
        gain=moved - plain,
        gain_se=0.5 * float(np.sqrt(sum(errors))),
    )


def _balanced(said: np.ndarray, positive: np.ndarray) -> float:
    return float((said[positive].mean() + (~said[~positive]).mean()) / 2)


def precision(labels: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """By predicted class, the share of its rows that are right."""
    return {str(c): float((truth[labels == c] == c).mean()) for c in np.unique(labels).tolist()}


def confusion(labels: np.ndarray, truth: np.ndarray) -> dict[str, dict[str, int]]:
    """By true class, the rows that were given each class; empty for too many classes to read."""
    if len(np.unique(np.concatenate([labels, truth]))) > MAX_CLASSES:
        return {}
    pairs, counts = np.unique(np.stack([truth, labels]), axis=1, return_counts=True)
    found: dict[str, dict[str, int]] = {}
    for (true, given), rows in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        found.setdefault(str(true), {})[str(given)] = rows
    return found


def class_entropy(truth: np.ndarray) -> float | None:
    """Entropy of the classes' shares over that of equal shares; None for a single class."""
    counts = np.unique(truth, return_counts=True)[1]
    if len(counts) < 2:
        return None
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(len(counts)))


def segment(inputs: Mapping[int, Any], losses: np.ndarray) -> SegmentFacts | None:
    """The quarter of one feature's rows whose losses (rows,) stand out most on one half of all
    rows, measured on the other; `inputs` holds the tabular inputs (rows, features) by number."""
    rows = len(losses)
    if rows < 4 * LEAST_ROWS or not np.isfinite(losses).all():
        return None
    chosen, measured = halves(rows)
    best: tuple[float, int, int, float, float] | None = None
    for number, table in inputs.items():
        for feature in range(min(table.shape[1], MAX_FEATURES)):
            column = np.asarray(table[:, feature], float)
            edges = np.quantile(column[chosen], np.linspace(0, 1, SEGMENTS + 1))
            for low, high in pairwise(edges):
                low = -np.inf if low == edges[0] else float(low)
                high = np.inf if high == edges[-1] else float(high)
                inside = (column[chosen] >= low) & (column[chosen] < high)
                z = _z(losses[chosen], inside)
                if best is None or z > best[0]:
                    best = (z, number, feature, low, high)
    if best is None:
        return None
    _, number, feature, low, high = best
    column = np.asarray(inputs[number][:, feature], float)[measured]
    inside = (column >= low) & (column < high)
    if inside.sum() < 2 or (~inside).sum() < 2:
        return None
    return SegmentFacts(
        input=number,
        feature=feature,
        low=float(low) if np.isfinite(low) else None,
        high=float(high) if np.isfinite(high) else None,
        rows=int(inside.sum()),
        loss=float(losses[measured][inside].mean()),
        loss_outside=float(losses[measured][~inside].mean()),
        z=_z(losses[measured], inside),
    )


def _z(losses: np.ndarray, inside: np.ndarray) -> float:
    """By how many standard errors the rows inside do worse (Welch)."""
    if inside.sum() < 10 or (~inside).sum() < 10:
        return 0.0
    one, other = losses[inside], losses[~inside]
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return float((one.mean() - other.mean()) / error) if error > 0 else 0.0
