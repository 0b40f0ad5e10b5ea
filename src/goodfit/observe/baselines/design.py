"""Inputs as the plain table of numbers that a simple learner takes.

Small images are averaged down, tokens become counts of the most frequent ones, everything else is
laid out flat. All that is measured for it is measured on the training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import flatten, to_numpy
from goodfit.observe.data.kinds import CHANNELS, input_kind
from goodfit.observe.data.statistics import Moments, laid_flat, numeric

NARROW = 256
"""Columns that the linear learner and the neighbours take as they are; more are replaced by ..."""
COMPONENTS = 128
"""... so many principal components."""
WIDE = 2048
"""Columns beyond which a random choice of so many stands for all."""
FAR = 10.0
"""Standardised values are held within this, so that one outlier does not rule a linear learner."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as numbers, standardised by the training rows: float64 (rows, columns). `wide` holds the
    columns themselves (for trees), `narrow` at most 256 of them, or their principal components."""

    train_narrow: np.ndarray
    train_wide: np.ndarray
    other_narrow: np.ndarray
    other_wide: np.ndarray


def _pooled(images: np.ndarray) -> np.ndarray:
    """Means over square patches, so that at most NARROW numbers remain of each image."""
    if images.ndim == 3:
        images = images[..., None]
    elif images.shape[-1] not in CHANNELS:
        images = np.moveaxis(images, 1, -1)
    rows, height, width, channels = images.shape
    side = max(1, int(np.ceil(np.sqrt(height * width * channels / NARROW))))
    high, wide = max(1, height // side), max(1, width // side)
    sides = min(side, height), min(side, width)
    cut = images[:, : high * sides[0], : wide * sides[1]]
    patches = cut.reshape(rows, high, sides[0], wide, sides[1], channels)
    return np.asarray(laid_flat(patches.mean(axis=(2, 4), dtype=np.float64)))


def _counted(train: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The logarithm of one plus how often each of the most frequent tokens is in a row."""
    known, counts = np.unique(train, return_counts=True)
    known = np.sort(known[np.argsort(-counts, kind="stable")[:NARROW]])
    flat = laid_flat(rows)
    place = np.minimum(np.searchsorted(known, flat), len(known) - 1)
    found = known[place] == flat
    row = np.broadcast_to(np.arange(len(flat))[:, None], flat.shape)
    table = np.zeros((len(flat), len(known)))
    np.add.at(table, (row[found], place[found]), 1.0)
    return np.log1p(table)


def _columns(train: np.ndarray, other: np.ndarray, tokens: bool, guess: bool) -> Any:
    """Both sets' columns of one input, or the reason why it has none."""
    if train.shape[1:] != other.shape[1:]:
        return f"validation rows of shape {other.shape[1:]}, training rows of {train.shape[1:]}"
    moments = Moments(per_column=False)
    if numeric(train):
        moments.add(0, train)
    kind = input_kind(train, moments, tokens, guess)
    if not numeric(train) or not numeric(other):
        return "inputs that are texts" if kind == "text" else "inputs that are not numbers"
    if kind == "tokens":
        return _counted(train, train), _counted(train, other)
    if kind == "image":
        return _pooled(train), _pooled(other)
    return tuple(laid_flat(part).astype(np.float64) for part in (train, other))


def _standardised(train: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both by the training rows' moments; missing values become the mean."""
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.where(np.isfinite(train), train, 0.0)
        count = np.maximum(np.isfinite(train).sum(axis=0), 1)
        mean = known.sum(axis=0) / count
        away = np.where(np.isfinite(train), train - mean, 0.0)
        std = np.sqrt(np.square(away).sum(axis=0) / count)
        usable = np.isfinite(std) & (std > 1e-12 * np.abs(mean))
        scale = np.where(usable, std, 1.0)
        parts = [np.where(usable, (part - mean) / scale, 0.0) for part in (train, other)]
    first, second = (np.clip(np.nan_to_num(part, nan=0.0), -FAR, FAR) for part in parts)
    return first, second


def _components(train: np.ndarray, other: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.utils.extmath import randomized_svd

    wanted = min(COMPONENTS, max(1, len(train) // 2))
    right = randomized_svd(train, wanted, n_iter=2, random_state=seed)[2]
    return _standardised(train @ right.T, other @ right.T)


def table_of(
    train_x: Any, other_x: Any, *, token_inputs: frozenset[str] | None = None, seed: int = 0
) -> Table | str:
    """Both sets' inputs as a table, or the reason why simple learners cannot take them.

    Args:
        train_x, other_x: arrays (rows, ...) or structures of them, the same for both.
        token_inputs: names of inputs that feed an embedding; None where not known.
        seed: of the random projections behind the principal components.
    """
    first, second = flatten(train_x), flatten(other_x)
    if len(first) != len(second) or not first:
        return "training and validation inputs that do not match"
    by_name = dict(second)
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for (name, leaf), (_, other) in zip(first, second, strict=True):
        told = name in (token_inputs or ())
        found = _columns(
            to_numpy(leaf), to_numpy(by_name.get(name, other)), told, token_inputs is None
        )
        if isinstance(found, str):
            return found
        pairs.append(found)
    train, rest = (np.concatenate(parts, axis=1) for parts in zip(*pairs, strict=True))
    if train.shape[1] > WIDE:
        chosen = np.random.default_rng(seed).choice(train.shape[1], WIDE, replace=False)
        train, rest = train[:, np.sort(chosen)], rest[:, np.sort(chosen)]
    train, rest = _standardised(train, rest)
    if train.shape[1] <= NARROW:
        return Table(train, train, rest, rest)
    narrow, narrow_rest = _components(train, rest, seed)
    return Table(narrow, train, narrow_rest, rest)
