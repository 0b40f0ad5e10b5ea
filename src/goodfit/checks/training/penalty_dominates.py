"""GF317 penalty-dominates: most of the loss that Keras prints is weight penalty.

Sees: penalties (L1, L2, activity regularisers) that make up more than half of data loss plus
penalties at the end of training, in a model that shows harm. Where the model does well, penalties
of nine tenths are a tip if a callback watches the loss, which then follows the penalty.
Why it matters: the optimiser mostly shrinks weights; and a validation loss that falls because the
weights shrink says nothing about the answers.
Evidence: penalty and honest training loss at the end, the penalty's share of both, the callback
that watches the loss, and what shows the harm.
Remedies: weaker-regularisation, callbacks.
Source: keras/src/trainers/trainer.py, compute_loss adds model.losses, for validation too; Krogh &
Hertz, "A Simple Weight Decay Can Improve Generalization" (1991).
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
from goodfit.checks.training.harm import WORDS, harm
from goodfit.facts import BaselineFacts, ModelFacts, SettingsFacts, Trace

HALF = Threshold(0.5, source="more of the loss is penalty than data")
NEARLY_ALL = Threshold(0.9, source="nine tenths: what is watched is the penalty")
WATCHED = ("loss", "val_loss")


def _watcher(settings: SettingsFacts | None) -> str:
    """The first callback that acts on a printed loss."""
    callbacks = settings.callbacks if settings else ()
    return next((one.name for one in callbacks if one.options.get("monitor") in WATCHED), "")


def penalty_dominates(
    trace: Trace,
    model: ModelFacts | None = None,
    baselines: BaselineFacts | None = None,
    settings: SettingsFacts | None = None,
) -> Answer:
    known = [
        (epoch.index, epoch.penalty, epoch.train.mean)
        for epoch in trace.epochs
        if epoch.penalty is not None and epoch.train is not None
    ]
    if not any(penalty for _, penalty, _ in known):
        return NotApplicable("the model has no penalties")
    epoch, penalty, loss = known[-1]
    if not math.isfinite(penalty) or not math.isfinite(loss) or min(penalty, loss) < 0:
        return NotApplicable("penalty or data loss is not a finite positive number")
    if 2 * (epoch + 1) <= trace.trained:
        return CannotTell("the penalty was not measured near the end of training")
    share = penalty / (penalty + loss) if penalty + loss else 0.0
    suffers, watcher = harm(trace, baselines, settings), _watcher(settings)
    evidence = {
        "epoch": epoch + 1,
        "penalty": penalty,
        "train_loss": loss,
        "share": share,
        "watcher": watcher,
        "harm": suffers,
        "in_words": WORDS[suffers],
    }
    badly = suffers in ("stuck", "behind") and share > HALF.value
    if not badly and (not watcher or share < NEARLY_ALL.value):
        return Passed(f"{share:.0%} of the loss at the end is penalty; {WORDS[suffers]}", evidence)
    layer = next((one for one in (model.layers if model else ()) if one.penalties), None)
    return Suspicion(
        evidence=evidence,
        case="harm" if badly else "watched",
        severity="warning" if badly else "tip",
        where=place(layer.where if layer else None, layer=layer.path if layer else None),
    )


CHECK = Check(
    code="GF317",
    name="penalty-dominates",
    severity="warning",
    function=penalty_dominates,
    message={
        "harm": "At the end {share:.0%} of the loss is weight penalty ({penalty:.3g}, data loss "
        "{train_loss:.3g}), and {in_words}.",
        "watched": "At the end {share:.0%} of the loss is weight penalty ({penalty:.3g}, data loss "
        "{train_loss:.3g}), and {watcher} watches that loss, so it follows the size of the weights "
        "and not the answers.",
    },
    advice={
        "harm": "Divide the regularisers' factors by ten, and again as long as the training loss "
        "gets better.",
        "watched": "Let the callback monitor a metric, which holds no penalty, e.g. "
        "monitor='val_accuracy', mode='max', or divide the regularisers' factors by ten.",
    },
    remedies=("weaker-regularisation", "callbacks"),
)
