"""GF107 label-out-of-range: whole-number labels that no output unit stands for.

Sees: labels below 0, or at or above the number of output units, under a sparse cross-entropy.
Why it matters: sparse losses count classes from 0. On JAX a label outside 0..K-1 becomes an
all-zero row: it costs nothing and teaches nothing, in silence. Other backends stop, or give NaN.
Evidence: the smallest and largest label against the output's width; how many rows lie outside.
Remedies: label-encoding.
Source: docs/evidence/data.md (Keras 3.15.1 on JAX: labels 3..5 against three units give a loss of
exactly 0); keras.src.backend.jax.nn.sparse_categorical_crossentropy, which calls one_hot.
"""

from __future__ import annotations

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    place,
)
from goodfit.checks.data.pairing import Pair, pairs
from goodfit.facts import DataFacts, ModelFacts, SettingsFacts

SPARSE = frozenset({"sparse_categorical_crossentropy"})


def _labels_outside(pair: Pair, width: int) -> dict[int, int]:
    """Label to rows, for the counted labels that lie outside and are not ignored."""
    counted = {int(label): rows for label, rows in pair.target.class_counts.items()}
    ignored = pair.loss.ignore_class
    return {
        label: rows
        for label, rows in counted.items()
        if rows and label != ignored and not 0 <= label < width
    }


def _outside(pair: Pair, width: int) -> bool:
    low, high = pair.target.minimum, pair.target.maximum
    if low is None or high is None:
        return False
    if pair.target.class_counts:
        return bool(_labels_outside(pair, width))
    ignored = pair.loss.ignore_class
    if ignored is not None and not 0 <= ignored < width and ignored in (low, high):
        # the next label inwards is not known where labels were not counted
        return high >= width if ignored == low else low < 0
    return low < 0 or high >= width


def _case(pair: Pair, width: int) -> str:
    low, high = pair.target.minimum, pair.target.maximum
    if width == 1:
        return "one unit"
    if low == 1 and high == width:
        return "from one"
    return "negative" if low is not None and low < 0 else "beyond"


def _suspicion(pair: Pair, width: int) -> Suspicion:
    outside = _labels_outside(pair, width)
    rows = sum(outside.values())
    low, high = int(pair.target.minimum or 0), int(pair.target.maximum or 0)
    if outside:
        shown = ", ".join(str(label) for label in sorted(outside)[:5])
        told = (
            f"{rows} of {pair.target.rows_seen} {pair.role} rows have a label outside it ({shown})"
        )
    else:
        told = f"{pair.role} labels run from {low} to {high}"
    evidence = {
        "set": pair.role,
        "target": pair.target.name,
        "units": width,
        "highest_allowed": width - 1,
        "minimum": low,
        "maximum": high,
        "rows_outside": rows or None,
        "units_needed": high + 1,
        "told": told,
    }
    return Suspicion(
        evidence=evidence, case=_case(pair, width), where=place(pair.loss.where, argument="y")
    )


def label_out_of_range(data: DataFacts, settings: SettingsFacts, model: ModelFacts) -> Answer:
    told = pairs(data, settings, model)
    sparse = [pair for pair in told if pair.loss.name in SPARSE and not pair.loss.custom]
    if not sparse:
        return NotApplicable("no output has a sparse cross-entropy")
    known = [pair for pair in sparse if pair.width is not None and pair.target.whole_numbers]
    # rows of zeros and ones are another encoding, which label-encoding-mismatch tells of
    known = [pair for pair in known if pair.target.kind not in ("one-hot", "multi-hot")]
    if not known:
        return CannotTell("the output's width or the labels are not known as whole numbers")
    for pair in known:
        if pair.width is not None and _outside(pair, pair.width):
            return _suspicion(pair, pair.width)
    first = known[0]
    return Passed(
        f"labels lie in 0 to {(first.width or 1) - 1}",
        {"minimum": first.target.minimum, "maximum": first.target.maximum, "units": first.width},
    )


_MESSAGE = "The output has {units} units, for labels 0 to {highest_allowed}, but {told}."

CHECK = Check(
    code="GF107",
    name="label-out-of-range",
    severity="error",
    function=label_out_of_range,
    message={
        "from one": _MESSAGE,
        "negative": _MESSAGE,
        "beyond": _MESSAGE,
        "one unit": "The output has one unit, so a sparse cross-entropy knows the label 0 only, "
        "but {told}.",
    },
    advice={
        "from one": "Labels start at 1: use y - 1 for training and validation alike.",
        "negative": "Map labels to 0..{highest_allowed}, e.g. classes, y = np.unique(y, "
        "return_inverse=True); if a negative label marks rows to leave out, drop them or use "
        "SparseCategoricalCrossentropy(ignore_class=...).",
        "beyond": "Give the output as many units as there are classes, Dense({units_needed}), or "
        "map the labels: classes, y = np.unique(y, return_inverse=True).",
        "one unit": 'For two classes use loss="binary_crossentropy" with Dense(1, '
        'activation="sigmoid"), or keep the loss and use Dense({units_needed}, '
        'activation="softmax").',
    },
    remedies=("label-encoding",),
)
