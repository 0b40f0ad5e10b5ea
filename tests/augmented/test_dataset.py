"""The feed: what it hands out, and a training on it on each backend."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import goodfit

ROWS = 70


def rows(dtype: str = "uint8") -> tuple[np.ndarray, np.ndarray]:
    """Two kinds of images, bright above or bright below, and which."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 60, (ROWS, 8, 8, 1))
    y = np.arange(ROWS) % 2
    x[y == 0, :4] += 150
    x[y == 1, 4:] += 150
    return x.astype(dtype), y


def drained(feed: goodfit.AugmentedImages) -> list[tuple[np.ndarray, ...]]:
    return [feed[index] for index in range(len(feed))]


def test_every_row_once_in_every_epoch_in_another_order():
    x, y = rows()
    weight = np.arange(ROWS, dtype="float32")
    feed = goodfit.AugmentedImages(x, y, weight, batch_size=32, flip="horizontal")
    assert [len(batch[0]) for batch in drained(feed)] == [32, 32, 6]
    orders = []
    for _ in range(2):
        batches = drained(feed)
        assert all(images.dtype == "float32" for images, _, _ in batches)
        seen = np.concatenate([given for _, _, given in batches]).astype(int)
        assert sorted(seen) == list(range(ROWS))
        np.testing.assert_array_equal(np.concatenate([labels for _, labels, _ in batches]), y[seen])
        orders.append(list(seen))
        feed.on_epoch_end()
    assert orders[0] != orders[1]
    plain = goodfit.AugmentedImages(x, y, shuffle=False)
    np.testing.assert_array_equal(plain[0][0], x[:32])


def test_the_same_seed_gives_the_same_images_whatever_the_order_and_the_thread():
    x, y = rows("float32")
    told = {"flip": "both", "rotation": 0.2, "brightness": 0.1, "erasing": 0.2, "batch_size": 8}
    first = drained(goodfit.AugmentedImages(x, y, seed=3, **told))
    feed = goodfit.AugmentedImages(x, y, seed=3, **told)
    found = {}

    def fill(some):
        for index in some:
            found[index] = feed[index]

    indices = list(range(len(feed)))[::-1]
    threads = [threading.Thread(target=fill, args=(indices[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, (images, labels) in enumerate(first):
        np.testing.assert_array_equal(found[index][0], images)
        np.testing.assert_array_equal(found[index][1], labels)
    other = goodfit.AugmentedImages(x, y, seed=4, **told)
    assert not np.array_equal(other[0][0], first[0][0])
    feed.on_epoch_end()
    assert not np.array_equal(feed[0][0], first[0][0])


def test_nothing_global_is_drawn_from():
    x, y = rows()
    state = np.random.get_state()[1].copy()
    one_hot = np.eye(2)[y]
    drained(goodfit.AugmentedImages(x, one_hot, rotation=0.1, erasing=0.1, mixing="cutmix"))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_mixing_mixes_images_targets_and_weights_by_the_same_share(kind):
    y = np.eye(2, dtype="float32")[np.arange(ROWS) % 2]
    x = np.tile(y[:, 1, None, None, None] * 100, (1, 10, 10, 1))
    feed = goodfit.AugmentedImages(x, y, y[:, 1], mixing=kind, alpha=1.0, batch_size=ROWS)
    images, targets, weight = feed[0]
    assert images.dtype == targets.dtype == "float32"
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(images.mean(axis=(1, 2, 3)) / 100, targets[:, 1], atol=1e-5)
    np.testing.assert_allclose(weight, targets[:, 1], atol=1e-6)
    assert np.count_nonzero((targets > 0.01) & (targets < 0.99)) > ROWS // 4


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"x": np.zeros((4, 8, 8))}, r"shape \(4, 8, 8\).*x\[\.\.\., None\]"),
        ({"x": np.array([[[["a"]]]])}, "expected numbers of shape"),
        ({"y": np.zeros(3)}, "y has 3 rows and x has 4"),
        ({"sample_weight": np.zeros(5)}, "sample_weight has 5 rows"),
        ({"batch_size": 0}, "expected a batch_size of 1 or more"),
        ({"mixing": "blend"}, "mixing is 'blend'"),
        ({"mixing": "mixup", "alpha": 0.0}, "alpha is 0.0; expected a number above 0"),
        ({"mixing": "mixup", "y": np.arange(4)}, "expected one-hot targets"),
        ({"rotation": 7}, "rotation is 7; expected"),
    ],
)
def test_what_does_not_fit_is_an_error(told, message):
    with pytest.raises(ValueError, match=message):
        goodfit.AugmentedImages(**{"x": np.zeros((4, 8, 8, 1)), **told})


def test_unknown_changes_and_batches_are_errors():
    with pytest.raises(TypeError, match="twist"):
        goodfit.AugmentedImages(np.zeros((4, 8, 8, 1)), twist=0.1)
    with pytest.raises(IndexError, match="batch 1 of 1"):
        goodfit.AugmentedImages(np.zeros((4, 8, 8, 1)))[1]


@pytest.mark.backend
@pytest.mark.parametrize("workers", [None, 1, 2])
def test_a_model_learns_from_it_on_every_backend_alike_each_time(workers):
    import keras

    x, y = rows()

    def losses() -> list[float]:
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten(),
             keras.layers.Dense(2, activation="softmax")]
        )  # fmt: skip
        model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
        feed = goodfit.AugmentedImages(
            x, y, flip="horizontal", translation=0.1, batch_size=16, workers=workers
        )
        return model.fit(feed, epochs=4, shuffle=False, verbose=0).history["loss"]

    first = losses()
    assert first[-1] < 0.7 * first[0]
    assert losses() == first


@pytest.mark.backend
def test_class_weights_and_dict_targets_go_through_fit():
    import keras

    x, y = rows("float32")
    inputs = keras.Input((8, 8, 1))
    flat = keras.layers.Flatten()(inputs)
    heads = {name: keras.layers.Dense(1, name=name)(flat) for name in ("a", "b")}
    model = keras.Model(inputs, heads)
    model.compile("sgd", {"a": "mse", "b": "mse"})
    targets = {"a": y.astype("float32")[:, None], "b": 1 - y.astype("float32")[:, None]}
    model.fit(goodfit.AugmentedImages(x / 255, targets, zoom=0.1, workers=1), verbose=0)
    single = keras.Model(inputs, heads["a"])
    single.compile("sgd", "mse")
    single.fit(
        goodfit.AugmentedImages(x / 255, y, zoom=0.1, workers=1),
        class_weight={0: 1.0, 1: 2.0},
        verbose=0,
    )
