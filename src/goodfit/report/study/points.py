"""Values with their intervals along a quantity such as the number of parameters or of training
rows, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from goodfit.report.axes import Axis
from goodfit.report.study.plots import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Key,
    Picture,
    open_svg,
    value_axis,
)
from goodfit.report.words import clean, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value at `x`, with its interval where known."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Marks of one kind; `role` is "train" or "validation"."""

    name: str
    role: str
    marks: tuple[Mark, ...]


def points(
    title: str,
    x_label: str,
    series: Sequence[Series],
    *,
    forecast: Mark | None = None,
    log_x: bool = True,
) -> Picture | None:
    """Series of marks with intervals over `x_label`, such as scores over the number of training
    rows; `forecast` continues the last series by a dashed line to an open mark. None where there
    is nothing finite to draw."""
    series = [_finite(one, log_x) for one in series]
    shown = [mark for one in series for mark in one.marks]
    if not shown:
        return None
    every = [*shown, *((forecast,) if forecast is not None else ())]
    values = [v for m in every for v in (m.y, m.low, m.high) if v is not None and math.isfinite(v)]
    y = value_axis(values, HEIGHT - BOTTOM, TOP)
    x = _along([mark.x for mark in every], log_x)
    parts = [open_svg(WIDTH, HEIGHT, _described(title, x_label, series, forecast))]
    parts.append(_cross(x, y))
    log = " (log scale)" if y.scale == "log" else ""
    parts.append(f'<text class="label" x="{LEFT}" y="13">{escape(clean(title, 80))}{log}</text>')
    parts.append(f'<text class="label" x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 6}" ')
    parts.append(f'text-anchor="middle">{escape(clean(x_label, 80))}</text>')
    parts += [_series(one, x, y) for one in series]
    if forecast is not None:
        parts.append(_forecast(series[-1], forecast, x, y))
    keys = [Key(style=f"curve {one.role}", words=clean(one.name, 60)) for one in series]
    if forecast is not None:
        keys.append(Key(style=f"curve {series[-1].role} forecast", words="forecast"))
    return Picture(title=title, svg="".join(parts) + "</svg>", height=HEIGHT, legend=tuple(keys))


def _finite(one: Series, log_x: bool) -> Series:
    kept = (m for m in one.marks if math.isfinite(m.y) and math.isfinite(m.x))
    marks = tuple(sorted((m for m in kept if m.x > 0 or not log_x), key=lambda mark: mark.x))
    return Series(name=one.name, role=one.role, marks=marks)


def _along(at: Sequence[float], log_x: bool) -> Axis:
    low, high = min(at), max(at)
    if log_x:
        return Axis(low / 1.15, high * 1.15, LEFT, WIDTH - RIGHT, "log")
    pad = (high - low) * 0.05 or 1.0
    return Axis(low - pad, high + pad, LEFT, WIDTH - RIGHT)


def _cross(x: Axis, y: Axis) -> str:
    parts = []
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<path class="grid" d="M{x.start:g} {at:g}H{x.end:g}"/>')
        parts.append(f'<text class="tick" x="{x.start - 6:g}" y="{at + 4:g}" text-anchor="end">')
        parts.append(f"{number(tick)}</text>")
    parts.append(f'<path class="axis" d="M{x.start:g} {y.start:g}H{x.end:g}"/>')
    for tick in x.ticks():
        parts.append(f'<text class="tick" x="{x.at(tick):g}" y="{y.start + 18:g}" ')
        parts.append(f'text-anchor="middle">{number(tick)}</text>')
    return "".join(parts)


def _series(one: Series, x: Axis, y: Axis) -> str:
    if not one.marks:
        return ""
    path = "L".join(f"{x.at(m.x):g} {y.at(m.y):g}" for m in one.marks)
    dots = "".join(_dot(mark, x, y) for mark in one.marks)
    return f'<g class="series {one.role}"><path class="curve {one.role}" d="M{path}"/>{dots}</g>'


def _dot(mark: Mark, x: Axis, y: Axis) -> str:
    at = x.at(mark.x)
    span = ""
    if mark.low is not None and mark.high is not None:
        ends = [y.at(y.inside(edge)) for edge in (mark.low, mark.high)]
        span = f'<path class="span" d="M{at:g} {ends[0]:g}V{ends[1]:g}M{at - 4:g} {ends[0]:g}h8'
        span += f'M{at - 4:g} {ends[1]:g}h8"/>'
    return f'{span}<circle cx="{at:g}" cy="{y.at(mark.y):g}" r="4"/>'


def _forecast(one: Series, mark: Mark, x: Axis, y: Axis) -> str:
    line = ""
    if one.marks:
        last = one.marks[-1]
        start = f"{x.at(last.x):g} {y.at(last.y):g}"
        line = f'<path class="curve {one.role} forecast" d="M{start}L{x.at(mark.x):g} '
        line += f'{y.at(mark.y):g}"/>'
    return f'<g class="series {one.role} ahead">{line}{_dot(mark, x, y)}</g>'


def _described(title: str, x_label: str, series: Sequence[Series], forecast: Mark | None) -> str:
    told = "; ".join(
        f"{clean(one.name, 60)} from {number(one.marks[0].y)} to {number(one.marks[-1].y)}"
        for one in series
        if one.marks
    )
    ahead = f"; forecast {number(forecast.y)} at {number(forecast.x)}" if forecast else ""
    return f"{clean(title, 80)} over {clean(x_label, 80)}: {told}{ahead}"
