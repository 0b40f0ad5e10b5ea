"""GF413 more-capacity-would-help: wider copies of the model do better on validation rows.

Sees: validation losses of narrower and wider copies of the model over seeds (an experiment that is
run when asked for), a wider one of which beats the present width by a twentieth of the loss and by
more than the seeds' spread explains, allowing for the number of widths tried.
Why it matters: a model that is too small cannot be helped by regularisation or more epochs; one
that is large enough gains nothing but cost from more units.
Evidence: parameters and mean loss of both, the difference with its standard error and t, the seeds'
spread, the widths tried.
Remedies: more-capacity.
Source: Bonferroni's bound over the widths; Goodfellow, Bengio & Courville, "Deep Learning" (2016),
section 5.2, capacity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
from goodfit.facts import CurvePoint, ExperimentFacts, ModelFacts

LEVEL = Threshold(0.01, source="one in a hundred, over all widths together")
MIN_GAIN = Threshold(0.05, source="a twentieth of the loss is worth wider layers")
NEAR = Threshold(0.2, source="the same width, but for what a copy counts otherwise")
MIN_FREEDOM = Threshold(2, source="fewer repeated seeds show no spread")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rival:
    parameters: int
    loss: float
    better: float
    standard_error: float

    @property
    def t(self) -> float:
        if self.standard_error > 0:
            return self.better / self.standard_error
        return math.copysign(math.inf, self.better) if self.better else 0.0


def _by_size(points: Sequence[CurvePoint]) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for point in points:
        if math.isfinite(point.validation.mean):
            found.setdefault(point.parameters, []).append(point.validation.mean)
    return found


def _spread(sizes: Mapping[int, Sequence[float]]) -> tuple[float, int]:
    """The standard deviation over seeds, pooled over widths, and its degrees of freedom."""
    freedom = sum(len(losses) - 1 for losses in sizes.values())
    means = {size: sum(losses) / len(losses) for size, losses in sizes.items()}
    squares = sum((loss - means[size]) ** 2 for size, losses in sizes.items() for loss in losses)
    return math.sqrt(squares / freedom) if freedom else math.nan, freedom


def _own(sizes: Mapping[int, Sequence[float]], model: ModelFacts) -> int | None:
    parameters = model.trainable_parameters or model.parameters
    nearest = min(sizes, key=lambda size: abs(size - parameters), default=None)
    if nearest is None or not parameters:
        return None
    return nearest if abs(nearest - parameters) <= NEAR.value * parameters else None


def _rivals(sizes: Mapping[int, Sequence[float]], own: int, spread: float) -> list[_Rival]:
    level = sum(sizes[own]) / len(sizes[own])
    return [
        _Rival(
            parameters=size,
            loss=sum(losses) / len(losses),
            better=level - sum(losses) / len(losses),
            standard_error=spread * math.sqrt(1 / len(losses) + 1 / len(sizes[own])),
        )
        for size, losses in sizes.items()
        if size > own
    ]


def more_capacity_would_help(experiments: ExperimentFacts, model: ModelFacts) -> Answer:
    from scipy.stats import t as student

    sizes = _by_size(experiments.capacity_curve)
    if not sizes:
        return NotApplicable("no other widths were tried; goodfit run --experiments does")
    own = _own(sizes, model)
    spread, freedom = _spread(sizes)
    rivals = _rivals(sizes, own, spread) if own is not None else []
    if own is None or not rivals:
        return CannotTell("no wider copy can be held against one of the model's own width")
    if freedom < MIN_FREEDOM.value:
        return CannotTell("too few seeds to know how far the loss varies by itself")
    needed = float(student.ppf(1 - LEVEL.value / len(rivals), freedom))
    best = max(rivals, key=lambda rival: rival.better)
    level = best.loss + best.better
    evidence = {
        "parameters": own,
        "loss": level,
        "wider": best.parameters,
        "wider_loss": best.loss,
        "better": best.better,
        "standard_error": best.standard_error,
        "t": best.t,
        "needed_t": needed,
        "spread": spread,
        "widths": len(sizes),
        "share": best.better / abs(level) if level else None,
    }
    if best.t < needed or best.better < MIN_GAIN.value * abs(level):
        return Passed(
            f"{best.parameters} parameters in place of {own} change the validation loss by "
            f"{-best.better:+.2g} ± {best.standard_error:.1g}",
            evidence,
        )
    return Suspicion(evidence=evidence, where=place(model.where))


CHECK = Check(
    code="GF413",
    name="more-capacity-would-help",
    severity="tip",
    function=more_capacity_would_help,
    message="A wider copy of the model ({wider} parameters in place of {parameters}) has a "
    "validation loss of {wider_loss:.3g} in place of {loss:.3g} (better by {better:.2g} ± "
    "{standard_error:.1g} over seeds).",
    advice="Double the units or filters of the hidden layers, and again as long as the validation "
    "loss gets better by more than it varies between seeds.",
    remedies=("more-capacity",),
)
