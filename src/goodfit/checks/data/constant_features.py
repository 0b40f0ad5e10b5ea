"""GF105 constant-features: features without any variance, or rows that are all equal.

Sees: features with one value on all training rows; as a warning, training rows that are all equal,
and features that are constant on the training rows but vary on the validation rows.
Why it matters: a constant feature tells nothing and its weights are noise; where it varies on new
rows, that noise enters the answer. Rows that are all equal cannot be told apart by any model.
Evidence: how many features have equal minimum and maximum; how many of them vary on validation
rows, by at least ten rows, as their variance over their squared range tells; the number of equal
rows. In wide inputs, constants at the lowest value of all are left out of the tip: border pixels
and words that do not occur are naturally so.
Remedies: none; drop these columns, or find out where their values got lost.
Source: for the ten rows: by chance that many rows all fall into validation with a probability of
(validation rows / all rows) to the tenth; Bhatia, Davis, "A better bound on the variance" (2000).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
from goodfit.facts import ArrayFacts, DataFacts, SetFacts, SettingsFacts

WIDE = Threshold(64, source="as many pixels as the smallest images, where borders are blank")
VARY = Threshold(10, source="rows that differ; by chance 0.2 ** 10 with a fifth held out")
MANY = Threshold(0.10, source="a tenth of what the model is given and cannot use")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Constant:
    """Features of one array that are constant, those worth a word, and those that vary on
    validation rows."""

    array: ArrayFacts
    constant: Sequence[int]
    told: Sequence[int]
    lost: Sequence[int]


def _constant(array: ArrayFacts, held: ArrayFacts | None) -> _Constant:
    import numpy as np

    low, high = np.array(array.feature_min, float), np.array(array.feature_max, float)
    same = np.isfinite(low) & (low == high)
    told = same
    if low.size >= WIDE.value and array.minimum is not None:
        told = same & (low != array.minimum)
    lost = np.zeros_like(same)
    if held is not None and len(held.feature_std) == low.size and held.feature_min:
        spread = np.subtract(held.feature_max, held.feature_min)
        with np.errstate(all="ignore"):
            rows = np.square(np.array(held.feature_std) / spread) * held.rows_seen
        lost = same & np.isfinite(rows) & (rows >= VARY.value)
    return _Constant(
        array=array,
        constant=np.flatnonzero(same).tolist(),
        told=np.flatnonzero(told | lost).tolist(),
        lost=np.flatnonzero(lost).tolist(),
    )


def _all_equal(train: SetFacts) -> bool:
    rows = train.rows_seen
    if rows < 2 or not train.inputs:
        return False
    if train.duplicates is not None:
        return train.duplicates >= rows - 1
    return all(
        array.feature_min and array.feature_min == array.feature_max for array in train.inputs
    )


def constant_features(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    train, held = data.train, data.validation
    if not train.inputs:
        return NotApplicable("there are no inputs")
    if train.rows_seen < 2:
        return CannotTell("one row says nothing about variance")
    where = place(settings.fit_where if settings else None, argument="x")
    if _all_equal(train):
        evidence: dict[str, Any] = {"rows": train.rows_seen}
        return Suspicion(evidence=evidence, case="rows", severity="warning", where=where)
    others = held.inputs if held is not None and len(held.inputs) == len(train.inputs) else ()
    found = [
        _constant(array, others[number] if others else None)
        for number, array in enumerate(train.inputs)
        if array.feature_min and array.kind == "features"
    ]
    if not found:
        return NotApplicable("no input has features that were looked at one by one")
    worst = max(found, key=lambda one: (len(one.lost), len(one.told), len(one.constant)))
    total = len(worst.array.feature_min)
    evidence = {
        "input": worst.array.name,
        "constant": len(worst.constant),
        "lost": len(worst.lost),
        "features": total,
        "examples": _few(worst.lost or worst.told),
        "rows": worst.array.rows_seen,
    }
    if not worst.told:
        return Passed(f"{len(worst.constant)} of {total} features are constant", evidence)
    if worst.lost:
        many = len(worst.lost) >= math.ceil(MANY.value * total)
        return Suspicion(
            evidence=evidence, case="lost", severity="warning" if many else None, where=where
        )
    return Suspicion(evidence=evidence, case="constant", where=where)


def _few(features: Sequence[int]) -> str:
    return ", ".join(map(str, features[:5])) + (", ..." if len(features) > 5 else "")


CHECK = Check(
    code="GF105",
    name="constant-features",
    severity="tip",
    function=constant_features,
    message={
        "rows": "All {rows} training rows are equal: no model can tell them apart.",
        "lost": "{lost} of {features} features ({examples}; counted from 0) have one value on all "
        "{rows} training rows but vary on the validation rows: the model never learns what they "
        "mean.",
        "constant": "{constant} of {features} features ({examples}; counted from 0) have one value "
        "on all {rows} training rows and tell nothing.",
    },
    advice={
        "rows": "Look at how x is read or built (print(x[:3])): an index that does not move on, or "
        "features that were overwritten.",
        "lost": "Look where the training values got lost (a join without matches, another order of "
        "columns, a cast to integers); else drop these columns from both sets.",
        "constant": "Drop them: keep = x_train.std(axis=0) > 0, then x_train[:, keep] and the "
        "same columns of all other rows.",
    },
)
