from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from goodfit import codec
from goodfit.facts import BaselineFacts, BaselineScore
from goodfit.observe.baselines.compare import baseline_facts

ROWS = 240


def facts_of(x, y, x_val=None, y_val=None, *, loss: str, **more) -> BaselineFacts:
    told = {"from_logits": False, "output_activation": None} | more
    found = baseline_facts(x, y, x_val, y_val, loss_name=loss, **told)
    assert isinstance(found, BaselineFacts), found
    return found


def score(found: BaselineFacts, name: str) -> BaselineScore:
    return next(one for one in found.scores if one.name == name)


def halves(make, seed: int = 0):
    """Training and validation rows of one kind."""
    x, y = make(np.random.default_rng(seed))
    return x[:ROWS], y[:ROWS], x[ROWS:], y[ROWS:]


def line(rng):
    x = rng.normal(5, 100, (2 * ROWS, 6))
    return x, (x[:, 0] - x[:, 1] + rng.normal(0, 50, 2 * ROWS) > 0).astype(int)


def corners(rng):
    x = rng.uniform(-1, 1, (2 * ROWS, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)


def plane(rng):
    x = rng.normal(size=(2 * ROWS, 4))
    return x, 1000 + 50 * x @ [1.0, 2, 0, 0] + rng.normal(0, 30, 2 * ROWS)


def nothing(rng):
    return rng.normal(size=(2 * ROWS, 8)), rng.integers(0, 3, 2 * ROWS)


def rare(rng):
    x = rng.normal(size=(4000, 3))
    return x, (x[:, 0] + rng.normal(0, 0.7, 4000) > 2.5).astype(int)


@pytest.mark.parametrize("held_out", [True, False])
def test_a_line_is_learnt_by_the_linear_learner(held_out: bool) -> None:
    rows = halves(line)
    found = facts_of(*(rows if held_out else rows[:2]), loss="binary_crossentropy")
    assert (found.task, found.rows, found.train_rows) == ("classes", ROWS, ROWS)
    assert [one.name for one in found.scores] == ["prior", "linear", "neighbours", "trees"]
    assert score(found, "linear").error < score(found, "prior").error / 2
    assert score(found, "linear").loss < 0.5 < score(found, "prior").loss
    assert found.signal_t > 5
    assert found.permuted_errors == ()


def test_corners_are_learnt_by_trees_and_neighbours_only() -> None:
    found = facts_of(*halves(corners), loss="binary_crossentropy")
    assert score(found, "linear").error > 0.35
    assert score(found, "trees").error < 0.2
    assert score(found, "neighbours").error < 0.2
    assert found.best in ("trees", "neighbours")


@pytest.mark.parametrize("held_out", [True, False])
def test_numbers_are_measured_against_their_variance(held_out: bool) -> None:
    rows = halves(plane)
    found = facts_of(*(rows if held_out else rows[:2]), loss="mse")
    assert found.task == "numbers"
    assert score(found, "prior").error == pytest.approx(1, abs=0.25)
    assert score(found, "linear").error == pytest.approx(900 / np.var(rows[1]), rel=0.3)
    assert score(found, "linear").loss == pytest.approx(
        score(found, "linear").error * np.var(rows[1])
    )
    assert found.best == "linear"


@pytest.mark.parametrize("held_out", [True, False])
def test_no_signal_looks_like_permuted_labels(held_out: bool) -> None:
    rows = halves(nothing)
    found = facts_of(*(rows if held_out else rows[:2]), loss="sparse_categorical_crossentropy")
    assert found.signal_t < 3
    assert len(found.permuted_errors) == 20
    own = score(found, found.permuted_learner).error
    assert min(found.permuted_errors) - 0.05 < own < max(found.permuted_errors) + 0.05


def test_noise_in_numbers_is_noise_too() -> None:
    rng = np.random.default_rng(3)
    found = facts_of(rng.normal(size=(ROWS, 5)), rng.normal(size=ROWS), loss="mae")
    assert found.signal_t < 3
    assert score(found, "linear").error == pytest.approx(1, abs=0.1)
    assert found.permuted_learner == "linear"


def test_a_rare_class_that_no_learner_names_is_a_signal_yet() -> None:
    x, y = rare(np.random.default_rng(0))
    found = facts_of(x[:2000], y[:2000], x[2000:], y[2000:], loss="binary_crossentropy")
    assert score(found, "linear").error == pytest.approx(score(found, "prior").error, abs=0.02)
    assert found.signal_t > 3


def test_the_model_is_measured_on_the_same_rows() -> None:
    x, y, x_val, y_val = halves(line)
    good = facts_of(
        x, y, x_val, y_val, loss="binary_crossentropy", model_predictions_val=y_val[:, None] * 1.0
    )
    assert good.model_error == 0
    assert good.model_vs_best == pytest.approx(-score(good, good.best).error)
    assert good.model_vs_best_se == pytest.approx(score(good, good.best).error_se)
    logits = facts_of(
        x,
        y,
        x_val,
        y_val,
        loss="binary_crossentropy",
        from_logits=True,
        model_predictions_val=np.where(y_val, 0.2, -0.2),
    )
    assert logits.model_error == 0
    out_of_fold = facts_of(x, y, loss="binary_crossentropy", model_predictions_train=1.0 - y)
    assert out_of_fold.model_error == 1


def test_a_model_in_another_shape_is_not_measured() -> None:
    x, y, x_val, y_val = halves(plane)
    odd = facts_of(x, y, x_val, y_val, loss="mse", model_predictions_val=np.ones((ROWS, 3)))
    assert odd.model_error is None
    lost = facts_of(x, y, x_val, y_val, loss="mse", model_predictions_val=np.full(ROWS, np.nan))
    assert lost.model_error is lost.model_vs_best is None
    assert lost.best == "linear"


def test_a_model_that_memorised_noise_does_not_hide_the_permutations() -> None:
    x, y, *_ = halves(nothing)
    shares = np.eye(3)[y]
    known = facts_of(x, shares, loss="categorical_crossentropy", model_predictions_train=shares)
    assert known.model_error == 0
    assert known.permuted_errors


@pytest.mark.parametrize(
    ("targets", "loss"),
    [
        (lambda y: y, "sparse_categorical_crossentropy"),
        (lambda y: np.eye(3)[y], "categorical_crossentropy"),
        (lambda y: y[:, None].astype("float32"), "sparse_categorical_crossentropy"),
    ],
)
def test_labels_in_any_coding_give_the_same_scores(targets, loss) -> None:
    def make(rng):
        y = rng.integers(0, 3, 2 * ROWS)
        return rng.normal(y[:, None], 1, (2 * ROWS, 3)), y

    x, y, x_val, y_val = halves(make)
    found = facts_of(x, targets(y), x_val, targets(y_val), loss=loss)
    plain = facts_of(x, y, x_val, y_val, loss="sparse_categorical_crossentropy")
    assert found == plain


def test_ordered_labels_under_a_squared_error_are_numbers() -> None:
    x, y, x_val, y_val = halves(nothing)
    assert facts_of(x, y, x_val, y_val, loss="mean_squared_error").task == "numbers"
    told = {"loss": "my_loss", "model_predictions_val": np.ones((ROWS, 1))}
    assert facts_of(x, y, x_val, y_val, **told).task == "numbers"


def test_squared_error_on_shares_is_the_model_s_loss() -> None:
    x, y, x_val, y_val = halves(line)
    for targets in (lambda v: v, lambda v: np.eye(2)[v]):
        prior = score(facts_of(x, targets(y), x_val, targets(y_val), loss="mse"), "prior")
        assert prior.loss == pytest.approx(0.25, abs=0.01)
    signs = score(facts_of(x, 2 * y - 1, x_val, 2 * y_val - 1, loss="mse"), "prior")
    assert signs.loss == pytest.approx(1, abs=0.04)


def test_a_class_without_training_rows_costs_what_keras_lets_it_cost() -> None:
    x, y, x_val, _ = halves(line)
    unseen = np.full(ROWS, 2)
    found = facts_of(x, y, x_val, unseen, loss="sparse_categorical_crossentropy")
    assert score(found, "prior").error == 1
    assert score(found, "prior").loss == pytest.approx(-math.log(1e-7))


def test_the_last_value_of_a_series_is_hard_to_beat() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=600))
    windows = np.lib.stride_tricks.sliding_window_view(walk, 13)
    x, y = windows[:, :12, None], windows[:, 12]
    noisy = np.concatenate([np.random.default_rng(1).normal(size=x.shape), x], axis=2)
    for inputs in (x, x[..., 0], noisy):
        found = facts_of(inputs[:400], y[:400], inputs[400:], y[400:], loss="mse", series=True)
        assert score(found, "persistence").loss == pytest.approx(1, abs=0.3)
        assert score(found, "persistence").error <= min(one.error for one in found.scores) + 0.01
    assert "persistence" not in [s.name for s in facts_of(x, y, loss="mse").scores]


def test_images_tokens_and_several_inputs_are_taken_too() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2 * ROWS)
    images = rng.integers(0, 120, (2 * ROWS, 24, 24)).astype(np.uint8)
    images[y == 1, :8, :8] += 100
    tokens = rng.integers(1, 900, (2 * ROWS, 20))
    tokens[y == 1, 3] = 950
    plain = rng.normal(size=(2 * ROWS, 3))
    for x in (images, images[..., None] / 255, {"a": plain, "b": tokens}, [images, plain]):
        x_train = {k: v[:ROWS] for k, v in x.items()} if isinstance(x, dict) else None
        x_val = {k: v[ROWS:] for k, v in x.items()} if isinstance(x, dict) else None
        if isinstance(x, list):
            x_train, x_val = [v[:ROWS] for v in x], [v[ROWS:] for v in x]
        if isinstance(x, np.ndarray):
            x_train, x_val = x[:ROWS], x[ROWS:]
        found = facts_of(x_train, y[:ROWS], x_val, y[ROWS:], loss="binary_crossentropy")
        assert min(one.error for one in found.scores) < 0.1


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (np.array([["a text"]] * 50), np.arange(50) % 2, "inputs that are texts"),
        (np.ones((50, 2)), [np.ones(50), np.ones(50)], "several outputs, or no targets"),
        (np.ones((50, 2)), None, "several outputs, or no targets"),
        (np.ones((50, 2)), np.ones(50), "have the label 1"),
        (np.ones((50, 2)), np.full(50, 0.3), "the same target"),
        (np.ones((50, 2)), np.arange(100).reshape(50, 2) % 3 % 2, "several labels a row"),
        (np.ones((50, 2)), np.array(["a", "b"] * 25), "targets that are texts"),
        (np.ones((50, 2)), np.full(50, np.nan), "not finite"),
        (np.ones((50, 2)), np.random.default_rng(0).normal(size=(50, 9, 9)), "(9, 9)"),
        (np.ones((4, 2)), np.arange(4), "4 training rows"),
        (np.ones((50, 2)), np.arange(40), "50 training rows with 40 targets"),
    ],
)
def test_what_learners_cannot_take_is_a_reason(x, y, reason: str) -> None:
    told = {"loss_name": "", "from_logits": None, "output_activation": None}
    found = baseline_facts(x, y, **told)
    assert isinstance(found, str)
    assert reason in found
    if isinstance(y, np.ndarray) and len(x) == len(y):
        assert reason in baseline_facts(x, y, x, y, **told)


def test_validation_rows_that_do_not_match_are_a_reason() -> None:
    x, y, x_val, y_val = halves(line)
    told = {"loss_name": "", "from_logits": None, "output_activation": None}
    assert "columns" in baseline_facts(x, y, x_val, np.eye(2)[y_val], **told)
    assert "shape" in baseline_facts(x, y, x_val[:, :2], y_val, **told)
    assert "not finite" in baseline_facts(x, y, x_val, np.full(ROWS, np.nan), **told)
    assert "1 validation row" in baseline_facts(x, y, x_val[:1], y_val[:1], **told)


def test_the_seed_decides_and_nothing_else() -> None:
    x, y, *_ = halves(nothing)
    state = np.random.get_state()[1].copy()
    first = facts_of(x, y, loss="sparse_categorical_crossentropy", seed=1)
    assert first == facts_of(x, y, loss="sparse_categorical_crossentropy", seed=1)
    assert first != facts_of(x, y, loss="sparse_categorical_crossentropy", seed=2)
    assert np.array_equal(np.random.get_state()[1], state)


def test_units_of_inputs_and_targets_change_no_error() -> None:
    x, y, x_val, y_val = halves(plane)
    plain = facts_of(x, y, x_val, y_val, loss="mse")
    scaled = facts_of(x * 2.0**20, y / 2.0**9, x_val * 2.0**20, y_val / 2.0**9, loss="mse")
    for one, other in zip(plain.scores, scaled.scores, strict=True):
        assert one.error == pytest.approx(other.error, rel=1e-6)


def test_missing_and_endless_values_are_taken_for_the_mean() -> None:
    x, y, x_val, y_val = halves(line)
    x[::7, 3], x[::11, 2], x_val[::5, 4] = np.nan, np.inf, -np.inf
    found = facts_of(x, y, x_val, y_val, loss="binary_crossentropy")
    assert score(found, "linear").error < 0.25


def test_more_rows_than_the_cap_are_sampled_with_their_answers() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 2))
    y = (x[:, 0] > 0).astype(int)
    found = facts_of(x, y, x, y, loss="bce", model_predictions_val=y * 1.0)
    assert (found.rows, found.train_rows, found.model_error) == (2048, 2048, 0)


@settings(deadline=None, max_examples=25)
@given(
    hnp.arrays(np.float64, st.tuples(st.integers(0, 14), st.integers(0, 3))),
    st.data(),
    st.sampled_from(["", "mse", "mae", "binary_crossentropy", "sparse_categorical_crossentropy"]),
)
def test_no_sample_is_too_odd(x: np.ndarray, data, loss: str) -> None:
    y = data.draw(hnp.arrays(st.sampled_from([np.int8, np.bool_, np.float64]), len(x)))
    found = baseline_facts(
        x, y, loss_name=loss, from_logits=None, output_activation=None, permutations=2
    )
    if isinstance(found, BaselineFacts):
        codec.decode(codec.encode(found), BaselineFacts)
        assert all(one.error >= 0 for one in found.scores)


def test_targets_that_are_the_inputs_are_not_asked_for() -> None:
    x = np.random.default_rng(0).normal(size=(60, 4))
    found = baseline_facts(
        x, x.copy(), loss_name="mean_squared_error", from_logits=False, output_activation=None
    )
    assert isinstance(found, str)
    assert "copy" in found


def several(rng):
    x = rng.normal(size=(2 * ROWS, 4))
    noise = rng.normal(0, 0.5, (2 * ROWS, 3))
    return x, (x[:, :3] + noise > [0, 0.5, 1]).astype(int)


def test_several_labels_a_row_are_judged_by_their_probabilities() -> None:
    x, y, x_val, y_val = halves(several)
    found = facts_of(x, y, x_val, y_val, loss="binary_crossentropy")
    assert found.task == "numbers"
    assert score(found, "linear").error < 0.7
    shares = y.mean(axis=0)
    entropy = -(y_val * np.log(shares) + (1 - y_val) * np.log(1 - shares)).mean()
    assert score(found, "prior").loss == pytest.approx(entropy, rel=1e-6)
    assert score(found, "linear").loss < 0.8 * score(found, "prior").loss


@pytest.mark.parametrize("from_logits", [True, False])
def test_a_models_answer_for_several_labels_is_read_as_its_loss_reads_it(from_logits: bool) -> None:
    x, y, x_val, y_val = halves(several)
    sure = np.where(y_val == 1, 30.0, -30.0) if from_logits else y_val.astype(float)
    found = facts_of(
        *(x, y, x_val, y_val),
        loss="binary_crossentropy",
        from_logits=from_logits,
        model_predictions_val=sure,
    )
    assert found.model_error == pytest.approx(0.0, abs=1e-9)


def test_several_labels_that_tell_nothing_show_no_signal() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2 * ROWS, 5)), rng.integers(0, 2, (2 * ROWS, 4))
    found = facts_of(x[:ROWS], y[:ROWS], x[ROWS:], y[ROWS:], loss="binary_crossentropy")
    assert found.signal_t is not None
    assert found.signal_t < 3
    assert len(found.permuted_errors) == 20
