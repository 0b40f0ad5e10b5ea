"""The loss that stops trials, on literals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.study.watched import watched

BINARY = Task(name="binary", classes=2)
Y = np.array([0] * 180 + [1] * 20)
BALANCED = "balanced accuracy"


def recipe(y: np.ndarray = Y, **fit: object) -> Recipe:
    data = DataRecipe(train=rows(y))
    return Recipe(model=ModelRecipe(), compile={}, fit=FitRecipe(**fit), data=data, task=BINARY)  # type: ignore[arg-type]


def rows(y: np.ndarray) -> Rows:
    return Rows(x=np.zeros((len(y), 1)), y=y)


def told(given: Recipe, answers: np.ndarray, measure: str = BALANCED) -> float:
    return watched(given, rows(Y), measure, 10).loss(np.arange(200.0), answers)


def test_other_measures_take_the_mean_of_the_models_own_losses():
    assert told(recipe(), np.full((200, 1), 0.5), "accuracy") == pytest.approx(99.5)


def test_one_that_answers_the_shares_of_its_rows_knows_nothing():
    # Whatever the training was told of the shares, the answer that follows from them is worth ln 2.
    assert told(recipe(), np.full((200, 1), 0.1)) == pytest.approx(np.log(2))
    assert told(recipe(np.array([0, 1] * 50)), np.full((200, 1), 0.5)) == pytest.approx(np.log(2))
    weighted = recipe(class_weight={0: 1.0, 1: 9.0})
    assert told(weighted, np.full((200, 1), 0.5)) == pytest.approx(np.log(2))
    by_row = recipe()
    train = replace(by_row.data.train, weight=np.where(Y == 1, 9.0, 1.0))
    assert told(by_row.with_train(train), np.full((200, 1), 0.5)) == pytest.approx(np.log(2))
    assert told(weighted, np.full((200, 1), 0.1)) > np.log(2) + 0.2


def test_classes_count_alike_and_weights_change_nothing_of_what_is_known():
    odds = np.where(Y == 1, 0.5, -1.0) + np.log(20 / 180)
    plain = told(recipe(), 1 / (1 + np.exp(-odds[:, None])))
    other = odds - np.log(20 / 180)
    weighted = recipe(class_weight={0: 1.0, 1: 9.0})
    assert told(weighted, 1 / (1 + np.exp(-other[:, None]))) == pytest.approx(plain)
    by_class = [np.log(1 + np.exp(-1.0)), np.log(1 + np.exp(-0.5))]
    assert plain == pytest.approx(np.mean(by_class))
    logits = replace(recipe(), task=replace(BINARY, from_logits=True))
    assert told(logits, odds[:, None]) == pytest.approx(plain)


def test_where_answers_are_no_chances_of_classes_their_own_losses_are_taken():
    own = (np.arange(180).mean() + np.arange(180, 200).mean()) / 2
    found = watched(recipe(), rows(Y), BALANCED, 10)
    assert found.loss(np.arange(200.0), None) == pytest.approx(own)
    three = replace(recipe(), task=Task(name="classes", classes=3))
    more = watched(three, rows(np.where(Y == 1, 2, 0)), BALANCED, 10)
    assert more.loss(np.arange(200.0), np.full((200, 2), 0.5)) == pytest.approx(own)
