"""GF215 on literals."""

from __future__ import annotations

import pytest
from faring_literals import badly, well
from model_literals import MSE, case, compiled, finding, layer, stack, targets

from goodfit.checks.model.recurrent_misuse import CHECK, recurrent_misuse
from goodfit.facts import LayerFacts, ModelFacts


def recurrent(
    steps: int | None, features: int, units: int = 8, *, whole: bool = False,
    activation: str = "tanh", type_: str = "LSTM", **more: object,
) -> LayerFacts:  # fmt: skip
    shape: tuple[int | None, ...] = (steps, units) if whole else (units,)
    return layer(
        "rnn", type_, input_shapes=((steps, features),), output_shapes=(shape,),
        activation=activation, options=dict(more),
    )  # fmt: skip


def dense(*shape: int) -> LayerFacts:
    return layer("out", output_shapes=(shape,))


FLAT = layer("flat", "Flatten", 160, 8, input_shapes=((20, 8),))


@pytest.mark.parametrize(
    ("expected", "severity", "model"),
    [
        ("one-step", "warning", stack(recurrent(1, 24), dense(1))),
        (
            "one-step",
            "warning",
            stack(recurrent(1, 24, type_="Conv1D", kernel_size=(3,)), dense(1)),
        ),
        ("many-answers", "error", stack(recurrent(20, 3, whole=True), dense(20, 1))),
        ("unbounded", "warning", stack(recurrent(20, 3, activation="relu"), dense(1))),
        ("flattened", "warning", stack(recurrent(20, 3, whole=True), FLAT, dense(1))),
    ],
)
def test_fires(expected: str, severity: str, model: ModelFacts) -> None:
    parts = {"settings": compiled(MSE), "data": targets("continuous", (1,)), **badly()}
    assert case(recurrent_misuse(model, **parts)) == expected
    assert finding(CHECK, model=model, **parts).severity == severity


@pytest.mark.parametrize(
    "model",
    [
        stack(recurrent(24, 1), dense(1)),
        stack(recurrent(None, 16, type_="GRU"), dense(1)),
        stack(recurrent(20, 3, activation="relu"), dense(1)),
        stack(recurrent(1, 24, stateful=True), dense(1)),
        stack(
            recurrent(20, 3, whole=True),
            layer("pool", "GlobalAveragePooling1D", 8, 8),
            dense(1),
        ),
        stack(layer("d"), dense(1)),
    ],
)
def test_healthy_is_silent(model: ModelFacts) -> None:
    parts = {"settings": compiled(MSE), "data": targets("continuous", (1,)), **well()}
    assert case(recurrent_misuse(model, **parts)) in ("Passed", "NotApplicable")


def test_an_answer_for_each_step_is_right_where_each_step_has_a_target() -> None:
    model = stack(recurrent(20, 3, whole=True), dense(20, 1))
    tagged = targets("continuous", (20, 1))
    assert case(recurrent_misuse(model, compiled(MSE), tagged, **well())) == "Passed"


def test_a_flatten_that_does_no_harm_is_a_tip() -> None:
    model = stack(recurrent(20, 3, whole=True), FLAT, dense(1))
    assert finding(CHECK, model=model, **well()).severity == "tip"
