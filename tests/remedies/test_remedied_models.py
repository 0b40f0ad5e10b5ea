"""What Keras makes of remedied recipes: the layers, rates and bounds that were asked for."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from bases import recipe_of
from small_data import recipe

from goodfit.recipe import DataRecipe, Recipe, Rows, Task
from goodfit.remedies import BY_ID
from goodfit.remedies.augmentation import LAYERS
from goodfit.remedies.optimizer import OPTIMIZERS
from goodfit.study.engines.build import build
from goodfit.study.engines.feed import fed

pytestmark = pytest.mark.backend


def pictures() -> Recipe:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = np.random.default_rng(0).integers(0, 256, (80, 8, 8, 3)).astype("uint8")
    rows = Rows(x=x, y=np.arange(80) % 3)
    data = DataRecipe(train=rows, validation=rows.at(slice(0, 16)))
    return recipe_of(model, data, Task(name="classes", classes=3, inputs="image"))


def numbers(**more: Any) -> Recipe:
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(3, "softmax")]
    )
    config = keras.saving.serialize_keras_object(model)
    return recipe(np.arange(100) % 3, config=config, **more)


def fitted(told: Recipe, rows: int = 8) -> Any:
    model = build(told, seed=0)
    given = told.data.train.at(slice(0, rows))
    model.fit(given.x, given.y, batch_size=8, verbose=0, class_weight=told.fit.class_weight)
    return model


# Keras' RandAugment on PyTorch.
@pytest.mark.filterwarnings("ignore:Tensor.T is deprecated")
def test_every_augmentation_works_while_training_only() -> None:
    plain = changed = pictures()
    for kind in LAYERS:
        changed = BY_ID["augmentation"](changed, kind=kind)
    first, second = build(plain, seed=0), build(changed, seed=0)
    assert len(second.layers) == len(first.layers) + len(LAYERS)
    x = np.asarray(plain.data.train.x[:8])
    np.testing.assert_allclose(
        first.predict(x, verbose=0), second.predict(x, verbose=0), rtol=1e-4, atol=1e-5
    )
    as_trained = keras.ops.convert_to_numpy(second(x.astype("float32"), training=True))
    assert not np.allclose(as_trained, second.predict(x, verbose=0), atol=1e-4)
    assert np.isfinite(as_trained).all()
    model = fitted(changed)
    assert all(np.isfinite(weights).all() for weights in model.get_weights())


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_mixed_images_train(kind: str) -> None:
    given = pictures()
    changed = BY_ID["mixup"](given, kind=kind, alpha=1.0)
    model_recipe, fed_rows = fed(changed, seed=3)
    images, targets = fed_rows["x"][0]
    # Targets that are mixed hold two classes' shares, and no image of the user's stands there.
    assert ((targets > 0).sum(axis=1) == 2).any()
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)
    own = np.asarray(given.data.train.x, dtype="float32").reshape(given.data.train.count, -1)
    far = np.abs(images.reshape(len(images), 1, -1) - own[None]).max(axis=2).min(axis=1)
    assert (far > 1e-3).any()
    model = build(model_recipe, seed=0)
    history = model.fit(**fed_rows, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(history).all()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_is_one_of_keras(name: str) -> None:
    changed = BY_ID["optimizer"](numbers(optimizer="lion"), name=name, learning_rate=0.02)
    model = fitted(changed)
    assert type(model.optimizer).__name__ == OPTIMIZERS[name][0]
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("kind", "rates"),
    [
        ("inverse_time", {0: 1.0, 11: 0.5, 99: 0.1}),
        ("cosine", {0: 1.0, 50: 0.505, 100: 0.01}),
        ("warmup_cosine", {0: 0.0, 5: 1.0, 100: 0.01}),
    ],
)
def test_schedules_end_where_training_ends(kind: str, rates: dict[int, float]) -> None:
    # 100 rows in batches of 10 over 10 epochs.
    changed = BY_ID["schedule"](numbers(optimizer="sgd"), kind=kind)
    told = keras.saving.deserialize_keras_object(
        changed.compile["optimizer"]["config"]["learning_rate"]
    )
    for step, share in rates.items():
        rate = float(keras.ops.convert_to_numpy(told(keras.ops.convert_to_tensor(step))))
        assert rate == pytest.approx(0.01 * share, abs=1e-6)
    fitted(changed)


def test_max_norm_holds_after_a_step() -> None:
    model = fitted(BY_ID["max-norm"](pictures(), most=0.1))
    kernel = np.asarray(keras.ops.convert_to_numpy(model.layers[-3].kernel))
    assert np.sqrt((kernel**2).sum(axis=(0, 1, 2))).max() <= 0.1 + 1e-5


def test_weights_are_the_average_after_an_epoch() -> None:
    changed = BY_ID["weight-averaging"](numbers(optimizer="sgd"), momentum=0.9)
    model = build(changed, seed=0)
    rows = changed.data.train
    model.fit(rows.x, rows.y, batch_size=10, shuffle=False, verbose=0)
    average = model.optimizer._model_variables_moving_average[0]
    kernel = keras.ops.convert_to_numpy(model.trainable_variables[0])
    np.testing.assert_allclose(kernel, keras.ops.convert_to_numpy(average), rtol=1e-5)


def test_smoothed_and_focal_losses_and_class_weights_train() -> None:
    metrics = ["accuracy", "sparse_categorical_accuracy"]
    uneven = numbers(metrics=metrics, loss="sparse_categorical_crossentropy")
    changed = BY_ID["focal-loss"](BY_ID["class-weights"](uneven))
    smoothed = BY_ID["label-smoothing"](changed, smoothing=0.2)
    assert smoothed.compile["loss"]["config"]["gamma"] == 2.0
    model = fitted(smoothed)
    rows = smoothed.data.train
    told = model.evaluate(rows.x, rows.y, verbose=0, return_dict=True)
    assert told["accuracy"] == told["sparse_categorical_accuracy"]


def test_noise_and_normalisation_leave_the_other_weights_as_they_were() -> None:
    given = numbers()
    changed = BY_ID["gaussian-noise"](BY_ID["layer-normalisation"](given))
    first, second = build(given, seed=3), build(changed, seed=3)
    for layer in first.layers:
        ours = second.get_layer(layer.name).get_weights()
        assert all(map(np.array_equal, layer.get_weights(), ours))
    assert len(second.layers) == len(first.layers) + 4
    fitted(changed)
