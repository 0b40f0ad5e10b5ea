"""Which experiments are worth their time, from what the training itself has shown.

A healthy run is left alone: only shuffled inputs, a few predictions, are tried on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

ONE_BATCH, RANGE_TEST = "one_batch", "range_test"
PERMUTED, DATA, CAPACITY = "permuted_labels", "data_curve", "capacity_curve"
USUAL, ASKED = (ONE_BATCH, RANGE_TEST), (PERMUTED, DATA, CAPACITY)
SECONDS = {ONE_BATCH: 3.0, RANGE_TEST: 4.0, PERMUTED: 15.0, DATA: 40.0, CAPACITY: 40.0}
"""What each may take once a copy is compiled."""

MIN_Z = 3.0
CLEARLY = 0.10
"""A loss this share of the constant answer's below it is clearly better, whatever its noise."""
HIGH = 0.5
"""Shares of the constant answer's loss above which a loss may still be falling too slowly."""
LINEAR = 0.4
"""Learning that slows down makes less than this share of its way in the second half."""
ROSE = 0.25
"""Share of the way down that a loss has climbed again when something is wrong with its steps."""
MOVED = 0.02
"""A loss that changed by a smaller share than this has not moved."""
ENDLESS_COMPILING = 10.0
MIN_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What training showed in numbers. Losses are honest training losses; `curve` holds those of
    the probed epochs, the state before training first; `prior_loss` is the best constant answer's,
    `error`/`prior_error` as in PredictionFacts; None where unknown. `step_seconds` is what a
    training step took, `compile_seconds` how much longer the first epoch was."""

    final: float
    standard_error: float = 0.0
    curve: tuple[float, ...] = ()
    prior_loss: float | None = None
    error: float | None = None
    prior_error: float | None = None
    rows: int = 0
    step_seconds: float = 0.0
    compile_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The experiments to run, in order, each with its seconds; `reason` says why, or why none."""

    steps: tuple[tuple[str, float], ...] = ()
    reason: str = ""

    @property
    def seconds(self) -> float:
        """What all of it may take."""
        return sum(seconds for _, seconds in self.steps)


def _better(shown: Shown) -> bool:
    """Whether the model is clearly better than a constant answer on its training rows."""
    prior, error, prior_error = shown.prior_loss, shown.error, shown.prior_error
    if prior is None or not math.isfinite(prior):
        start = shown.curve[0] if shown.curve else math.nan
        return not math.isfinite(start) or shown.final < (1 - CLEARLY) * start
    below = prior - shown.final
    if below > max(MIN_Z * shown.standard_error, CLEARLY * abs(prior)):
        return True
    if error is None or prior_error is None or not math.isfinite(error) or not shown.rows:
        return False
    share = min(max(prior_error, 1 / shown.rows), 1 - 1 / shown.rows)
    noise = math.sqrt(share * (1 - share) / shown.rows)
    return prior_error - error > max(MIN_Z * noise, CLEARLY * prior_error)


def _slow(shown: Shown) -> bool:
    """Whether a high loss was still falling as fast in the second half as before."""
    curve = [loss for loss in shown.curve if math.isfinite(loss)]
    floor = shown.prior_loss if shown.prior_loss is not None else max(curve, default=0.0)
    if len(curve) < 4 or shown.final <= HIGH * abs(floor):
        return False
    fall = curve[0] - curve[-1]
    late = (curve[(len(curve) - 1) // 2] + curve[len(curve) // 2]) / 2 - curve[-1]
    return fall > 0 and late > LINEAR * fall and late > MIN_Z * shown.standard_error


def _rose(shown: Shown) -> bool:
    """Whether the loss ended far above the lowest it had been."""
    curve = [loss for loss in shown.curve if math.isfinite(loss)]
    if len(curve) < 3:
        return False
    lowest = min(curve)
    way = max(curve[0] - lowest, 0.0)
    return shown.final - lowest > max(ROSE * way, MIN_Z * shown.standard_error, CLEARLY * lowest)


def _idle(shown: Shown) -> bool:
    """Whether a high loss hardly moved at all."""
    if len(shown.curve) < 2 or shown.prior_loss is None:
        return False
    moved = abs(shown.curve[0] - shown.final) > MOVED * abs(shown.curve[0])
    return not moved and shown.final > HIGH * abs(shown.prior_loss)


def _why(shown: Shown) -> str:
    if not math.isfinite(shown.final) or any(not math.isfinite(loss) for loss in shown.curve):
        return "the loss became non-finite"
    if not _better(shown):
        return "the training loss is not clearly better than a constant answer's"
    if _idle(shown):
        return "training hardly changed the loss"
    if _slow(shown):
        return "the training loss was still falling slowly"
    return "the training loss rose again" if _rose(shown) else ""


def plan(shown: Shown | None, *, asked: bool, unlimited: bool = False) -> Plan:
    """Which copies to train. What cannot be done in its time is left out.

    Args:
        shown: None where no honest training loss is known.
        asked: whether the user asked for all experiments.
        unlimited: whether the analysis may take its time: each may take four times as long.
    """
    if shown is None:
        return Plan(reason="no honest training loss is known")
    why = _why(shown)
    if not why and not asked:
        return Plan(reason="the model learns, so no copy of it was trained")
    generous = 4.0 if unlimited else 1.0
    if not asked and shown.compile_seconds > generous * ENDLESS_COMPILING:
        return Plan(
            reason=f"compiling a copy would take about {shown.compile_seconds:.0f} s; "
            "goodfit run --experiments takes the time"
        )
    if not asked and MIN_STEPS * shown.step_seconds > generous * SECONDS[ONE_BATCH]:
        return Plan(
            reason=f"a training step takes {shown.step_seconds:.2g} s, too long to train copies; "
            "goodfit run --experiments takes the time"
        )
    names = (*USUAL, *(ASKED if asked else ()))
    return Plan(
        steps=tuple((name, generous * SECONDS[name]) for name in names),
        reason=why or "asked for",
    )
