"""Which target, output and loss belong together."""

from __future__ import annotations

from dataclasses import replace

from data_literals import BINARY, MSE, chain, data, labels, layer, numbers

from goodfit.checks.data.pairing import pairs
from goodfit.facts import LossFacts, OutputFacts, SettingsFacts

TWO = replace(
    chain(layer("Dense")),
    outputs=(OutputFacts(name="price", shape=(1,)), OutputFacts(name="sold", shape=(1,))),
)
LOSSES = SettingsFacts(
    losses=(LossFacts(name=BINARY, output="sold"), LossFacts(name=MSE, output="price"))
)


def test_by_name_whatever_the_order() -> None:
    rows = data(targets=[replace(labels({0: 5, 1: 5}), name="sold"), numbers(name="price")])
    told = [
        (p.target.name, p.loss.name, p.output and p.output.name) for p in pairs(rows, LOSSES, TWO)
    ]
    assert told == [("sold", BINARY, "sold"), ("price", MSE, "price")]


def test_by_position_where_targets_have_no_names() -> None:
    rows = data(targets=[numbers(name="0"), replace(labels({0: 5, 1: 5}), name="1")])
    assert [pair.loss.name for pair in pairs(rows, LOSSES, TWO)] == [MSE, BINARY]


def test_both_sets_and_the_width() -> None:
    told = list(
        pairs(data(targets=[numbers()], validation=[numbers()]), _one(), chain(layer("Dense")))
    )
    assert [(pair.role, pair.width) for pair in told] == [("train", 1), ("validation", 1)]


def test_without_a_model_one_loss_still_belongs_to_one_target() -> None:
    (pair,) = pairs(data(targets=[numbers()]), _one())
    assert (pair.output, pair.width) == (None, None)


def test_several_losses_on_one_output_are_left_alone() -> None:
    losses = (LossFacts(name=MSE, output="out"), LossFacts(name=BINARY, output="out"))
    rows = data(targets=[numbers()])
    assert not list(pairs(rows, SettingsFacts(losses=losses), chain(layer("Dense"))))


def test_no_losses_no_pairs() -> None:
    assert not list(pairs(data(targets=[numbers()]), SettingsFacts(), chain(layer("Dense"))))


def _one() -> SettingsFacts:
    return SettingsFacts(losses=(LossFacts(name=MSE, output="out"),))
