"""GF224 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from model_literals import case, finding, layer, stack

from goodfit.checks.model.callbacks import CHECK, callbacks
from goodfit.facts import (
    CallbackFacts,
    Epoch,
    HonestLoss,
    MetricFacts,
    OptimizerFacts,
    Penalty,
    SettingsFacts,
    Trace,
)

ACCURACY = MetricFacts(name="accuracy", kind="sparse_categorical_accuracy", output="y")
LOGS = ("loss", "accuracy", "val_loss", "val_accuracy")


def callback(name: str, **options: Any) -> CallbackFacts:
    defaults = {"monitor": "val_loss", "mode": "auto"}
    return CallbackFacts(name=name, options={**defaults, **options})


def stopping(**options: Any) -> CallbackFacts:
    defaults = {"patience": 5, "restore_best_weights": True, "min_delta": 0}
    return callback("EarlyStopping", **{**defaults, **options})


def fitted(*given: CallbackFacts, validation: str = "split", **more: Any) -> SettingsFacts:
    return SettingsFacts(
        metrics=(ACCURACY,), callbacks=given, validation=validation, epochs=100, **more
    )


def course(
    validation: list[float],
    train: list[float] | None = None,
    error: float = 0.01,
    logs: tuple[str, ...] = LOGS,
    printed: list[float] | None = None,
    **more: Any,
) -> Trace:
    def loss(mean: float) -> HonestLoss:
        return HonestLoss(mean=mean, standard_error=error, rows=200)

    falling = train or [1 / (2 + place) for place in range(len(validation))]
    seen = printed or validation
    epochs = tuple(
        Epoch(
            index=place,
            logs={**dict.fromkeys(logs, 0.5), "val_loss": seen[place]} if logs else {},
            train=loss(falling[place]),
            validation=loss(validation[place]),
        )
        for place in range(len(validation))
    )
    best = min(range(len(validation)), key=lambda place: validation[place])
    more.setdefault("last_epoch", len(validation) - 1)
    return Trace(epochs=epochs, best_epoch=best, **more)


OVERFITTED = course([0.6, 0.5, 0.4, 0.5, 0.7, 0.9])

FIRING = [
    ("direction", stopping(monitor="val_accuracy", mode="min")),
    ("direction", stopping(monitor="val_loss", mode="max")),
    ("direction", callback("ModelCheckpoint", save_best_only=True, mode="max")),
    ("missing-name", stopping(monitor="val_acc")),
    ("missing-name", callback("ReduceLROnPlateau", monitor="val_auc")),
    ("training-value", stopping(monitor="loss")),
    ("training-value", stopping(monitor="accuracy")),
    ("training-value", callback("ModelCheckpoint", save_best_only=True, monitor="loss")),
    ("not-restored", stopping(restore_best_weights=False)),
    ("no-patience", stopping(patience=0)),
]

SILENT = [
    stopping(),
    stopping(monitor="val_accuracy", mode="max"),
    stopping(monitor="val_accuracy"),
    stopping(mode="min"),
    callback("ReduceLROnPlateau", factor=0.2, patience=3),
    callback("ReduceLROnPlateau", monitor="loss"),
    callback("ModelCheckpoint", save_best_only=False, monitor="val_acc"),
    callback("ModelCheckpoint", save_best_only=True),
    CallbackFacts(name="TensorBoard"),
    CallbackFacts(name="EarlyStopping", options={"monitor": "mine"}, custom=True),
]


@pytest.mark.parametrize(("expected", "one"), FIRING)
def test_fires(expected: str, one: CallbackFacts) -> None:
    parts = {"settings": fitted(one), "trace": OVERFITTED}
    assert case(callbacks(**parts)) == expected
    tip = expected in ("not-restored", "no-patience")
    assert finding(CHECK, **parts).severity == ("tip" if tip else "warning")


@pytest.mark.parametrize("one", SILENT)
def test_healthy_is_silent(one: CallbackFacts) -> None:
    assert case(callbacks(fitted(one), OVERFITTED)) == "Passed"
    assert case(callbacks(fitted(one))) == "Passed"


def test_all_usual_callbacks_together_are_silent() -> None:
    usual = (stopping(), callback("ReduceLROnPlateau"), callback("ModelCheckpoint"))
    assert case(callbacks(fitted(*usual), OVERFITTED)) == "Passed"


def test_val_values_without_validation_rows_are_missed_before_training() -> None:
    assert case(callbacks(fitted(stopping(), validation="none"))) == "missing-name"


def test_training_values_are_right_where_there_is_nothing_else() -> None:
    logs = ("loss", "accuracy")
    trace = Trace(epochs=(Epoch(index=0, logs=dict.fromkeys(logs, 0.5)),))
    settings = fitted(stopping(monitor="loss"), validation="none")
    assert case(callbacks(settings, trace)) == "Passed"


def test_watching_training_loss_is_a_tip_where_it_did_no_harm() -> None:
    parts = {"settings": fitted(stopping(monitor="loss")), "trace": course([0.6, 0.5, 0.4, 0.39])}
    assert finding(CHECK, **parts).severity == "tip"


@pytest.mark.parametrize(
    ("given", "schedule"),
    [
        ((callback("ReduceLROnPlateau"), CallbackFacts(name="LearningRateScheduler")), None),
        ((callback("ReduceLROnPlateau"),), "CosineDecay"),
        ((CallbackFacts(name="LearningRateScheduler"),), "ExponentialDecay"),
    ],
)
def test_two_schedules(given: tuple[CallbackFacts, ...], schedule: str | None) -> None:
    settings = fitted(*given, optimizer=OptimizerFacts(name="SGD", schedule=schedule))
    assert case(callbacks(settings)) == "two-schedules"
    finding(CHECK, settings=settings)


def test_one_schedule_is_silent() -> None:
    settings = fitted(stopping(), optimizer=OptimizerFacts(name="SGD", schedule="CosineDecay"))
    assert case(callbacks(settings)) == "Passed"


def test_patience_zero_is_a_warning_once_noise_ended_training() -> None:
    noise = course([0.9, 0.7, 0.6, 0.61], error=0.02, stopped_by="EarlyStopping")
    parts = {"settings": fitted(stopping(patience=0)), "trace": noise}
    assert case(callbacks(**parts)) == "stopped-by-noise"
    assert finding(CHECK, **parts).severity == "warning"
    clear = course([0.9, 0.7, 0.6, 0.9], error=0.02, stopped_by="EarlyStopping")
    assert case(callbacks(fitted(stopping(patience=0)), clear)) == "Passed"


def test_not_restored_is_no_matter_where_the_last_epoch_is_best_or_kept() -> None:
    careless = stopping(restore_best_weights=False)
    assert case(callbacks(fitted(careless), course([0.6, 0.5, 0.4]))) == "Passed"
    keeping = callback("ModelCheckpoint", save_best_only=True)
    assert case(callbacks(fitted(careless, keeping), OVERFITTED)) == "Passed"


def test_the_penalty_that_chooses_the_epoch() -> None:
    penalised = stack(layer("a", penalties=(Penalty(weight="kernel", kind="L2", l2=0.1),)))
    misled = course([0.5, 0.3, 0.4, 0.5], printed=[5.0, 4.0, 3.0, 2.0])
    agreed = course([0.5, 0.4, 0.3, 0.5], printed=[5.0, 4.0, 3.0, 3.2])
    assert case(callbacks(fitted(stopping()), misled, penalised)) == "penalised-loss"
    assert case(callbacks(fitted(stopping()), agreed, penalised)) == "Passed"
    assert case(callbacks(fitted(stopping()), misled, stack(layer("a")))) == "Passed"
    parts = {"settings": fitted(stopping()), "trace": misled, "model": penalised}
    assert finding(CHECK, **parts).severity == "tip"


def test_thin_facts() -> None:
    assert case(callbacks(SettingsFacts())) == "NotApplicable"
    assert case(callbacks(fitted(stopping()), Trace())) == "Passed"
    one = course([0.5], stopped_by="EarlyStopping")
    assert case(callbacks(fitted(stopping(patience=0)), one)) == "Passed"
    assert case(callbacks(fitted(CallbackFacts(name="EarlyStopping")), Trace())) == "no-patience"
