"""Image files with the same bytes: within a folder, in another class's folder, and across sets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from goodfit.observe.images.files import Files, hashed

SHOWN = 10
PIECE = 1_000_000


@dataclass(frozen=True, slots=True)
class Copies:
    """Files of a folder with the bytes of another, those of them whose other file is of another
    class, and pairs of places, such pairs first."""

    files: int
    other_class: int
    examples: tuple[tuple[int, int], ...]


def _hash_of(path: str) -> int:
    try:
        with open(path, "rb") as file:
            return hashed(iter(lambda: file.read(PIECE), b""))
    except OSError:
        return 0


def settle(sets: Sequence[Files], seconds: float) -> None:
    """Hash large files in full where what was read of them is that of another, in any set; those
    that there is no time for count as unlike all others."""
    deadline = time.perf_counter() + seconds
    known = np.concatenate([files.digest for files in sets]) if sets else np.empty(0, np.uint64)
    values, counts = np.unique(known, return_counts=True)
    several = values[(counts > 1) & (values > 0)]
    for files in sets:
        for place in np.flatnonzero(~files.certain & np.isin(files.digest, several)).tolist():
            late = time.perf_counter() > deadline
            files.digest[place] = 0 if late else _hash_of(files.paths[place])


def within(files: Files, labels: np.ndarray | None) -> Copies:
    """Files with the bytes of another file of the same set."""
    values, counts = np.unique(files.digest[files.digest > 0], return_counts=True)
    places = np.flatnonzero(np.isin(files.digest, values[counts > 1]))
    order = places[np.argsort(files.digest[places], kind="stable")]
    groups = np.split(order, np.cumsum(counts[counts > 1])[:-1]) if len(order) else []
    mixed, pairs, other = [], [], 0
    for group in groups:
        first = group.min()
        classes = np.zeros(len(group), int) if labels is None else labels[group]
        if len(np.unique(classes)) > 1:
            other += len(group)
            apart = group[classes != classes[group == first][0]].min()
            mixed.append((int(first), int(apart)))
        else:
            pairs.append((int(first), int(np.sort(group)[1])))
    return Copies(len(order), other, tuple((mixed + pairs)[:SHOWN]))


def across(train: Files, validation: Files) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Validation files with the bytes of a training file: how many, and pairs of places, the
    validation file's first, at most ten."""
    order = np.argsort(train.digest, kind="stable")
    ordered = train.digest[order]
    if not len(ordered):
        return 0, ()
    at = np.minimum(np.searchsorted(ordered, validation.digest), len(ordered) - 1)
    found = np.flatnonzero((validation.digest > 0) & (ordered[at] == validation.digest))
    pairs = zip(found.tolist(), order[at[found]].tolist(), strict=True)
    return len(found), tuple(pairs)[:SHOWN]
