"""GF311 oscillating-loss: the training loss goes up and down instead of settling.

Sees: a training loss that turns round at most epochs of its later half, by at least a tenth of all
that training gained from one epoch to the next, in a model that shows harm. Where the weights that
the user gets back are good all the same, swings of a fourth of the gain are a tip.
Why it matters: which epoch training ends in is then luck, and the swings drown further progress.
Evidence: the standard deviation of the swings as a share of what was gained, the share of epochs at
which the loss turned, the best and the final training loss, and what shows the harm.
Remedies: learning-rate, batch-size, gradient-clipping.
Source: docs/evidence/generalization.md for noise between epochs; Bottou, Curtis & Nocedal,
"Optimization Methods for Large-Scale Machine Learning" (2018), section 4.2: the noise ball grows
with the step size.
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
from goodfit.checks.course import finite
from goodfit.checks.noise import epoch_noise
from goodfit.checks.training.harm import WORDS, best_train, floor_loss, harm
from goodfit.checks.training.trend import turns
from goodfit.facts import BaselineFacts, SettingsFacts, Trace

MIN_EPOCHS = Threshold(8, source="half of them must show whether the loss turns round")
MIN_SWING = Threshold(0.10, source="docs/evidence/generalization.md, HIGGS shows a tenth at most")
MIN_SWING_HARMLESS = Threshold(0.25, source="docs/evidence/model.md, as GF220's loss of gain")
MIN_TURNS = Threshold(0.5, source="independent noise turns at two thirds of the points")


def _curve(trace: Trace) -> list[float]:
    """The honest training curve where it is dense enough, else the printed one."""
    honest = [mean for index, mean, _ in finite(trace, "train") if index >= 0]
    if len(honest) >= MIN_EPOCHS.value:
        return honest
    return [value for _, value in trace.curve("loss") if math.isfinite(value)]


def oscillating_loss(
    trace: Trace,
    settings: SettingsFacts | None = None,
    baselines: BaselineFacts | None = None,
) -> Answer:
    if trace.final_train is not None and not math.isfinite(trace.final_train.mean):
        return NotApplicable("the loss is not finite, which is another finding")
    values = _curve(trace)
    if len(values) < MIN_EPOCHS.value:
        return CannotTell(f"{len(values)} epochs are too few to tell swings from progress")
    floor, best = floor_loss(trace), best_train(trace)
    if floor is None or best is None:
        return CannotTell(trace.honest_missing or "the honest training loss is not known")
    gained = floor - min(best[0], min(values))
    noise, turned = epoch_noise(values), turns(values[len(values) // 2 :])
    share = noise / gained if gained > 0 else math.inf if noise > 0 else 0.0
    # A network that never left a constant answer has gained nothing to measure swings by.
    large = noise / abs(floor) if gained <= 0 and floor else share
    suffers = harm(trace, baselines, settings)
    evidence = {
        "swing": noise,
        "share_of_gain": share if math.isfinite(share) else None,
        "size": large,
        "turns": turned,
        "best_loss": min(best[0], min(values)),
        "final_loss": trace.final_train.mean if trace.final_train else None,
        "epochs": trace.trained,
        "harm": suffers,
        "in_words": WORDS[suffers],
    }
    needed = (MIN_SWING if suffers else MIN_SWING_HARMLESS).value
    if turned < MIN_TURNS.value or large < needed:
        return Passed(
            f"from epoch to epoch the loss swings by {large:.2g} of its gain and turns at "
            f"{turned:.0%} of the later epochs",
            evidence,
        )
    return Suspicion(
        evidence=evidence,
        case="harm" if suffers else "harmless",
        severity="warning" if suffers else "tip",
        where=place(settings.compile_where if settings else None),
    )


CHECK = Check(
    code="GF311",
    name="oscillating-loss",
    severity="warning",
    function=oscillating_loss,
    message={
        "harm": "The training loss swings by {swing:.2g} (one standard deviation) from epoch to "
        "epoch, {size:.0%} of all it gained, turning at {turns:.0%} of the later epochs, and "
        "{in_words}.",
        "harmless": "The training loss swings by {swing:.2g} (one standard deviation) from epoch "
        "to epoch, {size:.0%} of all it gained; the weights you get back are good all the same.",
    },
    advice={
        "harm": "Divide the learning rate by three to ten, or let it decay "
        "(keras.optimizers.schedules.CosineDecay); a larger batch smooths the steps too.",
        "harmless": "Let the learning rate decay (keras.optimizers.schedules.CosineDecay or "
        "ReduceLROnPlateau), so that the end of training is not left to luck.",
    },
    remedies=("learning-rate", "batch-size", "gradient-clipping"),
)
