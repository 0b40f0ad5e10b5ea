"""What compile and fit were told, read from real models, on whatever backend runs."""

import functools

import keras
import numpy as np
import pytest

from goodfit.codec import decode, encode
from goodfit.facts import SettingsFacts, SourceLine
from goodfit.observe.objects import origins
from goodfit.observe.objects.settings import settings_facts

pytestmark = pytest.mark.backend

X = np.linspace(-1, 1, 100 * 4, dtype="float32").reshape(100, 4)
BINARY = (X[:, :1] > 0).astype("float32")
CLASSES = np.arange(100) % 3


def net(units=1, activation=None):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation, name="out")])


def compiled(units=1, **arguments):
    model = net(units)
    model.compile(**arguments)
    return settings_facts(model, {})


class Recorder(keras.callbacks.Callback):
    """Reads the settings where a monitor would: when training begins."""

    def __init__(self, arguments):
        super().__init__()
        self.arguments = arguments

    def on_train_begin(self, logs=None):
        self.facts = settings_facts(self.model, self.arguments)


def fitted(model, y, **arguments):
    """The settings when a fit with these arguments begins; no epoch of it is run."""
    recorder = Recorder({"x": X, "y": y, **arguments})
    callbacks = [*arguments.pop("callbacks", []), recorder]
    model.fit(X, y, verbose=0, **{**arguments, "callbacks": callbacks, "epochs": 0})
    return recorder.facts


def own_loss(y_true, y_pred):
    return keras.ops.mean((y_true - y_pred) ** 2)


def keep_rate(_, rate):
    return rate


class OwnLoss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean((y_true - y_pred) ** 2, axis=-1)


@pytest.mark.parametrize(
    ("loss", "name", "from_logits", "custom"),
    [
        ("mse", "mean_squared_error", None, False),
        ("MAE", "mean_absolute_error", None, False),
        ("mean_squared_error", "mean_squared_error", None, False),
        ("bce", "binary_crossentropy", False, False),
        ("BinaryCrossentropy", "binary_crossentropy", False, False),
        ("kld", "kl_divergence", None, False),
        (keras.losses.huber, "huber", None, False),
        (keras.losses.KLDivergence(), "kl_divergence", None, False),
        (keras.losses.BinaryCrossentropy(from_logits=True), "binary_crossentropy", True, False),
        (
            functools.partial(keras.losses.binary_crossentropy, from_logits=True),
            "binary_crossentropy",
            True,
            False,
        ),
        (own_loss, "own_loss", None, True),
        (lambda a, b: own_loss(a, b), "<lambda>", None, True),
        (OwnLoss(), "own_loss", None, True),
    ],
)
def test_losses_before_and_after_keras_resolves_them(loss, name, from_logits, custom):
    model = net()
    model.compile(loss=loss)
    for facts in (settings_facts(model, {}), fitted(model, BINARY)):
        (found,) = facts.losses
        assert (found.name, found.from_logits, found.custom) == (name, from_logits, custom)
        assert (found.output, found.weight, found.reduction) == ("out", None, "sum_over_batch_size")


def test_settings_of_a_loss():
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum")
    (found,) = compiled(3, loss=loss).losses
    assert (found.label_smoothing, found.reduction, found.from_logits) == (0.1, "sum", False)


def test_what_keras_does_before_a_loss_is_called():
    ignoring = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    assert compiled(3, loss=ignoring).losses[0].ignore_class == -1
    assert compiled(3, loss="sparse_categorical_crossentropy").losses[0].ignore_class is None
    given = ["mse", own_loss, keras.losses.Huber(), OwnLoss()]
    assert [compiled(loss=loss).losses[0].aligns for loss in given] == [True, True, True, False]


def two_headed(as_dict=False):
    x = keras.Input((4,))
    a = keras.layers.Dense(1, "sigmoid", name="a")(x)
    b = keras.layers.Dense(2, name="b")(x)
    return keras.Model(x, {"p": a, "q": b} if as_dict else [a, b])


@pytest.mark.parametrize(
    ("loss", "weights"),
    [(["bce", "mse"], [2.0, 1.0]), ({"b": "mse", "a": "bce"}, {"a": 2.0, "b": 1.0})],
)
def test_losses_of_several_outputs(loss, weights):
    model = two_headed()
    model.compile(loss=loss, loss_weights=weights, metrics={"a": ["acc"], "b": ["mae", "mse"]})
    for facts in (settings_facts(model, {}), fitted(model, [BINARY, np.zeros((100, 2))])):
        losses = {loss.output: (loss.name, loss.weight) for loss in facts.losses}
        assert losses == {"a": ("binary_crossentropy", 2.0), "b": ("mean_squared_error", 1.0)}
        assert [(m.name, m.kind, m.output) for m in facts.metrics] == [
            ("a_acc", "binary_accuracy", "a"),
            ("b_mae", "mean_absolute_error", "b"),
            ("b_mse", "mean_squared_error", "b"),
        ]


def test_outputs_in_a_dict_and_one_without_a_loss():
    model = two_headed(as_dict=True)
    model.compile(loss={"p": "bce", "q": None}, metrics={"p": ["accuracy"]})
    for facts in (
        settings_facts(model, {}),
        fitted(model, {"p": BINARY, "q": np.zeros((100, 2))}),
    ):
        assert [(loss.name, loss.output) for loss in facts.losses] == [("binary_crossentropy", "p")]
        assert [(m.name, m.output) for m in facts.metrics] == [("p_accuracy", "p")]


@pytest.mark.parametrize(
    ("units", "y", "kind"),
    [
        (1, BINARY, "binary_accuracy"),
        (3, CLASSES, "sparse_categorical_accuracy"),
        (3, np.eye(3)[CLASSES], "categorical_accuracy"),
    ],
)
def test_accuracy_is_resolved_as_keras_does(units, y, kind):
    model = net(units, "sigmoid")
    loss = "sparse_categorical_crossentropy" if kind.startswith("sparse") else "mse"
    model.compile(loss=loss, metrics=["accuracy"], weighted_metrics=["accuracy"])
    unknown = settings_facts(model, {}).metrics[0].kind
    assert unknown == ("binary_accuracy" if units == 1 else "accuracy")
    expected = [("accuracy", kind), ("weighted_accuracy", kind)]
    told = settings_facts(model, {"x": X, "y": y}).metrics
    assert [(metric.name, metric.kind) for metric in told] == expected
    model.evaluate(X, y, verbose=0)
    built = settings_facts(model, {}).metrics
    assert [(metric.name, metric.kind) for metric in built] == expected


def test_crossentropy_is_resolved_as_keras_does():
    model = net(3, "softmax")
    model.compile(loss="crossentropy")
    assert settings_facts(model, {}).losses[0].name == "crossentropy"
    for y in (CLASSES, np.eye(3)[CLASSES]):
        told = settings_facts(model, {"x": X, "y": y}).losses
        model.compile(loss="crossentropy")
        model.evaluate(X, y, verbose=0)
        assert settings_facts(model, {}).losses[0].name == told[0].name
        model.compile(loss="crossentropy")


def test_names_of_metrics_are_those_of_the_logs():
    model = net()
    model.compile(loss="bce", metrics=["acc", keras.metrics.AUC(name="area"), own_loss, "mse"])
    found = settings_facts(model, {}).metrics
    logged = set(model.evaluate(X, BINARY, verbose=0, return_dict=True)) - {"loss"}
    assert {metric.name for metric in found} == logged
    assert {metric.name for metric in settings_facts(model, {}).metrics} == logged


@pytest.mark.parametrize(
    ("metric", "threshold", "from_logits"),
    [
        ("accuracy", 0.5, None),
        (keras.metrics.BinaryAccuracy(threshold=0.0), 0.0, None),
        (keras.metrics.binary_accuracy, 0.5, None),
        (keras.metrics.Precision(), 0.5, None),
        (keras.metrics.Recall(thresholds=0), 0.0, None),
        (keras.metrics.Precision(thresholds=[0.2, 0.4]), None, None),
        (keras.metrics.Precision(top_k=2), None, None),
        (keras.metrics.AUC(from_logits=True), None, True),
        (keras.metrics.BinaryCrossentropy(from_logits=True), None, True),
        (keras.metrics.F1Score(threshold=0.4), 0.4, None),
    ],
)
def test_thresholds_of_metrics(metric, threshold, from_logits):
    (found,) = compiled(loss="bce", metrics=[metric]).metrics
    assert (found.threshold, found.from_logits, found.custom) == (threshold, from_logits, False)


def test_an_optimiser_and_its_options():
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9, clipnorm=1.0)
    found = compiled(optimizer=optimizer, loss="mse").optimizer
    assert (found.name, found.learning_rate, found.schedule) == ("SGD", 0.05, None)
    assert (found.options["momentum"], found.options["clipnorm"]) == (0.9, 1.0)
    assert compiled(loss="mse").optimizer.name == "RMSprop"


def test_a_schedule_is_asked_for_its_first_rate():
    schedule = keras.optimizers.schedules.CosineDecay(0.3, 100)
    optimizer = keras.optimizers.Adam(schedule)
    found = compiled(optimizer=optimizer, loss="mse").optimizer
    assert (found.learning_rate, found.schedule) == (0.3, "CosineDecay")
    assert int(optimizer.iterations) == 0


def test_a_loss_scale_optimiser_is_looked_through():
    inner = keras.optimizers.AdamW(0.002, weight_decay=0.1)
    outer = keras.optimizers.LossScaleOptimizer(inner)
    found = compiled(optimizer=outer, loss="mse").optimizer
    assert (found.name, found.learning_rate) == ("AdamW", 0.002)
    assert (found.options["weight_decay"], found.options["loss_scaling"]) == (0.1, True)


def test_an_uncompiled_model():
    facts = settings_facts(net(), {})
    assert (facts.losses, facts.metrics, facts.optimizer) == ((), (), None)
    assert (facts.epochs, facts.shuffle, facts.validation) == (None, None, "none")


def test_a_subclassed_model():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = keras.layers.Dense(1)

        def call(self, x):
            return self.out(x)

    model = Net()
    model.compile(loss=OwnLoss(), metrics=["accuracy"])
    assert settings_facts(model, {}).metrics[0].kind == "accuracy"
    model.evaluate(X, BINARY, verbose=0)
    facts = settings_facts(model, {})
    assert facts.metrics[0].kind == "binary_accuracy"
    assert (facts.losses[0].name, facts.losses[0].output) == ("own_loss", "")


def test_what_fit_was_told():
    model = net()
    model.compile(loss="mse")
    facts = fitted(
        model,
        BINARY,
        epochs=2,
        batch_size=10,
        validation_split=0.25,
        class_weight={0: 1, 1: 2.5},
        sample_weight=None,
        shuffle=False,
    )
    assert (facts.epochs, facts.initial_epoch, facts.batch_size) == (2, 0, 10)
    assert (facts.validation, facts.validation_split, facts.steps_per_epoch) == ("split", 0.25, 8)
    assert (facts.class_weight, facts.sample_weight) == ({"0": 1.0, "1": 2.5}, False)
    assert facts.shuffle is False
    assert decode(encode(facts), SettingsFacts) == facts


def test_what_fit_was_not_told_is_as_keras_has_it():
    facts = settings_facts(net(), {"x": X, "y": BINARY, "validation_data": (X, BINARY)})
    assert (facts.epochs, facts.batch_size, facts.steps_per_epoch) == (1, 32, 4)
    assert (facts.shuffle, facts.validation) == (True, "data")


def test_data_that_come_in_batches():
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 7

        def __getitem__(self, index):
            raise AssertionError("goodfit drew a batch")

    facts = settings_facts(net(), {"x": Batches()})
    assert (facts.batch_size, facts.steps_per_epoch, facts.shuffle) == (None, 7, True)

    def forever():
        raise AssertionError("goodfit drew a batch")
        yield

    facts = settings_facts(net(), {"x": forever(), "steps_per_epoch": 5})
    assert (facts.batch_size, facts.steps_per_epoch, facts.shuffle) == (None, 5, None)
    assert settings_facts(net(), {"x": forever()}).steps_per_epoch is None


def test_callbacks():
    class Own(keras.callbacks.EarlyStopping):
        pass

    model = net()
    model.compile(loss="mse")
    stop = keras.callbacks.EarlyStopping(monitor="loss", min_delta=0.01, patience=3, mode="min")
    facts = fitted(
        model,
        BINARY,
        callbacks=[
            stop,
            keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.2),
            keras.callbacks.LearningRateScheduler(keep_rate),
            Own(monitor="loss"),
        ],
    )
    first, second, third, own = facts.callbacks
    expected = {"monitor": "loss", "min_delta": 0.01, "patience": 3, "mode": "min"}
    assert expected.items() <= first.options.items()
    assert first.options["restore_best_weights"] is False
    assert (second.name, second.options["factor"]) == ("ReduceLROnPlateau", 0.2)
    assert third.options["schedule"] == "keep_rate"
    assert [one.custom for one in facts.callbacks] == [False, False, False, True]
    assert (own.name, own.options["patience"]) == ("Own", 0)


def test_callbacks_that_are_left_out_and_paths_that_are_cut():
    class Ours(keras.callbacks.Callback):
        __module__ = "goodfit.observe.training.monitor"

    keep = keras.callbacks.ModelCheckpoint("/home/ann/secret/best.keras", save_best_only=True)
    given = [Ours(), keras.callbacks.History(), keep]
    (found,) = settings_facts(net(), {"x": X, "callbacks": given}).callbacks
    assert (found.options["filepath"], found.options["save_best_only"]) == ("best.keras", True)
    container = keras.callbacks.CallbackList([keep])
    assert settings_facts(net(), {"callbacks": container}).callbacks == (found,)
    assert settings_facts(net(), {"callbacks": keep}).callbacks == (found,)


def test_the_lines_of_compile_fit_loss_and_optimiser():
    origins.install()
    model = net()
    loss = keras.losses.MeanSquaredError()
    model.compile(
        optimizer="adam",
        loss=loss,
    )
    line = SourceLine(file="train.py", line=9)
    facts = settings_facts(model, {}, fit_where=line)
    assert facts.compile_where.text == "model.compile("
    assert facts.fit_where == line
    assert facts.losses[0].where.text == "loss = keras.losses.MeanSquaredError()"
    assert facts.optimizer.where == facts.compile_where
    model.compile(loss="mse")
    again = settings_facts(model, {})
    assert again.losses[0].where == again.compile_where
    assert again.fit_where.text == "again = settings_facts(model, {})"


def test_one_odd_setting_does_not_lose_the_rest():
    model = net()
    model.compile(loss="mse", metrics=["mae"])
    facts = settings_facts(model, {"x": X, "class_weight": 3, "callbacks": [object()]})
    assert facts.class_weight is None
    assert facts.metrics[0].kind == "mean_absolute_error"
    assert facts.callbacks[0].name == "object"
