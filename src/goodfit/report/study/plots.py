"""A study as SVG, drawn here: curves of all arms, one panel an arm, effects with intervals, and
points with intervals for capacity and data curves.

Colours are CSS classes of page.css and study.css. `Picture.data` is what page.js needs to draw the
same curves again on another axis or smoothed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from goodfit.report.axes import Axis
from goodfit.report.curves import thin
from goodfit.report.study.curves import ArmCurve
from goodfit.report.words import clean, number

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 58, 24, 26, 44
LOG_ABOVE = 50.0
COLORS = 12
PANEL_WIDTH, PANEL_HEIGHT, ACROSS = 230, 170, 3
MOST = 200  # points of a curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A line of a legend: the classes of its stroke, and what it stands for."""

    style: str
    words: str
    arm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing with its title, its size in pixels, its legend and the words under it."""

    title: str
    svg: str
    height: float
    width: float = WIDTH
    legend: tuple[Key, ...] = ()
    curves: tuple[ArmCurve, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def curves(title: str, drawn: Sequence[ArmCurve], *, bands: bool = True) -> Picture | None:
    """All curves in one frame over epochs on a logarithmic axis, training solid, validation
    dashed; None where there is nothing to draw. `bands` shades from the lowest seed to the
    highest."""
    frame = _Frame.around(drawn, (LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP))
    if frame is None:
        return None
    thinned = [_thin(curve) for curve in drawn]
    names = {curve.arm: curve.name for curve in drawn}
    what = f"{clean(title)} over epochs of {', '.join(names.values())}"
    parts = [open_svg(WIDTH, HEIGHT, what), _grid(frame)]
    parts.append(f'<text class="label" x="{LEFT}" y="13">{_heading(title, frame)}</text>')
    parts.append(f'<text class="label" x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 6}" ')
    parts.append('text-anchor="middle">epochs trained</text>')
    if bands:
        parts += [_shade(curve, frame) for curve in thinned]
    parts += [_line(curve, frame) for curve in thinned]
    legend = tuple(
        Key(style=f"curve arm {_color(arm)}", words=name, arm=arm) for arm, name in names.items()
    )
    return Picture(
        title=title,
        svg="".join(parts) + "</svg>",
        height=HEIGHT,
        legend=legend,
        curves=tuple(drawn),
        data=_redraw(thinned, frame, bands),
        note=_roles(drawn) + ("; the shade spans all seeds" if bands else "") + ".",
    )


def panels(title: str, drawn: Sequence[ArmCurve]) -> Picture | None:
    """One small frame an arm, all on the same axes; the baseline's validation curve stands in
    each of the others as a grey line. None where there is nothing to draw."""
    arms = list(dict.fromkeys(curve.arm for curve in drawn))
    inner = (40, PANEL_WIDTH - 10, PANEL_HEIGHT - 26, 28)
    frame = _Frame.around(drawn, inner)
    if frame is None or not arms:
        return None
    thinned = [_thin(curve) for curve in drawn]
    reference = [c for c in thinned if c.arm == arms[0] and c.role == "validation"]
    height = PANEL_HEIGHT * math.ceil(len(arms) / ACROSS)
    width = PANEL_WIDTH * ACROSS
    parts = [open_svg(width, height, f"{clean(title)} over epochs, one panel for each arm")]
    for at, arm in enumerate(arms):
        left, top = PANEL_WIDTH * (at % ACROSS), PANEL_HEIGHT * (at // ACROSS)
        mine = [curve for curve in thinned if curve.arm == arm]
        parts.append(f'<g transform="translate({left} {top})">{_grid(frame, 4)}')
        parts.append(f'<text class="panel" x="40" y="16">{escape(clean(mine[0].name, 28))}</text>')
        if at:
            parts += [_line(curve, frame, "reference") for curve in reference]
        parts += [_shade(curve, frame) for curve in mine]
        parts += [_line(curve, frame) for curve in mine]
        parts.append("</g>")
    grey = (Key(style="reference", words=f"{reference[0].name}, validation"),) if reference else ()
    return Picture(
        title=_heading(title, frame),
        svg="".join(parts) + "</svg>",
        height=height,
        width=width,
        legend=grey,
        note=f"{_roles(drawn)}; the shade spans all seeds; same axes in every panel.",
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Both axes of a plot."""

    x: Axis
    y: Axis

    @classmethod
    def around(
        cls, drawn: Sequence[ArmCurve], box: tuple[float, float, float, float]
    ) -> _Frame | None:
        """Axes that hold all curves within the pixels (left, right, bottom, top)."""
        left, right, bottom, top = box
        values = [value for curve in drawn for point in curve.band for value in point[1:]]
        if not values:
            return None
        last = max(curve.band[-1][0] for curve in drawn if curve.band)
        first = min(curve.band[0][0] for curve in drawn if curve.band)
        x = Axis(first, max(last, first + 1.0), left, right, "epochs")
        return cls(x, value_axis(values, bottom, top))


def value_axis(values: Sequence[float], start: float, end: float) -> Axis:
    """An axis with a little room around finite `values`; logarithmic where they span much."""
    low, high = min(values), max(values)
    if low > 0 and high / low > LOG_ABOVE:
        return Axis(low * 0.9, high * 1.1, start, end, "log")
    pad = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    floor = max(0.0, low - pad) if low >= 0 else low - pad
    return Axis(floor, high + pad, start, end)


def _thin(curve: ArmCurve) -> ArmCurve:
    kept = {x for x, _ in thin([(x, mean) for x, mean, *_ in curve.band], MOST)}
    band = tuple(point for point in curve.band if point[0] in kept)
    return ArmCurve(arm=curve.arm, name=curve.name, role=curve.role, band=band)


def _redraw(drawn: Sequence[ArmCurve], frame: _Frame, bands: bool) -> dict[str, Any]:
    x, y = frame.x, frame.y
    return {
        "frame": [x.start, x.end, y.start, y.end],
        "first": x.low,
        "last": x.high,
        "y": [y.low, y.high, y.scale == "log"],
        "best": None,
        "curves": [[[e, _short(mean)] for e, mean, *_ in curve.band] for curve in drawn],
        "bands": [
            [[[e, _short(low)] for e, _, low, _ in c.band], [[e, _short(h)] for e, *_, h in c.band]]
            for c in drawn
        ]
        if bands
        else [],
    }


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def open_svg(width: float, height: float, what: str) -> str:
    """The start of a drawing that says in words what it shows."""
    label = escape(what, quote=True)
    return f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}">'


def _heading(title: str, frame: _Frame) -> str:
    return escape(clean(title, 80)) + (" (log scale)" if frame.y.scale == "log" else "")


def _grid(frame: _Frame, most: int = 6) -> str:
    left, right, bottom = frame.x.start, frame.x.end, frame.y.start
    parts = []
    for tick in frame.y.ticks(most):
        at = frame.y.at(tick)
        parts.append(f'<path class="grid" d="M{left:g} {at:g}H{right:g}"/>')
        parts.append(f'<text class="tick" x="{left - 6:g}" y="{at + 4:g}" text-anchor="end">')
        parts.append(f"{number(tick)}</text>")
    parts.append(f'<path class="axis" d="M{left:g} {bottom:g}H{right:g}"/><g class="epochs">')
    for tick in frame.x.ticks(most):
        parts.append(f'<text class="tick" x="{frame.x.at(tick):g}" y="{bottom + 18:g}" ')
        parts.append(f'text-anchor="middle">{tick:,.0f}</text>')
    return "".join(parts) + "</g>"


def _line(curve: ArmCurve, frame: _Frame, style: str = "") -> str:
    points = [f"{frame.x.at(e):g} {frame.y.at(mean):g}" for e, mean, *_ in curve.band]
    path = f"M{points[0]}m-2 0h4" if len(points) == 1 else "M" + "L".join(points)
    kind = style or f"curve arm {_color(curve.arm)} {curve.role}"
    return f'<path class="{kind}" data-arm="{curve.arm}" d="{path}"/>'


def _shade(curve: ArmCurve, frame: _Frame) -> str:
    upper = [f"{frame.x.at(e):g} {frame.y.at(high):g}" for e, _, _, high in curve.band]
    lower = [f"{frame.x.at(e):g} {frame.y.at(low):g}" for e, _, low, _ in reversed(curve.band)]
    path = "M" + "L".join(upper + lower) + "Z"
    return f'<path class="band {_color(curve.arm)}" data-arm="{curve.arm}" d="{path}"/>'


def _color(arm: int) -> str:
    return f"c{arm % COLORS}"


def _roles(drawn: Sequence[ArmCurve]) -> str:
    if len({curve.role for curve in drawn}) > 1:
        return "Means over seeds: training solid, validation dashed"
    return "Means over seeds"
