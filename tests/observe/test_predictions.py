from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from goodfit import codec
from goodfit.facts import PredictionFacts
from goodfit.observe.baselines.predictions import prediction_facts

RNG = np.random.default_rng(0)


def facts_of(predicted, y, predicted_val=None, y_val=None, loss="mse", logits=False, **more):
    return prediction_facts(
        predicted, y, predicted_val, y_val, from_logits=logits, loss_name=loss, **more
    )


def test_class_shares_are_read_by_their_largest_unit() -> None:
    y = np.array([0, 1, 2, 2])
    answer = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]])
    for targets, loss in ((y, "sparse_categorical_crossentropy"), (np.eye(3)[y], "mse")):
        found = facts_of(answer, targets, loss=loss)
        assert found.class_counts == {"0": 2, "2": 2}
        assert found.recall == {"0": 1.0, "1": 0.0, "2": 1.0}
        assert (found.error, found.prior_error) == (0.25, 0.5)
        assert (found.row_sum_min, found.row_sum_max) == pytest.approx((1, 1))
    assert facts_of(answer, y, loss="sparse_categorical_crossentropy").prior_loss == pytest.approx(
        1.5 * math.log(2)
    )


@pytest.mark.parametrize(
    ("answer", "y", "told", "error"),
    [
        ([[0.4], [0.6]], [0, 1], {}, 0.0),
        ([[0.4], [0.6]], [0, 1], {"logits": True}, 0.5),
        ([[-3.0], [0.2]], [0, 1], {"logits": True}, 0.0),
        ([[-0.4], [0.2]], [-1, 1], {}, 0.0),
        ([[-0.4], [0.2]], [0, 1], {"loss": "hinge"}, 0.0),
        ([[-0.4], [0.2]], [0, 1], {"output_activation": "tanh"}, 0.0),
        ([[0.3, 0.7], [0.6, 0.4]], [1, 0], {}, 0.0),
    ],
)
def test_one_unit_is_cut_where_its_loss_cuts_it(answer, y, told, error) -> None:
    told = {"loss": "binary_crossentropy"} | told
    assert facts_of(np.array(answer), np.array(y), **told).error == error


def test_numbers_are_measured_against_the_variance() -> None:
    y = RNG.normal(3, 10, 500)
    found = facts_of(np.full((500, 1), y.mean()), y)
    assert (found.error, found.prior_error) == pytest.approx((1.0, 1.0))
    assert found.prior_loss == pytest.approx(y.var())
    assert facts_of(y + 1, y[:, None]).error == pytest.approx(1 / y.var())
    absolute = facts_of(y, y, loss="mean_absolute_error")
    assert absolute.prior_loss == pytest.approx(np.abs(y - np.median(y)).mean())
    assert found.class_counts == {}


def test_the_same_answer_everywhere_has_no_spread_at_all() -> None:
    answer = np.full((1000, 3), 0.1, np.float32)
    assert facts_of(answer, None).spread == 0
    assert facts_of(RNG.normal(0, [1, 5], (9999, 2)), None).spread == pytest.approx(5, rel=0.1)


def test_recall_is_that_of_validation_rows_where_there_are_any() -> None:
    answer, y = np.array([[0.9], [0.1]]), np.array([1, 0])
    found = facts_of(answer, y, np.array([[0.2], [0.3], [0.9]]), np.array([1, 0, 1]), "bce")
    assert found.set == "validation"
    assert found.class_counts == {"0": 2, "1": 1}
    assert found.recall == {"0": 1.0, "1": 0.5}
    assert found.balanced_accuracy == 0.75
    assert found.confusion == {"0": {"0": 1}, "1": {"0": 1, "1": 1}}
    assert found.class_entropy == pytest.approx(0.9183, abs=1e-4)
    assert (found.rows, found.error) == (2, 0.0)


def test_fingerprints_of_collapse() -> None:
    y = np.eye(10)[RNG.integers(0, 10, 3000)]
    one_unit_each = facts_of(np.full(y.shape, 0.1), y, loss="binary_crossentropy")
    p = y.mean(axis=0)
    assert one_unit_each.prior_loss == pytest.approx(
        float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).mean())
    )
    several = RNG.integers(0, 2, (100, 3))
    found = facts_of(np.full((100, 3), 0.5), several, loss="binary_crossentropy")
    assert found.prior_loss == pytest.approx(math.log(2), rel=0.05)
    # each label's squared error over its variance, as a constant answer has it
    assert found.error == pytest.approx(1.0, rel=0.05)
    assert found.prior_error == 1.0
    assert not found.recall


def test_answers_that_are_not_finite_are_said_to_be() -> None:
    found = facts_of(np.array([[np.nan], [0.5], [0.7]]), np.array([0, 1, 1]), loss="bce")
    assert not found.finite
    assert (found.minimum, found.maximum) == (0.5, 0.7)
    assert found.error is None
    assert found.prior_error == pytest.approx(1 / 3)
    assert not facts_of(np.full((3, 1), np.nan), np.zeros(3)).finite


def test_nothing_is_said_of_nothing() -> None:
    assert facts_of(np.empty((0, 1)), np.empty(0)) is None
    assert facts_of(None, None) is None
    assert facts_of(np.array([["a"]]), None) is None


@settings(deadline=None)
@given(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=1, max_dims=3, max_side=4)),
    hnp.arrays(
        st.sampled_from([np.float32, np.int8, np.bool_, np.dtype("U1")]),
        hnp.array_shapes(min_dims=1, max_dims=3, max_side=4),
    ),
    st.sampled_from(["", "mse", "mae", "binary_crossentropy", "categorical_crossentropy"]),
)
def test_no_answer_is_too_odd(answer: np.ndarray, y: np.ndarray, loss: str) -> None:
    found = facts_of(answer, y, answer, y, loss)
    assert found.rows == len(answer)
    assert found.error is None or found.error >= 0
    codec.decode(codec.encode(found), PredictionFacts)
