"""GF202 on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from model_literals import BCE, CCE, MSE, SCCE, case, compiled, ends_in, finding, targets

from goodfit.checks.model.loss_task_mismatch import CHECK, loss_task_mismatch
from goodfit.facts import ArrayFacts, DataFacts, MetricFacts, ModelFacts, SetFacts, SettingsFacts

ACCURACY = MetricFacts(name="accuracy", kind="binary_accuracy", output="y")
WIDE = {"minimum": -3.0, "maximum": 4.0}
UNIT = {"minimum": 0.0, "maximum": 1.0}
TEN = {"distinct": 10, "whole_numbers": True, "minimum": 0.0, "maximum": 9.0}

# activation, units, loss, kind, more of the target, case, severity
FIRING: list[tuple[str, int, str, str, dict[str, Any], str, str]] = [
    ("sigmoid", 1, BCE, "continuous", WIDE, "classification-loss-for-numbers", "error"),
    ("softmax", 3, CCE, "continuous", WIDE, "classification-loss-for-numbers", "error"),
    ("softmax", 3, SCCE, "continuous", UNIT, "classification-loss-for-numbers", "error"),
    ("tanh", 1, "hinge", "continuous", UNIT, "classification-loss-for-numbers", "error"),
    ("sigmoid", 1, BCE, "classes", TEN, "binary-loss-for-classes", "error"),
    ("sigmoid", 5, CCE, "multi-hot", {}, "exclusive-loss-for-labels", "warning"),
    ("softmax", 10, MSE, "one-hot", {}, "squared-error-for-classes", "warning"),
    ("softmax", 10, MSE, "classes", TEN, "squared-error-for-classes", "warning"),
    ("linear", 10, MSE, "one-hot", {}, "squared-error-without-softmax", "tip"),
    ("sigmoid", 1, MSE, "binary", UNIT, "squared-error-for-two-classes", "tip"),
    ("sigmoid", 10, BCE, "one-hot", {}, "binary-loss-for-one-hot", "tip"),
]

SILENT: list[tuple[str, int, str, str, dict[str, Any]]] = [
    ("linear", 1, MSE, "continuous", WIDE),
    ("linear", 1, "mean_absolute_error", "classes", TEN),
    ("linear", 1, MSE, "continuous", {"distinct": 214, "whole_numbers": True}),
    ("softmax", 10, SCCE, "classes", TEN),
    ("softmax", 10, CCE, "one-hot", {}),
    ("softmax", 10, CCE, "probabilities", UNIT),
    ("sigmoid", 1, BCE, "binary", UNIT),
    ("sigmoid", 1, BCE, "continuous", UNIT),
    ("sigmoid", 1, BCE, "continuous", {"minimum": -0.01, "maximum": 1.02}),
    ("sigmoid", 5, BCE, "multi-hot", {}),
    ("softmax", 5, CCE, "multi-hot", {}),
    ("softmax", 10, BCE, "one-hot", {}),
    ("linear", 1, "hinge", "signs", {}),
    ("linear", 1, MSE, "binary", UNIT),
    ("exponential", 1, "poisson", "continuous", WIDE),
]


@pytest.mark.parametrize(
    ("activation", "units", "loss", "kind", "more", "expected", "severity"), FIRING
)
def test_fires(
    activation: str,
    units: int,
    loss: str,
    kind: str,
    more: dict[str, Any],
    expected: str,
    severity: str,
) -> None:
    parts = {
        "data": targets(kind, (units,), **more),
        "settings": compiled(loss),
        "model": ends_in(activation, units),
    }
    assert case(loss_task_mismatch(**parts)) == expected
    assert finding(CHECK, **parts).severity == severity


@pytest.mark.parametrize(("activation", "units", "loss", "kind", "more"), SILENT)
def test_healthy_is_silent(
    activation: str, units: int, loss: str, kind: str, more: dict[str, Any]
) -> None:
    data = targets(kind, (units,), **more)
    assert case(loss_task_mismatch(data, compiled(loss), ends_in(activation, units))) == "Passed"


def test_class_numbers_under_a_squared_error_are_classes_if_the_user_counts_hits() -> None:
    data, model = targets("continuous", **TEN), ends_in("linear", 1)
    counted = compiled(MSE, ACCURACY)
    assert case(loss_task_mismatch(data, counted, model)) == "squared-error-for-class-numbers"
    assert case(loss_task_mismatch(data, compiled(MSE), model)) == "Passed"
    many = targets("continuous", **{**TEN, "distinct": 90})
    assert case(loss_task_mismatch(many, counted, model)) == "Passed"


def autoencoder(kind: str, **more: Any) -> DataFacts:
    data = targets(kind, (784,), **more)
    image = ArrayFacts(name="x", shape=(784,), dtype="float32")
    return replace(data, train=replace(data.train, inputs=(image,)))


def test_an_autoencoder_is_left_alone() -> None:
    model = ends_in("sigmoid", 784)
    pixels = autoencoder("continuous", minimum=0.0, maximum=1.0)
    assert case(loss_task_mismatch(pixels, compiled(BCE), model)) == "Passed"
    rows = autoencoder("one-hot")
    assert case(loss_task_mismatch(rows, compiled(MSE), model)) == "Passed"
    assert case(loss_task_mismatch(rows, compiled(BCE), model)) == "Passed"


def test_cross_entropy_of_standardised_pixels_is_told_even_in_an_autoencoder() -> None:
    data = autoencoder("continuous", **WIDE)
    answer = loss_task_mismatch(data, compiled(BCE), ends_in("sigmoid", 784))
    assert case(answer) == "classification-loss-for-numbers"


def test_thin_facts() -> None:
    data = targets("binary")
    assert case(loss_task_mismatch(data, compiled(BCE))) == "CannotTell"
    empty = ModelFacts(name="m", kind="subclassed")
    assert case(loss_task_mismatch(data, compiled(BCE), empty)) == "CannotTell"
    nothing = DataFacts(train=SetFacts(role="train"))
    model = ends_in("sigmoid", 1)
    assert case(loss_task_mismatch(nothing, compiled(BCE), model)) == "NotApplicable"
    assert case(loss_task_mismatch(data, SettingsFacts(), model)) == "NotApplicable"
    assert case(loss_task_mismatch(data, compiled("mine"), model)) == "NotApplicable"
    own = replace(model, custom_train_step=True)
    assert case(loss_task_mismatch(data, compiled(MSE), own)) == "NotApplicable"
    nan = targets("continuous", minimum=None, maximum=None, non_finite=3)
    assert case(loss_task_mismatch(nan, compiled(BCE), model)) == "Passed"
