"""GF206 on literals."""

from __future__ import annotations

import pytest
from model_literals import case, finding, layer, stack

from goodfit.checks.model.doubled_activation import CHECK, doubled_activation
from goodfit.facts import LayerFacts


def then(activation: str, type_: str = "Activation", units: int = 10) -> LayerFacts:
    return layer(f"then_{activation}", type_, units, units, activation=activation)


@pytest.mark.parametrize(
    ("expected", "severity", "layers"),
    [
        ("squeezed", "warning", [layer("o", units=10, activation="softmax"), then("softmax")]),
        ("squeezed", "warning", [layer("o", units=1, activation="sigmoid"), then("sigmoid")]),
        ("squeezed", "warning", [layer("o", units=10, activation="tanh"), then("softmax")]),
        ("half", "warning", [layer("o", units=1, activation="relu"), then("sigmoid")]),
        ("cut", "tip", [layer("o", units=10, activation="relu"), then("softmax", "Softmax")]),
        ("hidden", "tip", [layer("h", activation="sigmoid"), then("tanh"), layer("o")]),
    ],
)
def test_fires(expected: str, severity: str, layers: list[LayerFacts]) -> None:
    model = stack(*layers)
    assert case(doubled_activation(model)) == expected
    assert finding(CHECK, model=model).severity == severity


@pytest.mark.parametrize(
    "layers",
    [
        [layer("o", units=10), then("softmax")],
        [layer("h", activation="relu"), then("relu", "ReLU"), layer("o")],
        [layer("h"), then("relu"), layer("o", activation="softmax")],
        [layer("h", activation="relu"), layer("o", activation="softmax")],
        [
            layer("h", activation="tanh"),
            layer("bn", "BatchNormalization"),
            then("tanh"),
            layer("o"),
        ],
    ],
)
def test_healthy_is_silent(layers: list[LayerFacts]) -> None:
    assert case(doubled_activation(stack(*layers))) in ("Passed", "NotApplicable")


def test_the_bound_on_probabilities_is_the_functions_own() -> None:
    twice = stack(layer("o", units=10, activation="softmax"), then("softmax"))
    assert finding(CHECK, model=twice).evidence["most"] == pytest.approx(2.718 / 11.718, abs=1e-3)
