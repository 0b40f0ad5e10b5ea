"""Calibration, threshold, precision and the worst segment on arrays whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from goodfit.observe.baselines.quality import (
    calibration,
    class_entropy,
    confusion,
    halves,
    log_probabilities,
    precision,
    segment,
    threshold,
)
from goodfit.observe.baselines.tasks import Task

RNG = np.random.default_rng(3)
ROWS = 4000
TRUE_LOGIT = RNG.normal(size=ROWS) * 1.5
LABELS = (RNG.random(ROWS) < 1 / (1 + np.exp(-TRUE_LOGIT))).astype(int)
HONEST = np.stack([np.zeros(ROWS), TRUE_LOGIT], axis=1)


def test_true_probabilities_are_calibrated() -> None:
    found = calibration(HONEST, LABELS)
    assert found is not None
    assert found.error < 0.03
    assert abs(found.gain) < 3 * found.gain_se + 1e-3
    assert 0.8 < found.temperature < 1.25


def test_logits_three_times_too_large_are_told_with_their_temperature() -> None:
    found = calibration(3 * HONEST, LABELS)
    assert found is not None
    assert 2.4 < found.temperature < 3.8
    assert found.error > 0.08
    assert found.gain > 5 * found.gain_se > 0
    assert found.confidence > found.accuracy + 0.05


def test_few_rows_and_labels_without_a_unit_are_not_measured() -> None:
    assert calibration(HONEST[:10], LABELS[:10]) is None
    assert calibration(HONEST, LABELS + 1) is None


def test_a_shifted_threshold_is_found_and_pays() -> None:
    found = threshold(HONEST - [0, 2.0], LABELS)
    assert found is not None
    assert found.threshold < 0.25
    assert found.gain > 5 * found.gain_se > 0
    assert math.isclose(found.gain, found.balanced - found.balanced_at_half)


def test_a_right_threshold_gains_nothing() -> None:
    found = threshold(HONEST, LABELS)
    assert found is not None
    assert found.gain < 3 * found.gain_se + 0.01


def test_one_class_has_no_threshold() -> None:
    assert threshold(HONEST, np.zeros(ROWS, int)) is None


def test_precision_is_by_predicted_class() -> None:
    assert precision(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])) == {"0": 0.5, "1": 1.0}


def test_confusion_is_by_true_class_and_leaves_out_what_never_happened() -> None:
    truth, given = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 0])
    assert confusion(given, truth) == {"0": {"0": 1, "1": 1}, "1": {"1": 2, "0": 1}}
    assert confusion(np.zeros(60, int), np.arange(60)) == {}


def test_entropy_of_classes_is_one_where_they_are_equally_frequent() -> None:
    assert class_entropy(np.array([0, 1, 2] * 5)) == pytest.approx(1.0)
    assert class_entropy(np.array([0] * 99 + [1])) == pytest.approx(0.0808, abs=1e-3)
    assert class_entropy(np.zeros(9, int)) is None


def test_the_worst_quarter_of_a_feature_is_found() -> None:
    table = RNG.normal(size=(ROWS, 5))
    losses = RNG.exponential(size=ROWS) + 2.0 * (table[:, 3] > 1.0)
    found = segment({0: table}, losses)
    assert found is not None
    assert (found.input, found.feature, found.high) == (0, 3, None)
    assert found.loss > found.loss_outside
    assert found.z > 8


def test_without_a_segment_the_other_half_shows_none() -> None:
    found = segment({0: RNG.normal(size=(ROWS, 5))}, RNG.exponential(size=ROWS))
    assert found is not None
    assert abs(found.z) < 3.5


def test_the_halves_share_no_row() -> None:
    one, other = halves(101)
    assert sorted([*one, *other]) == list(range(101))


@pytest.mark.parametrize(
    ("answer", "loss", "from_logits", "usable"),
    [
        (np.array([[0.2], [0.9]]), "binary_crossentropy", False, True),
        (np.array([[-3.0], [2.0]]), "binary_crossentropy", True, True),
        (np.array([[-3.0], [2.0]]), "binary_crossentropy", False, False),
        (np.array([[0.3, 0.7], [0.5, 0.5]]), "sparse_categorical_crossentropy", False, True),
        (np.array([[0.3, 0.3], [0.5, 0.5]]), "sparse_categorical_crossentropy", False, False),
        (np.array([[0.3, 0.7], [0.5, 0.5]]), "mean_squared_error", False, False),
    ],
)
def test_only_probabilities_are_taken_for_such(
    answer: np.ndarray, loss: str, from_logits: bool, usable: bool
) -> None:
    task = Task("classes", "classes", labels=np.array([0, 1]))
    assert (log_probabilities(answer, task, loss, from_logits) is not None) == usable
