"""GF101 non-finite-data: NaN or infinity among the inputs, the targets or the sample weights.

Sees: values of x, y or sample weights, of the training or the validation rows, that are NaN or
infinite.
Why it matters: one NaN in a batch makes its loss NaN, the gradient carries it into every weight,
and from then on the model answers nothing. In the validation rows it spoils the score alone.
Evidence: how many values are not finite, of how many, the first one's row and column; whether the
losses stayed finite all the same and the model learned, as in a model that masks or replaces such
values (then a tip).
Remedies: none; fill or drop these values.
Source: IEEE 754: NaN spreads through every sum and product it enters.

"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from goodfit.checks.check import Answer, Check, Passed, Suspicion, place
from goodfit.checks.training.not_learning import learns
from goodfit.facts import DataFacts, SetFacts, SettingsFacts, Shape, Trace

LOGS = {"train": "loss", "validation": "val_loss"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    """`what` is "x", "y" or "sample_weight"; `first` the place of the first such value."""

    role: str
    what: str
    name: str
    count: int
    values: int | None
    first: tuple[int, ...] = ()


def _cells(rows: int, shape: Shape) -> int:
    return rows * math.prod(size or 1 for size in shape)


def _broken(part: SetFacts) -> Iterator[_Broken]:
    for array in part.inputs:
        if array.non_finite:
            yield _Broken(
                role=part.role,
                what="x",
                name=array.name,
                count=array.non_finite,
                values=_cells(array.rows_seen, array.shape),
                first=array.first_non_finite,
            )
    for target in part.targets:
        if target.non_finite:
            values = _cells(target.rows_seen, target.shape)
            yield _Broken(
                role=part.role, what="y", name=target.name, count=target.non_finite, values=values
            )
    if part.non_finite_weights:
        count = part.non_finite_weights
        yield _Broken(role=part.role, what="sample_weight", name="", count=count, values=part.rows)


def _stayed_finite(trace: Trace | None, role: str) -> bool:
    """Whether the printed losses of that set are known, and none of them is NaN or infinite."""
    losses = trace.curve(LOGS[role]) if trace is not None and role in LOGS else ()
    final = (trace.final_train if role == "train" else trace.final_validation) if trace else None
    honest = final is None or math.isfinite(final.mean)
    return bool(losses) and honest and all(math.isfinite(value) for _, value in losses)


def _at(first: tuple[int, ...]) -> str:
    if not first:
        return ""
    column = f", position {', '.join(map(str, first[1:]))}" if len(first) > 1 else ""
    return f"; the first in row {first[0]}{column} (counted from 0)"


def non_finite_data(
    data: DataFacts, trace: Trace | None = None, settings: SettingsFacts | None = None
) -> Answer:
    parts = [part for part in (data.train, data.validation) if part is not None]
    found = [one for part in parts for one in _broken(part)]
    if not found:
        return Passed("every number looked at is finite")
    stuck = trace is not None and learns(trace) is False
    harmless = [one for one in found if not stuck and _stayed_finite(trace, one.role)]
    worst = next((one for one in found if one not in harmless), found[0])
    evidence = {
        "set": worst.role,
        "what": worst.what,
        "name": worst.name,
        "count": worst.count,
        "values": worst.values,
        "of": f" of {worst.values}" if worst.values else "",
        "first": worst.first,
        "at": _at(worst.first),
        "arrays": len(found),
        "finite_loss": worst in harmless,
    }
    argument = worst.what if worst.role == "train" else "validation_data"
    return Suspicion(
        evidence=evidence,
        case="harmless" if worst in harmless else worst.what,
        severity="tip" if worst in harmless else None,
        where=place(settings.fit_where if settings else None, argument=argument),
    )


_HAS = "{count}{of} values of {what} in the {set} set are NaN or infinite{at}"
_FILL = (
    "Fill or drop them before fit: rows = np.isfinite(x.reshape(len(x), -1)).all(axis=1); x, y = "
    "x[rows], y[rows], or sklearn.impute.SimpleImputer fitted on the training rows."
)

CHECK = Check(
    code="GF101",
    name="non-finite-data",
    severity="error",
    function=non_finite_data,
    message={
        "x": _HAS + ": a single one makes the loss NaN.",
        "y": _HAS + ": a single one makes the loss NaN.",
        "sample_weight": _HAS + ": a single one makes the loss NaN.",
        "harmless": _HAS + "; the losses stayed finite, so the model seems to take care of them.",
    },
    advice={
        "x": _FILL,
        "y": "Drop the rows without a target: rows = np.isfinite(y.reshape(len(y), -1))"
        ".all(axis=1); x, y = x[rows], y[rows].",
        "sample_weight": "Look for a division by zero where the weights are made; give rows that "
        "should not count the weight 0.",
        "harmless": "If that is not on purpose, fill or drop them before fit.",
    },
)
