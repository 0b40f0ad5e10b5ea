"""GF301 non-finite-loss: the loss became NaN or infinite.

Sees: a NaN or infinite training or validation loss, printed or honest, or a layer whose weights or
activations are no longer finite.
Why it matters: from that step on every weight that the gradient reaches is NaN and the model
answers nothing; epochs that follow are lost time.
Evidence: the first epoch with such a loss, the first layer in order of computation that was not
finite then, the last finite loss, and how the gradient norm stood before.
Remedies: lower-learning-rate, gradient-clipping, scale-features, scale-targets, from-logits.
Source: docs/evidence/training.md; IEEE 754: NaN propagates through every sum it enters.
"""

from __future__ import annotations

import math

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, place
from goodfit.facts import Epoch, SettingsFacts, Trace


def _broken_layer(epoch: Epoch) -> str | None:
    return next((layer.path for layer in epoch.layers if not layer.finite), None)


def _bad(value: float | None) -> bool:
    return value is not None and not math.isfinite(value)


def _train_broken(epoch: Epoch) -> bool:
    honest = epoch.train.mean if epoch.train else None
    return _bad(epoch.logs.get("loss")) or _bad(honest) or _broken_layer(epoch) is not None


def _validation_broken(epoch: Epoch) -> bool:
    honest = epoch.validation.mean if epoch.validation else None
    return _bad(epoch.logs.get("val_loss")) or _bad(honest)


def _last_finite(trace: Trace, before: int) -> float | None:
    losses = [value for index, value in trace.curve("loss") if index < before]
    finite = [value for value in losses if math.isfinite(value)]
    return finite[-1] if finite else None


def non_finite_loss(trace: Trace, settings: SettingsFacts | None = None) -> Answer:
    if not trace.epochs:
        return NotApplicable("no epoch was trained")
    train = next((epoch for epoch in trace.epochs if _train_broken(epoch)), None)
    broken = train or next((epoch for epoch in trace.epochs if _validation_broken(epoch)), None)
    if broken is None:
        return Passed(f"every loss of {trace.trained} epochs is finite")
    layer = _broken_layer(broken)
    before = _last_finite(trace, broken.index)
    case = "validation" if train is None else "start" if broken.index < 0 else "training"
    if case == "training" and before is not None:
        case = "later"
    rate = settings.optimizer.learning_rate if settings and settings.optimizer else None
    evidence = {
        "epoch": broken.index + 1,
        "epochs": trace.trained,
        "layer": layer or "",
        "last_finite_loss": before,
        "learning_rate": rate,
        "where_in_model": f", first in layer {layer}" if layer else "",
    }
    line = settings.fit_where if settings else None
    return Suspicion(evidence=evidence, case=case, where=place(line, layer=layer))


CHECK = Check(
    code="GF301",
    name="non-finite-loss",
    severity="error",
    function=non_finite_loss,
    message={
        "start": "The loss is not finite before the first step{where_in_model}: the inputs, the "
        "targets or the initial weights already hold NaN or infinity, or values that overflow.",
        "training": "The loss is not finite from the first epoch on{where_in_model}.",
        "later": "The loss stopped being finite in epoch {epoch} of {epochs}{where_in_model}; the "
        "last finite training loss was {last_finite_loss:.4g}.",
        "validation": "The validation loss is not finite from epoch {epoch} on while the training "
        "loss is.",
    },
    advice={
        "start": "Look for NaN, infinity or huge values in x and y (np.isfinite(x).all()) and "
        "scale them before training.",
        "training": "Divide the learning rate by 10, scale inputs and targets, and add "
        "clipnorm=1.0 to the optimiser; add TerminateOnNaN() to stop at once.",
        "later": "Divide the learning rate by 10 or add clipnorm=1.0 to the optimiser, and let the "
        "loss take logits (from_logits=True) in place of probabilities; add TerminateOnNaN().",
        "validation": "Look for NaN, infinity or labels out of range in the validation rows, which "
        "training never saw.",
    },
    remedies=("lower-learning-rate", "gradient-clipping", "scale-features", "scale-targets"),
)
