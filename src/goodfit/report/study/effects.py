"""The effects of arms with their intervals, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from statistics import median

from goodfit.report.axes import Axis
from goodfit.report.study import summary
from goodfit.report.study.plots import (
    WIDTH,
    Picture,
    open_svg,
)
from goodfit.report.words import clean
from goodfit.results import Effect, StudyResult

ROW = 34
NAMES, AMOUNTS = 210, 160
LINE = 27
"""Characters of a name that fit beside its effect; longer ones take two lines."""
FAR = 4.0  # times the usual reach; what lies farther is drawn as an arrow
_MARKS = {"helps": "good", "harms": "bad", "no effect": "none", "cannot tell": "unsure"}


def effects(study: StudyResult) -> Picture | None:
    """Every arm's effect with its interval, above 0 to the right; the winner's on the rows that
    chose nothing stands below the one that chose it. None where nothing was compared."""
    rows: list[tuple[str, Effect]] = []
    for arm in study.arms[1:]:
        name = clean(arm.name, 2 * LINE)
        if arm.choosing is not None:
            rows.append((name, arm.choosing))
        if arm.confirming is not None and (arm.name == study.winner or arm.choosing is None):
            rows.append(("confirmed on other rows" if arm.choosing else name, arm.confirming))
    rows = [(name, effect) for name, effect in rows if math.isfinite(effect.difference)]
    if not rows:
        return None
    many = 100.0 if study.protocol.measure in summary.POINTS else 1.0
    x = _effect_axis([effect for _, effect in rows], many)
    height = ROW * len(rows) + 54
    parts = [open_svg(WIDTH, height, _told(rows)), _upright(x, height - 44)]
    parts += [_effect(x, name, effect, at, many) for at, (name, effect) in enumerate(rows)]
    unit = f"{'points of ' if many > 1 else ''}{study.protocol.measure}"
    if study.protocol.measure == "loss":
        unit = "lower loss"
    parts.append(f'<text class="label" x="{x.at(0):g}" y="{height - 6}" text-anchor="middle">')
    parts.append(f"← harms · {escape(clean(unit))} · helps →</text></svg>")
    note = f"{summary.legend(study)}.".capitalize()
    return Picture(title="Effects", svg="".join(parts), height=height, note=note)


def _told(rows: Sequence[tuple[str, Effect]]) -> str:
    told = (f"{name} {summary.difference(e)} {summary.interval(e)}" for name, e in rows)
    return f"Effects with 95 % intervals: {'; '.join(told)}"


def _effect_axis(shown: Sequence[Effect], many: float) -> Axis:
    spans = [
        [v for v in (effect.difference, effect.low, effect.high) if math.isfinite(v)]
        for effect in shown
    ]
    edges = [v for span in spans for v in span]
    limit = FAR * median(max(map(abs, span)) for span in spans) or 1.0
    low = max(min(0.0, *edges), -limit) * many
    high = min(max(0.0, *edges), limit) * many
    pad = (high - low) * 0.06 or 1.0
    return Axis(low - pad, high + pad, NAMES, WIDTH - AMOUNTS)


def _upright(x: Axis, bottom: float) -> str:
    parts = []
    for tick in x.ticks(7):
        at = x.at(tick)
        kind = "axis" if tick == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{at:g} 4V{bottom:g}"/>')
        parts.append(f'<text class="tick" x="{at:g}" y="{bottom + 18:g}" text-anchor="middle">')
        parts.append(f"{tick:+.3g}</text>" if tick else "0</text>")
    return "".join(parts)


def _name(name: str, at: int) -> list[str]:
    """The name of an arm on one line or two, parted where remedies are joined."""
    cut = -1 if len(name) <= LINE else max(name.rfind("+", 0, LINE + 1), name.find("+"))
    lines = [name] if cut < 0 else [name[:cut], name[cut:]]
    lines = [clean(line, LINE) for line in lines]
    top = at + 4 - 7 * (len(lines) - 1)
    return [
        f'<text class="name" x="{NAMES - 14}" y="{top + 14 * place}" text-anchor="end">'
        f"{escape(line)}</text>"
        for place, line in enumerate(lines)
    ]


def _effect(x: Axis, name: str, effect: Effect, row: int, many: float) -> str:
    at = ROW * row + 20
    style = _MARKS[effect.says]
    low, high = x.inside(effect.low * many), x.inside(effect.high * many)
    middle = x.inside(effect.difference * many)
    open_ended = not (math.isfinite(effect.low) and math.isfinite(effect.high))
    kind = "span open" if open_ended else "span"
    parts = [
        *_name(name, at),
        f'<g class="effect {style}"><path class="{kind}" d="M{x.at(low):g} {at}H{x.at(high):g}"/>',
    ]
    for edge, wanted, way in ((low, effect.low * many, -1), (high, effect.high * many, 1)):
        tip = x.at(edge)
        if edge == wanted:
            parts.append(f'<path class="span" d="M{tip:g} {at - 5}v10"/>')
        else:
            parts.append(f'<path class="span" d="M{tip - 6 * way:g} {at - 5}l{6 * way} 5')
            parts.append(f'l{-6 * way} 5"/>')
    parts.append(f'<circle cx="{x.at(middle):g}" cy="{at}" r="5"/></g>')
    words = escape(f"{summary.difference(effect).removesuffix(' points')}  {effect.says}")
    parts.append(f'<text class="amount" x="{WIDTH - AMOUNTS + 20}" y="{at + 4}">{words}</text>')
    return "".join(parts)
