"""GF112 too-few-rows: fewer training rows than the task can be learnt from.

Sees: few training rows, per class or per feature, and a model that does well on them and clearly
worse on validation rows (a warning); few rows alone are a tip.
Why it matters: with few rows a network memorises what is peculiar to them. No regularisation makes
up for rows that are not there.
Evidence: training rows in all, per class and per feature; the gap between honest validation and
training loss in standard errors, and as a share of what training gained over a constant answer;
the number of trainable parameters for comparison, which decides nothing.
Remedies: augmentation, less-capacity, weight-decay, more-data.
Source: van der Ploeg, Austin, Steyerberg, "Modern modelling techniques are data hungry" (2014):
neural networks still gain at 200 rows of the rarer class for each feature; Peduzzi et al., "A
simulation study of the number of events per variable in logistic regression analysis" (1996): ten.
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
from goodfit.checks.data.carry import MIN_Z, Carry, carried
from goodfit.checks.data.shares import KINDS
from goodfit.facts import BaselineFacts, DataFacts, ModelFacts, SettingsFacts, TargetFacts, Trace

PER_CLASS = Threshold(50, source="a class's recall is then uncertain by ±14 points (1.96 SE)")
PER_FEATURE = Threshold(10, source="Peduzzi et al. (1996)")
MOST = Threshold(1000, source="with more rows in all the number of features says little")
FEWEST = Threshold(100, source="a correlation of up to 0.2 is then chance (1.96 / sqrt(100))")
HARDLY = Threshold(
    10, source="rows of a class: chance alone moves its share of errors by 30 points"
)
MIN_LOST = Threshold(0.25, source="a quarter of what training gained does not carry over")


def _per_class(targets: tuple[TargetFacts, ...], whole: float) -> float | None:
    """Rows of the middle class: rare classes are class-imbalance's (GF110) matter."""
    import numpy as np

    counts = [list(target.class_counts.values()) for target in targets if target.kind in KINDS]
    present = [[n for n in one if n] for one in counts]
    medians = [float(np.median(one)) for one in present if len(one) > 1]
    return min(medians) * whole if medians else None


def _sizes(data: DataFacts, model: ModelFacts | None) -> dict[str, Any] | None:
    train = data.train
    rows = train.rows or (None if train.sampled else train.rows_seen)
    if not rows or not train.rows_seen:
        return None
    table = [array for array in train.inputs if array.kind == "features" and len(array.shape) == 1]
    features = sum(array.shape[0] or 0 for array in table) if table else None
    return {
        "rows": rows,
        "per_class": _per_class(train.targets, rows / train.rows_seen),
        "features": features,
        "parameters": model.trainable_parameters if model is not None else None,
    }


def _few(sizes: dict[str, Any]) -> str:
    """What there is too little of; "" for nothing."""
    rows, per_class, features = sizes["rows"], sizes["per_class"], sizes["features"]
    if per_class is not None and per_class < PER_CLASS.value:
        return "classes"
    if rows < FEWEST.value:
        return "rows"
    if features and rows < MOST.value and rows < PER_FEATURE.value * features:
        return "features"
    return ""


def _harm(carry: Carry | None) -> bool:
    return carry is not None and carry.z >= MIN_Z.value and carry.lost >= MIN_LOST.value


def too_few_rows(
    data: DataFacts,
    model: ModelFacts | None = None,
    trace: Trace | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    if not data.train.inputs:
        return NotApplicable("there are no inputs")
    sizes = _sizes(data, model)
    if sizes is None:
        return CannotTell("the number of training rows is not known")
    case, carry = _few(sizes), carried(trace)
    evidence = sizes | {
        "gap": carry.gap if carry else None,
        "gap_z": carry.z if carry else None,
        "lost": carry.lost if carry else None,
        "carried": "nothing" if carry is None or carry.lost >= 1 else f"only {1 - carry.lost:.0%}",
        "model_error": baselines.model_error if baselines is not None else None,
    }
    if not case:
        return Passed(f"{sizes['rows']} training rows", evidence)
    where = place(settings.fit_where if settings else None, argument="x")
    if _harm(carry):
        return Suspicion(evidence=evidence, case=f"{case}, harm", severity="warning", where=where)
    hardly = (sizes["per_class"] or math.inf) < HARDLY.value or sizes["rows"] < 3 * HARDLY.value
    if not hardly:
        return Passed(f"{sizes['rows']} training rows, and what they teach carries over", evidence)
    return Suspicion(evidence=evidence, case=case, severity="tip", where=where)


_MESSAGES = {
    "classes": "There are {rows} training rows, {per_class:.0f} of a usual class",
    "rows": "There are {rows} training rows",
    "features": "There are {rows} training rows for {features} features",
}
_HARM = (
    ", and {carried} of what training gained over a constant answer carries over to the "
    "validation rows (gap {gap:.3g}, {gap_z:.1f} standard errors)."
)
_LITTLE = ", from which little can be learnt for sure."
_ADVICE = (
    "Collect more rows, which helps most; else use augmentation, a smaller model with weight "
    "decay, a pretrained base, or a simple learner, and judge by cross-validation "
    "(sklearn.model_selection.RepeatedKFold)."
)

CHECK = Check(
    code="GF112",
    name="too-few-rows",
    severity="warning",
    function=too_few_rows,
    message={case: text + _LITTLE for case, text in _MESSAGES.items()}
    | {f"{case}, harm": text + _HARM for case, text in _MESSAGES.items()},
    advice={name: _ADVICE for case in _MESSAGES for name in (case, f"{case}, harm")},
    remedies=("augmentation", "less-capacity", "weight-decay", "more-data"),
)
