"""Remedies against overfitting, on literal configurations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_data import TWO_LAYERS, dense, kinds, layer, layer_named, recipe, sequential

from goodfit.recipe import Mixing, ModelRecipe, Task, leaves
from goodfit.remedies import BY_ID, DoesNotApplyError

Y = np.arange(40) % 3
CONV = sequential(
    layer("Conv2D", "conv", filters=4, kernel_constraint=None, data_format="channels_last"),
    layer("Activation", "relu", activation="relu"),
    layer("MaxPooling2D", "pool"),
    layer("Flatten", "flatten"),
    dense("hidden", 6),
    dense("out", 3, "softmax"),
    shape=(8, 8, 1),
)
BINARY = Task(name="binary", classes=2, inputs="tabular")


def images(rows: int = 40) -> np.ndarray:
    return np.random.default_rng(0).random((rows, 8, 8, 1)).astype("float32")


def conv(**more: Any) -> Any:
    task = Task(name="classes", classes=3, inputs="image")
    return recipe(Y, x=images(), held_x=images(4), config=CONV, task=task, **more)


@pytest.mark.parametrize(
    ("remedy", "options"),
    [("l1", {"l1": 1e-4}), ("l1l2", {"l1": 1e-4, "l2": 1e-4})],
)
def test_penalties_stand_on_hidden_layers_only(remedy: str, options: dict[str, float]) -> None:
    changed = BY_ID[remedy](recipe(Y))
    assert layer_named(changed, "one")["kernel_regularizer"]["config"] == options
    assert "kernel_regularizer" not in layer_named(changed, "out")
    with pytest.raises(DoesNotApplyError, match="no hidden layer"):
        BY_ID[remedy](recipe(Y, config=sequential(dense("out", 3, "softmax"))))


def test_spatial_dropout_stands_behind_the_activation() -> None:
    changed = BY_ID["spatial-dropout"](conv(), rate=0.3)
    assert kinds(changed)[1:5] == ["Conv2D", "Activation", "SpatialDropout2D", "MaxPooling2D"]
    again = BY_ID["spatial-dropout"](changed, rate=0.1)
    assert kinds(again) == kinds(changed)
    assert layer_named(again, "spatialdropout2d")["rate"] == 0.1
    with pytest.raises(DoesNotApplyError, match="no hidden convolution"):
        BY_ID["spatial-dropout"](recipe(Y))


def test_noise_is_a_share_of_the_features_own_deviation() -> None:
    x = np.random.default_rng(0).normal(5, 0.4, (40, 3))
    changed = BY_ID["gaussian-noise"](recipe(Y, x=x), strength=0.5)
    assert kinds(changed)[1:3] == ["GaussianNoise", "Dense"]
    expected = 0.5 * np.median(x.std(axis=0))
    assert layer_named(changed, "gaussiannoise")["stddev"] == pytest.approx(expected)


def test_noise_on_large_features_is_scaled() -> None:
    x = np.random.default_rng(0).normal(5, 40, (40, 3))
    changed = BY_ID["gaussian-noise"](recipe(Y, x=x), strength=0.5)
    assert kinds(changed)[1:5] == ["Rescaling", "GaussianNoise", "Rescaling", "Dense"]
    spread = np.median(x.std(axis=0))
    assert layer_named(changed, "rescaling_1")["scale"] == pytest.approx(1 / spread)
    assert layer_named(changed, "gaussiannoise")["stddev"] == 0.5
    assert layer_named(changed, "rescaling")["scale"] == pytest.approx(spread)
    weaker = BY_ID["gaussian-noise"](changed, strength=0.25)
    assert kinds(weaker) == kinds(changed)
    assert layer_named(weaker, "gaussiannoise")["stddev"] == pytest.approx(0.25)


def test_noise_behind_a_normalization_is_in_its_units() -> None:
    config = sequential(layer("Normalization", "scale"), dense("one", 8), dense("out", 3))
    changed = BY_ID["gaussian-noise"](recipe(Y, config=config), strength=0.5)
    assert kinds(changed)[1:3] == ["Normalization", "GaussianNoise"]
    assert layer_named(changed, "gaussiannoise")["stddev"] == 0.5


def test_noise_behind_a_rescaling_is_in_its_units() -> None:
    config = sequential(layer("Rescaling", "scale", scale=0.1), dense("one", 8), dense("out", 3))
    x = np.random.default_rng(0).normal(5, 4, (40, 3))
    changed = BY_ID["gaussian-noise"](recipe(Y, x=x, config=config), strength=1.0)
    expected = 0.1 * np.median(x.std(axis=0))
    assert layer_named(changed, "gaussiannoise")["stddev"] == pytest.approx(expected)


def test_noise_does_not_fit_unlike_features_nor_tokens() -> None:
    x = np.random.default_rng(0).normal(size=(40, 3)) * [1, 1, 100]
    with pytest.raises(DoesNotApplyError, match="scale them first"):
        BY_ID["gaussian-noise"](recipe(Y, x=x))
    with pytest.raises(DoesNotApplyError, match="tokens"):
        BY_ID["gaussian-noise"](recipe(Y, task=Task(name="classes", inputs="tokens")))
    embedded = sequential(layer("Embedding", "words"), dense("out", 3))
    with pytest.raises(DoesNotApplyError, match="Embedding"):
        BY_ID["gaussian-noise"](recipe(Y, config=embedded))


def test_batch_normalisation_stands_before_an_activation_of_its_own() -> None:
    changed = BY_ID["batch-normalisation"](conv())
    assert kinds(changed)[1:5] == ["Conv2D", "BatchNormalization", "Activation", "MaxPooling2D"]
    assert kinds(changed)[6:] == ["Dense", "BatchNormalization", "Dense"]
    # An epoch has few steps, so Keras' own momentum would follow too slowly.
    assert layer_named(changed, "batchnormalization")["momentum"] == 0.9
    many = BY_ID["batch-normalisation"](conv().with_fit(steps=100))
    assert "momentum" not in layer_named(many, "batchnormalization")
    with pytest.raises(DoesNotApplyError, match="normalisation already"):
        BY_ID["batch-normalisation"](changed)


def test_batch_normalisation_follows_the_channel_axis() -> None:
    first = sequential(
        layer("Conv2D", "conv", filters=4, data_format="channels_first"), dense("out", 3)
    )
    changed = BY_ID["batch-normalisation"](recipe(Y, config=first))
    assert layer_named(changed, "batchnormalization")["axis"] == 1


def test_batch_normalisation_needs_batches() -> None:
    with pytest.raises(DoesNotApplyError, match="batches of 4 rows"):
        BY_ID["batch-normalisation"](recipe(Y, batch_size=4))


def test_layer_normalisation_leaves_convolutions_alone() -> None:
    changed = BY_ID["layer-normalisation"](conv(batch_size=2))
    assert kinds(changed)[1:3] == ["Conv2D", "Activation"]
    assert kinds(changed)[5:] == ["Dense", "LayerNormalization", "Dense"]
    only = sequential(layer("Conv1D", "conv", filters=4), layer("Flatten", "f"), dense("out", 3))
    with pytest.raises(DoesNotApplyError):
        BY_ID["layer-normalisation"](recipe(Y, config=only))


def test_frozen_layers_stay_as_they_are() -> None:
    frozen = dense("one", 8)
    frozen["config"]["trainable"] = False
    for remedy in ("batch-normalisation", "layer-normalisation", "max-norm", "l1"):
        with pytest.raises(DoesNotApplyError):
            BY_ID[remedy](recipe(Y, config=sequential(frozen, dense("out", 3))))


def test_code_of_the_users_own_cannot_be_changed() -> None:
    given = replace(recipe(Y), model=ModelRecipe(config=None, build=lambda: None))
    for remedy in ("l1", "spatial-dropout", "batch-normalisation", "max-norm", "gaussian-noise"):
        with pytest.raises(DoesNotApplyError, match="code of your own"):
            BY_ID[remedy](given)


def test_max_norm_bounds_the_weights_of_each_unit() -> None:
    changed = BY_ID["max-norm"](conv(), most=2.0)
    assert layer_named(changed, "conv")["kernel_constraint"]["config"] == {
        "max_value": 2.0,
        "axis": [0, 1, 2],
    }
    assert layer_named(changed, "hidden")["kernel_constraint"]["config"]["axis"] == [0]
    assert layer_named(changed, "out").get("kernel_constraint") is None


def adam(**options: Any) -> dict[str, Any]:
    config = {"name": "adam", "learning_rate": 0.02, "beta_1": 0.8, "weight_decay": None, **options}
    return {
        "module": "keras.optimizers",
        "class_name": "Adam",
        "config": config,
        "registered_name": None,
    }


def test_weight_decay_turns_adam_into_adamw_with_its_settings() -> None:
    changed = BY_ID["weight-decay"](recipe(Y, optimizer=adam()), decay=0.01)
    told = changed.compile["optimizer"]
    assert told["class_name"] == "AdamW"
    assert told["config"] == {"learning_rate": 0.02, "beta_1": 0.8, "weight_decay": 0.01}
    with pytest.raises(DoesNotApplyError, match=r"decay by 0\.01 already"):
        BY_ID["weight-decay"](changed, decay=0.01)


def test_weight_decay_of_other_optimisers_and_their_schedules() -> None:
    changed = BY_ID["weight-decay"](recipe(Y, optimizer="SGD"))
    assert changed.compile["optimizer"]["class_name"] == "SGD"
    assert changed.compile["optimizer"]["config"] == {"learning_rate": 0.01, "weight_decay": 4e-3}
    schedule = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1}}
    kept = BY_ID["weight-decay"](recipe(Y, optimizer=adam(learning_rate=schedule)))
    assert kept.compile["optimizer"]["config"]["learning_rate"] == schedule


def test_weight_decay_does_not_fit_an_optimiser_of_ones_own() -> None:
    own = {"module": None, "class_name": "Mine", "config": {}, "registered_name": "Custom>Mine"}
    with pytest.raises(DoesNotApplyError, match="Mine"):
        BY_ID["weight-decay"](recipe(Y, optimizer=own))


def test_label_smoothing_makes_integer_targets_one_hot_everywhere() -> None:
    sparse = {"class_name": "SparseCategoricalAccuracy", "config": {"name": "sca", "dtype": "f"}}
    given = recipe(Y, metrics=["accuracy", "sparse_categorical_accuracy", sparse])
    changed = BY_ID["label-smoothing"](given, smoothing=0.2)
    loss = changed.compile["loss"]
    assert loss["class_name"] == "CategoricalCrossentropy"
    assert loss["config"] == {"label_smoothing": 0.2}
    assert np.array_equal(changed.data.train.y.argmax(axis=1), Y)
    assert changed.data.train.y.sum() == len(Y)
    assert changed.data.validation is not None
    assert np.array_equal(changed.data.validation.y.argmax(axis=1), [0, 1, 2, 0])
    assert changed.task.one_hot
    metrics = changed.compile["metrics"]
    assert metrics[0] == "accuracy"
    assert metrics[1]["class_name"] == "CategoricalAccuracy"
    assert metrics[1]["config"] == {"name": "sparse_categorical_accuracy"}
    assert metrics[2]["config"] == {"name": "sca", "dtype": "f"}
    assert given.data.train.y.ndim == 1, "the given recipe was changed"


def test_label_smoothing_keeps_from_logits() -> None:
    loss = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}
    changed = BY_ID["label-smoothing"](recipe(Y % 2, loss=loss, task=BINARY))
    assert changed.compile["loss"]["config"] == {"from_logits": True, "label_smoothing": 0.1}
    assert np.array_equal(changed.data.train.y, Y % 2)
    with pytest.raises(DoesNotApplyError, match=r"smoothed by 0\.1 already"):
        BY_ID["label-smoothing"](changed)


def test_label_smoothing_does_not_fit_regression_nor_strange_labels() -> None:
    with pytest.raises(DoesNotApplyError, match="cross-entropies"):
        BY_ID["label-smoothing"](recipe(Y, loss="mse", task=Task(name="regression")))
    with pytest.raises(DoesNotApplyError, match="class 3 has none of the 3 outputs"):
        BY_ID["label-smoothing"](recipe(Y + 1))
    own = {"module": "builtins", "class_name": "function", "config": "mine",
           "registered_name": "function"}  # fmt: skip
    with pytest.raises(DoesNotApplyError, match="cross-entropies"):
        BY_ID["label-smoothing"](recipe(Y, loss=own))


def test_mixup_adds_rows_between_rows_and_mixes_targets_alike() -> None:
    given = recipe(Y, loss="sparse_categorical_crossentropy")
    changed = BY_ID["mixup"](given, alpha=1.0)
    train = changed.data.train
    assert train.count == 80
    assert np.array_equal(train.x[:40], given.data.train.x)
    assert np.array_equal(train.y[:40].argmax(axis=1), Y)
    np.testing.assert_allclose(train.y.sum(axis=1), 1, rtol=1e-6)
    # Features are 0, 1, 2 ... along rows, so a row's place tells which two it lies between.
    mixed = train.x[40:]
    assert mixed.min() >= 0
    assert mixed.max() <= given.data.train.x.max()
    assert ((train.y[40:] > 0).sum(axis=1) == 2).any()
    assert changed.data.validation is not None
    assert changed.data.validation.count == 4
    with pytest.raises(DoesNotApplyError, match="mixed already"):
        BY_ID["mixup"](changed)


def test_mixup_mixes_features_and_targets_by_the_same_shares() -> None:
    y = (np.arange(40) >= 20).astype("float32")
    x = np.stack([y, y], axis=1)
    given = recipe(y, x=x, loss="binary_crossentropy", task=BINARY, weight=np.full(40, 2.0))
    train = BY_ID["mixup"](given, alpha=1.0).data.train
    np.testing.assert_allclose(train.x[:, 0], train.y, rtol=1e-6)
    assert ((train.y > 0) & (train.y < 1)).any()
    np.testing.assert_allclose(train.weight, 2.0)


def test_mixup_is_the_same_for_the_same_seed() -> None:
    first, second = (BY_ID["mixup"](recipe(Y), seed=3).data.train for _ in range(2))
    other = BY_ID["mixup"](recipe(Y), seed=4).data.train
    assert np.array_equal(first.x, second.x)
    assert not np.array_equal(first.x, other.x)


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_images_are_left_to_a_feed_that_mixes_them(kind: str) -> None:
    given = recipe(
        Y,
        x=np.zeros((40, 8, 8, 1), dtype="uint8"),
        config=CONV,
        task=Task(name="classes", inputs="image"),
    )
    changed = BY_ID["mixup"](given, kind=kind, alpha=1.0)
    assert changed.fit.mixing == Mixing(kind=kind, alpha=1.0)
    assert changed.data.train.x is given.data.train.x
    assert np.array_equal(changed.data.train.y.argmax(axis=1), Y)


def test_images_in_a_dict_are_mixed_as_rows_for_a_feed_takes_one_array() -> None:
    images = np.zeros((40, 8, 8, 1), dtype="uint8")
    given = recipe(Y, x={"image": images}, config=CONV, task=Task(name="classes", inputs="image"))
    changed = BY_ID["mixup"](given)
    assert changed.fit.mixing is None
    assert changed.data.train.count == 80
    with pytest.raises(DoesNotApplyError, match="images only"):
        BY_ID["mixup"](given, kind="cutmix")


def test_mixup_does_not_fit() -> None:
    with pytest.raises(DoesNotApplyError, match="tokens"):
        BY_ID["mixup"](recipe(Y, task=Task(name="classes", inputs="tokens")))
    with pytest.raises(DoesNotApplyError, match="cross-entropies"):
        BY_ID["mixup"](recipe(Y, loss="mse", task=Task(name="regression", inputs="tabular")))
    with pytest.raises(DoesNotApplyError, match="images only"):
        BY_ID["mixup"](recipe(Y), kind="cutmix")
    given = recipe(Y % 2, loss="binary_crossentropy", task=BINARY, class_weight={0: 1.0, 1: 2.0})
    with pytest.raises(DoesNotApplyError, match="class weight"):
        BY_ID["mixup"](given)
    stepped = recipe(
        Y, x=np.zeros((40, 8, 8, 1)), config=CONV, task=Task(name="classes", inputs="image")
    ).with_fit(steps=3)
    with pytest.raises(DoesNotApplyError, match="once"):
        BY_ID["mixup"](stepped)
    with pytest.raises(ValueError, match="expected 'mixup' or 'cutmix'"):
        BY_ID["mixup"](recipe(Y), kind="both")


def test_literals_are_left_as_they_were() -> None:
    assert layer_named(recipe(Y), "one")["kernel_regularizer"] is None
    assert [entry["config"]["name"] for entry in TWO_LAYERS["config"]["layers"]] == [
        *("input", "one", "out")
    ]
    assert len(list(leaves(recipe(Y).data.train.x))) == 1
