"""The probes against NumPy on the same weights: what agrees with it on every backend agrees with
itself across backends."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from goodfit.observe.training.evaluate import Evaluator
from goodfit.observe.training.layers import LayerObserver
from goodfit.observe.training.sampling import Sample

pytestmark = pytest.mark.backend

ROWS, FEATURES, HIDDEN = 37, 5, 7


def _network(*, penalty: float = 0.0, dropout: float = 0.0) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(
                HIDDEN, activation="relu", kernel_regularizer=keras.regularizers.L2(penalty)
            ),
            keras.layers.Dropout(dropout, seed=3),
            keras.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    rng = np.random.default_rng(7)
    model.set_weights([rng.normal(size=w.shape).astype("float32") for w in model.get_weights()])
    return model


def _sample() -> Sample:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, FEATURES)).astype("float32")
    return Sample(x=x, y=rng.normal(size=(ROWS, 1)).astype("float32"))


def _built(model: keras.Model, sample: Sample) -> keras.Model:
    """Keras builds the compiled loss on first use."""
    model.evaluate(sample.x, sample.y, verbose=0)
    return model


def _by_hand(model: keras.Model, sample: Sample) -> dict[str, object]:
    w1, b1, w2, b2 = (np.asarray(w, dtype="float64") for w in model.get_weights())
    hidden = np.maximum(sample.x @ w1 + b1, 0)
    error = hidden @ w2 + b2 - sample.y
    d_output = 2 * error / ROWS
    d_hidden = (d_output @ w2.T) * (hidden > 0)
    first = np.concatenate([(sample.x.T @ d_hidden).ravel(), d_hidden.sum(0)])
    second = np.concatenate([(hidden.T @ d_output).ravel(), d_output.sum(0)])
    return {
        "losses": (error**2)[:, 0],
        "predictions": hidden @ w2 + b2,
        "penalty": float((w1**2).sum()),
        "hidden_mean": hidden.mean(),
        "hidden_zeros": (hidden == 0).mean(),
        "hidden_dead": (hidden == 0).all(axis=0).mean(),
        "gradients": [np.linalg.norm(first), np.linalg.norm(second)],
    }


def test_rows_and_penalty_agree_with_numpy() -> None:
    sample = _sample()
    model = _built(_network(penalty=0.1, dropout=0.5), sample)
    expected = _by_hand(model, sample)
    evaluator = Evaluator(model)
    rows = evaluator.rows(sample)
    np.testing.assert_allclose(rows.losses, expected["losses"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(rows.predictions, expected["predictions"], rtol=1e-4, atol=1e-5)
    assert evaluator.penalty() == pytest.approx(0.1 * expected["penalty"], rel=1e-5)


def test_rows_at_remembered_weights_leave_the_model_as_it_is() -> None:
    sample = _sample()
    model = _built(_network(dropout=0.5), sample)
    evaluator = Evaluator(model)
    remembered, before = evaluator.snapshot(), evaluator.rows(sample).losses
    model.set_weights([w * 2 for w in model.get_weights()])
    now = [w.copy() for w in model.get_weights()]
    np.testing.assert_allclose(evaluator.rows(sample, remembered).losses, before, rtol=1e-5)
    for kept, weight in zip(now, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)


def test_training_mode_draws_nothing_that_stays_drawn() -> None:
    sample = _sample()
    model = _built(_network(dropout=0.5), sample)
    evaluator = Evaluator(model)
    state = [np.array(keras.ops.convert_to_numpy(v)) for v in model.non_trainable_variables]
    noisy = evaluator.rows(sample, training=True).losses
    after = [np.array(keras.ops.convert_to_numpy(v)) for v in model.non_trainable_variables]
    assert not np.allclose(noisy, evaluator.rows(sample).losses)
    for before, now in zip(state, after, strict=True):
        np.testing.assert_array_equal(before, now)


def test_layer_statistics_and_gradients_agree_with_numpy() -> None:
    sample = _sample()
    model = _built(_network(), sample)
    expected = _by_hand(model, sample)
    dense, _, output = model.layers
    observer = LayerObserver(
        Evaluator(model), [("hidden", dense), ("output", output)], {"hidden": "relu"}
    )
    hidden, last = observer.probe(sample, Evaluator(model).snapshot())
    assert hidden.mean == pytest.approx(expected["hidden_mean"], rel=1e-4)
    assert hidden.zeros == pytest.approx(expected["hidden_zeros"], abs=1e-6)
    assert hidden.dead == pytest.approx(expected["hidden_dead"], abs=1e-6)
    assert hidden.gradient_norm == pytest.approx(expected["gradients"][0], rel=1e-3)
    assert last.gradient_norm == pytest.approx(expected["gradients"][1], rel=1e-3)


def test_batches_of_any_size_give_the_same_rows() -> None:
    sample = _sample()
    evaluator = Evaluator(_built(_network(), sample))
    whole = evaluator.rows(sample).losses
    np.testing.assert_allclose(evaluator.rows(sample, batch_size=8).losses, whole, rtol=1e-5)
    np.testing.assert_allclose(evaluator.rows(sample, limit=10).losses, whole[:10], rtol=1e-5)


def test_a_loss_that_reduces_the_batch_itself_is_measured_in_chunks() -> None:
    def own_loss(y_true: object, y_pred: object) -> object:
        return keras.ops.mean(keras.ops.square(y_true - y_pred))

    sample = _sample()
    model = _network()
    model.compile("sgd", own_loss)
    rows = Evaluator(_built(model, sample)).rows(sample)
    expected = _by_hand(model, sample)["losses"]
    assert rows.chunked
    assert rows.losses.mean() == pytest.approx(np.mean(expected[: rows.losses.size]), rel=1e-3)
