"""The course of a training in numbers: what validation gained, and what it lost again.

A loss has no scale of its own, so what matters is measured as a share of what was gained: the loss
of the best constant answer minus the best honest validation loss. docs/evidence/generalization.md
derives the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from goodfit.checks.noise import HUGE, MIN_ROWS, Change, epoch_noise, paired, wander
from goodfit.facts import Trace

MIN_PROBES = 4
FLAT_SHARE = 0.02
SLOWEST = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """Validation at the last probed epoch against the best one. `sustained` is the rise of the
    level of the last epochs, less what picking the best of noisy epochs explains; `epoch_noise` the
    standard deviation between neighbouring epochs; `gained` what validation had gained at its best
    (loss of a constant answer minus best); `gained_se` its standard error; `train` the change of
    the training rows; `left` the part of the rise, 0 to 1, that the weights the user gets back
    still carry; `gap_z` by how many standard errors validation lies above training at the end;
    `probes` and `later` count the probed epochs, all and after the best."""

    best_epoch: int
    last_epoch: int
    best_loss: float
    last_loss: float
    change: Change
    sustained: float
    epoch_noise: float
    gained: float
    gained_se: float
    prior_loss: float | None
    train: Change
    left: float
    gap_z: float
    probes: int
    later: int

    @property
    def lasting(self) -> float:
        """The rise that both the last epoch and the last epochs' level support."""
        return min(self.change.mean, self.sustained)

    @property
    def share(self) -> float:
        """`lasting` as a share of what was gained; infinite where nothing was gained."""
        return self.lasting / self.gained if self.gained > 0 else math.inf


def finite(trace: Trace, role: str) -> tuple[tuple[int, float, float], ...]:
    """(epoch, mean, standard error) of the probed epochs whose honest loss is finite."""
    return tuple(
        (index, loss.mean, loss.standard_error)
        for index, loss in trace.honest(role)
        if abs(loss.mean) < HUGE
    )


def prior_loss(trace: Trace) -> float | None:
    """The loss of the best constant answer; None where it is unknown."""
    known = trace.predictions.prior_loss if trace.predictions else None
    return known if known is not None and math.isfinite(known) else None


def _sustained(later: Sequence[float], best: float, probes: int, noise: float) -> float:
    """The level of the last third of the epochs after the best, above the best, less what the
    picking of the best and the noise of that level explain."""
    import numpy as np

    if len(later) < 3:
        return 0.0
    count = max(3, len(later) // 3)
    level = float(np.median(later[-count:]))
    picked = math.sqrt(2 * math.log(max(probes, 2)))
    return level - best - max(noise, wander(later)) * (picked + 3 * 1.2533 / math.sqrt(count))


def _left(trace: Trace, best: float, rise: float) -> float:
    final = trace.final_validation
    if final is None or not math.isfinite(final.mean) or rise <= 0:
        return 1.0
    return min(1.0, max(0.0, (final.mean - best) / rise))


def _gap_z(train: Sequence[float], validation: Sequence[float]) -> float:
    import numpy as np

    below, above = np.asarray(train, float), np.asarray(validation, float)
    noise = math.hypot(
        below.std(ddof=1) / math.sqrt(below.size), above.std(ddof=1) / math.sqrt(above.size)
    )
    gap = float(above.mean() - below.mean())
    return gap / noise if noise > 0 else math.copysign(math.inf, gap)


def rise_since_best(trace: Trace) -> Rise | str:
    """What validation lost since its best epoch, or why that cannot be told."""
    import numpy as np

    curve = finite(trace, "validation")
    if trace.best_epoch is None or trace.last_epoch is None:
        return "the losses row by row at the best and the last epoch were not recorded"
    if len(curve) < MIN_PROBES:
        return f"only {len(curve)} epochs were probed, which show no course; train for more epochs"
    change = paired(trace.validation_rows_best, trace.validation_rows_last)
    train = paired(trace.train_rows_best, trace.train_rows_last)
    if change is None or train is None:
        return f"finite losses row by row are known for fewer than {MIN_ROWS} rows"
    means = [mean for _, mean, _ in curve]
    later = [mean for index, mean, _ in curve if index > trace.best_epoch]
    best = float(np.mean(trace.validation_rows_best))
    error = float(np.std(trace.validation_rows_best, ddof=1)) / math.sqrt(change.rows)
    noise = epoch_noise(means)
    prior = prior_loss(trace)
    return Rise(
        best_epoch=trace.best_epoch,
        last_epoch=trace.last_epoch,
        best_loss=best,
        last_loss=best + change.mean,
        change=change,
        sustained=_sustained(later, best, len(curve), noise),
        epoch_noise=noise,
        gained=(means[0] if prior is None else prior) - best,
        gained_se=error,
        prior_loss=prior,
        train=train,
        left=_left(trace, best, change.mean),
        gap_z=_gap_z(trace.train_rows_last, trace.validation_rows_last),
        probes=len(curve),
        later=len(later),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Validation accuracy around the best epoch and over the last epochs (medians), and whether it
    rose beyond the noise between epochs and of that many rows."""

    before: float
    after: float
    rose: bool


def accuracy_change(trace: Trace, rise: Rise) -> Accuracy | None:
    """How validation accuracy went while the loss rose; None where none was logged."""
    import numpy as np

    names = {name for epoch in trace.epochs for name in epoch.logs}
    named = sorted(name for name in names if name.startswith("val_") and "acc" in name)
    if not named:
        return None
    curve = [(i, v) for i, v in trace.curve(named[0]) if math.isfinite(v)]
    around = [v for i, v in curve if abs(i - rise.best_epoch) <= 2]
    late = [v for i, v in curve if i > rise.best_epoch][-max(3, rise.later // 3) :]
    if not around or not late:
        return None
    before, after = float(np.median(around)), float(np.median(late))
    rows = math.sqrt(2 * max(after * (1 - after), 0.0) / rise.change.rows)
    noise = epoch_noise([v for _, v in curve])
    return Accuracy(before=before, after=after, rose=after - before > max(rows, 2 * noise))


def _end(trace: Trace) -> int | None:
    """The epoch of the weights the user gets back, as far as the losses tell."""
    final, best, last = trace.final_validation, trace.best_epoch, trace.last_epoch
    if final is None or best is None or last is None or best == last:
        return last
    losses = {index: mean for index, mean, _ in finite(trace, "validation")}
    if best not in losses or last not in losses:
        return last
    return best if abs(final.mean - losses[best]) < abs(final.mean - losses[last]) else last


@dataclass(frozen=True, slots=True, kw_only=True)
class Plateau:
    """The stretch from the first epoch at which validation was within noise of its best up to the
    weights the user gets back. `train_fall` is a share of all that training gained over a constant
    answer; `validation_fall` a share of that same amount. `gap` is honest validation minus training
    loss at the end, and `gap_share` that as a share of what validation gained."""

    since: int
    until: int
    probes: int
    of_probes: int
    train_fall: float
    validation_fall: float
    gap: float
    gap_se: float
    gap_share: float


def plateau(trace: Trace) -> Plateau | str:
    """Where validation went flat and what training did since, or why that cannot be told."""
    import numpy as np

    train = {index: (mean, error) for index, mean, error in finite(trace, "train")}
    curve = [point for point in finite(trace, "validation") if point[0] in train]
    end = _end(trace)
    upto = [point for point in curve if end is not None and point[0] <= end]
    if len(upto) < MIN_PROBES:
        return f"only {len(upto)} epochs were probed; train for more epochs"
    means = np.array([mean for _, mean, _ in upto])
    best = float(means.min())
    prior = prior_loss(trace)
    start = float(means[0]) if prior is None else prior
    gained, train_gained = start - best, start - train[upto[-1][0]][0]
    if gained <= 0 or train_gained <= 0:
        return "nothing was gained over a constant answer"
    band = max(2 * epoch_noise(means.tolist()), FLAT_SHARE * gained)
    flat = int(np.argmax(means <= best + band))
    third = max(1, (len(upto) - flat) // 3)
    fell = float(np.median(means[flat : flat + third]) - np.median(means[-third:]))
    first, last = train[upto[flat][0]], train[upto[-1][0]]
    gap = float(means[-1]) - last[0]
    return Plateau(
        since=upto[flat][0],
        until=upto[-1][0],
        probes=len(upto) - flat,
        of_probes=len(curve),
        train_fall=(first[0] - last[0]) / train_gained,
        validation_fall=fell / train_gained,
        gap=gap,
        gap_se=math.hypot(upto[-1][2], last[1]),
        gap_share=gap / gained,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a falling loss would still gain: `share` of all it would have gained then; `fall` over
    the later half of the curve; `z` how far its last quarter's fall stands above the noise between
    epochs."""

    share: float
    fall: float
    z: float


def evenly(epochs: Sequence[int], means: Sequence[float]) -> Sequence[float]:
    """The curve at as many epochs of equal distance: probes lie farther and farther apart where
    they would have cost too much."""
    import numpy as np

    if len(set(np.diff(epochs).tolist())) <= 1:
        return means
    places = np.linspace(epochs[0], epochs[-1], len(epochs))
    found: list[float] = np.interp(places, epochs, means).tolist()
    return found


def left_to_gain(means: Sequence[float], start: float, epochs: Sequence[int] | None = None) -> Left:
    """What a loss would still gain if it goes on as in the later half of its curve.

    `epochs` are those of the means, where they need not be equally far apart. That half is cut in
    two; taken as a geometric series, the two falls tell what remains. A fall that does not slow
    down counts as slowing to nine tenths. `start` is a constant answer's loss.
    """
    import numpy as np

    even = means if epochs is None else evenly(epochs, means)
    half = np.asarray(even, float)[-max(3, len(even) // 2 + 1) :]
    width = max(1, len(half) // 5)
    middle = (len(half) - width) // 2
    parts = (half[:width], half[middle : middle + width], half[-width:])
    first, second, third = (float(np.median(part)) for part in parts)
    earlier, later = first - second, second - third
    if later <= 0:
        return Left(share=0.0, fall=first - third, z=0.0)
    ratio = min(later / earlier, SLOWEST) if earlier > 0 else SLOWEST
    remains = later * ratio / (1 - ratio)
    total = start - third + remains
    noise = epoch_noise(means) * math.sqrt(2 / width)
    return Left(
        share=min(remains / total, 1.0) if total > 0 else 1.0,
        fall=first - third,
        z=later / noise if noise > 0 else math.inf,
    )
