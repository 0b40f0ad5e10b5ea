"""Thresholds fitted on validation rows, on literal answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goodfit.recipe import DataRecipe, Decision, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.study.decisions import decided, log_chances

TWO = Task(name="binary", classes=2, decision=Decision(shares=(0.5, 0.5)))
BALANCED = "balanced accuracy"


def recipe(task: Task) -> Recipe:
    """Only its task matters."""
    data = DataRecipe(train=rows(np.zeros(1)))
    return Recipe(model=ModelRecipe(), compile={}, fit=FitRecipe(), data=data, task=task)


def rows(y: np.ndarray) -> Rows:
    return Rows(x=np.zeros((len(y), 1)), y=y)


def calibrated(seed: int, count: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Classes and true probabilities (rows, 1), one row in twelve of class 1."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-3, 1.5, count)
    chance = 1 / (1 + np.exp(-odds))
    return (rng.random(count) < chance).astype("int64"), chance[:, None]


def balanced(answers: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean([(answers[y == one] == one).mean() for one in np.unique(y)]))


@pytest.mark.parametrize("form", ["one unit", "logits", "two units"])
def test_of_two_classes_a_threshold_is_found_near_the_share_of_the_rare_one(form):
    y, chance = calibrated(0)
    answers = {
        "one unit": chance,
        "logits": np.log(chance) - np.log(1 - chance),
        "two units": np.hstack([1 - chance, chance]),
    }[form]
    given = recipe(replace(TWO, from_logits=form == "logits"))
    held, (other, chances) = (rows(y), answers), calibrated(1)
    tested = {
        "one unit": chances,
        "logits": np.log(chances) - np.log(1 - chances),
        "two units": np.hstack([1 - chances, chances]),
    }[form]
    found = decided(given, BALANCED, held, (rows(other), tested))
    assert found.value == pytest.approx(y.mean(), abs=0.04)
    assert balanced(found.test, other) > balanced(chances[:, 0] > 0.5, other) + 0.1
    np.testing.assert_array_equal(found.test, chances[:, 0] > found.value)


def test_validation_rows_are_answered_by_what_other_rows_say():
    # Answers that know nothing: what fits the very rows would look better than guessing.
    gains = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        y = (np.arange(120) % 8 == 0).astype("int64")
        found = decided(recipe(TWO), BALANCED, (rows(y), rng.random((120, 1))), None)
        gains.append(balanced(found.validation, y) - 0.5)
    assert abs(np.mean(gains)) < 0.02


def test_the_number_that_was_given_decides():
    y, chance = calibrated(0)
    task = replace(TWO, decision=Decision(shares=(0.5, 0.5), value=0.2))
    found = decided(recipe(task), BALANCED, (rows(y), chance), None)
    np.testing.assert_array_equal(found.validation, chance[:, 0] > 0.2)
    assert found.value == 0.2


def test_by_accuracy_calibrated_answers_are_left_near_one_half():
    y, chance = calibrated(0)
    assert decided(recipe(TWO), "accuracy", (rows(y), chance), None).value == pytest.approx(
        0.5, abs=0.15
    )


def test_several_classes_are_shifted_by_their_shares():
    rng = np.random.default_rng(0)
    shares = np.array([0.85, 0.1, 0.05])
    means = np.eye(3) * 1.5

    def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.choice(3, size=count, p=shares)
        x = means[y] + rng.normal(size=(count, 3))
        chances = np.exp(-0.5 * ((x[:, None] - means) ** 2).sum(axis=2)) * shares
        return y, chances / chances.sum(axis=1, keepdims=True)

    task = Task(name="classes", classes=3, decision=Decision(shares=tuple(shares)))
    (y, chances), (other, tested) = drawn(3000), drawn(3000)
    found = decided(recipe(task), BALANCED, (rows(y), chances), (rows(other), tested))
    # The probabilities are right, so that dividing by the shares is best.
    assert found.value == pytest.approx(1.0, abs=0.3)
    assert balanced(found.test, other) > balanced(tested.argmax(axis=1), other) + 0.1
    logits = replace(task, from_logits=True)
    again = decided(recipe(logits), BALANCED, (rows(y), np.log(chances) + 7), None)
    np.testing.assert_array_equal(again.validation, found.validation)


def test_the_usual_rule_and_rows_without_a_class_are_left_alone():
    y, chance = calibrated(0, 50)
    plain = decided(recipe(replace(TWO, decision=None)), BALANCED, (rows(y), chance), None)
    assert plain.validation is None
    assert decided(recipe(TWO), BALANCED, None, (rows(y), chance)).test is None


def test_extreme_answers_are_no_error():
    y = (np.arange(40) % 4 == 0).astype("int64")
    sure = np.where(y[:, None] == 1, 1.0, 0.0)
    found = decided(recipe(TWO), BALANCED, (rows(y), sure), (rows(y), sure))
    np.testing.assert_array_equal(found.test, y)
    with np.errstate(all="ignore"):
        lost = decided(recipe(TWO), BALANCED, (rows(y), np.full((40, 1), np.nan)), None)
    assert lost.validation.shape == (40,)
    assert np.isfinite(log_chances(np.array([[1000.0], [-1000.0]]), logits=True)[:, 1]).all()
