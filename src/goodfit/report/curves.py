"""What a trace's curves are, and how few points show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from goodfit.facts import Trace

Point = tuple[float, float]
_RATES = ("learning_rate", "lr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line of a chart. `role` is "train" or "validation"; `printed` lines are dashed.
    Points are (epochs trained, value)."""

    name: str
    role: str
    printed: bool
    points: tuple[Point, ...]


def loss_curves(trace: Trace) -> tuple[Curve, ...]:
    """The printed and the honest losses; epoch 0 is the state before training."""
    curves = [
        Curve(
            name=f"{role}, {'printed' if printed else 'honest'}",
            role="train" if role == "training" else "validation",
            printed=printed,
            points=points,
        )
        for role, printed, points in (
            ("training", True, _logged(trace, "loss")),
            ("validation", True, _logged(trace, "val_loss")),
            ("training", False, _honest(trace, "train")),
            ("validation", False, _honest(trace, "validation")),
        )
    ]
    return tuple(curve for curve in curves if curve.points)


def metric_names(trace: Trace) -> tuple[str, ...]:
    """The logged metrics other than losses and the learning rate, in printed order."""
    names = dict.fromkeys(name for epoch in trace.epochs[:3] for name in epoch.logs)
    return tuple(
        name
        for name in names
        if not name.startswith("val_") and not name.endswith("loss") and name not in _RATES
    )


def metric_curves(trace: Trace, name: str) -> tuple[Curve, ...]:
    pairs = (("training", name), ("validation", f"val_{name}"))
    curves = (
        Curve(
            name=f"{role}, printed",
            role="train" if role == "training" else "validation",
            printed=True,
            points=_logged(trace, key),
        )
        for role, key in pairs
    )
    return tuple(curve for curve in curves if curve.points)


def _logged(trace: Trace, name: str) -> tuple[Point, ...]:
    return tuple((index + 1.0, float(value)) for index, value in trace.curve(name))


def _honest(trace: Trace, role: str) -> tuple[Point, ...]:
    return tuple((index + 1.0, loss.mean) for index, loss in trace.honest(role))


def thin(points: Sequence[Point], most: int) -> tuple[Point, ...]:
    """At most `most` points that keep both ends and the lowest and highest of each stretch.
    Half of the stretches are equal in epochs, half in their logarithm, for the two axes."""
    if len(points) <= most:
        return tuple(points)
    last, stretches = len(points) - 1, max(1, (most - 2) // 4)
    edges = {round(i * last / stretches) for i in range(stretches + 1)}
    edges |= {round(last ** (i / stretches)) for i in range(stretches + 1)}
    marks = sorted(edges)
    kept = {0, last}
    for start, stop in pairwise(marks):
        finite = [i for i in range(start, stop) if math.isfinite(points[i][1])] or [start]
        kept |= {min(finite, key=lambda i: points[i][1]), max(finite, key=lambda i: points[i][1])}
    return tuple(points[i] for i in sorted(kept))
