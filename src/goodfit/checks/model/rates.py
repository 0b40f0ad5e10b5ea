"""What a learning rate range test says of the rate used. Not a check.

A few dozen steps from fresh weights always look better at a higher rate than a careful one, so the
test is held against the whole training: only a rate whose few steps got clearly further than all of
training did is evidence that the rate used is wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from goodfit.checks.check import Threshold
from goodfit.facts import HonestLoss, RangeTest, RatePoint, SettingsFacts, Trace

FAR = Threshold(9.0, source="a factor of ten, but for rounding")
SAME = Threshold(1.5, source="the point of the rate used itself, but for rounding")
CLEARLY = Threshold(0.10, source="docs/evidence/training.md, five times GF307's least skill")
TWICE = Threshold(2.0, source="twice as far from a constant answer's loss as training got")
NO_FALL = Threshold(0.02, source="docs/evidence/training.md, as GF307's least skill")
LONGER = Threshold(5.0, source="a training of fewer steps was cut short, whatever its rate")
MIN_Z = Threshold(3.0, source="docs/evidence/generalization.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The rate that did so much better than the one used; `losses` are all (rate, loss) tried."""

    case: str
    used: float
    rate: float
    loss: float
    loss_at_used: float
    start: float
    steps: int
    losses: tuple[tuple[float, float], ...]


COLLAPSED = Threshold(0.01, source="a hundredth of the first rate: nothing is learned any more")
MOSTLY = Threshold(0.5, source="good schedules spend the end there, not half of the training")


def collapsed(trace: Trace, settings: SettingsFacts) -> tuple[int, float] | None:
    """The first epoch (from 1) after which the rate stayed below a hundredth of the first step's,
    for at least half of the training, and the rate there; None where it did not."""
    first = settings.optimizer.learning_rate if settings.optimizer else None
    rates = [e.learning_rate for e in trace.epochs if e.index >= 0]
    if not first or len(rates) < 3 or any(rate is None for rate in rates):
        return None
    low = [rate is not None and rate <= COLLAPSED.value * first for rate in rates]
    if not all(low[-math.ceil(MOSTLY.value * len(low)) :]):
        return None
    since = next(i for i in range(len(low)) if all(low[i:]))
    return since + 1, float(rates[since] or 0.0)


def _floor(test: RangeTest) -> float:
    """What learning is measured from: the lower of a constant answer's and the first loss."""
    known = (test.start_loss, test.prior_loss)
    return min((v for v in known if v is not None and math.isfinite(v)), default=math.nan)


def _at_used(test: RangeTest) -> RatePoint | None:
    if not test.used or not math.isfinite(test.used) or test.used <= 0:
        return None
    near = [
        point
        for point in test.points
        if point.learning_rate > 0
        and abs(math.log(point.learning_rate / test.used)) <= math.log(SAME.value)
    ]
    return near[0] if near else None


def _further(point: RatePoint, own: RatePoint, floor: float, final: HonestLoss) -> bool:
    """Whether this rate's few steps got clearly further than as many at the rate used, and than all
    of training."""
    if not math.isfinite(point.loss):
        return False
    if own.loss - point.loss < CLEARLY.value * abs(floor):
        return False
    if floor - point.loss < CLEARLY.value * abs(floor):
        return False
    if not math.isfinite(final.mean):
        return True
    error = final.standard_error if math.isfinite(final.standard_error) else 0.0
    ahead = final.mean - point.loss
    if ahead < max(MIN_Z.value * error, CLEARLY.value * abs(floor)):
        return False
    return floor - point.loss >= TWICE.value * (floor - final.mean)


def _penalised(trace: Trace, final: HonestLoss) -> bool:
    """Whether training was after small weights more than after this loss."""
    known = [epoch.penalty for epoch in trace.epochs if epoch.penalty is not None]
    return bool(known) and known[-1] > abs(final.mean)


def _trained_long(test: RangeTest, trace: Trace, settings: SettingsFacts) -> bool:
    steps = settings.steps_per_epoch
    return steps is not None and steps * trace.trained >= LONGER.value * test.steps


def tried(test: RangeTest, trace: Trace, settings: SettingsFacts) -> Tried | None:
    """The best rate at least ten times from the one used that shows it to be wrong, or None."""
    own, final, floor = _at_used(test), trace.final_train, _floor(test)
    if own is None or final is None or not math.isfinite(floor):
        return None
    if settings.class_weight or settings.sample_weight or _penalised(trace, final):
        return None
    used = own.learning_rate
    better = [point for point in test.points if _further(point, own, floor, final)]
    fell = floor - own.loss >= NO_FALL.value * abs(floor)
    lower = [one for one in better if one.learning_rate * FAR.value <= used and not fell]
    higher = [
        one
        for one in better
        if one.learning_rate >= used * FAR.value and _trained_long(test, trace, settings)
    ]
    if not (lower or higher):
        return None
    best = min(lower or higher, key=lambda one: one.loss)
    return Tried(
        case="test-too-high" if lower else "test-too-low",
        used=used,
        rate=best.learning_rate,
        loss=best.loss,
        loss_at_used=own.loss,
        start=test.start_loss,
        steps=test.steps,
        losses=tuple((one.learning_rate, one.loss) for one in test.points),
    )


def higher_rates_idle(test: RangeTest) -> bool:
    """Whether no rate ten times higher or more got further in its steps than the one used."""
    own, floor = _at_used(test), _floor(test)
    if own is None or not math.isfinite(own.loss) or not math.isfinite(floor):
        return False
    higher = [one for one in test.points if one.learning_rate >= own.learning_rate * FAR.value]
    needed = own.loss - NO_FALL.value * abs(floor)
    return bool(higher) and all(not one.loss < needed for one in higher)
