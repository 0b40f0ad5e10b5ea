"""GF222 batch-size: so few steps that the model had no chance to learn, or rows one by one.

Sees: batches of a tenth of the training rows or more, in a training that was still falling or did
worse on its own rows than a simple learner; epochs of one step whose losses fell by a fifth in
the last quarter; batches of one row in a training that does badly. Full batches that
learned all there is are left alone.
Why it matters: weights change once for each batch. With huge batches an epoch is a handful of
steps, and the usual numbers of epochs are over before anything was learned.
Evidence: the batch size, the training rows, the steps in all; what was yet to be gained, or what
shows that the model suffers.
Remedies: batch-size, epochs.
Source: docs/evidence/model.md; Masters and Luschi, "Revisiting Small Batch Training for Deep Neural
Networks" (2018).
"""

from __future__ import annotations

from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.course import MIN_PROBES, finite, left_to_gain, prior_loss
from goodfit.checks.model.harm import harm, still_falling
from goodfit.facts import BaselineFacts, DataFacts, SettingsFacts, Trace

FEW_STEPS = Threshold(10, source="steps of an epoch: a tenth of the rows each")
IN_ALL = Threshold(1000, source="Adam at 0.001 moves a weight by one at most in so many steps")
LEFT = Threshold(0.1, source="a tenth of the gain left is no longer falling in any useful way")
STILL = Threshold(0.2, source="a fifth of the loss in a quarter of the epochs is fast learning")
MIN_Z = Threshold(3.0, source="standard errors of the honest loss: one in a thousand by chance")
SMALLEST = Threshold(100, source="of fewer rows any batch is a large part")


def batch_size(
    settings: SettingsFacts,
    trace: Trace,
    data: DataFacts | None = None,
    baselines: BaselineFacts | None = None,
) -> Answer:
    size, per_epoch = settings.batch_size, settings.steps_per_epoch
    if not size or not per_epoch or not trace.trained:
        return CannotTell("the batch size or the number of steps is not known")
    rows = data.train.rows if data else None
    steps = per_epoch * trace.trained
    falling = still_falling(trace, settings)
    suffers = harm(trace, baselines, settings)
    evidence: dict[str, Any] = {
        "batch_size": size,
        "rows": rows,
        "steps_per_epoch": per_epoch,
        "steps": steps,
        "epochs": trace.trained,
        "left": falling,
        "smaller": _smaller(rows, size),
    }
    fell = _last_quarter(trace) if per_epoch == 1 else None
    still = fell is not None and fell >= STILL.value and not trace.stopped_by
    on_train = suffers is not None and suffers.on_train
    words = suffers.words if suffers is not None else ""
    if falling is not None:
        words = f"was still learning: {falling:.0%} of the gain was yet to come"
    elif still and not on_train:
        words = f"was still learning: its losses fell by {fell:.0%} in the last quarter"
    evidence["harm"] = words
    few = per_epoch <= FEW_STEPS.value and steps < IN_ALL.value
    large = size > 32 and (rows or size) >= SMALLEST.value
    where = place(settings.fit_where, argument="batch_size")
    if few and large and (falling is not None or still or (on_train and _falls(trace))):
        case = "larger-than-data" if rows is not None and size >= rows else "few-steps"
        return Suspicion(case=case, evidence=evidence, where=where)
    if size == 1 and suffers is not None and (rows or 0) >= SMALLEST.value:
        return Suspicion(case="one", evidence=evidence, where=where)
    return Passed(f"{steps} steps of {size} rows each", evidence)


def _falls(trace: Trace) -> bool:
    """Whether the training loss had a good part of its way yet to go, if only by its own course."""
    curve = finite(trace, "train")
    losses = [mean for _, mean, _ in curve]
    if len(losses) < MIN_PROBES:
        return True
    prior, epochs = prior_loss(trace), [index for index, _, _ in curve]
    start = losses[0] if prior is None else prior
    return left_to_gain(losses, start, epochs).share >= LEFT.value


def _last_quarter(trace: Trace) -> float | None:
    """By what share of itself the honest loss fell over the last quarter of the epochs, of training
    and validation rows the slower, where the best epoch is the last; None where it is not, or the
    fall is not clear of noise."""
    import numpy as np

    shares = []
    for role in ("train", "validation"):
        curve = [point for point in finite(trace, role) if point[0] >= 0]
        if len(curve) < MIN_PROBES:
            continue
        last, error = curve[-1][1:]
        if last <= 0 or last > min(mean for _, mean, _ in curve):
            return None
        at = 0.75 * (curve[-1][0] + 1) - 1
        before = float(np.interp(at, [i for i, _, _ in curve], [mean for _, mean, _ in curve]))
        if not before - last > MIN_Z.value * error:
            return None
        shares.append((before - last) / before)
    return min(shares, default=None)


def _smaller(rows: int | None, size: int) -> int:
    """A batch that gives about thirty steps or more an epoch: a power of two, 8 to 32."""
    wanted = min(32, max(8, (rows or size) // 30))
    return 1 << (wanted.bit_length() - 1)


CHECK = Check(
    code="GF222",
    name="batch-size",
    severity="warning",
    function=batch_size,
    message={
        "larger-than-data": "batch_size={batch_size} holds all {rows} training rows, so the "
        "weights changed only {steps} times in {epochs} epochs; the model {harm}.",
        "few-steps": "batch_size={batch_size} makes {steps_per_epoch} steps an epoch, {steps} in "
        "all; the model {harm}.",
        "one": "With batch_size=1 each step follows a single row; the model {harm}.",
    },
    advice={
        "larger-than-data": "Use batch_size={smaller}.",
        "few-steps": "Use batch_size={smaller}.",
        "one": "Use batch_size=32.",
    },
    remedies=("batch-size", "epochs"),
)
