"""GF205 on literals: stacks and graphs as Keras builds them."""

from __future__ import annotations

from typing import Any

import pytest
from model_literals import case, finding, layer, stack

from goodfit.checks.check import Suspicion
from goodfit.checks.model.missing_activation import CHECK, missing_activation
from goodfit.facts import LayerFacts, ModelFacts, OutputFacts


def dense(path: str, units: int, width: int, activation: str = "linear") -> LayerFacts:
    return layer(path, "Dense", units, width, activation=activation)


def conv(
    path: str, units: int, width: int, activation: str = "linear", size: int = 3
) -> LayerFacts:
    return layer(
        path, "Conv2D", units, width, activation=activation, options={"kernel_size": (size, size)}
    )


def step(path: str, type_: str, units: int = 64, **more: Any) -> LayerFacts:
    return layer(path, type_, units, units, **more)


RELU = {"activation": "relu"}

FIRING = [
    ("whole-model", [dense("a", 64, 8), dense("b", 64, 64), dense("out", 1, 64)]),
    ("whole-model", [dense("a", 64, 8), dense("out", 10, 64, "softmax")]),
    (
        "whole-model",
        [
            dense("a", 64, 8),
            step("bn", "BatchNormalization"),
            step("drop", "Dropout"),
            dense("out", 10, 64),
            step("act", "Activation", 10, activation="softmax"),
        ],
    ),
    (
        "chain",
        [
            dense("a", 64, 8, "relu"),
            dense("b", 64, 64),
            step("drop", "Dropout"),
            dense("c", 64, 64),
            dense("out", 1, 64),
        ],
    ),
    (
        "chain",
        [
            conv("a", 16, 3),
            conv("b", 32, 16),
            conv("c", 32, 32),
            step("act", "ReLU", 32, **RELU),
            step("flat", "Flatten"),
            dense("out", 10, 64, "softmax"),
        ],
    ),
    ("single", [dense("a", 64, 8, "relu"), dense("b", 32, 64), dense("out", 1, 32)]),
    ("single", [step("lstm", "LSTM"), dense("b", 25, 64), dense("out", 1, 25)]),
]

SILENT = [
    # linear and logistic regression are single layers; so is the head of a frozen base
    [dense("a", 64, 8, "relu"), dense("b", 64, 64, "relu"), dense("out", 1, 64)],
    [dense("a", 64, 8), step("act", "Activation", **RELU), dense("out", 1, 64)],
    [
        dense("a", 64, 8),
        step("bn", "BatchNormalization"),
        step("r", "ReLU", **RELU),
        dense("o", 1, 64),
    ],
    [conv("a", 16, 3), step("l", "LeakyReLU", 16, activation="leaky_relu"), dense("o", 1, 16)],
    [conv("a", 16, 3), step("p", "MaxPooling2D", 16), conv("b", 16, 16, "relu"), dense("o", 1, 16)],
    # a principal component analysis, and the code of a deep autoencoder
    [dense("code", 2, 64), dense("out", 64, 2)],
    [
        dense("a", 64, 784, "relu"),
        dense("code", 2, 64),
        dense("b", 64, 2, "relu"),
        dense("o", 784, 64),
    ],
    # a linear 1x1 projection before the next expansion, as in inverted residuals
    [
        conv("a", 96, 16, "relu"),
        conv("p", 24, 96, size=1),
        conv("b", 144, 24, "relu", size=1),
        dense("o", 1, 144),
    ],
    [
        step("d", "DepthwiseConv2D", 16, activation="linear"),
        conv("p", 32, 16, "relu"),
        dense("o", 1, 32),
    ],
    [dense("a", 64, 8), step("n", "LayerNormalization"), dense("o", 1, 64)],
    [dense("a", 64, 8), step("x", "Sine", builtin=False), dense("o", 1, 64)],
]


@pytest.mark.parametrize(("expected", "layers"), FIRING)
def test_fires(expected: str, layers: list[LayerFacts]) -> None:
    model = stack(*layers)
    assert case(missing_activation(model)) == expected
    assert finding(CHECK, model=model).severity == ("tip" if expected == "single" else "warning")


@pytest.mark.parametrize("layers", SILENT)
def test_healthy_is_silent(layers: list[LayerFacts]) -> None:
    assert case(missing_activation(stack(*layers))) == "Passed"


def test_the_place_is_the_first_layer_of_the_chain() -> None:
    answer = missing_activation(stack(*FIRING[3][1]))
    assert isinstance(answer, Suspicion)
    assert answer.where.layer == "b"
    assert answer.evidence["layers"] == ["b", "c"]


def graph(*layers: LayerFacts) -> ModelFacts:
    output = OutputFacts(name="y", shape=(1,), layer=layers[-1].path, activation="linear")
    return ModelFacts(name="m", kind="functional", layers=layers, outputs=(output,))


def fed(one: LayerFacts, *inputs: str) -> LayerFacts:
    fields = {name: getattr(one, name) for name in LayerFacts.__dataclass_fields__}
    given: Any = {"inputs": inputs} if inputs else {"model_inputs": ("x",)}
    return LayerFacts(**{**fields, **given})


def test_residual_block_with_the_activation_behind_the_join() -> None:
    model = graph(
        fed(conv("a", 64, 64, "relu")),
        fed(conv("b", 64, 64), "a"),
        fed(step("bn", "BatchNormalization"), "b"),
        fed(step("add", "Add"), "bn", "a"),
        fed(step("act", "Activation", **RELU), "add"),
        fed(dense("out", 1, 64), "act"),
    )
    assert case(missing_activation(model)) == "Passed"


def test_residual_stream_without_normalisation() -> None:
    model = graph(
        fed(dense("in", 64, 8, "relu")),
        fed(dense("up", 256, 64, "relu"), "in"),
        fed(dense("down", 64, 256), "up"),
        fed(step("add", "Add"), "in", "down"),
        fed(dense("up2", 256, 64, "relu"), "add"),
        fed(dense("out", 1, 256), "up2"),
    )
    assert case(missing_activation(model)) == "Passed"


def test_attention_projections_meet_in_a_product() -> None:
    model = graph(
        fed(dense("q", 64, 64)),
        fed(dense("k", 64, 64)),
        fed(step("scores", "Matmul"), "q", "k"),
        fed(step("softmax", "Softmax", activation="softmax"), "scores"),
        fed(dense("out", 1, 64), "softmax"),
    )
    assert case(missing_activation(model)) == "Passed"


def test_linear_branches_that_only_add_up_are_one_linear_map() -> None:
    model = graph(
        fed(dense("a", 64, 8)),
        fed(dense("b", 64, 8)),
        fed(step("add", "Add"), "a", "b"),
        fed(dense("c", 64, 64), "add"),
        fed(dense("out", 1, 64), "c"),
    )
    assert case(missing_activation(model)) == "whole-model"


def test_a_graph_that_is_not_known_is_not_guessed() -> None:
    model = graph(dense("a", 64, 8), dense("b", 64, 64), dense("out", 1, 64))
    assert case(missing_activation(model)) == "CannotTell"


def test_models_of_one_layer_or_none() -> None:
    assert case(missing_activation(stack(dense("out", 1, 8)))) == "NotApplicable"
    embedding = layer("e", "Embedding")
    assert case(missing_activation(stack(embedding, dense("out", 1, 8)))) == "NotApplicable"
    assert case(missing_activation(ModelFacts(name="m", kind="functional"))) == "NotApplicable"
