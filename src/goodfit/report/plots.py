"""Curves and gaps as SVG, drawn here so that a report needs no JavaScript to be read.

Colours are CSS classes of page.css. `Chart.data` is what page.js needs to draw the same curves
again on a logarithmic axis or smoothed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from goodfit.facts import GapFacts
from goodfit.report.axes import Axis
from goodfit.report.curves import Curve, thin
from goodfit.report.summary import gap_parts
from goodfit.report.words import clean, number

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 24, 22, 44
ROW = 30
LOG_ABOVE = 300.0  # a loss axis that spans more than this hides all but its top


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Curves over epochs, drawn. `note` says what a reader cannot see."""

    title: str
    svg: str
    curves: tuple[Curve, ...]
    data: dict[str, Any]
    note: str


def _value_axis(curves: Sequence[Curve]) -> Axis | None:
    values = [v for curve in curves for _, v in curve.points if math.isfinite(v) and abs(v) < 1e300]
    if not values:
        return None
    low, high = min(values), max(values)
    bottom, top = HEIGHT - BOTTOM, TOP
    if low > 0 and high / low > LOG_ABOVE:
        return Axis(low, high, bottom, top, scale="log")
    pad = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low < 0.3 * high else low - pad
    return Axis(floor, high + pad, bottom, top)


def chart(
    title: str, curves: Sequence[Curve], best_epoch: int | None = None, most: int = 400
) -> Chart | None:
    """Curves over epochs as SVG, or None where there is nothing finite to draw.
    `best_epoch` counts from 0; `most` bounds the points of each curve."""
    y = _value_axis(curves)
    if y is None:
        return None
    last = max(point[0] for curve in curves for point in curve.points)
    x = Axis(0.0, max(last, 1.0), LEFT, WIDTH - RIGHT)
    thinned = tuple(
        Curve(name=c.name, role=c.role, printed=c.printed, points=thin(c.points, most))
        for c in curves
    )
    lost = sum(not math.isfinite(value) for curve in curves for _, value in curve.points)
    data = {
        "frame": [LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP],
        "last": x.high,
        "y": [y.low, y.high, y.scale == "log"],
        "best": None if best_epoch is None else best_epoch + 1,
        "curves": [
            [[a, float(f"{b:.5g}") if _drawn(b) else None] for a, b in curve.points]
            for curve in thinned
        ],
    }
    svg = _frame(title, x, y, curves) + _best(x, best_epoch)
    svg += "".join(_line(curve, x, y) for curve in thinned) + "</svg>"
    note = f"{lost:,} values are not finite and leave gaps in the curves." if lost else ""
    return Chart(title=title, svg=svg, curves=tuple(curves), data=data, note=note)


def _drawn(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 1e300


def _line(curve: Curve, x: Axis, y: Axis) -> str:
    strokes: list[list[str]] = [[]]
    for a, b in curve.points:
        if _drawn(b):
            strokes[-1].append(f"{x.at(a):g} {y.at(b):g}")
        elif strokes[-1]:
            strokes.append([])
    # A value between two gaps has no neighbour to draw a line to: it becomes a short dash.
    path = "".join(
        f"M{stroke[0]}m-2 0h4" if len(stroke) == 1 else "M" + "L".join(stroke)
        for stroke in strokes
        if stroke
    )
    style = f"curve {curve.role} {'printed' if curve.printed else 'honest'}"
    return f'<path class="{style}" d="{path}"/>'


def _frame(title: str, x: Axis, y: Axis, curves: Sequence[Curve]) -> str:
    ends = "; ".join(f"{c.name} ends at {number(c.points[-1][1])}" for c in curves)
    what = escape(f"{clean(title)} over epochs. {ends}.", quote=True)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{what}">']
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {at:g}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{at + 4:g}" text-anchor="end">')
        parts.append(f"{number(tick)}</text>")
    parts.append(f'<path class="axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    marks = [tick for tick in x.ticks() if tick == int(tick)]
    parts.append('<g class="epochs">')
    parts += [_epoch_tick(x.at(tick), tick) for tick in marks]
    parts.append(f'</g><text class="label" x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 6}" ')
    parts.append('text-anchor="middle">epochs trained</text>')
    parts.append(f'<text class="label" x="{LEFT}" y="12">{escape(clean(title, 60))}')
    parts.append(f"{' (log scale)' if y.scale == 'log' else ''}</text>")
    return "".join(parts)


def _epoch_tick(at: float, tick: float) -> str:
    y = HEIGHT - BOTTOM + 18
    return f'<text class="tick" x="{at:g}" y="{y}" text-anchor="middle">{int(tick):,}</text>'


def _best(x: Axis, best_epoch: int | None) -> str:
    if best_epoch is None:
        return ""
    at = x.at(best_epoch + 1)
    anchor = "end" if at > (LEFT + WIDTH) / 2 else "start"
    shift = -6 if anchor == "end" else 6
    return (
        f'<g class="best" transform="translate({at:g} 0)"><path d="M0 {TOP}V{HEIGHT - BOTTOM}"/>'
        f'<text x="{shift}" y="{TOP + 10}" text-anchor="{anchor}">best epoch {best_epoch + 1:,}'
        "</text></g>"
    )


def gap_bars(gap: GapFacts) -> str:
    """From the true gap, part by part, to the gap that Keras printed: a waterfall, as SVG; empty
    where a number in it is not finite."""
    level = gap.true_gap
    steps = [("true gap", 0.0, level, "true")]
    for words, part in gap_parts(gap):
        if words != "rest" or abs(part) >= 0.01 * abs(gap.printed_gap):
            steps.append((words, level, level + part, "part"))
            level += part
    steps.append(("printed gap", 0.0, gap.printed_gap, "total"))
    if not all(_drawn(edge) for _, start, end, _ in steps for edge in (start, end)):
        return ""
    edges = [edge for _, start, end, _ in steps for edge in (start, end)]
    x = Axis(min(edges), max(max(edges), min(edges) + 1e-9), 190, WIDTH - 90)
    height = ROW * len(steps) + 8
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="From a true gap of ']
    parts.append(f'{number(gap.true_gap)} to a printed gap of {number(gap.printed_gap)}">')
    parts.append(f'<path class="axis" d="M{x.at(0):g} 0V{height}"/>')
    for row, (words, start, end, kind) in enumerate(steps):
        error = gap.true_gap_se if kind == "true" and _drawn(gap.true_gap_se) else 0.0
        parts.append(_bar(row, words, x.at(start), x.at(end), kind))
        right = max(x.at(start), x.at(end), x.at(end + error) if error else 0.0)
        amount = f"{end - start:+.3g}" if kind == "part" else number(end)
        at = ROW * row + 8
        parts.append(f'<text class="amount" x="{right + 8:g}" y="{at + 13}">{amount}</text>')
        if error:
            parts.append(f'<path class="whisker" d="M{x.at(end - error):g} {at + 9}H{right:g}"/>')
    return "".join(parts) + "</svg>"


def _bar(row: int, words: str, start: float, end: float, kind: str) -> str:
    top = ROW * row + 8
    return (
        f'<text class="name" x="176" y="{top + 13}" text-anchor="end">{words}</text>'
        f'<rect class="bar {kind}" x="{min(start, end):g}" y="{top}" '
        f'width="{max(1.5, abs(end - start)):.1f}" height="18" rx="2"/>'
    )
