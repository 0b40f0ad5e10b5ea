"""GF218 on literals."""

from __future__ import annotations

import pytest
from faring_literals import overfitted, well
from model_literals import case, finding, layer, stack

from goodfit.checks.model.regularisation_absent import CHECK, regularisation_absent
from goodfit.facts import (
    CallbackFacts,
    LayerFacts,
    LossFacts,
    OptimizerFacts,
    Penalty,
    SettingsFacts,
)

PLAIN = stack(layer("a", activation="relu"), layer("out"))


def test_overfits_with_nothing_against_it() -> None:
    trace = overfitted()["trace"]
    assert finding(CHECK, model=PLAIN, trace=trace).severity == "tip"
    assert case(regularisation_absent(PLAIN, well()["trace"])) == "NotApplicable"


@pytest.mark.parametrize(
    "one",
    [
        layer("d", "Dropout"),
        layer("n", "GaussianNoise"),
        layer("f", "RandomFlip"),
        layer("p", penalties=(Penalty(weight="kernel", kind="L2", l2=0.01),)),
        layer("r", "LSTM", options={"recurrent_dropout": 0.2}),
        layer("c", options={"kernel_constraint": "MaxNorm"}),
    ],
)
def test_any_layer_that_regularises(one: LayerFacts) -> None:
    model = stack(layer("a", activation="relu"), one, layer("out"))
    assert case(regularisation_absent(model, overfitted()["trace"])) == "Passed"


@pytest.mark.parametrize(
    "settings",
    [
        SettingsFacts(callbacks=(CallbackFacts(name="EarlyStopping"),)),
        SettingsFacts(losses=(LossFacts(name="categorical_crossentropy", label_smoothing=0.1),)),
        SettingsFacts(optimizer=OptimizerFacts(name="AdamW", options={"weight_decay": 0.004})),
    ],
)
def test_what_compile_and_fit_were_told(settings: SettingsFacts) -> None:
    assert case(regularisation_absent(PLAIN, overfitted()["trace"], settings)) == "Passed"


def test_layers_of_the_users_own_may_regularise() -> None:
    mine = stack(layer("a", "Mine", builtin=False), layer("out"))
    assert case(regularisation_absent(mine, overfitted()["trace"])) == "NotApplicable"
