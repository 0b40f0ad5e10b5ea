"""GF212 on literals."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from faring_literals import badly, well
from model_literals import case, finding, layer, stack, targets

from goodfit.checks.model.bottleneck import CHECK, bottleneck
from goodfit.facts import (
    ArrayFacts,
    DataFacts,
    LayerFacts,
    ModelFacts,
    OutputFacts,
    SetFacts,
    TargetFacts,
)


def net(*widths: int, last: str = "softmax") -> ModelFacts:
    layers: list[LayerFacts] = []
    for number, (before, units) in enumerate(itertools.pairwise(widths)):
        final = number == len(widths) - 2
        name = last if final else "relu"
        layers.append(layer(f"d{number}", units=units, width=before, activation=name))
    return stack(*layers)


@pytest.mark.parametrize(
    ("expected", "model"),
    [
        ("targets", net(64, 64, 1, 64, 10)),
        ("targets", net(64, 2, 10)),
        ("neighbours", net(64, 64, 1, 32, 2)),
        ("neighbours", net(64, 64, 4, 64, 3)),
    ],
)
def test_fires_where_the_model_does_badly(expected: str, model: ModelFacts) -> None:
    assert case(bottleneck(model, **badly())) == expected
    found = finding(CHECK, model=model, **badly())
    assert found.severity == "warning"
    assert "linear model" in found.message


@pytest.mark.parametrize("model", [net(64, 64, 32, 10), net(30, 16, 8, 1), net(8, 16, 3)])
@pytest.mark.parametrize("fared", [badly, well])
def test_usual_funnels_are_silent(model: ModelFacts, fared: Any) -> None:
    assert case(bottleneck(model, **fared())) == "Passed"


def test_without_harm_it_is_silent() -> None:
    assert case(bottleneck(net(64, 64, 1, 64, 10), **well())) == "Passed"
    assert case(bottleneck(net(64, 64, 1, 64, 10))) == "Passed"


def test_autoencoders_are_narrow_on_purpose() -> None:
    image = ArrayFacts(name="x", shape=(64,), dtype="float32")
    same = TargetFacts(name="y", shape=(64,), dtype="float32", kind="continuous")
    data = DataFacts(train=SetFacts(role="train", inputs=(image,), targets=(same,)))
    model = net(64, 32, 1, 32, 64, last="linear")
    assert case(bottleneck(model, data=data, **badly())) == "NotApplicable"


def test_gates_are_left_alone() -> None:
    layers = (
        layer("a", units=64, width=64, activation="relu", model_inputs=("x",)),
        layer("squeeze", units=2, width=64, activation="relu", inputs=("a",)),
        layer("gate", units=64, width=2, activation="sigmoid", inputs=("squeeze",)),
        layer("mul", "Multiply", 64, 64, inputs=("a", "gate")),
        layer("out", units=10, width=64, activation="softmax", inputs=("mul",)),
    )
    model = ModelFacts(
        name="m", kind="functional", layers=layers,
        outputs=(OutputFacts(name="y", shape=(10,), layer="out", activation="softmax"),),
    )  # fmt: skip
    # the squeeze itself feeds a Dense: only harm makes it a suspicion, and then it is one
    assert case(bottleneck(model, **well())) == "Passed"


def test_thin_facts() -> None:
    empty = ModelFacts(name="m", kind="subclassed")
    assert case(bottleneck(empty, data=targets("classes"), **badly())) == "CannotTell"
