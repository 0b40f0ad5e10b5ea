"""GF118 leaky-feature: one feature that tells the target almost by itself, or a row number.

Sees: one feature (or two copies of it) on which a small tree is nearly perfect while every other
feature alone is far worse; a feature that rises or falls strictly from row to row, as an index or a
date does.
Why it matters: such a column is often the target in disguise, filled in after the fact. The
validation rows have it too, so the score looks splendid, and fails where the column is not known.
Evidence: the errors of small trees on the five features that tell most, on rows they were not
fitted on, with standard errors, against a constant answer's. Whether the column will be known when
the model is used, these numbers cannot say.
Remedies: none; drop the column and train again.
Source: Kaufman, Rosset, Perlich, "Leakage in Data Mining: Formulation, Detection, and Avoidance"
(2012), sections 3 and 5; Kapoor, Narayanan, "Leakage and the Reproducibility Crisis" (2023).
"""

from __future__ import annotations

import math
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
from goodfit.facts import BaselineFacts, DataFacts, FeatureScore, SettingsFacts

PERFECT = Threshold(0.02, source="of a constant answer's error: 99 % right at even odds")
PERFECT_NUMBERS = Threshold(0.10, source="of the variance; a small tree's steps leave some of it")
FAR = Threshold(0.20, source="of a constant answer's error, between the feature and the next")
TIMES = Threshold(4.0, source="the next feature errs four times as often")
MIN_Z = Threshold(3.0, source="standard errors between the two")
COPIES = Threshold(2, source="a label and its copy, or the two columns of a one-hot label")
MIN_ROWS = Threshold(50, source="on fewer rows one of many features is nearly perfect by chance")
FEWEST_FEATURES = 3
STRICT_ROWS = 20


def _share(score: FeatureScore) -> float:
    return score.error / score.prior_error if score.prior_error > 0 else math.inf


def _leak(baselines: BaselineFacts) -> tuple[list[FeatureScore], FeatureScore] | None:
    """The nearly perfect features, and the best of the others, far behind them."""
    scores = sorted(baselines.single_features, key=_share)
    limit = (PERFECT if baselines.task == "classes" else PERFECT_NUMBERS).value
    perfect = [score for score in scores if _share(score) <= limit]
    rest = scores[len(perfect) :]
    if not perfect or not rest or len(perfect) > COPIES.value:
        return None
    last, following = perfect[-1], rest[0]
    apart = following.error - last.error
    floor = 1 / baselines.rows if baselines.task == "classes" else 0.0
    noise = math.hypot(last.error_se, following.error_se, floor)
    far = apart >= FAR.value * following.prior_error and apart > MIN_Z.value * noise
    times = following.error >= TIMES.value * max(last.error, floor)
    return (perfect, following) if far and times else None


def _columns(data: DataFacts | None) -> int:
    """Columns of the plain inputs; rows of many axes are not told apart by column."""
    arrays = data.train.inputs if data is not None else ()
    return sum((array.shape[0] or 0) if len(array.shape) == 1 else 1 for array in arrays)


def _numbered(data: DataFacts | None) -> tuple[int, int] | None:
    """The first of at most two features that follow the order of the rows strictly."""
    if data is None or data.train.rows_seen < STRICT_ROWS or _columns(data) < FEWEST_FEATURES:
        return None
    found = data.train.monotone_features
    return found[0] if 0 < len(found) <= COPIES.value else None


def _evidence(baselines: BaselineFacts, leak: list[FeatureScore], next_: FeatureScore) -> Any:
    return {
        "input": leak[0].input,
        "feature": leak[0].feature,
        "error": leak[0].error,
        "features": [score.feature for score in leak],
        "next_feature": next_.feature,
        "next_error": next_.error,
        "prior_error": leak[0].prior_error,
        "ordered": leak[0].ordered,
        "rows": baselines.rows,
        "measure": "wrong rows" if baselines.task == "classes" else "of the variance unexplained",
        "copy": f" (and {leak[1].feature})" if len(leak) > 1 else "",
    }


def leaky_feature(
    baselines: BaselineFacts | None = None,
    data: DataFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    where = place(settings.fit_where if settings else None, argument="x")
    numbered = _numbered(data)
    scored = baselines is not None and len(baselines.single_features) >= FEWEST_FEATURES
    if baselines is not None and scored and baselines.rows >= MIN_ROWS.value:
        leak = _leak(baselines)
        if leak is not None:
            evidence = _evidence(baselines, *leak)
            case = "row number" if evidence["ordered"] else "leak"
            return Suspicion(evidence=evidence, case=case, where=where)
    if numbered is not None and data is not None:
        evidence = {"input": numbered[0], "feature": numbered[1], "rows": data.train.rows_seen}
        return Suspicion(evidence=evidence, case="identifier", severity="tip", where=where)
    if baselines is None or not baselines.single_features:
        return CannotTell("no learner was fitted to single features")
    if not scored:
        return NotApplicable("with fewer than three features one of them may well tell all")
    best = min(baselines.single_features, key=_share)
    return Passed(
        f"the best single feature leaves {_share(best):.0%} of a constant answer's error",
        {"feature": best.feature, "error": best.error, "prior_error": best.prior_error},
    )


_ALONE = (
    "Feature {feature}{copy} of input {input} (counted from 0) alone gives {error:.1%} {measure} "
    "on {rows} rows; the next best feature gives {next_error:.1%}, a constant answer "
    "{prior_error:.1%}"
)
_DROP = (
    "Ask when column {feature} is filled in. If that is after the target is known, drop it: x = "
    "np.delete(x, {feature}, axis=1), and train again"
)

CHECK = Check(
    code="GF118",
    name="leaky-feature",
    severity="warning",
    function=leaky_feature,
    message={
        "leak": _ALONE + ": it may be the target in disguise, in the validation rows as well.",
        "row number": _ALONE + ", and it follows the order of the rows: the rows are sorted by "
        "target, and this column is their number.",
        "identifier": "Feature {feature} of input {input} (counted from 0) grows or falls strictly "
        "over all {rows} training rows, as a row number or a date does.",
    },
    advice={
        "leak": _DROP + "; if it will be known, a rule on this column does as well as a network.",
        "row number": _DROP + "; shuffle the rows before splitting.",
        "identifier": "If it is a row number, drop it: new rows will have numbers never seen. If "
        "it is a time, keep it only if the model is to extrapolate, and validate on the last rows.",
    },
)
