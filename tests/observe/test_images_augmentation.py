"""What random changes do to training images: layers of the model, generators, feeds, streams."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from goodfit.facts import (
    AugmentationFacts,
    ClassMove,
    DataFacts,
    Facts,
    PassFacts,
    SetFacts,
)
from goodfit.observe.images import augment_generator, augment_layers, moves
from goodfit.observe.images.augmentation import augmentation
from goodfit.observe.objects.model import model_facts
from goodfit.observe.training.monitor import Monitor
from goodfit.observe.training.sampling import Sample

keras_layers = keras.layers
pytestmark = [
    pytest.mark.backend,
    # Keras' legacy generator under a new SciPy.
    pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning"),
]
DIGITS = load_digits()
X = (DIGITS.images / 16.0).astype("float32")[..., None]
Y = DIGITS.target


def _model(*layers: Any, shape: tuple[int, ...] = (8, 8, 1)) -> keras.Model:
    rest = [keras_layers.Flatten(), keras_layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input(shape), *layers, *rest])
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    return model


def _facts(model: keras.Model, **fit: Any) -> Facts:
    """A whole fit, watched."""
    monitor = Monitor(share=1.0)
    given = {"x": X[:600], "y": Y[:600], "batch_size": 128} | fit
    model.fit(**given, epochs=1, verbose=0, callbacks=[monitor])
    return monitor.facts()


def _work(model: keras.Model, x: Any = None, y: Any = None, **fit: Any) -> Any:
    """What a fit leaves behind of the training rows, without its seconds."""
    sample = Sample(X[:900] if x is None else x, Y[:900] if y is None else y)
    return SimpleNamespace(
        watched=SimpleNamespace(model=model, samples={"train": sample}),
        model=model_facts(model),
        settings=None,
        fit=fit,
        missing={},
        remains=SimpleNamespace(unlimited=True),
    )


def _streamed(model: keras.Model, x: Any, y: Any, fit: dict[str, Any]) -> Any:
    """The same for a stream: the sample is what came by."""
    work = _work(model, x=x, y=y)
    work.fit = fit
    return work


def _changes(model: keras.Model, data: DataFacts | None = None, **given: Any) -> AugmentationFacts:
    found = augmentation(_work(model, **given), data)
    assert found is not None
    return found


def _pair(found: tuple[ClassMove, ...], one: str, other: str) -> float:
    shares = [m.after - m.before for m in found if {m.true, m.taken_for} == {one, other}]
    return min(shares, default=0.0)


def test_images_that_nothing_changes_still_tell_what_mirrors_and_turns_would_do() -> None:
    found = _changes(_model())
    assert (found.place, found.kinds, found.random) == ("none", (), False)
    assert found.accuracy_after is None
    assert found.accuracy_before is not None
    assert found.accuracy_before > 0.9
    assert _pair(found.turned, "6", "9") > 0.4
    assert _pair(found.mirrored, "6", "9") < 0.3


def test_layers_of_a_block_are_followed_and_strong_ones_leave_nothing() -> None:
    block = keras.Sequential(
        [
            keras_layers.RandomRotation(0.5),
            keras_layers.RandomTranslation(0.5, 0.5),
            keras_layers.RandomZoom((-0.8, 0.8)),
        ],
        name="augment",
    )
    model = _model(block, keras_layers.Rescaling(2.0))
    found = _changes(model)
    assert (found.place, found.rotation, found.flips) == ("model", 180.0, ())
    assert found.kinds[0] == "RandomRotation(0.5)"
    assert found.layers[0].startswith("augment/random_rotation")
    assert found.accuracy_before is not None
    assert found.accuracy_again is not None
    assert found.accuracy_prior is not None
    assert found.accuracy_before > 0.9
    assert found.accuracy_again < found.accuracy_prior + 0.2
    assert found.change is not None
    assert found.change > 0.5


def test_weak_changes_leave_nearly_all() -> None:
    layers = (keras_layers.Rescaling(255.0), keras_layers.RandomRotation(0.03))
    found = _changes(_model(*layers))
    assert found.accuracy_before is not None
    assert found.accuracy_again is not None
    assert found.accuracy_again > found.accuracy_before - 0.05
    assert found.accuracy_se is not None
    assert 0 < found.accuracy_se < 0.02


def test_the_users_layers_and_global_random_state_draw_what_they_would_have_drawn() -> None:
    images = np.repeat(X[:64], 3, axis=-1)
    model = _model(
        keras_layers.RandomFlip(seed=1), keras_layers.RandomGrayscale(seed=2), shape=(8, 8, 3)
    )
    before = [keras.ops.convert_to_numpy(v).copy() for v in model.non_trainable_variables]
    states = [keras.ops.convert_to_numpy(one.generator.state).copy() for one in model.layers[:2]]
    keras.utils.set_random_seed(3)
    plain = keras.ops.convert_to_numpy(keras.random.uniform((4,)))
    keras.utils.set_random_seed(3)
    chain = augment_layers.chain(model, model_facts(model), "input")
    assert chain is not None
    first, again = chain(images, 7), chain(images, 7)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - images).max() > 0.1
    np.testing.assert_array_equal(chain(images, 7, training=False), images)
    np.testing.assert_array_equal(plain, keras.ops.convert_to_numpy(keras.random.uniform((4,))))
    after = [keras.ops.convert_to_numpy(v) for v in model.non_trainable_variables]
    now = [keras.ops.convert_to_numpy(one.generator.state) for one in model.layers[:2]]
    for old, new in zip([*before, *states], [*after, *now], strict=True):
        np.testing.assert_array_equal(old, new)


def test_what_stands_between_must_be_known() -> None:
    inputs = keras.Input((8, 8, 1))
    odd = keras_layers.RandomFlip()(keras_layers.Lambda(lambda t: t * 2)(inputs))
    answers = keras_layers.Dense(10, "softmax")(keras_layers.Flatten()(odd))
    work = _work(keras.Model(inputs, answers))
    found = augmentation(work, None)
    assert found is not None
    assert (found.place, found.flips) == ("model", ("horizontal", "vertical"))
    assert found.accuracy_before is None
    assert "random layers" in work.missing["augmentation"]


# The legacy generator --------------------------------------------------------


def _generator(**options: Any) -> Any:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    return ImageDataGenerator(**options)


def test_the_legacy_generator_of_both_subsets_of_a_split() -> None:
    generator = _generator(
        rotation_range=180, horizontal_flip=True, zoom_range=0.2, validation_split=0.2
    )
    train = generator.flow(X[:900], Y[:900], batch_size=128, subset="training", seed=1)
    held = generator.flow(X[:900], Y[:900], batch_size=128, subset="validation", seed=1)
    facts = _facts(_model(), x=train, y=None, batch_size=None, validation_data=held)
    assert facts.images is not None, facts.missing
    found = facts.images.augmentation
    assert found is not None, facts.missing
    assert (found.place, found.random, found.rotation) == ("generator", True, 180.0)
    assert found.flips == ("horizontal",)
    assert found.kinds == ("rotation_range=180", "zoom_range=(0.8, 1.2)", "horizontal_flip=True")
    assert found.validation_kinds == found.kinds
    assert found.rows == 720
    assert found.accuracy_before is not None
    assert found.accuracy_after is not None
    assert found.accuracy_before > 0.9
    assert found.accuracy_after < found.accuracy_before - 0.3
    assert _pair(found.turned, "6", "9") > 0.4


def test_a_generator_that_only_rescales_changes_nothing() -> None:
    plain = _generator(rescale=1 / 2)
    train, held = plain.flow(X[:300], Y[:300]), plain.flow(X[300:400], Y[300:400])
    fit = {"x": train, "val_x": held}
    found = augmentation(_streamed(_model(), X[:100], Y[:100], fit), None)
    assert found is not None
    assert (found.place, found.kinds, found.validation_kinds) == ("none", (), ())
    assert found.accuracy_before is not None


def test_a_generators_changes_draw_nothing_global() -> None:
    generator = _generator(rotation_range=90)
    np.random.seed(0)
    expected = np.random.random(3)
    np.random.seed(0)
    first = augment_generator.changed(generator, X[:4], 5)
    np.testing.assert_array_equal(np.random.random(3), expected)
    np.testing.assert_array_equal(first, augment_generator.changed(generator, X[:4], 5))
    assert np.abs(first - X[:4]).max() > 0.1


@pytest.mark.parametrize("one_hot", [False, True])
def test_a_generator_that_reads_files(tmp_path: Any, one_hot: bool) -> None:
    pytest.importorskip("PIL")
    for row in range(120):
        folder = tmp_path / f"digit{Y[row]}"
        folder.mkdir(exist_ok=True)
        keras.utils.save_img(folder / f"{row}.png", np.kron(X[row], np.ones((2, 2, 1))))
    generator = _generator(vertical_flip=True, rescale=1 / 255)
    train = generator.flow_from_directory(
        tmp_path, target_size=(16, 16), color_mode="grayscale", class_mode="sparse", batch_size=40
    )
    x, y = next(train)
    y = np.eye(10, dtype="float32")[y.astype(int)] if one_hot else y
    found = augmentation(_streamed(_model(shape=(16, 16, 1)), x, y, {"x": train}), None)
    assert found is not None
    assert (found.place, found.flips) == ("generator", ("vertical",))
    assert found.rows == 120
    assert found.accuracy_before is not None
    assert found.accuracy_before > 0.6


# Feeds and streams -----------------------------------------------------------


def test_a_feed_of_augmented_images() -> None:
    import goodfit

    feed = goodfit.AugmentedImages(X[:900], Y[:900], flip="vertical", rotation=0.1, batch_size=128)
    found = augmentation(_streamed(_model(), *feed[0], {"x": feed}), None)
    assert found is not None
    assert (found.place, found.flips, found.rotation) == ("pipeline", ("vertical",), 36.0)
    assert found.accuracy_after is not None
    assert _pair(found.upended, "2", "5") > 0.3


@pytest.mark.parametrize(("same_labels", "random"), [(1.0, True), (0.1, False)])
def test_a_stream_whose_passes_differ_is_random_and_no_more_is_known(
    same_labels: float, random: bool
) -> None:
    passes = PassFacts(rows=300, same_rows=0.0, same_labels=same_labels)
    data = DataFacts(train=SetFacts(role="train", source="PyDataset", passes=passes))
    found = augmentation(_streamed(_model(), X[:300], Y[:300], {"steps_per_epoch": 9}), data)
    assert found is not None
    assert (found.place, found.random) == ("pipeline" if random else "none", random)
    assert (found.accuracy_before is None) == random


RANDOM = DataFacts(
    train=SetFacts(
        role="train", source="tf.data", passes=PassFacts(rows=300, same_rows=0.0, same_labels=0.1)
    )
)


def _tensorflow() -> Any:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("tf.data is made without TensorFlow only in part")
    import tensorflow

    return tensorflow


@pytest.mark.parametrize("strength", [0.02, 0.7])
def test_a_pipeline_that_starts_from_arrays(strength: float) -> None:
    tf = _tensorflow()
    noise = keras.Sequential(
        [keras_layers.RandomTranslation(strength, strength), keras_layers.Rescaling(255.0)]
    )
    made = tf.data.Dataset.from_tensor_slices((X, np.eye(10, dtype="float32")[Y])).shuffle(2000)
    made = made.batch(300).map(lambda x, y: (noise(x, training=True), y)).prefetch(1)
    x, y = next(iter(made))
    found = augmentation(_streamed(_model(), x.numpy(), y.numpy(), {"x": made}), RANDOM)
    assert found is not None
    assert (found.place, found.rows) == ("pipeline", 1536)
    assert found.accuracy_before is not None
    assert found.accuracy_again is not None
    assert found.accuracy_se is not None
    assert found.accuracy_before > 0.95
    assert (found.accuracy_again > 0.8) == (strength < 0.1)
    assert 0.01 < found.accuracy_se < 0.04


def test_a_pipeline_that_starts_from_files(tmp_path: Any) -> None:
    tf = _tensorflow()
    pytest.importorskip("PIL")
    for row in range(150):
        folder = tmp_path / f"digit{Y[row]}"
        folder.mkdir(exist_ok=True)
        keras.utils.save_img(folder / f"{row}.png", np.kron(X[row], np.ones((2, 2, 1))))
    made = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(16, 16), color_mode="grayscale", batch_size=150, verbose=False
    )
    mirrored = made.map(lambda x, y: (tf.image.flip_up_down(x) / 255.0, y))
    x, y = next(iter(mirrored))
    work = _streamed(_model(shape=(16, 16, 1)), x.numpy(), y.numpy(), {"x": mirrored})
    found = augmentation(work, RANDOM)
    assert found is not None
    assert found.rows == 150
    assert found.accuracy_before is not None
    assert found.accuracy_after is not None
    assert found.accuracy_again is not None
    assert found.accuracy_before > 0.6
    assert found.accuracy_after < found.accuracy_before - 0.1
    assert found.accuracy_again > 0.6


def test_tables_have_no_images() -> None:
    model = keras.Sequential([keras.Input((64,)), keras_layers.Dense(10, "softmax")])
    assert augmentation(_work(model, x=X[:300].reshape(300, 64), y=Y[:300]), None) is None


# The learner -----------------------------------------------------------------


def test_reduced_images_are_means_of_what_they_cover() -> None:
    image = np.arange(36.0).reshape(1, 6, 6, 1)
    blocks = image.reshape(1, 3, 2, 3, 2, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(moves.reduced(image, 3), blocks, rtol=1e-6)
    np.testing.assert_allclose(moves.reduced(image, 4).mean(), image.mean(), rtol=1e-6)
    assert moves.reduced(image, 8).shape == image.shape


def test_every_row_is_answered_by_a_learner_that_never_saw_it() -> None:
    rng = np.random.default_rng(0)
    noise, labels = rng.normal(size=(200, 6, 6, 1)), np.arange(200) % 2
    answers = moves.out_of_fold(noise, labels, {"plain": noise})["plain"]
    assert abs((answers == labels).mean() - 0.5) < 0.15
    signal = noise + 2 * labels[:, None, None, None]
    answers = moves.out_of_fold(signal, labels, {"plain": signal})["plain"]
    assert (answers == labels).mean() > 0.95


def test_pairs_stand_next_to_each_other_worst_first() -> None:
    labels = np.repeat([0, 1, 2], 20)
    after = labels.copy()
    after[:20], after[20:30] = 1, 0
    found = moves.class_moves(labels, labels, after, ["a", "b", "c"])
    assert [(m.true, m.taken_for, m.after) for m in found] == [("a", "b", 1.0), ("b", "a", 0.5)]
    assert moves.class_moves(labels, labels, labels, ["a", "b", "c"]) == ()


def test_a_standard_error_is_never_nothing() -> None:
    right = np.ones(100, bool)
    assert moves.standard_error(right, right) == 0.01
    other = np.arange(100) % 2 == 0
    assert math.isclose(moves.standard_error(right, other), 0.05)
