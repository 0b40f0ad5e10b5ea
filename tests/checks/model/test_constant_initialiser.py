"""GF207 on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from model_literals import case, finding, layer, stack

from goodfit.checks.check import Suspicion
from goodfit.checks.model.constant_initialiser import CHECK, constant_initialiser
from goodfit.facts import LayerFacts, ModelFacts, OutputFacts, WeightFacts


def weights(width: int, units: int, initialiser: str, std: float | None) -> tuple[WeightFacts, ...]:
    constant = initialiser in ("Zeros", "Ones", "Constant")
    return (
        WeightFacts(
            name="kernel",
            shape=(width, units),
            initialiser=initialiser,
            std=0.0 if constant else std,
            constant=constant,
        ),
        WeightFacts(name="bias", shape=(units,), initialiser="Zeros", std=0.0, constant=True),
    )


def dense(
    path: str,
    units: int,
    width: int,
    initialiser: str = "GlorotUniform",
    activation: str = "relu",
    std: float | None = None,
    **more: Any,
) -> LayerFacts:
    spread = (2 / (width + units)) ** 0.5 if std is None else std
    more.setdefault("weights", weights(width, units, initialiser, spread))
    return layer(path, "Dense", units, width, activation=activation, **more)


def out(width: int = 32, initialiser: str = "GlorotUniform") -> LayerFacts:
    return dense("out", 10, width, initialiser, "softmax")


def step(path: str, type_: str, units: int = 32, **more: Any) -> LayerFacts:
    return layer(path, type_, units, units, **more)


FIRING = [
    ("dead", "error", [dense("a", 32, 64, "Zeros"), dense("b", 32, 32), out()]),
    ("dead", "error", [dense("a", 32, 64), dense("b", 32, 32, "Zeros"), out()]),
    ("dead", "error", [dense("a", 32, 64, "Zeros"), dense("b", 32, 32, "Zeros"), out(32, "Zeros")]),
    (
        "dead",
        "error",
        [dense("a", 32, 64, "Zeros", "linear"), step("r", "ReLU", activation="relu"), out()],
    ),
    ("symmetric", "error", [dense("a", 32, 64, "Ones"), dense("b", 32, 32, "Ones"), out()]),
    ("symmetric", "error", [dense("a", 32, 64, "Constant", "tanh"), out(32, "Constant")]),
    ("symmetric", "error", [dense("a", 32, 64, "Zeros", "tanh"), out(32, "Zeros")]),
    ("ones", "warning", [dense("a", 32, 64, "Ones"), out()]),
    ("constant", "tip", [dense("a", 32, 64, "Constant"), out()]),
    (
        "too-large",
        "warning",
        [
            dense("a", 64, 64, "RandomNormal", std=1.0),
            dense("b", 64, 64, "RandomNormal", std=1.0),
            out(64),
        ],
    ),
    (
        "too-large",
        "warning",
        [dense(f"d{i}", 32, 32, "RandomNormal", "tanh", std=1.0) for i in range(6)] + [out()],
    ),
    (
        "too-small",
        "warning",
        [dense(f"d{i}", 32, 32, "RandomNormal", std=0.05) for i in range(6)] + [out()],
    ),
]

SILENT = [
    [dense("a", 32, 64), dense("b", 32, 32), out()],
    [dense(f"d{i}", 32, 32, "HeNormal", std=0.25) for i in range(20)] + [out()],
    [
        dense("a", 512, 64, "HeNormal", std=0.177),
        dense("b", 8, 512, "HeNormal", std=0.0625),
        out(8),
    ],
    [dense(f"d{i}", 32, 32) for i in range(20)] + [out()],
    # small kernels that two layers still bring up: trains as well as with Glorot's
    [
        dense("a", 64, 64, "RandomNormal", std=0.001),
        dense("b", 64, 64, "RandomNormal", std=0.001),
        out(64),
    ],
    [dense("a", 32, 64, "RandomNormal", std=1.0), out()],
    # Keras' own plain initialisers, as students use them
    [dense("a", 32, 64, "RandomNormal", std=0.05), out()],
    [dense("a", 8, 4, "RandomUniform", std=0.029), out(8)],
    # a last layer at zero, alone or behind random ones
    [out(64, "Zeros")],
    [dense("a", 32, 64), out(32, "Zeros")],
    # tanh has a gradient at zero, and the layer behind tells the units apart
    [dense("a", 32, 64, "Zeros", "tanh"), out()],
    [dense("a", 32, 64, "Zeros", trainable=False), out()],
    [dense("a", 32, 64, "RandomNormal", std=3.0), step("bn", "BatchNormalization"), out()],
    [step("emb", "Embedding", weights=weights(99, 32, "Zeros", None)), dense("a", 32, 32), out()],
]


@pytest.mark.parametrize(("expected", "severity", "layers"), FIRING)
def test_fires(expected: str, severity: str, layers: list[LayerFacts]) -> None:
    model = stack(*layers)
    assert case(constant_initialiser(model)) == expected
    assert finding(CHECK, model=model).severity == severity


@pytest.mark.parametrize("layers", SILENT)
def test_healthy_is_silent(layers: list[LayerFacts]) -> None:
    assert case(constant_initialiser(stack(*layers))) in ("Passed", "NotApplicable")


def test_the_layer_is_named() -> None:
    answer = constant_initialiser(stack(dense("a", 32, 64), dense("b", 32, 32, "Zeros"), out()))
    assert isinstance(answer, Suspicion)
    assert answer.where.layer == "b"
    assert answer.where.argument == "kernel_initializer"


def test_loaded_weights_are_not_judged_by_their_spread() -> None:
    layers = [dense(f"d{i}", 32, 32, "GlorotUniform", std=0.02) for i in range(6)]
    assert case(constant_initialiser(stack(*layers, out()))) == "Passed"


def test_a_bias_that_lifts_the_units_keeps_them_alive() -> None:
    zero = dense("a", 32, 64, "Zeros")
    lifted = replace(zero.weights[1], initialiser="Constant")
    lively = replace(zero, weights=(zero.weights[0], lifted))
    assert case(constant_initialiser(stack(lively, out()))) == "Passed"


def test_a_residual_branch_may_end_in_zeros() -> None:
    def fed(one: LayerFacts, *inputs: str) -> LayerFacts:
        return replace(one, inputs=inputs) if inputs else replace(one, model_inputs=("x",))

    layers = (
        fed(dense("in", 32, 64)),
        fed(dense("up", 32, 32), "in"),
        fed(dense("down", 32, 32, "Zeros", "linear"), "up"),
        fed(step("add", "Add"), "in", "down"),
        fed(out(), "add"),
    )
    output = OutputFacts(name="y", shape=(10,), layer="out", activation="softmax")
    model = ModelFacts(name="m", kind="functional", layers=layers, outputs=(output,))
    assert case(constant_initialiser(model)) == "Passed"


def test_subclassed_models_are_judged_layer_by_layer() -> None:
    layers = (dense("a", 32, 64, "Zeros"), out())
    model = ModelFacts(name="m", kind="subclassed", layers=layers)
    assert case(constant_initialiser(model)) == "dead"


def test_thin_facts() -> None:
    assert case(constant_initialiser(ModelFacts(name="m", kind="functional"))) == "NotApplicable"
    unbuilt = layer("a", "Dense", weights=())
    assert case(constant_initialiser(stack(unbuilt, layer("out")))) == "NotApplicable"
    unknown = WeightFacts(name="kernel", shape=(8, 8))
    shy = layer("a", "Dense", weights=(unknown,))
    assert case(constant_initialiser(stack(shy, layer("out")))) == "Passed"
