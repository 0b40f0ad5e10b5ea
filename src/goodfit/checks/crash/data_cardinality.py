"""GF602 data-cardinality: the arrays given to one call have different numbers of rows.

Sees: the exception's list of rows of inputs, labels and sample weights; a training set too small to
split, or with no rows at all. A table that lies on its side is left to GF601.
Why it matters: rows were dropped, cut or filtered in one array and not in the other; to cut the
longer one to fit would pair rows with the labels of others.
Evidence: the rows of each array, and by how many they differ; the fix that passed, where one was
tried on a copy.
Remedies: none is applied by itself: which rows belong together is known only where they parted.
Source: the messages of Keras 3, the same on all three backends.
"""

from __future__ import annotations

import re

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.tried import ROWS, proof, with_proof
from goodfit.facts import CrashFacts

_SIZES = re.compile(r"'(x|y|sample_weight)' sizes: ([\d, ]+)")
_SPLIT = re.compile(
    r"Training data contains (\d+) samples, which is not sufficient to split it .*?"
    r"`validation_split=([\d.]+)`",
    re.DOTALL,
)
_NO_ROWS = re.compile(
    r"num_samples should be a positive integer value, but got num_samples=0|"
    r"The PyDataset has length 0"
)


def data_cardinality(crash: CrashFacts) -> Answer:
    where = place(crash.where)
    if (split := _SPLIT.search(crash.message)) is not None:
        few = {"rows": int(split[1]), "share": float(split[2]), **proof(crash, ROWS)}
        return Suspicion(case="split", evidence=few, where=where)
    if _nothing(crash):
        return Suspicion(case="nothing", evidence={"rows": 0, **proof(crash, ROWS)}, where=where)
    if "Data cardinality is ambiguous" not in crash.message:
        return NotApplicable(f"the {crash.type} does not speak of numbers of rows")
    sizes = {name: _numbers(text) for name, text in _SIZES.findall(crash.message)}
    x, y, weights = (sizes.get(name, ()) for name in ("x", "y", "sample_weight"))
    counts = [count for each in sizes.values() for count in each]
    if not counts:
        return NotApplicable("the exception does not say how many rows there are")
    if x and y and _turned(crash, y[0]):
        return NotApplicable("the table lies on its side, which GF601 is about")
    evidence = {
        "during": crash.during,
        "x_rows": x[0] if x else None,
        "y_rows": y[0] if y else None,
        "weight_rows": weights[0] if weights else None,
        "sizes": sizes,
        "listed": "; ".join(f"{name}: {_told(each)}" for name, each in sizes.items()),
        "difference": max(counts) - min(counts),
        **proof(crash, ROWS),
    }
    return Suspicion(case=_case(x, y, weights), evidence=evidence, where=where)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))


def _told(counts: tuple[int, ...]) -> str:
    return ", ".join(str(count) for count in counts) + " rows"


def _nothing(crash: CrashFacts) -> bool:
    """No rows at all, as PyTorch and TensorFlow say it and as JAX leaves it to be guessed."""
    empty = bool(crash.input_shapes) and crash.input_shapes[0][:1] == (0,)
    return _NO_ROWS.search(crash.message) is not None or (empty and crash.type == "StopIteration")


def _turned(crash: CrashFacts, y_rows: int) -> bool:
    whole = crash.input_shapes[0] if crash.input_shapes else ()
    return len(whole) == 2 and whole[1] == y_rows


def _case(x: tuple[int, ...], y: tuple[int, ...], weights: tuple[int, ...]) -> str:
    if len(set(x)) > 1:
        return "inputs"
    if len(set(y)) > 1:
        return "targets"
    if x and y and x[0] == y[0] and weights:
        return "weights"
    return "labels"


_DIFFERENT = "The arrays have different numbers of rows ({listed}), {difference} apart."

_ADVICE = {
    "labels": "Print len(x) and len(y) after every step that drops rows, and drop the same "
    "rows from both, e.g. keep = ...; x, y = x[keep], y[keep]. Check that the pair is of one "
    "set: validation_data=(x_val, y_val). Do not just cut the longer one.",
    "inputs": "Drop or cut rows from every input alike; one row of each belongs together.",
    "targets": "Drop or cut rows from every output's labels alike; one row of each belongs "
    "together.",
    "weights": "Compute the weights from the y that is given to fit, one number for each row; "
    "a weight for each class is class_weight={{0: ..., 1: ...}}.",
    "split": "Give more rows, or hand over a validation set of your own with "
    "validation_data=(x_val, y_val).",
    "nothing": "Print x.shape after every step that filters rows, to see which one drops them all.",
}

CHECK = Check(
    code="GF602",
    name="data-cardinality",
    severity="error",
    function=data_cardinality,
    message={
        "labels": "Inputs and labels have different numbers of rows: x has {x_rows}, y has "
        "{y_rows}.",
        "inputs": f"The inputs do not have the same number of rows. {_DIFFERENT}",
        "targets": f"The labels of the outputs do not have the same number of rows. {_DIFFERENT}",
        "weights": "sample_weight has {weight_rows} rows, x and y have {x_rows}.",
        "split": "{rows} rows are too few to hold out {share:.0%} of them.",
        "nothing": "The data has no rows.",
    },
    advice=with_proof(_ADVICE),
)
