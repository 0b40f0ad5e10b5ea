"""GF224 callbacks: a callback that watches the wrong thing, or stops for the wrong reason.

Sees: a monitored name that the logs do not have; a direction that calls the worst epoch the best;
early stopping or checkpoints on training values although there are validation rows; two learning
rate schedules at once; early stopping at the first epoch that noise made worse; best weights that
are not restored; val_loss whose best epoch is the penalty's doing.
Why it matters: the callback does nothing, or ends training too soon, or keeps the wrong weights,
and the logs look as if all were well.
Evidence: the callback's settings, the names in the logs, the honest validation loss at the last and
the best epoch.
Remedies: callbacks.
Source: docs/evidence/model.md; Prechelt, "Early Stopping - But When?" (1998).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from goodfit.checks.check import Answer, Check, NotApplicable, Passed, Suspicion, Threshold, place
from goodfit.facts import CallbackFacts, ModelFacts, SettingsFacts, Trace
from goodfit.results import Severity

NOISE = Threshold(2.0, source="two standard errors of a difference")

_MONITORING = ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau")
_RISING = (
    *("accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"),
    *("top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"),
    *("precision", "recall", "auc", "f1_score", "fbeta_score", "r2_score", "cosine_similarity"),
)
_FALLING = (
    *("mean_squared_error", "mean_absolute_error", "root_mean_squared_error", "log_cosh", "huber"),
    *("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "kl_divergence"),
    *("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"),
    *("hinge", "squared_hinge", "categorical_hinge", "poisson"),
)
_SEVERITY: dict[str, Severity] = {
    "direction": "warning",
    "missing-name": "warning",
    "training-value": "warning",
    "two-schedules": "warning",
    "stopped-by-noise": "warning",
    "penalised-loss": "tip",
    "not-restored": "tip",
    "no-patience": "tip",
}

_Found = tuple[str, CallbackFacts, dict[str, Any]]


def callbacks(
    settings: SettingsFacts, trace: Trace | None = None, model: ModelFacts | None = None
) -> Answer:
    if not settings.callbacks:
        return NotApplicable("fit was given no callbacks")
    found = list(_schedules(settings))
    for callback in settings.callbacks:
        if callback.name in _MONITORING and not callback.custom:
            found += _monitored(callback, settings, trace)
        if callback.name == "EarlyStopping" and not callback.custom:
            found += _stopping(callback, settings, trace, model)
    if not found:
        return Passed(f"{len(settings.callbacks)} callbacks watch what they should")
    order = list(_SEVERITY)
    case, callback, seen = min(found, key=lambda one: order.index(one[0]))
    severity: Severity = _SEVERITY[case]
    if case == "training-value" and _harmless(trace):
        severity = "tip"
    return Suspicion(
        case=case,
        severity=severity,
        evidence={
            "callback": callback.name,
            "monitor": _monitor(callback),
            "mode": callback.options.get("mode", "auto"),
            "patience": callback.options.get("patience"),
            "others": len(found) - 1,
            **seen,
        },
        where=place(callback.where or settings.fit_where, argument="callbacks"),
    )


def _monitor(callback: CallbackFacts) -> str:
    return str(callback.options.get("monitor") or "val_loss")


def _schedules(settings: SettingsFacts) -> Iterator[_Found]:
    setting = [c for c in settings.callbacks if c.name in ("LearningRateScheduler", _MONITORING[2])]
    names = [callback.name for callback in setting]
    optimizer = settings.optimizer
    if optimizer is not None and optimizer.schedule:
        names.append(f"{optimizer.schedule} in {optimizer.name}")
    if setting and len(names) > 1:
        yield "two-schedules", setting[-1], {"schedules": " and ".join(names)}


def _monitored(
    callback: CallbackFacts, settings: SettingsFacts, trace: Trace | None
) -> Iterator[_Found]:
    """What is wrong with the name and the direction."""
    if callback.name == "ModelCheckpoint" and not callback.options.get("save_best_only"):
        return
    monitor, mode = _monitor(callback), callback.options.get("mode")
    logged = {name for epoch in (trace.epochs if trace else ()) for name in epoch.logs}
    unheard = monitor.startswith("val_") and settings.validation == "none"
    if (logged and monitor not in logged) or (not logged and unheard):
        yield "missing-name", callback, {"logged": ", ".join(sorted(logged)) or "no val_ values"}
        return
    plain = monitor.removeprefix("val_")
    kinds = {metric.name: metric.kind for metric in settings.metrics if not metric.custom}
    kind = "loss" if plain == "loss" else kinds.get(plain, "")
    if (kind in _RISING and mode == "min") or (kind in ("loss", *_FALLING) and mode == "max"):
        yield "direction", callback, {"right": "max" if mode == "min" else "min"}
    trained = monitor == plain and kind and settings.validation != "none"
    if trained and callback.name != "ReduceLROnPlateau":
        yield "training-value", callback, {"better": f"val_{plain}"}


def _stopping(
    callback: CallbackFacts,
    settings: SettingsFacts,
    trace: Trace | None,
    model: ModelFacts | None,
) -> Iterator[_Found]:
    """What is wrong with when training stops and what is kept."""
    if not _monitor(callback).startswith("val_") or settings.validation == "none":
        return
    if not callback.options.get("patience"):
        if trace is None or trace.stopped_by != "EarlyStopping":
            yield "no-patience", callback, {}
        elif (seen := _stopped_by_noise(trace)) is not None:
            yield "stopped-by-noise", callback, {**seen, "epochs": settings.epochs}
    keeps = any(
        other.name == "SwapEMAWeights"
        or (other.name == "ModelCheckpoint" and other.options.get("save_best_only"))
        for other in settings.callbacks
    )
    best_is_last = trace is not None and trace.best_epoch == trace.last_epoch
    if not callback.options.get("restore_best_weights") and not keeps and not best_is_last:
        yield "not-restored", callback, {}
    penalised = model is not None and any(layer.penalties for layer in model.layers)
    if penalised and trace is not None and _monitor(callback) == "val_loss":
        yield from ((("penalised-loss", callback, seen),) if (seen := _misled(trace)) else ())


def _stopped_by_noise(trace: Trace) -> dict[str, Any] | None:
    """The last rise of the honest validation loss, if noise makes as much and training rows were
    still getting better."""
    validation, train = trace.honest("validation"), trace.honest("train")
    if len(validation) < 2 or len(train) < 2:
        return None
    (_, before), (_, after) = validation[-2:]
    rise = after.mean - before.mean
    error = math.hypot(before.standard_error, after.standard_error)
    if rise > NOISE.value * error or train[-1][1].mean >= train[-2][1].mean:
        return None
    return {"rise": rise, "error": error, "trained": trace.trained}


def _misled(trace: Trace) -> dict[str, Any] | None:
    """Where the printed val_loss was lowest, if the rows themselves were clearly better off at
    another epoch."""
    printed, honest = dict(trace.curve("val_loss")), dict(trace.honest("validation"))
    both = sorted(epoch for epoch in printed if epoch in honest)
    if not both:
        return None
    chosen = min(both, key=lambda epoch: printed[epoch])
    best = min(both, key=lambda epoch: honest[epoch].mean)
    lost = honest[chosen].mean - honest[best].mean
    if lost <= NOISE.value * math.hypot(honest[chosen].standard_error, honest[best].standard_error):
        return None
    return {"chosen": chosen + 1, "best": best + 1, "lost": lost}


def _harmless(trace: Trace | None) -> bool:
    """Whether the weights at the end are as good on the validation rows as the best were."""
    honest = [loss for _, loss in trace.honest("validation")] if trace else []
    if len(honest) < 2:
        return False
    best = min(honest, key=lambda loss: loss.mean)
    last = trace.final_validation if trace and trace.final_validation else honest[-1]
    return last.mean - best.mean <= NOISE.value * best.standard_error


CHECK = Check(
    code="GF224",
    name="callbacks",
    severity="warning",
    function=callbacks,
    message={
        "direction": "{callback} watches {monitor} with mode='{mode}', so it takes the worst epoch "
        "for the best.",
        "missing-name": "{callback} watches {monitor}, which is not in the logs ({logged}), so it "
        "does nothing.",
        "training-value": "{callback} watches {monitor}, a value of the training rows, which goes "
        "on improving while the model overfits, although there are validation rows.",
        "two-schedules": "Two things set the learning rate at once: {schedules}; one overrides "
        "the other.",
        "stopped-by-noise": "EarlyStopping with patience 0 ended training after {trained} of "
        "{epochs} epochs because of a change of {rise:+.2g} in validation loss, which is within "
        "its noise (± {error:.2g}), while training loss was still falling.",
        "penalised-loss": "val_loss contains the weight penalty: it was lowest at epoch {chosen}, "
        "the validation rows' own loss at epoch {best} ({lost:.2g} lower).",
        "not-restored": "EarlyStopping keeps the weights of the last epoch, not of the best one.",
        "no-patience": "EarlyStopping has patience 0: the first epoch that is worse by chance ends "
        "training.",
    },
    advice={
        "direction": "Use mode='{right}', or leave mode out.",
        "missing-name": "Watch a name that is in the logs, or pass validation_data to fit if you "
        "want the val_ values.",
        "training-value": "Use monitor='{better}'.",
        "two-schedules": "Keep one of them.",
        "stopped-by-noise": "Use patience=5 or more, with restore_best_weights=True.",
        "penalised-loss": "Watch a metric without the penalty, e.g. compile the loss as a metric "
        "as well and use monitor='val_...' of it.",
        "not-restored": "Pass restore_best_weights=True.",
        "no-patience": "Use patience=5 or more, with restore_best_weights=True.",
    },
    remedies=("callbacks",),
)
