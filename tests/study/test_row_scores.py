"""What a row scores, on literals."""

from __future__ import annotations

import numpy as np
import pytest

from goodfit.recipe import Task
from goodfit.study.scores import measure_of, row_losses, row_scores, target_variance
from goodfit.study.trend import still_falling

ONE = np.ones(1)
BINARY = Task(name="binary", classes=2)
THREE = Task(name="classes", classes=3)


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
    assert measure_of(Task(name="other")) == "loss"
    losses = np.array([1.0, 2.0])
    assert row_scores(Task(), "loss", np.zeros((2, 3)), None, losses, ONE).tolist() == [-1.0, -2.0]


def test_a_curve_that_still_falls_is_told_from_a_flat_one():
    rng = np.random.default_rng(0)
    falling = np.exp(-np.arange(40) / 30) + rng.normal(0, 0.01, 40)
    flat = 0.5 + rng.normal(0, 0.01, 40)
    assert still_falling(falling.tolist())
    assert not still_falling(flat.tolist())
    assert not still_falling(falling[:10].tolist())


def test_flat_curves_with_slow_noise_are_seldom_called_falling():
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(200):
        noise = np.zeros(60)
        for i in range(1, 60):
            noise[i] = 0.6 * noise[i - 1] + rng.normal(0, 0.01)
        wrong += still_falling((0.5 + noise).tolist())
    assert wrong <= 8
