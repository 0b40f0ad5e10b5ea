"""Reading and changing optimisers and losses in every form that compile takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_data import recipe

from goodfit.remedies import compiled
from goodfit.remedies.cure import DoesNotApplyError

Y = np.arange(12) % 3


def optimizer(kind: str, **options: Any) -> dict[str, Any]:
    return {
        "module": "keras.optimizers",
        "class_name": kind,
        "config": options,
        "registered_name": None,
    }


def function(name: str) -> dict[str, Any]:
    return {"module": "builtins", "class_name": "function", "config": name,
            "registered_name": "function"}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "kind", "rate"),
    [
        ("adam", "Adam", 1e-3),
        ("SGD", "SGD", 1e-2),
        ("RMSprop", "RMSprop", 1e-3),
        (None, "RMSprop", 1e-3),
        (optimizer("Adam", learning_rate=0.5), "Adam", 0.5),
        (optimizer("Adam"), "Adam", 1e-3),
        (
            {"class_name": "LossScaleOptimizer",
             "config": {"inner_optimizer": optimizer("SGD", learning_rate=0.3)}},
            "SGD",
            0.3,
        ),
    ],
)  # fmt: skip
def test_optimisers_are_told_in_every_form(told: Any, kind: str, rate: float) -> None:
    given = recipe(Y, optimizer=told)
    assert compiled.optimizer_config(given)["class_name"] == kind
    assert compiled.learning_rate(given) == rate


def test_an_unknown_optimiser_is_refused_with_its_name() -> None:
    with pytest.raises(DoesNotApplyError, match="'adm' is no optimiser"):
        compiled.optimizer_config(recipe(Y, optimizer="adm"))


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [
        ({"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.2}}, 0.2),
        (
            {
                "class_name": "CosineDecay",
                "config": {"initial_learning_rate": 0.0, "warmup_target": 0.4},
            },
            0.4,
        ),
        ({"class_name": "PiecewiseConstantDecay", "config": {"values": [0.3, 0.1]}}, 0.3),
        ({"class_name": "Mine", "config": {"peak": 0.3}}, None),
    ],
)
def test_a_schedule_begins_with_a_rate(schedule: Any, rate: float | None) -> None:
    given = recipe(Y, optimizer=optimizer("Adam", learning_rate=schedule))
    assert compiled.learning_rate(given) == rate
    assert compiled.schedule(given) == schedule


def test_a_loss_scaling_optimiser_stays_around_the_changed_one() -> None:
    told = {
        "class_name": "LossScaleOptimizer",
        "config": {"inner_optimizer": optimizer("SGD", learning_rate=0.3), "initial_scale": 8},
    }
    changed = compiled.with_optimizer(recipe(Y, optimizer=told), learning_rate=0.1)
    outer = changed.compile["optimizer"]
    assert outer["class_name"] == "LossScaleOptimizer"
    assert outer["config"]["initial_scale"] == 8
    assert outer["config"]["inner_optimizer"]["config"] == {"learning_rate": 0.1}
    assert told["config"]["inner_optimizer"]["config"] == {"learning_rate": 0.3}


def test_another_kind_keeps_what_both_have() -> None:
    told = optimizer("SGD", name="sgd", learning_rate=0.3, momentum=0.9, clipnorm=1.0)
    changed = compiled.with_optimizer(recipe(Y, optimizer=told), "Adam")
    assert changed.compile["optimizer"]["config"] == {"learning_rate": 0.3, "clipnorm": 1.0}


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("MeanSquaredError", "mean_squared_error"),
        ("binary_crossentropy", "binary_crossentropy"),
        (["mse"], "mean_squared_error"),
        ({"out": "mae"}, "mean_absolute_error"),
        (["mse", "mae"], None),
        (None, None),
        (function("sparse_categorical_crossentropy"), "sparse_categorical_crossentropy"),
        ({"class_name": "KLDivergence", "config": {}, "registered_name": None}, "kl_divergence"),
        ({"class_name": "LogCosh", "config": {}, "registered_name": None}, "log_cosh"),
        ({"class_name": "BinaryCrossentropy", "config": {}, "registered_name": "Custom>B"}, None),
        (
            {"class_name": "CategoricalFocalCrossentropy", "config": {"gamma": 1.0}},
            "categorical_focal_crossentropy",
        ),
    ],
)
def test_losses_are_told_in_every_form(told: Any, name: str | None) -> None:
    assert compiled.loss_name(recipe(Y, loss=told)) == name


def test_a_loss_keeps_its_place() -> None:
    new = compiled.with_loss(recipe(Y, loss="mse"), "Huber", delta=2.0).compile["loss"]
    assert new["class_name"] == "Huber"
    assert new["config"] == {"delta": 2.0}
    assert compiled.with_loss(recipe(Y, loss=["mse"]), "Huber").compile["loss"][0] == {
        **new,
        "config": {},
    }
    by_name = compiled.with_loss(recipe(Y, loss={"out": "mse"}), "Huber").compile["loss"]
    assert by_name["out"]["class_name"] == "Huber"
    with pytest.raises(DoesNotApplyError, match="2 losses at once"):
        compiled.with_loss(recipe(Y, loss=["mse", "mae"]), "Huber")
