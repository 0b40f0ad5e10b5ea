"""How much of what training gained carries over to the validation rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.checks.check import Threshold
from goodfit.checks.course import prior_loss
from goodfit.checks.noise import HUGE
from goodfit.facts import Trace

MIN_Z = Threshold(3.0, source="three standard errors: one healthy run in 700")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """Honest validation minus honest training loss of the weights the user gets back: `gap` with
    its standard errors `z`; `lost` the gap as a share of what training gained over a constant
    answer (0: all carries over, 1: nothing does); `above` by how many standard errors validation
    lies above that constant answer (negative: below)."""

    gap: float
    z: float
    lost: float
    above: float

    @property
    def nothing(self) -> bool:
        """Whether validation is no better than a constant answer though training is."""
        return self.lost >= 1.0 and min(self.above, self.z) >= MIN_Z.value


def carried(trace: Trace | None) -> Carry | None:
    """None where losses are not known or not finite, or where training gained nothing clearly."""
    if trace is None or trace.final_train is None or trace.final_validation is None:
        return None
    train, held, prior = trace.final_train, trace.final_validation, prior_loss(trace)
    known = (train.mean, train.standard_error, held.mean, held.standard_error)
    if prior is None or not all(abs(value) < HUGE for value in known):
        return None
    gained = prior - train.mean
    if gained <= 0 or gained <= MIN_Z.value * train.standard_error:
        return None
    gap, noise = held.mean - train.mean, math.hypot(train.standard_error, held.standard_error)
    return Carry(
        gap=gap,
        z=_in_errors(gap, noise),
        lost=gap / gained,
        above=_in_errors(held.mean - prior, held.standard_error),
    )


def _in_errors(difference: float, error: float) -> float:
    if error > 0:
        return difference / error
    return math.copysign(math.inf, difference) if difference else 0.0
