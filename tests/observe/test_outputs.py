"""Which targets and loss belong to a model's outputs, and what all of them cost a constant."""

from __future__ import annotations

import numpy as np
import pytest

from goodfit.facts import LossFacts, ModelFacts, OutputFacts, SettingsFacts
from goodfit.observe.training.outputs import constant_loss_of_all, outputs_of, side

GROUP = np.array([0, 1, 2, 0, 1, 2])
SPENDING = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]])
CROSS, SQUARED = "sparse_categorical_crossentropy", "mean_squared_error"


def model(*names: str) -> ModelFacts:
    outputs = tuple(OutputFacts(name=name, shape=(1,)) for name in names)
    return ModelFacts(name="m", kind="functional", outputs=outputs)


def told(spending: float | None = None, cross: str = CROSS) -> SettingsFacts:
    return SettingsFacts(
        losses=(
            LossFacts(name=SQUARED, output="spending", weight=spending),
            LossFacts(name=cross, output="group"),
        )
    )


def test_targets_and_losses_go_by_the_outputs_names() -> None:
    targets = {"spending": SPENDING, "group": GROUP}
    for names in (("group", "spending"), ("spending", "group")):
        found = outputs_of(targets, model(*names), told())
        assert tuple(one.name for one in found) == names
        by_name = {one.name: one for one in found}
        assert by_name["group"].target is GROUP
        assert by_name["spending"].loss == told().losses[0]


def test_targets_and_losses_without_names_go_by_their_place() -> None:
    bare = SettingsFacts(losses=(LossFacts(name=CROSS), LossFacts(name=SQUARED)))
    first, second = outputs_of([GROUP, SPENDING], None, bare)
    assert (first.target is GROUP, first.loss) == (True, bare.losses[0])
    assert (second.target is SPENDING, second.loss) == (True, bare.losses[1])
    assert outputs_of(None, model("a"), bare) == ()
    assert outputs_of(GROUP, None, None)[0].loss is None


def test_a_constant_answer_costs_the_weighted_sum_over_outputs() -> None:
    targets = {"spending": SPENDING, "group": GROUP}
    found = outputs_of(targets, model("group", "spending"), told(spending=0.5))
    expected = np.log(3) + 0.5 * SPENDING.var()
    assert constant_loss_of_all(found) == pytest.approx(expected)
    unknown = outputs_of(targets, model("group", "spending"), told(cross="my_own"))
    assert constant_loss_of_all(unknown) is None


def test_an_output_that_weighs_little_is_a_side_one() -> None:
    targets = {"spending": SPENDING, "group": GROUP}
    assert not side(outputs_of(targets, model("spending", "group"), told()))
    assert side(outputs_of(targets, model("spending", "group"), told(spending=0.1)))
    assert not side(outputs_of(targets, model("group", "spending"), told(spending=0.1)))
    assert not side(())
