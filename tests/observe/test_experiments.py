"""Experiments on copies: they tell what they should, and leave the user's model and all random
state as they were."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest

from goodfit.facts import ExperimentFacts, Facts
from goodfit.observe.experiments.clone import CannotCopyError, clone
from goodfit.observe.experiments.copies import Clock, Copy
from goodfit.observe.experiments.range_test import range_test
from goodfit.observe.training.monitor import Monitor
from goodfit.observe.training.sampling import Sample
from goodfit.randomness import sealed

pytestmark = pytest.mark.backend
RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


def _network(rate: float = 0.1, **first: Any) -> keras.Model:
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu", **first),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy")
    return model


def _facts(model: keras.Model, y: np.ndarray = Y, epochs: int = 3) -> Facts:
    monitor = Monitor(share=1.0)
    model.fit(X, y, epochs=epochs, verbose=0, callbacks=[monitor], validation_data=(X, Y))
    return monitor.facts(baselines=True)


def _tried(model: keras.Model, **options: Any) -> ExperimentFacts:
    found = _facts(model, **options).experiments
    assert found is not None
    return found


def _arrays(variables: list[Any]) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables]


def test_a_model_that_learns_is_only_asked_about_shuffled_inputs() -> None:
    facts = _facts(_network(rate=1.0), epochs=8)
    tried = facts.experiments
    assert tried is not None
    assert tried.one_batch is None
    assert tried.range_test is None
    assert "learns" in facts.missing["experiments"]
    (shuffled,) = tried.shuffled_inputs
    assert shuffled.input is None
    assert shuffled.change > 0.5
    assert shuffled.loss - shuffled.loss_before > 3 * shuffled.loss_se


def test_a_tiny_rate_is_found_too_small_and_nothing_of_the_users_changes() -> None:
    model = _network(rate=1e-5)
    monitor = Monitor(share=1.0)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[monitor])
    variables = [*model.variables, *model.optimizer.variables]
    before = _arrays(variables)
    random.seed(3)
    np.random.seed(4)
    states = random.getstate(), np.random.get_state()[1].tolist()
    tried = monitor.facts().experiments
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states
    for old, new in zip(before, _arrays(variables), strict=True):
        np.testing.assert_array_equal(old, new)
    assert tried is not None
    assert tried.range_test is not None
    by_rate = {point.learning_rate: point.loss for point in tried.range_test.points}
    assert tried.range_test.used == 1e-5
    assert by_rate[0.1] < by_rate[1e-5] - 0.02
    assert tried.one_batch is not None
    assert tried.one_batch.rows == 32
    assert tried.one_batch.end_loss > 0.9 * tried.one_batch.start_loss


def test_one_batch_is_learnt_where_only_the_labels_are_hopeless() -> None:
    noise = RNG.integers(0, 2, size=200).astype("float32")
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy")
    model.optimizer.learning_rate = 0.03
    tried = _tried(model, y=noise, epochs=1)
    assert tried.one_batch is not None
    assert tried.one_batch.prior_loss == pytest.approx(np.log(2), abs=0.01)
    assert tried.one_batch.best_loss < 0.3
    assert tried.one_batch.error is not None
    assert tried.one_batch.error < 0.1


def test_an_input_that_does_not_matter_is_told_from_one_that_does() -> None:
    keras.utils.set_random_seed(2)
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    hidden = keras.layers.Dense(8, activation="relu")(first)
    ignored = keras.layers.Dense(8, kernel_initializer="zeros", trainable=False)(second)
    output = keras.layers.Dense(1)(keras.layers.Concatenate()([hidden, ignored]))
    model = keras.Model([first, second], output)
    model.compile("adam", "mse")
    monitor = Monitor(share=1.0)
    model.fit([X, X[::-1].copy()], X[:, :1], epochs=5, verbose=0, callbacks=[monitor])
    tried = monitor.facts().experiments
    assert tried is not None
    change = {one.input: one.change for one in tried.shuffled_inputs}
    assert set(change) == {None, "first", "second"}
    assert change["second"] < 1e-5 < 0.5 < change["first"]


def test_a_copy_has_its_own_weights_and_the_same_answers_from_the_same_weights() -> None:
    model = _network()
    sample = Sample(x=X[:16], y=Y[:16], index=np.arange(16))
    with sealed():
        fresh = Copy(model, sample)
        same = Copy(model, sample, weights=fresh.evaluator.backend.snapshot(model))
    expected = keras.ops.convert_to_numpy(model(X[:16], training=False))
    found = same.honest(sample).predictions
    assert found is not None
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert np.abs(fresh.honest(sample).predictions - expected).max() > 1e-3
    start = same.loss(sample)
    with sealed():
        for _ in range(5):
            same.step(sample)
    assert same.loss(sample) < start
    same.reset()
    assert same.loss(sample) == pytest.approx(start)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(model(X[:16], training=False)), expected
    )


def test_the_names_of_the_next_layers_and_keras_own_random_numbers_are_as_without() -> None:
    def after(copy: bool) -> tuple[str, np.ndarray]:
        keras.utils.clear_session()
        model = _network()
        if copy:
            with sealed():
                Copy(model, Sample(x=X[:8], y=Y[:8], index=np.arange(8)))
                keras.random.normal((2,))
        name = keras.layers.Dense(2).name
        return name, np.array(keras.ops.convert_to_numpy(keras.random.normal((3,))))

    without, beside = after(copy=False), after(copy=True)
    assert without[0] == beside[0]
    np.testing.assert_array_equal(without[1], beside[1])


def test_the_range_test_says_which_rates_diverge() -> None:
    rng = np.random.default_rng(1)
    sample = Sample(x=100 * X, y=rng.normal(size=(200, 1)).astype("float32"), index=np.arange(200))
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    with sealed():
        copy = Copy(model, sample, rate=0.01)
        found = range_test(copy, sample, 0.01, 1.0, Clock(60))
        assert range_test(copy, sample, 0.01, 1.0, Clock(0)) is None
    assert found is not None
    losses = [point.loss for point in found.points]
    assert losses[-1] == np.inf
    assert min(losses) < found.start_loss


class Own(keras.Model):
    def train_step(self, *args: Any, **kwargs: Any) -> Any:
        return super().train_step(*args, **kwargs)


class Plain(keras.Model):
    def __init__(self, units: int = 3) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, x: Any) -> Any:
        return self.dense(x)

    def get_config(self) -> dict[str, Any]:
        return {"units": self.dense.units}


def test_what_cannot_be_copied_says_why() -> None:
    inputs = keras.Input((4,))
    with pytest.raises(CannotCopyError, match="train_step"):
        clone(Own(inputs, keras.layers.Dense(1)(inputs)))
    found = clone(Plain(units=5))
    assert found.dense.units == 5


def test_a_copy_keeps_what_preprocessing_was_adapted_to_and_the_users_functions() -> None:
    def twice(x: Any) -> Any:
        return 2 * x

    normal = keras.layers.Normalization()
    normal.adapt(3 + X)
    model = keras.Sequential(
        [keras.Input((4,)), normal, keras.layers.Lambda(twice), keras.layers.Dense(2, twice)]
    )
    copied = clone(model)
    copied.set_weights(model.get_weights())
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(copied(X)), keras.ops.convert_to_numpy(model(X)), rtol=1e-5
    )


@pytest.mark.parametrize("part", ["data_curve", "capacity_curve", "permuted_labels"])
def test_what_is_asked_for_is_tried(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from goodfit.observe.experiments import capacity_curve, data_curve, plan

    monkeypatch.setattr(plan, "USUAL", ())
    monkeypatch.setattr(plan, "ASKED", (part,))
    monkeypatch.setattr(data_curve, "FRACTIONS", (1.0, 0.25))
    monkeypatch.setattr(capacity_curve, "FACTORS", (1.0, 2.0))
    for module in (data_curve, capacity_curve):
        monkeypatch.setattr(module, "SEEDS", (0,))
    model, monitor = _network(), Monitor(share=1.0, experiments=True)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[monitor], validation_data=(X, Y))
    found = monitor.facts().experiments
    assert found is not None
    if part == "permuted_labels":
        assert found.permuted_labels is not None
        assert found.permuted_labels.train_loss > 0.5 * found.permuted_labels.prior_loss
    elif part == "data_curve":
        assert [point.rows for point in found.data_curve] == [50, 200]
    else:
        assert [point.parameters for point in found.capacity_curve] == [49, 97]
