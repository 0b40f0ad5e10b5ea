"""GF201 on literals."""

from __future__ import annotations

import pytest
from model_literals import (
    BCE,
    CCE,
    MSE,
    SCCE,
    case,
    compiled,
    ends_in,
    finding,
    layer,
    stack,
    targets,
)

from goodfit.checks.model.output_activation_mismatch import CHECK, output_activation_mismatch
from goodfit.facts import LossFacts, ModelFacts, OutputFacts, SettingsFacts

NUMBERS = {"minimum": -2.1, "maximum": 2.4, "mean": 0.0, "std": 1.0}

# activation, units, loss, from_logits, kind of target, case, severity
FIRING = [
    ("softmax", 1, BCE, False, "binary", "one-unit-softmax", "error"),
    ("softmax", 1, MSE, False, "continuous", "one-unit-softmax", "error"),
    ("softmax", 1, "mine", False, "continuous", "one-unit-softmax", "error"),
    ("sigmoid", 1, SCCE, False, "binary", "one-unit-categorical", "error"),
    ("softmax", 10, SCCE, True, "classes", "activation-before-logits", "error"),
    ("sigmoid", 1, BCE, True, "binary", "activation-before-logits", "error"),
    ("relu", 10, SCCE, True, "classes", "bounded-logits", "warning"),
    ("linear", 10, SCCE, False, "classes", "logits-for-probabilities", "error"),
    ("linear", 1, BCE, False, "binary", "logits-for-probabilities", "error"),
    ("relu", 10, CCE, False, "one-hot", "not-a-probability", "error"),
    ("relu", 1, BCE, False, "binary", "not-a-probability", "error"),
    ("tanh", 1, BCE, False, "binary", "not-a-probability", "error"),
    ("softmax", 5, BCE, False, "multi-hot", "softmax-for-multi-hot", "error"),
    ("softmax", 5, CCE, False, "multi-hot", "softmax-for-multi-hot", "error"),
    ("softmax", 2, BCE, False, "binary", "softmax-two-units", "error"),
    ("softmax", 10, BCE, False, "one-hot", "softmax-with-binary-loss", "warning"),
    ("sigmoid", 10, CCE, False, "one-hot", "sigmoid-for-exclusive", "warning"),
    ("sigmoid", 10, SCCE, False, "classes", "sigmoid-for-exclusive", "warning"),
]

# activation, units, loss, from_logits, kind of target
SILENT = [
    ("softmax", 10, SCCE, False, "classes"),
    ("softmax", 10, CCE, False, "one-hot"),
    ("softmax", 10, CCE, False, "probabilities"),
    ("softmax", 2, SCCE, False, "binary"),
    ("softmax", 2, BCE, False, "one-hot"),
    ("sigmoid", 1, BCE, False, "binary"),
    ("sigmoid", 5, BCE, False, "multi-hot"),
    ("sigmoid", 10, BCE, False, "one-hot"),
    ("sigmoid", 784, BCE, False, "continuous"),
    ("linear", 10, SCCE, True, "classes"),
    ("linear", 1, BCE, True, "binary"),
    ("log_softmax", 10, SCCE, True, "classes"),
    ("exponential", 10, CCE, False, "one-hot"),
    ("linear", 1, MSE, False, "continuous"),
    ("sigmoid", 1, MSE, False, "binary"),
    ("relu", 3, "mine", False, "continuous"),
    ("linear", 1, "hinge", False, "signs"),
    ("snake", 10, SCCE, False, "classes"),
]


@pytest.mark.parametrize(
    ("activation", "units", "loss", "logits", "kind", "expected", "severity"), FIRING
)
def test_fires(
    activation: str, units: int, loss: str, logits: bool, kind: str, expected: str, severity: str
) -> None:
    model, settings = ends_in(activation, units), compiled(loss, from_logits=logits)
    data = targets(kind, (units,))
    assert case(output_activation_mismatch(model, settings, data)) == expected
    found = finding(CHECK, model=model, settings=settings, data=data)
    assert found.severity == severity
    assert found.where.layer == "out"


@pytest.mark.parametrize(("activation", "units", "loss", "logits", "kind"), SILENT)
def test_healthy_is_silent(activation: str, units: int, loss: str, logits: bool, kind: str) -> None:
    data = targets(kind, (units,), minimum=0.0, maximum=1.0, mean=0.3, std=0.3)
    model, settings = ends_in(activation, units), compiled(loss, from_logits=logits)
    assert case(output_activation_mismatch(model, settings, data)) == "Passed"


@pytest.mark.parametrize(
    ("activation", "moments", "expected"),
    [
        ("relu", NUMBERS, "cannot-reach"),
        ("sigmoid", {"minimum": 25, "maximum": 346, "mean": 152, "std": 77}, "cannot-reach"),
        ("tanh", NUMBERS, "cannot-reach"),
        ("linear", NUMBERS, "Passed"),
        ("leaky_relu", NUMBERS, "Passed"),
        ("sigmoid", {"minimum": 0.0, "maximum": 1.0, "mean": 0.4, "std": 0.2}, "Passed"),
        ("tanh", {"minimum": -1.0, "maximum": 1.0, "mean": 0.0, "std": 0.4}, "Passed"),
        ("relu", {"minimum": 0.0, "maximum": 900.0, "mean": 30.0, "std": 60.0}, "Passed"),
        # One odd value below a bound that the bulk of the targets keeps clear of.
        ("relu", {"minimum": -3.0, "maximum": 50.0, "mean": 20.0, "std": 5.0}, "Passed"),
        ("sigmoid", {"minimum": 0.0, "maximum": 1.02, "mean": 0.5, "std": 0.3}, "Passed"),
        ("relu", {"minimum": 1.0, "maximum": 1.0, "mean": 1.0, "std": 0.0}, "Passed"),
        ("relu", {}, "Passed"),
    ],
)
def test_numbers_out_of_reach(activation: str, moments: dict[str, float], expected: str) -> None:
    data = targets("continuous", **moments)
    answer = output_activation_mismatch(ends_in(activation, 1), compiled(MSE), data)
    assert case(answer) == expected


def test_a_bound_further_from_the_mean_is_a_warning() -> None:
    data = targets("continuous", minimum=-9.0, maximum=35.0, mean=12.0, std=9.0)
    found = finding(CHECK, model=ends_in("relu", 1), settings=compiled(MSE), data=data)
    assert found.severity == "warning"


def test_tensorflow_forgives_an_activation_before_logits() -> None:
    parts = {"model": ends_in("softmax", 10), "settings": compiled(SCCE, from_logits=True)}
    assert finding(CHECK, **parts, backend="tensorflow").severity == "warning"
    assert finding(CHECK, **parts, backend="jax").severity == "error"


def test_softmax_over_time_steps_is_no_softmax_over_one_unit() -> None:
    last = layer("out", units=1, output_shapes=((12, 1),))
    output = OutputFacts(name="y", shape=(12, 1), layer="out", activation="softmax")
    model = stack(layer("hidden", activation="relu"), last, outputs=(output,))
    assert case(output_activation_mismatch(model, compiled("mine"))) == "Passed"


def test_padded_one_hot_sequences_are_not_taken_for_several_labels() -> None:
    model, settings = ends_in("softmax", 5, (20, 5)), compiled(CCE)
    padded = targets("multi-hot", (20, 5), mean=0.12)
    several = targets("multi-hot", (20, 5), mean=0.31)
    assert case(output_activation_mismatch(model, settings, padded)) == "Passed"
    assert case(output_activation_mismatch(model, settings, several)) == "softmax-for-multi-hot"


def test_unknown_activation_or_loss_cannot_be_judged() -> None:
    settings = compiled(SCCE)
    assert case(output_activation_mismatch(ends_in(None, 10), settings)) == "CannotTell"
    assert case(output_activation_mismatch(ends_in("softmax", 10), SettingsFacts())) == "CannotTell"
    empty = ModelFacts(name="m", kind="subclassed")
    assert case(output_activation_mismatch(empty, settings)) == "CannotTell"


def test_from_logits_that_is_not_known_is_not_guessed() -> None:
    settings = SettingsFacts(losses=(LossFacts(name=SCCE, output="y"),))
    assert case(output_activation_mismatch(ends_in("linear", 10), settings)) == "Passed"


def test_own_train_step_is_left_alone() -> None:
    model = stack(layer("out", units=1, activation="softmax"), custom_train_step=True)
    assert case(output_activation_mismatch(model, compiled(BCE))) == "NotApplicable"


def test_the_worse_of_two_outputs_is_told() -> None:
    outputs = (
        OutputFacts(name="a", shape=(4,), layer="l1", activation="sigmoid"),
        OutputFacts(name="b", shape=(1,), layer="l2", activation="softmax"),
    )
    model = stack(layer("l1", units=4), layer("l2", units=1), outputs=outputs)
    losses = (LossFacts(name=SCCE, output="a", from_logits=False), LossFacts(name=BCE, output="b"))
    found = finding(CHECK, model=model, settings=SettingsFacts(losses=losses))
    assert found.evidence["output"] == "b"
