"""GF124 time-order: rows in time order that were split without regard to it.

Sees: windows of a series of which most validation windows are a training window moved by one step;
a time column by which the validation rows lie before the training rows, or between them while
neighbouring rows' targets are alike.
Why it matters: the model will predict what comes after its training rows. Validated on windows it
has all but seen, or on the past, it looks better than it will be.
Evidence: the share of validation windows that are training windows moved by one step, and of exact
copies, which would be periodic data; the ranges of a column that rises strictly in both sets; the
correlation of the targets of neighbouring rows.
Remedies: none; split by time.
Source: Cerqueira, Torgo, Mozetič, "Evaluating time series forecasting models" (2020); Bergmeir,
Benítez, "On the use of cross-validation for time series predictor evaluation" (2012).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
from goodfit.facts import DataFacts, SettingsFacts, SplitFacts

OVERLAP = Threshold(0.3, source="split by time one window overlaps, at random nearly all do")
PERIODIC = Threshold(0.2, source="windows that are copies anyway belong to a periodic series")
ALIKE = Threshold(0.5, source="the neighbour explains a quarter of the target's variance")
FEWEST = Threshold(20, source="fewer rows rise strictly by chance or by design")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column that rises strictly in both sets: its range on either side."""

    input: int
    feature: int
    train: tuple[float, float]
    held: tuple[float, float]

    @property
    def past(self) -> bool:
        return self.held[1] <= self.train[0]

    @property
    def between(self) -> bool:
        return self.train[0] < self.held[0] and self.held[1] < self.train[1]


def _columns(data: DataFacts) -> Iterator[_Column]:
    held = data.validation
    if held is None or min(data.train.rows_seen, held.rows_seen) < FEWEST.value:
        return
    for number, feature in data.train.monotone_features:
        if (number, feature) not in held.monotone_features:
            continue
        pair = [part.inputs[number] for part in (data.train, held) if number < len(part.inputs)]
        if len(pair) < 2 or any(len(array.feature_max) <= feature for array in pair):
            continue
        ranges = [(array.feature_min[feature], array.feature_max[feature]) for array in pair]
        yield _Column(input=number, feature=feature, train=ranges[0], held=ranges[1])


def _windows(split: SplitFacts | None) -> float | None:
    """The share of overlapping windows, unless the series repeats itself anyway."""
    if split is None or split.window_overlap is None:
        return None
    rows = split.rows_compared
    periodic = rows and (split.leaked or 0) > PERIODIC.value * rows
    return 0.0 if periodic else split.window_overlap


def time_order(data: DataFacts, settings: SettingsFacts | None = None) -> Answer:
    held = data.validation
    if held is None:
        return NotApplicable("there are no validation rows")
    by_split = settings is not None and settings.validation == "split"
    where = place(
        settings.fit_where if settings else None,
        argument="validation_split" if by_split else "validation_data",
    )
    overlap = _windows(data.split)
    if overlap is not None and overlap >= OVERLAP.value:
        evidence = {"overlap": overlap, "rows": held.rows_seen}
        return Suspicion(evidence=evidence, case="windows", where=where)
    columns = list(_columns(data))
    alike = data.train.target_order_correlation
    for column in columns:
        told = {
            "input": column.input,
            "feature": column.feature,
            "train_first": column.train[0],
            "train_last": column.train[1],
            "held_first": column.held[0],
            "held_last": column.held[1],
            "neighbours": alike,
        }
        if column.past:
            return Suspicion(evidence=told, case="past", where=where)
        if column.between and alike is not None and alike >= ALIKE.value:
            return Suspicion(evidence=told, case="between", where=where)
    if columns:
        return Passed("validation rows come after the training rows")
    if overlap is None and data.train.order_correlation is None:
        return CannotTell("the order of the rows is not known")
    told_share = "none" if not overlap else f"{overlap:.0%}"
    return Passed(f"no time column, and {told_share} of the validation windows overlap training")


_BY_TIME = (
    "Cut the series by time before making windows: the first 80 % for training, the rest for "
    "validation, with a gap of one window's length; keras.utils.timeseries_dataset_from_array "
    "takes start_index and end_index for that."
)

CHECK = Check(
    code="GF124",
    name="time-order",
    severity="warning",
    function=time_order,
    message={
        "windows": "{overlap:.0%} of the validation windows are a training window moved by one "
        "step: the model has seen nearly all of what it is validated on.",
        "past": "By column {feature} (counted from 0), which rises from row to row, the validation "
        "rows ({held_first:.6g} to {held_last:.6g}) lie before the training rows "
        "({train_first:.6g} to {train_last:.6g}): the model is validated on the past.",
        "between": "By column {feature} (counted from 0), which rises from row to row, the "
        "validation rows lie among the training rows, and targets of neighbouring rows are alike "
        "(correlation {neighbours:.2f}): each validation row has its answer next to it.",
    },
    advice={
        "windows": _BY_TIME,
        "past": "Sort the rows by time and validate on the last ones: x_train, x_val = x[:n], "
        "x[n:].",
        "between": "Sort the rows by time and validate on the last ones, x_train, x_val = x[:n], "
        "x[n:], or use sklearn.model_selection.TimeSeriesSplit.",
    },
)
