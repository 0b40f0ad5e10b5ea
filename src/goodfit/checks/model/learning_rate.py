"""GF220 learning-rate: steps too long to settle, or too short to get anywhere.

Sees: weights that change by a large part of their own size while the honest training loss never
gets below its start, or loses again what it had gained (too high); a training loss that falls
steadily, yet so slowly that the weights have hardly moved and simple learners are far out of reach
(too low). The learning rate itself is not looked at: what is too high for one optimiser, batch size
or depth is too low for another. Where training came to little, copies of the untrained model are
also trained for a few dozen steps each at rates a factor of ten apart (a range test): some rate at
least ten times lower, while the one used does not take the loss down ("test-too-high"), or ten
times higher ("test-too-low"), then gets clearly further in those few steps than the whole training.
A rate that a schedule or a callback took below a hundredth of its start for at least half of the
training ("collapsed"), with more to learn.
Why it matters: too high, training is noise or destroys the network; too low, what looks like
underfitting is only an unfinished start.
Evidence: the change of the weights over an epoch against their size (the median layer's, and the
sum over epochs), the honest training loss at its start, best and end, the constant answer's and
the best simple learner's loss, the epochs that would still be needed at the last pace; of the range
test the loss at each rate.
Remedies: learning-rate.
Source: docs/evidence/model.md (154 runs over five decades of learning rates); Smith, "Cyclical
Learning Rates for Training Neural Networks" (2017), section 3.3, the range test.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

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
from goodfit.checks.model.rates import Tried, collapsed, higher_rates_idle, tried
from goodfit.checks.model.signal import Reach, comparable, prior_loss, reach
from goodfit.checks.model.sizes import Sizes, left, weight_sizes
from goodfit.facts import (
    BaselineFacts,
    Epoch,
    ExperimentFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
)

MIN_EPOCHS = Threshold(3, source="fewer probed epochs show no pace")
LONG_STEPS = Threshold(0.5, source="docs/evidence/model.md")
STEPS_OF_LONG = Threshold(50, source="docs/evidence/model.md")
NO_GAIN = Threshold(0.02, source="docs/evidence/model.md")
LOST = Threshold(0.25, source="docs/evidence/model.md")
EXPLODED = Threshold(1.5, source="docs/evidence/model.md")
SHORT_STEPS = Threshold(3e-4, source="docs/evidence/model.md")
HARDLY_MOVED = Threshold(0.15, source="docs/evidence/model.md")
LEARNED_ALL = Threshold(0.97, source="all but noise of what a simple learner learns")
SHARE_LEARNED = Threshold(0.5, source="docs/evidence/model.md")
TIMES_LONGER = Threshold(5.0, source="docs/evidence/model.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """The honest training loss over the probed epochs and how far the weights went. `start` is the
    loss before training where `losses` are printed ones, which begin with the first epoch.

    `median` is the largest median over layers of an epoch's update ratio, `after_best` the same
    after the best epoch, `total` the largest sum over epochs of a layer's, `a_step` the largest of
    the first probed epoch by step. Where the weights grew by more than the ratios tell, their
    growth counts."""

    losses: tuple[float, ...]
    epochs: tuple[int, ...]
    trained: int
    median: float
    after_best: float
    total: float
    a_step: float
    steps: int
    start: float | None = None

    @property
    def first(self) -> float:
        return self.losses[0] if self.start is None else self.start

    @property
    def best(self) -> float:
        return min(self.losses)

    @property
    def last(self) -> float:
        return self.losses[-1]


def learning_rate(
    trace: Trace,
    settings: SettingsFacts,
    baselines: BaselineFacts | None = None,
    model: ModelFacts | None = None,
    experiments: ExperimentFacts | None = None,
) -> Answer:
    if settings.optimizer is None:
        return NotApplicable("no optimiser was compiled")
    test = experiments.range_test if experiments else None
    found = tried(test, trace, settings) if test else None
    if found is not None:
        return _suspicion(found.case, _tried_evidence(found, trace, settings), settings)
    course = _course(trace, settings, model)
    possible = reach(trace, baselines)
    fallen = collapsed(trace, settings)
    end = trace.final_train.mean if trace.final_train else math.nan
    if fallen is not None and (possible is None or possible.share(end) < LEARNED_ALL.value):
        return _suspicion("collapsed", _collapse(fallen, end, trace, settings), settings)
    if course is None:
        return CannotTell("too few epochs were probed for a course of loss and weights")
    prior = prior_loss(trace, baselines)
    evidence = _evidence(course, settings, prior, possible)
    floor = course.first if prior is None else min(course.first, prior)
    if _too_high(course, floor, possible is not None, trace, model):
        return _suspicion("too-high", evidence, settings)
    if possible is None:
        return Passed("no simple learner shows that more could be learned", evidence)
    if _too_low(course, possible) and not (test and higher_rates_idle(test)):
        return _suspicion("too-low", evidence, settings)
    return Passed(
        f"training loss went from {course.first:.3g} to {course.last:.3g} while an epoch changed "
        f"the weights by up to {max(0.0, course.median):.2g} of their size",
        evidence,
    )


def _tried_evidence(found: Tried, trace: Trace, settings: SettingsFacts) -> dict[str, Any]:
    optimizer = settings.optimizer
    return {
        "optimizer": optimizer.name if optimizer else "",
        "learning_rate": found.used,
        "told": f"learning_rate={found.used:g}",
        "better": f"learning_rate={found.rate:g}",
        "better_loss": found.loss,
        "loss_at_used": found.loss_at_used,
        "start_loss": found.start,
        "last_loss": trace.final_train.mean if trace.final_train else math.nan,
        "steps": found.steps,
        "epochs": trace.trained,
        "tried": {f"{rate:g}": loss for rate, loss in found.losses},
    }


def _collapse(
    fallen: tuple[int, float], end: float, trace: Trace, settings: SettingsFacts
) -> dict[str, Any]:
    optimizer = settings.optimizer
    return {
        "optimizer": optimizer.name if optimizer else "",
        "learning_rate": optimizer.learning_rate if optimizer else None,
        "since": fallen[0],
        "rate": fallen[1],
        "epochs": trace.trained,
        "last_loss": end,
    }


def _suspicion(case: str, evidence: Mapping[str, Any], settings: SettingsFacts) -> Suspicion:
    optimizer = settings.optimizer
    line = (optimizer.where if optimizer else None) or settings.compile_where
    return Suspicion(case=case, evidence=evidence, where=place(line, argument="learning_rate"))


def _born_flat(model: ModelFacts | None) -> set[str]:
    """Layers whose kernel starts at one number: any step is long against zeros."""
    return {
        layer.path
        for layer in (model.layers if model else ())
        if any(weight.constant and len(weight.shape) >= 2 for weight in layer.weights)
    }


def _ratios(epoch: Epoch, flat: Container[str]) -> dict[str, float]:
    return {
        layer.path: layer.update_ratio
        for layer in epoch.layers
        if layer.update_ratio is not None
        and math.isfinite(layer.update_ratio)
        and layer.path not in flat
    }


def _course(trace: Trace, settings: SettingsFacts, model: ModelFacts | None) -> _Course | None:
    losses, start = _losses(trace, settings, model)
    flat = _born_flat(model)
    moves = [(epoch.index, ratios) for epoch in trace.epochs if (ratios := _ratios(epoch, flat))]
    sizes = [
        (index, {path: size for path, size in known.items() if path not in flat})
        for index, known in weight_sizes(trace, model)
    ]
    finite = [(loss, index) for index, loss in losses if math.isfinite(loss)]
    if len(losses) <= MIN_EPOCHS.value or len(finite) < 2 or not (moves or len(sizes) > 1):
        return None
    best_epoch = min(finite)[1]
    # Where the governor left epochs out, those probed stand for the others.
    left_out = trace.trained / max(1, len(moves))
    sums: dict[str, float] = {}
    for _, ratios in moves:
        for path, ratio in ratios.items():
            sums[path] = sums.get(path, 0.0) + ratio * left_out
    total = max(sums.values()) if sums else _drift(trace, model)
    medians = [(index, statistics.median(ratios.values())) for index, ratios in moves]
    after = [median for index, median in medians if index > best_epoch]
    steps = settings.steps_per_epoch or 1
    return _Course(
        losses=tuple(loss for _, loss in losses),
        epochs=tuple(index for index, _ in losses),
        trained=trace.trained,
        median=max([*(median for _, median in medians), _growth(sizes)]),
        after_best=max([*after, _growth([one for one in sizes if one[0] >= best_epoch])]),
        total=total,
        a_step=(max(moves[0][1].values()) if moves else total / max(1, trace.trained)) / steps,
        steps=steps,
        start=start,
    )


def _losses(
    trace: Trace, settings: SettingsFacts, model: ModelFacts | None
) -> tuple[list[tuple[int, float]], float | None]:
    """The honest training losses; where few epochs were probed, the printed ones, if nothing but
    data counts in them, with the honest loss before training."""
    losses = comparable(trace)
    penalised = any(layer.penalties for layer in (model.layers if model else ()))
    weighted = settings.class_weight or settings.sample_weight
    if len(losses) > MIN_EPOCHS.value or penalised or weighted or not losses or losses[0][0] >= 0:
        return losses, None
    printed = list(trace.curve("loss"))
    if len(printed) <= MIN_EPOCHS.value:
        return losses, None
    final = trace.final_train
    if final is not None and final.mean < printed[-1][1]:  # what dropout hides of the end
        printed[-1] = (printed[-1][0], final.mean)
    return printed, losses[0][1]


def _drift(trace: Trace, model: ModelFacts | None) -> float:
    """How far the weights went in all, where only their sizes were measured: a move across a vector
    by a part d of its size makes it larger by d * d / 2. The largest of the layers'."""
    sizes = weight_sizes(trace, model)
    if len(sizes) < 2:
        return math.inf
    (_, first), (_, last) = sizes[0], sizes[-1]
    changes = [abs(last[path] / size - 1) for path, size in first.items() if path in last]
    return math.sqrt(2 * max(changes, default=math.inf))


def _growth(sizes: list[tuple[int, Sizes]]) -> float:
    """By how much of their size weights grew in an epoch, at most and on average between two
    probes: they moved at least as far. Shrinking does not count, for a penalty does that."""
    grown = [
        ((left(before, after) or 1.0) - 1.0) / (second - first)
        for (first, before), (second, after) in itertools.pairwise(sizes)
        if second > first
    ]
    return max(grown, default=0.0)


def _too_high(
    course: _Course, floor: float, signal: bool, trace: Trace, model: ModelFacts | None
) -> bool:
    # Noise makes weights wander with the square root of the steps.
    long = LONG_STEPS.value * math.sqrt(max(1.0, course.steps / STEPS_OF_LONG.value))
    exploded = not math.isfinite(course.last) or course.last > EXPLODED.value * abs(floor)
    stuck = course.best >= floor - NO_GAIN.value * abs(floor)
    if stuck:
        return course.median >= long and (signal or exploded)
    if course.after_best < long:
        return False
    if not math.isfinite(course.last):
        return True
    lost = (course.last - course.best) / (course.first - course.best)
    return lost >= LOST.value and (not _normalised(model) or _printed_lost(trace))


def _normalised(model: ModelFacts | None) -> bool:
    """Whether the honest loss may rise because batch statistics lag behind."""
    return model is not None and any(layer.type == "BatchNormalization" for layer in model.layers)


def _printed_lost(trace: Trace) -> bool:
    printed = [value for _, value in trace.curve("loss") if math.isfinite(value)]
    if len(printed) < 2 or printed[0] <= min(printed):
        return True
    best = min(printed)
    return (printed[-1] - best) / (printed[0] - best) >= LOST.value


def _pace(course: _Course) -> float:
    """How much the training loss fell an epoch over the last third; 0 where it did not only
    fall."""
    losses = course.losses
    third = max(1, (len(losses) - 1) // 3)
    falling = all(after < before for before, after in itertools.pairwise(losses))
    epochs = course.epochs[-1] - course.epochs[-1 - third]
    return (losses[-1 - third] - losses[-1]) / epochs if falling and epochs > 0 else 0.0


def _needed(course: _Course, goal: float) -> float:
    """Epochs that the last pace would still take to reach `goal`; infinite where there is none."""
    pace = _pace(course)
    return max(0.0, course.last - goal) / pace if pace > 0 else math.inf


def _too_low(course: _Course, possible: Reach) -> bool:
    needed = _needed(course, possible.simple)
    return (
        possible.share(course.last) < SHARE_LEARNED.value
        and course.a_step < SHORT_STEPS.value
        and course.total < HARDLY_MOVED.value
        and TIMES_LONGER.value * course.trained < needed < math.inf
    )


def _evidence(
    course: _Course, settings: SettingsFacts, prior: float | None, possible: Reach | None
) -> dict[str, Any]:
    optimizer = settings.optimizer
    rate = optimizer.learning_rate if optimizer else None
    needed = math.inf if possible is None else _needed(course, possible.simple)
    return {
        "optimizer": optimizer.name if optimizer else "",
        "learning_rate": rate,
        "told": f"learning_rate={rate:g}" if rate is not None else "the learning rate",
        "lower": f"learning_rate={rate / 10:g}" if rate else "a tenth of it",
        "higher": f"learning_rate={rate * 10:g}" if rate else "ten times as much",
        "first_loss": course.first,
        "best_loss": course.best,
        "last_loss": course.last,
        "prior_loss": prior,
        "simple_loss": possible.simple if possible else None,
        "update_ratio": course.median,
        "total_update": course.total,
        "update_ratio_of_a_step": course.a_step,
        "epochs": course.trained,
        "epochs_needed": round(needed) if math.isfinite(needed) else None,
    }


CHECK = Check(
    code="GF220",
    name="learning-rate",
    severity="warning",
    function=learning_rate,
    message={
        "too-high": "With {told} ({optimizer}) an epoch changed the weights by {update_ratio:.2g} "
        "times their size, and the training loss ended at {last_loss:.3g} (start "
        "{first_loss:.3g}, best {best_loss:.3g}): the steps are too long.",
        "test-too-high": "With {told} ({optimizer}) {steps} steps took the loss of a copy of the "
        "untrained model from {start_loss:.3g} to {loss_at_used:.3g}, with {better} to "
        "{better_loss:.3g}, which is better than the {last_loss:.3g} that all of training came to: "
        "the steps are too long.",
        "test-too-low": "With {better} in place of {told} ({optimizer}), {steps} steps took the "
        "loss of a copy of the untrained model from {start_loss:.3g} to {better_loss:.3g}; all "
        "of training only came to {last_loss:.3g}.",
        "collapsed": "From epoch {since} of {epochs} on the learning rate was {rate:.2g}, less "
        "than a hundredth of the {learning_rate:.2g} it began with: the model stopped learning "
        "there, at a training loss of {last_loss:.3g}.",
        "too-low": "With {told} ({optimizer}) {epochs} epochs changed the weights by only "
        "{total_update:.2g} of their size; at this pace it takes some {epochs_needed} more epochs "
        "to reach what a simple learner does (training loss {last_loss:.3g} against "
        "{simple_loss:.3g}).",
    },
    advice={
        "test-too-high": "Use {better}.",
        "test-too-low": "Use {better}.",
        "too-high": "Try {lower}, and again a tenth if the loss still does not fall.",
        "collapsed": "Let the rate fall later and by less: a schedule over all steps of the "
        "training, or ReduceLROnPlateau(factor=0.5, patience=5, min_lr=...).",
        "too-low": "Try {higher}, and again as long as the loss falls steadily.",
    },
    remedies=("learning-rate",),
)
