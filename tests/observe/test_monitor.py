"""The monitor on real training: it changes nothing, and what it says is what Keras computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import keras
import numpy as np
import pandas as pd
import pytest

from goodfit.facts import Facts
from goodfit.observe.training.monitor import Monitor

pytestmark = [pytest.mark.backend, pytest.mark.libraries]
BACKEND = keras.backend.backend()
RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 6)).astype("float32")
Y = (X[:, 0] + 0.5 * RNG.normal(size=200) > 0).astype("float32")
XV = RNG.normal(size=(80, 6)).astype("float32")
YV = (XV[:, 0] > 0).astype("float32")


def _network(penalty: float = 0.0) -> keras.Model:
    keras.utils.set_random_seed(5)
    regulariser = keras.regularizers.L2(penalty) if penalty else None
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu", kernel_regularizer=regulariser),
            keras.layers.Dropout(0.3),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


class Rows(keras.utils.PyDataset):
    """Batches with noise from its own generator: reading one twice would show."""

    def __init__(self) -> None:
        super().__init__()
        self._rng = np.random.default_rng(3)

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(40 * index, 40 * index + 40)
        noise = self._rng.normal(scale=0.01, size=X[rows].shape).astype("float32")
        return X[rows] + noise, Y[rows]


def _endless() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(9)
    while True:
        chosen = rng.integers(0, 200, size=40)
        yield X[chosen], Y[chosen]


def _arrays() -> dict[str, object]:
    return {"x": X, "y": Y, "validation_data": (XV, YV)}


def _pydataset() -> dict[str, object]:
    return {"x": Rows(), "validation_data": (XV, YV)}


def _generator() -> dict[str, object]:
    return {"x": _endless(), "steps_per_epoch": 5, "shuffle": False, "validation_data": (XV, YV)}


def _tfdata() -> dict[str, object]:
    tf = pytest.importorskip("tensorflow")
    train = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(200, seed=1).batch(40)
    validation = tf.data.Dataset.from_tensor_slices((XV, YV)).batch(40)
    return {"x": train, "shuffle": False, "validation_data": validation}


def _dataloader() -> dict[str, object]:
    torch = pytest.importorskip("torch")
    torch.manual_seed(4)
    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    held = torch.utils.data.TensorDataset(torch.tensor(XV), torch.tensor(YV))
    return {
        "x": torch.utils.data.DataLoader(data, batch_size=40, shuffle=True),
        "shuffle": False,
        "validation_data": torch.utils.data.DataLoader(held, batch_size=40),
    }


def _pandas() -> dict[str, object]:
    train, held = pd.DataFrame(X).add_prefix("f"), pd.DataFrame(XV).add_prefix("f")
    return {"x": train, "y": pd.Series(Y), "validation_data": (held, pd.Series(YV))}


def _tensors() -> dict[str, object]:
    tensor = keras.ops.convert_to_tensor
    return {"x": tensor(X), "y": tensor(Y), "validation_data": (tensor(XV), tensor(YV))}


SOURCES = [_arrays, _pandas, _tensors, _pydataset, _generator, _tfdata, _dataloader]


def _watched(
    data: dict[str, object], *, model: keras.Model | None = None, epochs: int = 4
) -> tuple[keras.Model, Facts]:
    model = model or _network()
    monitor = Monitor(share=1.0)
    model.fit(**data, epochs=epochs, verbose=0, callbacks=[monitor])
    return model, monitor.facts()


@pytest.mark.parametrize("source", SOURCES)
def test_training_is_the_same_with_and_without_it(
    source: Callable[[], dict[str, object]],
) -> None:
    plain = _network()
    history = plain.fit(**source(), epochs=4, verbose=0).history
    watched = _network()
    again = watched.fit(**source(), epochs=4, verbose=0, callbacks=[Monitor(share=1.0)]).history
    assert history == again
    for a, b in zip(plain.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("source", SOURCES)
def test_every_kind_of_data_yields_facts_and_honest_losses(
    source: Callable[[], dict[str, object]],
) -> None:
    _, facts = _watched(source())
    assert facts.data is not None, facts.missing
    assert facts.data.train.rows == 200
    assert facts.data.train.inputs[0].shape == (6,)
    assert facts.data.validation is not None
    assert facts.data.validation.rows == 80
    trace = facts.trace
    assert trace is not None
    assert trace.trained == 4
    assert len(trace.validation_rows_last) == 80
    assert len(trace.train_rows_last) >= 200  # a reader that prefetches shows a few rows more
    assert trace.predictions is not None, facts.missing


def test_global_random_state_is_left_alone() -> None:
    np.random.seed(11)
    _watched(_arrays())
    drawn = np.random.random()
    np.random.seed(11)
    _network().fit(**_arrays(), epochs=4, verbose=0)
    assert drawn == np.random.random()


def test_honest_losses_are_those_of_evaluate_without_the_penalties() -> None:
    model, facts = _watched(_arrays(), model=_network(penalty=0.5))
    model.compile("adam", "binary_crossentropy", metrics=[])
    penalty = 0.5 * float((model.get_weights()[0] ** 2).sum())
    trace = facts.trace
    assert trace is not None
    assert trace.final_train is not None
    assert trace.final_validation is not None
    expected = model.evaluate(X, Y, verbose=0) - penalty
    assert trace.final_train.mean == pytest.approx(expected, abs=2e-4)
    expected = model.evaluate(XV, YV, verbose=0) - penalty
    assert trace.final_validation.mean == pytest.approx(expected, abs=2e-4)
    last = trace.epochs[-1]
    assert last.penalty == pytest.approx(penalty, rel=1e-3)
    assert last.validation is not None
    assert last.validation.mean == pytest.approx(last.logs["val_loss"] - penalty, abs=2e-4)


@pytest.mark.parametrize("first", [True, False])
def test_best_last_and_restored_weights_are_told_apart(first: bool) -> None:
    model = _network()
    model.optimizer.learning_rate = 0.3
    monitor = Monitor(share=1.0)
    stopping = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    callbacks = [monitor, stopping] if first else [stopping, monitor]
    history = model.fit(X, Y, validation_data=(XV, YV), epochs=15, verbose=0, callbacks=callbacks)
    trace = monitor.facts().trace
    assert trace is not None
    losses = history.history["val_loss"]
    assert trace.best_epoch == int(np.argmin(losses))
    assert np.mean(trace.validation_rows_best) == pytest.approx(min(losses), abs=1e-4)
    assert np.mean(trace.validation_rows_last) == pytest.approx(losses[-1], abs=1e-4)
    assert trace.final_validation is not None
    assert trace.final_validation.mean == pytest.approx(min(losses), abs=1e-4)
    if trace.trained < 15:
        assert trace.stopped_by == "EarlyStopping"


def test_the_parts_of_the_gap_add_up() -> None:
    _, facts = _watched(_arrays(), model=_network(penalty=0.05))
    assert facts.trace is not None
    gap = facts.trace.gap
    assert gap is not None, facts.missing
    parts = [gap.running_mean, gap.train_mode, gap.augmentation, gap.weights, gap.penalties]
    total = sum(part for part in parts if part is not None) + gap.true_gap + (gap.rest or 0.0)
    assert total == pytest.approx(gap.printed_gap, abs=1e-5)
    assert gap.train_mode is not None
    assert gap.train_mode < 0, "dropout makes the printed training loss look worse"


def test_layers_are_probed_at_the_start_and_at_the_end() -> None:
    _, facts = _watched(_arrays())
    assert facts.trace is not None
    probed = [epoch.index for epoch in facts.trace.epochs if epoch.layers]
    assert probed[0] == -1
    assert probed[-1] == 3
    hidden = facts.trace.epochs[-1].layers[0]
    assert hidden.gradient_norm is not None
    assert hidden.gradient_norm > 0
    first = next(epoch for epoch in facts.trace.epochs if epoch.index == 0)
    assert first.layers[0].update_ratio is not None
    assert 0 < first.layers[0].update_ratio < 10


def test_a_fit_without_validation_has_no_best_epoch() -> None:
    _, facts = _watched({"x": X, "y": Y})
    assert facts.trace is not None
    assert facts.trace.best_epoch is None
    assert facts.trace.validation_rows_last == ()
    assert len(facts.trace.train_rows_last) == 200


def test_a_split_is_seen_as_keras_makes_it() -> None:
    _, facts = _watched({"x": X, "y": Y, "validation_split": 0.25})
    assert facts.settings is not None
    assert facts.settings.validation == "split"
    assert facts.data is not None
    assert facts.data.validation is not None
    assert (facts.data.train.rows, facts.data.validation.rows) == (150, 50)


def test_several_inputs_and_outputs() -> None:
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    hidden = keras.layers.Dense(4, activation="relu")(keras.layers.Concatenate()([a, b]))
    outputs = {
        "which": keras.layers.Dense(3, activation="softmax", name="which")(hidden),
        "label": keras.layers.Dense(1, activation="sigmoid", name="label")(hidden),
    }
    model = keras.Model({"a": a, "b": b}, outputs)
    losses = {"which": "sparse_categorical_crossentropy", "label": "binary_crossentropy"}
    model.compile("adam", losses, loss_weights={"which": 0.5, "label": 2.0})
    data = {"a": X[:, :3], "b": X[:, 3:]}
    model, facts = _watched(
        {"x": data, "y": {"label": Y, "which": (X[:, 1] > 0).astype(int)}}, model=model, epochs=2
    )
    assert facts.trace is not None
    assert len(facts.trace.train_rows_last) == 200, facts.missing
    assert facts.trace.final_train is not None
    expected = model.evaluate(data, {"label": Y, "which": (X[:, 1] > 0).astype(int)}, verbose=0)
    assert facts.trace.final_train.mean == pytest.approx(expected[0], abs=2e-4)
    assert facts.data is not None
    assert {item.name for item in facts.data.train.inputs} == {"a", "b"}


class _Raises(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None) -> None:
        if epoch == 2:
            raise RuntimeError("the disk is full")


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="only JAX takes the weights away")
def test_a_fit_that_raises_and_leaves_no_weights_is_told_of() -> None:
    model, monitor = _network(), Monitor(share=1.0)
    with pytest.raises(RuntimeError, match="disk"):
        model.fit(**_arrays(), epochs=4, verbose=0, callbacks=[monitor, _Raises()])
    # As Keras 3.8 leaves them; later versions put them back.
    for variable in model.trainable_variables:
        variable._value = None
    facts = monitor.facts(crashed=True)
    assert facts.trace is not None, facts.missing
    assert len(facts.trace.curve("loss")) == 2


def test_a_model_with_its_own_loss_says_why_there_is_no_honest_loss() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs: object) -> object:
            return self.dense(inputs)

        def compute_loss(
            self, x=None, y=None, y_pred=None, sample_weight=None, training=True
        ) -> object:
            return keras.ops.mean(keras.ops.abs(keras.ops.reshape(y, (-1, 1)) - y_pred))

    model = Own()
    model.compile("adam")
    _, facts = _watched({"x": X, "y": Y}, model=model, epochs=2)
    assert facts.trace is not None
    assert "compute_loss" in facts.trace.honest_missing
    assert facts.trace.curve("loss")
    assert facts.trace.predictions is not None
    assert facts.trace.predictions.spread > 0


def test_a_model_that_adds_to_the_compiled_loss_is_measured_by_that() -> None:
    class Adds(keras.Model):
        def compute_loss(
            self, x=None, y=None, y_pred=None, sample_weight=None, training=True
        ) -> object:
            told = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": sample_weight}
            return super().compute_loss(**told) + 3.0

    keras.utils.set_random_seed(5)
    inputs = keras.Input((6,))
    model = Adds(inputs, keras.layers.Dense(1, activation="sigmoid")(inputs))
    model.compile("adam", "binary_crossentropy")
    told = {"x": X, "y": Y, "validation_data": (XV, YV)}
    _, facts = _watched(told, model=model, epochs=3)
    assert facts.trace is not None
    assert facts.trace.loss_kind == "binary_crossentropy"
    assert facts.trace.final_validation is not None
    printed = facts.trace.curve("val_loss")[-1][1]
    assert facts.trace.final_validation.mean == pytest.approx(printed - 3.0, abs=2e-3)
    assert all(loss.mean < 2.0 for _, loss in facts.trace.honest("validation"))


def test_the_graph_of_a_subclassed_model_shows_when_it_is_called() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.last = keras.layers.Dense(1, activation="sigmoid", name="last")
            self.first = keras.layers.Dense(3, activation="relu", name="first")

        def call(self, inputs: object) -> object:
            return self.last(self.first(inputs))

    model = Own()
    model.compile("adam", "binary_crossentropy")
    _, facts = _watched({"x": X, "y": Y}, model=model, epochs=2)
    assert facts.model is not None
    (output,) = facts.model.outputs
    assert (output.layer, output.activation, output.shape) == ("last", "sigmoid", (1,))
    assert [layer.path for layer in facts.model.layers] == ["first", "last"]
    assert [layer.inputs for layer in facts.model.layers] == [(), ("first",)]


def test_what_a_schedule_and_the_optimiser_did_is_known_by_epoch() -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.5)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    _, facts = _watched({"x": X, "y": Y}, model=model, epochs=2)
    assert facts.trace is not None
    steps = facts.trace.epochs[1].steps
    assert steps is not None
    assert steps > 0
    rates = [epoch.learning_rate for epoch in facts.trace.epochs[1:]]
    assert rates == pytest.approx([0.1 * 0.5**steps, 0.1 * 0.5 ** (2 * steps)])


def test_share_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"received 0.*expected a number above 0"):
        Monitor(share=0)


class _Shifting(keras.utils.PyDataset):
    """Validation rows that are others at every pass."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self._rng = np.random.default_rng(3)
        self._noise = noise

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(40 * index, 40 * index + 40)
        noise = self._rng.normal(scale=self._noise, size=XV[rows].shape).astype("float32")
        return XV[rows] + noise, YV[rows]


@pytest.mark.parametrize(("noise", "same"), [(0.0, 1.0), (0.1, 0.0)])
def test_two_passes_over_a_stream_are_held_against_each_other(noise: float, same: float) -> None:
    model, monitor = _network(), Monitor()
    validation = _Shifting(noise)
    model.fit(Rows(), validation_data=validation, epochs=3, verbose=0, callbacks=[monitor])
    data = monitor.facts(baselines=False).data
    assert data is not None
    assert data.validation is not None
    held, train = data.validation.passes, data.train.passes
    assert held is not None
    assert (held.rows, held.same_rows, held.same_labels) == (80, same, 1.0)
    assert held.from_train == 0.0
    assert train is not None
    assert (train.rows, train.same_rows) == (200, 0.0)


def test_an_endless_stream_has_no_second_pass() -> None:
    model, monitor = _network(), Monitor()
    model.fit(**_generator(), epochs=3, verbose=0, callbacks=[monitor])
    data = monitor.facts(baselines=False).data
    assert data is not None
    assert data.train.passes is None


@pytest.mark.parametrize("make", [_arrays, _pydataset])
def test_the_waiting_for_data_is_timed(make: Callable[[], dict[str, object]]) -> None:
    model, monitor = _network(), Monitor()
    model.fit(**make(), epochs=3, verbose=0, callbacks=[monitor])
    trace = monitor.facts(baselines=False).trace
    assert trace is not None
    waits = [epoch.wait_seconds for epoch in trace.epochs if epoch.index >= 0]
    if BACKEND == "tensorflow":  # batches are read inside the compiled step
        assert waits == [None] * 3
    else:
        assert all(wait is not None and wait > 0 for wait in waits)
