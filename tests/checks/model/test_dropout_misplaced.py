"""GF208 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from model_literals import case, finding, layer, stack

from goodfit.checks.model.dropout_misplaced import CHECK, dropout_misplaced
from goodfit.facts import (
    BaselineFacts,
    BaselineScore,
    Epoch,
    HonestLoss,
    LayerFacts,
    ModelFacts,
    Trace,
    WeightFacts,
)


def dense(path: str, units: int, width: int, activation: str = "relu") -> LayerFacts:
    kernel = WeightFacts(name="kernel", shape=(width, units))
    return layer(path, "Dense", units, width, activation=activation, weights=(kernel,))


def conv(path: str, units: int, width: int) -> LayerFacts:
    kernel = WeightFacts(name="kernel", shape=(3, 3, width, units))
    return layer(path, "Conv2D", units, width, activation="relu", weights=(kernel,))


def drop(rate: float, units: int, type_: str = "Dropout") -> LayerFacts:
    return layer(f"drop_{units}", type_, units, units, options={"rate": rate})


def step(path: str, type_: str, units: int, **more: Any) -> LayerFacts:
    return layer(path, type_, units, units, **more)


FIRING = [
    ("on-output", [dense("a", 64, 8), dense("out", 10, 64, "softmax"), drop(0.2, 10)]),
    (
        "on-output",
        [
            dense("a", 64, 8),
            dense("out", 10, 64, "linear"),
            drop(0.5, 10),
            step("act", "Activation", 10, activation="softmax"),
        ],
    ),
    ("too-noisy", [dense("a", 8, 64), drop(0.5, 8), dense("out", 10, 8, "softmax")]),
    ("too-noisy", [dense("a", 16, 64), drop(0.7, 16), dense("out", 10, 16, "softmax")]),
    ("too-noisy", [dense("a", 64, 64), drop(0.9, 64), dense("out", 10, 64, "softmax")]),
    (
        "too-noisy",
        [conv("a", 4, 1), drop(0.5, 4, "SpatialDropout2D"), conv("b", 8, 4), dense("o", 1, 8)],
    ),
    ("high-rate", [dense("a", 512, 64), drop(0.8, 512), dense("out", 10, 512, "softmax")]),
    (
        "before-normalisation",
        [
            dense("a", 64, 8),
            drop(0.5, 64),
            step("bn", "BatchNormalization", 64),
            dense("out", 10, 64, "softmax"),
        ],
    ),
]

SILENT = [
    [dense("a", 512, 64), drop(0.5, 512), dense("out", 10, 512, "softmax")],
    [dense("a", 64, 64), drop(0.5, 64), dense("out", 10, 64, "softmax")],
    [dense("a", 16, 64), drop(0.2, 16), dense("out", 10, 16, "softmax")],
    [drop(0.2, 13), dense("a", 64, 13), dense("out", 1, 64)],
    [step("flat", "Flatten", 1600), drop(0.5, 1600), dense("out", 10, 1600, "softmax")],
    # few channels, but a kernel sums over nine places of each
    [conv("a", 8, 3), drop(0.25, 8), conv("b", 16, 8), dense("out", 10, 16, "softmax")],
    [conv("a", 32, 3), drop(0.2, 32, "SpatialDropout2D"), conv("b", 64, 32), dense("o", 1, 64)],
    [
        dense("a", 64, 8),
        step("bn", "BatchNormalization", 64),
        drop(0.5, 64),
        dense("out", 10, 64, "softmax"),
    ],
    [dense("a", 64, 8), drop(0.3, 64), step("bn", "BatchNormalization", 64), dense("o", 1, 64)],
    # the next block's own normalisation stands behind its convolution
    [
        conv("a", 32, 3),
        drop(0.5, 32),
        conv("b", 64, 32),
        step("bn", "BatchNormalization", 64),
        dense("o", 1, 64),
    ],
    [dense("a", 8, 64), drop(0.0, 8), dense("out", 10, 8, "softmax")],
]


@pytest.mark.parametrize(("expected", "layers"), FIRING)
def test_fires(expected: str, layers: list[LayerFacts]) -> None:
    model = stack(*layers)
    assert case(dropout_misplaced(model)) == expected
    tip = expected in ("high-rate", "before-normalisation")
    assert finding(CHECK, model=model).severity == ("tip" if tip else "warning")


@pytest.mark.parametrize("layers", SILENT)
def test_healthy_is_silent(layers: list[LayerFacts]) -> None:
    assert case(dropout_misplaced(stack(*layers))) in ("Passed", "NotApplicable")


def trained(loss: float) -> dict[str, Any]:
    honest = HonestLoss(mean=loss, standard_error=0.01, rows=500)
    scores = (
        BaselineScore(name="prior", error=0.9, error_se=0.01, loss=2.3),
        BaselineScore(name="linear", error=0.1, error_se=0.01, loss=0.14),
    )
    return {
        "trace": Trace(epochs=(Epoch(index=0, train=honest),)),
        "baselines": BaselineFacts(task="classes", rows=500, scores=scores),
    }


def test_noise_that_was_borne_is_a_tip() -> None:
    model = stack(*FIRING[2][1])
    assert finding(CHECK, model=model, **trained(0.1)).severity == "tip"
    assert finding(CHECK, model=model, **trained(0.86)).severity == "warning"


def test_the_worst_place_is_told_first() -> None:
    model = stack(dense("a", 8, 64), drop(0.5, 8), dense("out", 10, 8), drop(0.2, 10))
    assert case(dropout_misplaced(model)) == "on-output"


def test_thin_facts() -> None:
    assert case(dropout_misplaced(ModelFacts(name="m", kind="functional"))) == "NotApplicable"
    alone = ModelFacts(name="m", kind="subclassed", layers=(drop(0.5, 8),))
    assert case(dropout_misplaced(alone)) == "CannotTell"
    odd = step("d", "Dropout", 8, options={"rate": None})
    assert (
        case(dropout_misplaced(stack(dense("a", 8, 8), odd, dense("o", 1, 8)))) == "NotApplicable"
    )
    shapeless = step("d", "Dropout", 8, options={"rate": 0.5}, output_shapes=())
    model = stack(dense("a", 64, 8), shapeless, step("x", "Mine", 1, builtin=False))
    assert case(dropout_misplaced(model)) == "Passed"
