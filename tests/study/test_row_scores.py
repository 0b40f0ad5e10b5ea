"""What a row scores, on literals."""

from __future__ import annotations

import numpy as np
import pytest

from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.study.scores import guessing, measure_of, row_losses, row_scores, target_variance
from goodfit.study.trend import still_falling

ONE = np.ones(1)
BINARY = Task(name="binary", classes=2)
THREE = Task(name="classes", classes=3)


def recipe(task: Task, train: list[int], held: list[int]) -> Recipe:
    """Only its targets and its task matter."""
    sets = [Rows(x=np.zeros((len(y), 1)), y=np.array(y)) for y in (train, held)]
    data = DataRecipe(train=sets[0], validation=sets[1])
    return Recipe(model=ModelRecipe(), compile={}, fit=FitRecipe(), data=data, task=task)


@pytest.mark.parametrize(
    ("task", "y", "predictions", "expected"),
    [
        (BINARY, [0, 1, 1], [[0.4], [0.6], [0.3]], [1, 1, 0]),
        (Task(name="binary", from_logits=True), [0, 1, 1], [[-1.0], [2.0], [-0.1]], [1, 1, 0]),
        (BINARY, [[0], [1]], [[0.9, 0.1], [0.2, 0.8]], [1, 1]),
        (THREE, [2, 0], [[0.1, 0.2, 0.7], [0.1, 0.8, 0.1]], [1, 0]),
        (THREE, [[0, 0, 1], [1, 0, 0]], [[0.1, 0.2, 0.7], [0.1, 0.8, 0.1]], [1, 0]),
        (Task(name="labels"), [[1, 0], [1, 1]], [[0.9, 0.1], [0.9, 0.1]], [1, 0.5]),
    ],
)
def test_right_answers_are_counted(task, y, predictions, expected):
    found = row_scores(task, "accuracy", np.array(y), np.array(predictions), np.zeros(len(y)), ONE)
    assert found.tolist() == expected


def test_explained_variance_does_not_depend_on_units():
    y, answers = np.array([1.0, 2.0, 4.0, 9.0]), np.array([[1.5], [2.0], [3.0], [7.0]])
    task = Task(name="regression")
    small, large = (
        row_scores(
            task,
            "explained variance",
            y * unit,
            answers * unit,
            np.zeros(4),
            target_variance(y * unit),
        )
        for unit in (1, 1000)
    )
    assert small == pytest.approx(large)
    assert small[1] == 1.0


def test_answers_that_are_not_finite_score_the_floor():
    task = Task(name="regression")
    answers = np.array([[np.nan], [np.inf], [1.0]])
    found = row_scores(task, "explained variance", np.ones(3), answers, np.zeros(3), ONE)
    assert found.tolist() == [-1.0, -1.0, 1.0]


def test_a_loss_is_shared_by_whatever_was_trained_with():
    y, own = np.array([1, 0]), np.array([9.0, 9.0])
    logits = Task(name="binary", from_logits=True)
    from_logits = row_losses(logits, y, np.array([[2.0], [2.0]]), own)
    chance = 1 / (1 + np.exp(-2.0))
    from_chances = row_losses(BINARY, y, np.array([[chance], [chance]]), own)
    assert from_logits == pytest.approx([-np.log(chance), -np.log(1 - chance)])
    assert from_chances == pytest.approx(from_logits)
    assert row_losses(THREE, y, np.array([[0.5, 0.25, 0.25]] * 2), own) == pytest.approx(
        [-np.log(0.25), -np.log(0.5)]
    )


def test_tasks_without_classes_or_numbers_are_scored_by_their_loss():
    assert measure_of(recipe(Task(name="other"), [0, 1], [0, 1])) == "loss"
    losses = np.array([1.0, 2.0])
    assert row_scores(Task(), "loss", np.zeros((2, 3)), None, losses, ONE).tolist() == [-1.0, -2.0]


RARE = [0] * 130 + [1] * 20


@pytest.mark.parametrize(
    ("task", "train", "held", "expected"),
    [
        (BINARY, RARE, RARE, "balanced accuracy"),
        (BINARY, [0] * 110 + [1] * 40, [0] * 70 + [1] * 30, "accuracy"),
        (THREE, [0, 1] * 80 + [2] * 12, [0, 1] * 40 + [2] * 6, "balanced accuracy"),
        # In order of their classes: the whole is even, though neither set is.
        (THREE, [0] * 100 + [1] * 90, [1] * 10 + [2] * 100, "accuracy"),
        # One row in four, but of eight: chance.
        (BINARY, [0] * 6, [0, 1], "accuracy"),
        (Task(name="labels"), RARE, RARE, "accuracy"),
        (Task(name="regression"), RARE, RARE, "explained variance"),
    ],
)
def test_a_class_that_accuracy_hardly_sees_asks_for_the_mean_over_classes(
    task, train, held, expected
):
    assert measure_of(recipe(task, train, held)) == expected


def test_classes_with_few_rows_by_chance_are_not_called_rare():
    wrong = 0
    for seed in range(200):
        y = np.random.default_rng(seed).integers(0, 50, 600).tolist()
        wrong += measure_of(recipe(Task(name="classes"), y[:500], y[500:])) != "accuracy"
    assert wrong == 0


def test_the_mean_of_balanced_scores_is_scikit_learns_balanced_accuracy():
    from sklearn.metrics import balanced_accuracy_score

    rng = np.random.default_rng(0)
    y = np.array([0] * 80 + [1] * 30 + [2] * 12)
    chances = rng.dirichlet([1, 1, 1], len(y))
    found = row_scores(THREE, "balanced accuracy", y, chances, np.zeros(len(y)), ONE)
    assert found.mean() == pytest.approx(balanced_accuracy_score(y, chances.argmax(axis=1)))
    # A class of too few rows is left out, as if it were not there.
    few = np.concatenate([y, [3] * 9])
    more = np.concatenate([chances, chances[:9]])
    again = row_scores(THREE, "balanced accuracy", few, more, np.zeros(len(few)), ONE)
    assert again.mean() == pytest.approx(found.mean())


def test_one_answer_for_all_rows_is_guessing():
    given = recipe(BINARY, RARE, RARE)
    assert guessing(given, "accuracy") == pytest.approx(130 / 150)
    assert guessing(given, "balanced accuracy") == 0.5
    assert guessing(given, "loss") == -np.inf


def test_a_curve_that_still_falls_is_told_from_a_flat_one():
    rng = np.random.default_rng(0)
    falling = np.exp(-np.arange(40) / 30) + rng.normal(0, 0.01, 40)
    flat = 0.5 + rng.normal(0, 0.01, 40)
    assert still_falling(falling.tolist())
    assert not still_falling(flat.tolist())
    # Too short for a trend: what counts is whether the last epoch was the best.
    assert still_falling(falling[:10].tolist())
    assert not still_falling([*falling[:9].tolist(), 1.0])
    assert not still_falling(falling[:3].tolist())


def test_flat_curves_with_slow_noise_are_seldom_called_falling():
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(200):
        noise = np.zeros(60)
        for i in range(1, 60):
            noise[i] = 0.6 * noise[i - 1] + rng.normal(0, 0.01)
        wrong += still_falling((0.5 + noise).tolist())
    assert wrong <= 8
