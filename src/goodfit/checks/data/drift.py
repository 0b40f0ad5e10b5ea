"""How far the scale and the place of numbers differ between training and validation rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from goodfit.checks.check import Threshold
from goodfit.facts import ArrayFacts, DataFacts, TargetFacts

HEAVY = Threshold(5.0, source="as GF103: a deviation that a few rows decide is no scale")
FEWEST = Threshold(50, source="the logarithm of a deviation is then known to 0.1 or so")
NORMAL_IQR = 1.349
KINDS = ("features", "sequence", "image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One input or target: `ratio` is the validation spread over the training spread, `shift` the
    distance of the centres in training spreads; both of the middle feature of `features`."""

    what: str
    name: str
    ratio: float
    shift: float
    features: int

    @property
    def times(self) -> float:
        """The ratio of the larger to the smaller spread."""
        return max(self.ratio, 1 / self.ratio) if self.ratio > 0 else math.inf


def _by_feature(train: ArrayFacts, held: ArrayFacts) -> tuple[float, float, int] | None:
    import numpy as np

    if not 0 < len(train.feature_std) == len(held.feature_std):
        return None
    spreads = np.array([train.feature_std, held.feature_std])
    centres = np.array([train.feature_mean, held.feature_mean])
    if len(train.feature_q25) == len(held.feature_q25) == spreads.shape[1]:
        middle = np.subtract(
            (train.feature_q75, held.feature_q75), (train.feature_q25, held.feature_q25)
        )
        with np.errstate(all="ignore"):
            heavy = ((middle > 0) & (spreads * NORMAL_IQR / middle > HEAVY.value)).any(axis=0)
        heavy &= (middle > 0).all(axis=0)
        spreads = np.where(heavy, middle / NORMAL_IQR, spreads)
        medians = np.array([train.feature_median, held.feature_median])
        centres = np.where(heavy, medians, centres)
    usable = np.isfinite(spreads).all(axis=0) & (spreads > 0).all(axis=0)
    usable &= np.isfinite(centres).all(axis=0)
    if not usable.any():
        return None
    first, second = spreads[:, usable]
    ratio = math.exp(float(np.median(np.log(second / first))))
    shift = float(np.median(np.abs(centres[1] - centres[0])[usable] / first))
    return ratio, shift, int(usable.sum())


def _as_a_whole(
    train: ArrayFacts | TargetFacts, held: ArrayFacts | TargetFacts
) -> tuple[float, float, int] | None:
    if not train.std or not held.std or train.mean is None or held.mean is None:
        return None
    ratio, shift = held.std / train.std, abs(held.mean - train.mean) / train.std
    return (ratio, shift, 1) if 0 < ratio < math.inf and math.isfinite(shift) else None


def moved(data: DataFacts, targets: bool) -> Iterator[Moved]:
    """Every input of plain numbers, and with `targets` every target that is a number, that can be
    held against its counterpart."""
    if data.validation is None:
        return
    for train, held in zip(data.train.inputs, data.validation.inputs, strict=False):
        if train.kind not in KINDS or min(train.rows_seen, held.rows_seen) < FEWEST.value:
            continue
        found = _by_feature(train, held) if train.feature_std else _as_a_whole(train, held)
        if found is not None:
            ratio, shift, features = found
            yield Moved(what="x", name=train.name, ratio=ratio, shift=shift, features=features)
    pairs = zip(data.train.targets, data.validation.targets, strict=False)
    for first, last in pairs if targets else ():
        if first.kind != "continuous" or min(first.rows_seen, last.rows_seen) < FEWEST.value:
            continue
        found = _as_a_whole(first, last)
        if found is not None:
            ratio, shift, features = found
            yield Moved(what="y", name=first.name, ratio=ratio, shift=shift, features=features)
