"""GF211 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from faring_literals import badly, falling, well
from literals import baselines
from model_literals import case, finding, layer, stack

from goodfit.checks.model.capacity_too_small import CHECK, capacity_too_small
from goodfit.facts import LayerFacts, ModelFacts, OptimizerFacts, SettingsFacts

ADAM = SettingsFacts(optimizer=OptimizerFacts(name="Adam", learning_rate=0.001), steps_per_epoch=50)


def dense(path: str, units: int, width: int, **more: Any) -> LayerFacts:
    more.setdefault("activation", "relu")
    return layer(path, units=units, width=width, parameters=units * (width + 1), **more)


def net(units: int, *between: LayerFacts, **more: Any) -> ModelFacts:
    out = dense("out", 10, units, activation="softmax")
    return stack(dense("a", units, 64, **more), *between, out)


def test_two_units_and_nothing_else_to_blame() -> None:
    assert case(capacity_too_small(net(2), settings=ADAM, **badly())) == "narrow"
    found = finding(CHECK, model=net(2), settings=ADAM, **badly())
    assert found.severity == "warning"
    assert "2 units at most" in found.message


def test_no_hidden_layer() -> None:
    alone = stack(dense("out", 10, 64, activation="softmax"))
    assert case(capacity_too_small(alone, settings=ADAM, **badly())) == "linear"


@pytest.mark.parametrize("units", [2, 8, 64])
def test_healthy_is_silent(units: int) -> None:
    assert case(capacity_too_small(net(units), settings=ADAM, **well())) == "Passed"


def test_a_wide_net_fails_for_another_reason() -> None:
    assert case(capacity_too_small(net(128), settings=ADAM, **badly())) == "Passed"


def test_a_loss_that_still_falls_needs_time_first() -> None:
    fared = {**falling(), "baselines": baselines(0.5, prior=0.9, linear=0.1)}
    assert case(capacity_too_small(net(2), settings=ADAM, **fared)) == "Passed"


def test_dropout_or_frozen_layers_hold_it_back() -> None:
    drop = layer("drop", "Dropout", 2, 2, options={"rate": 0.9})
    assert case(capacity_too_small(net(2, drop), settings=ADAM, **badly())) == "NotApplicable"
    frozen = net(2, trainable=False)
    assert case(capacity_too_small(frozen, settings=ADAM, **badly())) == "NotApplicable"


def test_layers_whose_width_tells_nothing() -> None:
    mine = stack(layer("mine", "Mine", builtin=False, parameters=9), dense("out", 10, 8))
    assert case(capacity_too_small(mine, settings=ADAM, **badly())) == "CannotTell"
