from __future__ import annotations

import dataclasses
import math
import re

import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from goodfit.facts import Epoch, GapFacts, Trace
from goodfit.report.axes import ticks
from goodfit.report.curves import Curve, loss_curves, metric_curves, metric_names, thin
from goodfit.report.plots import HEIGHT, WIDTH, chart, gap_bars


def _curve(*values: float) -> Curve:
    points = tuple((i + 1.0, value) for i, value in enumerate(values))
    return Curve(name="training, printed", role="train", printed=True, points=points)


def test_curves_count_epochs_trained_and_begin_before_training() -> None:
    named = {curve.name: curve for curve in loss_curves(samples.trace(5))}
    assert named["training, printed"].points[0][0] == 1.0
    assert named["validation, honest"].points[0] == (0.0, 2.33)
    assert [curve.printed for curve in named.values()] == [True, True, False, False]


def test_metrics_are_those_that_are_no_losses() -> None:
    logs = {
        "loss": 1.0,
        "out_loss": 1.0,
        "accuracy": 0.5,
        "val_accuracy": 0.4,
        "learning_rate": 0.1,
    }
    trace = Trace(epochs=(Epoch(index=0, logs=logs),))
    assert metric_names(trace) == ("accuracy",)
    assert [curve.points for curve in metric_curves(trace, "accuracy")] == [
        ((1.0, 0.5),),
        ((1.0, 0.4),),
    ]


@given(
    st.lists(st.floats(allow_nan=True), min_size=1, max_size=600),
    st.integers(min_value=10, max_value=100),
)
@settings(max_examples=50, deadline=None)
def test_thinning_keeps_ends_order_and_extremes(values: list[float], most: int) -> None:
    points = [(float(i), value) for i, value in enumerate(values)]
    kept = thin(points, most)
    assert len(kept) <= max(most, 1)
    assert kept[0] is points[0]
    assert kept[-1] is points[-1]
    assert [x for x, _ in kept] == sorted({x for x, _ in kept})
    finite = [value for value in values[:-1] if math.isfinite(value)]
    shown = [value for _, value in kept]
    if finite and len(values) > most:
        assert min(finite) in shown
        assert max(finite) in shown


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 60, [0, 10, 20, 30, 40, 50, 60]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-3, 3, [-3, -2, -1, 0, 1, 2, 3]),
        (5, 5, [5]),
        (0, math.inf, [0]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_nothing_finite_is_no_chart() -> None:
    assert chart("loss", [_curve(math.nan, math.inf)]) is None
    assert chart("loss", []) is None


def test_gaps_stay_gaps_and_are_counted() -> None:
    drawn = chart("loss", [_curve(1.0, 0.9, math.nan, 0.8, math.inf)])
    assert drawn is not None
    path = re.findall(r'class="curve[^"]*" d="([^"]*)"', drawn.svg)[0]
    assert path.count("M") == 2
    assert path.count("L") == 1
    assert drawn.note == "2 values are not finite and leave gaps in the curves."
    assert drawn.data["curves"][0][2] == [3.0, None]


@pytest.mark.parametrize(
    "values",
    [(1.0,), (0.0, 0.0), (1e299, -1e299), (1e-12, 1e-13), (-5.0, -5.0), (1e12, 1e-3, 1.0)],
)
def test_everything_drawn_lies_inside_the_frame(values: tuple[float, ...]) -> None:
    drawn = chart("loss", [_curve(*values)], best_epoch=0)
    assert drawn is not None
    assert "nan" not in drawn.svg
    assert "inf" not in drawn.svg
    for d in re.findall(r'class="curve[^"]*" d="([^"]*)"', drawn.svg):
        for x, y in re.findall(r"[ML]([-\d.e+]+) ([-\d.e+]+)", d):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT


def test_a_wide_range_gets_a_logarithmic_axis_and_says_so() -> None:
    wide = chart("loss", [_curve(5000.0, 10.0, 0.5)])
    narrow = chart("loss", [_curve(5.0, 1.0, 0.5)])
    assert wide is not None
    assert narrow is not None
    assert "(log scale)" in wide.svg
    assert "(log scale)" not in narrow.svg


def test_the_gap_is_a_waterfall_from_true_to_printed() -> None:
    gap = GapFacts(
        epoch=3,
        printed_train=0.2,
        printed_validation=0.9,
        printed_gap=0.7,
        true_gap=0.8,
        true_gap_se=0.05,
        train_mode=-0.2,
        penalties=0.1,
        rest=0.001,
    )
    svg = gap_bars(gap)
    names = re.findall(r'class="name"[^>]*>([^<]*)<', svg)
    assert names == ["true gap", "dropout and noise", "penalties", "printed gap"]
    assert re.findall(r'class="amount"[^>]*>([^<]*)<', svg) == ["0.8", "-0.2", "+0.1", "0.7"]
    bars = [
        (float(x), float(width))
        for x, width in re.findall(r'<rect[^>]*x="([\d.]+)"[^>]*width="([\d.]+)"', svg)
    ]
    assert sum(bars[1]) == pytest.approx(
        sum(bars[0]), abs=0.2
    )  # each part begins where the last ended
    assert bars[2][0] == pytest.approx(bars[1][0], abs=0.2)
    assert sum(bars[2]) == pytest.approx(sum(bars[3]), abs=0.2)


def test_a_gap_without_numbers_is_not_drawn() -> None:
    trace = samples.trace(5)
    assert trace.gap is not None
    assert gap_bars(dataclasses.replace(trace.gap, true_gap=math.nan)) == ""
    assert gap_bars(dataclasses.replace(trace.gap, penalties=math.inf)) == ""
