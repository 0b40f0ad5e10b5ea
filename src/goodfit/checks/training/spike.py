"""GF318 spike: the training loss jumped up in one epoch and came down again.

Sees: a printed training loss that stands in one epoch above both of its neighbours by a fourth of
all that training gained, and by eight times the noise between epochs; training went on well after.
Why it matters: one bad batch or too long a step threw the weights out. Training recovered this
time; the epochs lost can be had back, and the next spike may be the last.
Evidence: the epochs of the spikes, the largest one's loss and its neighbours', the noise between
epochs, what training gained.
Remedies: gradient-clipping, learning-rate.
Source: docs/evidence/generalization.md for noise between epochs; Pascanu, Mikolov & Bengio, "On the
difficulty of training recurrent neural networks" (2013), section 3.2, clipping the norm.
"""

from __future__ import annotations

import math

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
from goodfit.checks.noise import epoch_noise
from goodfit.checks.training.harm import floor_loss
from goodfit.facts import SettingsFacts, Trace

MIN_EPOCHS = Threshold(6, source="epochs before and after a spike, and some to know the noise")
MIN_NOISE = Threshold(8.0, source="beyond what any of a few hundred noisy epochs reaches")
MIN_SHARE = Threshold(0.25, source="docs/evidence/model.md, as GF220's loss of gain")


def _height(values: list[float], place_: int) -> float:
    return values[place_] - max(values[place_ - 1], values[place_ + 1])


def spike(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    curve = trace.curve("loss")
    if any(not math.isfinite(value) for _, value in curve):
        return NotApplicable("the loss is not finite, which is another finding")
    if len(curve) < MIN_EPOCHS.value:
        return CannotTell(f"{len(curve)} epochs are too few to tell a spike")
    values = [value for _, value in curve]
    floor = floor_loss(trace)
    gained = max(values[0] if floor is None else floor, values[0]) - min(values)
    noise = epoch_noise(values)
    needed = max(MIN_NOISE.value * noise, MIN_SHARE.value * gained)
    heights = {place_: _height(values, place_) for place_ in range(1, len(values) - 1)}
    highest = max(heights, key=lambda place_: heights[place_])
    seen = [place_ for place_, height in heights.items() if height > needed > 0]
    evidence = {
        "epoch": curve[highest][0] + 1,
        "epochs": [curve[place_][0] + 1 for place_ in seen],
        "spikes": len(seen),
        "loss": values[highest],
        "before": values[highest - 1],
        "after": values[highest + 1],
        "height": heights[highest],
        "noise": noise,
        "gained": gained,
    }
    if not seen:
        return Passed(f"no epoch's loss stands out by more than {heights[highest]:.2g}", evidence)
    many = f" ({len(seen)} such epochs)" if len(seen) > 1 else ""
    line = settings.compile_where if settings else None
    return Suspicion(evidence=evidence | {"many": many}, where=place(line))


CHECK = Check(
    code="GF318",
    name="spike",
    severity="tip",
    function=spike,
    message="In epoch {epoch} the training loss jumped from {before:.3g} to {loss:.3g} and came "
    "back to {after:.3g} in the next{many}.",
    advice="Pass clipnorm=1.0 to the optimiser, or lower the learning rate; look at the batches of "
    "that epoch if it is always the same one.",
    remedies=("gradient-clipping", "learning-rate"),
)
