"""Pictures of real fits: which images are shown, what they are called, and what they take."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

import goodfit
from goodfit.facts import FitPictures, Picture, PictureGroup
from goodfit.observe.images.pixels import Pixels, upright
from goodfit.observe.images.thumbnails import Shot, ShotRow, as_bytes, pictured
from goodfit.observe.training.monitor import Monitor

pytestmark = pytest.mark.backend
X, Y = load_digits(return_X_y=True)
X = X.reshape(-1, 8, 8, 1).astype("float32")
TRAIN, FEW, HELD = slice(0, 600), slice(0, 150), slice(900, 1200)


def network(*first: keras.layers.Layer, shape: tuple[int, ...] = (8, 8, 1)) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(shape),
            *first,
            keras.layers.Rescaling(1 / 16),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def watched(model: keras.Model, x: object, *more: object, **told: object) -> Monitor:
    monitor = Monitor(pictures=bool(told.pop("pictures", True)))
    model.fit(x, *more, epochs=2, verbose=0, callbacks=[monitor], **told)
    return monitor


def pictures(monitor: Monitor) -> FitPictures:
    monitor.facts()
    assert monitor.pictures is not None
    return monitor.pictures


def called(found: FitPictures, name: str) -> PictureGroup:
    return next(group for group in found.groups if group.name == name)


def shown(group: PictureGroup) -> list[Picture]:
    return [one for row in group.rows for one in row.pictures]


def opened(picture: Picture) -> np.ndarray:
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(picture.data))) as image:
        assert image.format == picture.format.upper()
        assert image.size == (picture.width, picture.height)
        return np.asarray(image)


def as_shown(row: np.ndarray) -> np.ndarray:
    """A digit of 16 levels as bytes."""
    return np.rint(row[..., 0] / 16 * 255).astype(np.uint8)


@pytest.fixture(scope="module")
def seen() -> tuple[FitPictures, keras.Model]:
    x, y = X.copy(), Y.copy()
    y[:60:3] = (y[:60:3] + 5) % 10  # wrong labels
    x[900:904] = x[100:104]  # leaked
    x[500] = 0.0  # blank
    model = network()
    given = {"validation_data": (x[HELD], y[HELD])}
    return pictures(watched(model, x[TRAIN], y[TRAIN], **given)), model


def test_each_class_has_its_own_images(seen: tuple[FitPictures, keras.Model]) -> None:
    group = called(seen[0], "samples")
    assert [row.name for row in group.rows] == [str(digit) for digit in range(10)]
    assert all(len(row.pictures) == 12 for row in group.rows)
    for row in group.rows[7:]:
        for one in row.pictures:
            number = int(one.where.removeprefix("training row "))
            if number >= 60 and number != 500:
                assert Y[number] == int(row.name)
                np.testing.assert_array_equal(opened(one), as_shown(X[number]))


def test_the_surest_wrong_answers_come_first(seen: tuple[FitPictures, keras.Model]) -> None:
    found, model = seen
    x = X[HELD].copy()
    x[:4] = X[100:104]
    answers = model.predict(x, verbose=0)
    wrong = np.flatnonzero(answers.argmax(axis=1) != Y[HELD])
    surest = wrong[np.argsort(-answers[wrong].max(axis=1), kind="stable")][:24]
    told = shown(called(found, "wrong"))
    assert {one.where for one in told} == {f"validation row {row}" for row in surest}
    first = told[0]
    row = int(first.where.removeprefix("validation row "))
    assert first.label == str(Y[HELD][row])
    assert first.detail.startswith(f"taken for {answers[row].argmax()}, ")


def test_suspected_labels_copies_and_odd_images(seen: tuple[FitPictures, keras.Model]) -> None:
    suspects = shown(called(seen[0], "labels"))
    planted = {f"training row {row}" for row in range(0, 60, 3)}
    assert len([one for one in suspects if one.where in planted]) >= 10
    pairs = called(seen[0], "copies").rows
    leaked = {tuple(one.where for one in row.pictures) for row in pairs if row.name == "equal"}
    assert {(f"validation row {i}", f"training row {100 + i}") for i in range(4)} <= leaked
    odd = shown(called(seen[0], "odd"))
    assert [(one.label, one.detail) for one in odd] == [("blank", "training row 500")]


def test_augmentation_is_shown_beside_the_image_and_draws_nothing_of_the_users() -> None:
    def after(wanted: bool) -> tuple[np.ndarray, Monitor]:
        layer = keras.layers.RandomTranslation(0.3, 0.3, fill_mode="constant", seed=3)
        model = network(layer)
        monitor = watched(model, X[FEW], Y[FEW], pictures=wanted)
        monitor.facts()
        return np.asarray(keras.ops.convert_to_numpy(layer(X[:4], training=True))), monitor

    drawn, monitor = after(True)
    untouched, blind = after(False)
    np.testing.assert_array_equal(drawn, untouched)
    assert blind.pictures is None
    rows = called(pictures(monitor), "augmentation").rows
    assert [row.name for row in rows] == ["0", "1", "2", "3", "4"]
    for row in rows:
        assert len(row.pictures) == 7
        versions = [opened(one) for one in row.pictures]
        assert any(np.array_equal(versions[0], as_shown(image)) for image in X[FEW])
        assert sum(not np.array_equal(versions[0], one) for one in versions[1:]) >= 5


def _stream() -> keras.utils.PyDataset:
    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            rows = slice(100 * index, 100 * index + 100)
            return X[rows], Y[rows]

    return Batches()


def test_images_of_a_stream_have_no_numbers() -> None:
    found = pictures(watched(network(), _stream(), validation_data=(X[900:960], Y[900:960])))
    samples = shown(called(found, "samples"))
    assert {one.where for one in samples} == {"training image"}
    assert len(samples) == 120


def test_rows_that_are_no_images_have_no_pictures() -> None:
    found = watched(network(shape=(64,)), X[FEW].reshape(-1, 64), Y[FEW])
    assert pictures(found) == FitPictures()


def test_images_without_classes_are_shown_in_one_row() -> None:
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    target = X[FEW].mean(axis=(1, 2, 3))
    found = pictures(watched(model, X[FEW], target))
    assert [(group.name, len(group.rows)) for group in found.groups] == [("samples", 1)]


def test_without_pillow_a_sentence_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = watched(network(), X[FEW], Y[FEW])
    monkeypatch.setitem(sys.modules, "PIL", None)
    found = pictures(monitor)
    assert found.groups == ()
    assert "pip install 'goodfit[images]'" in found.note


def test_diagnose_shows_pictures() -> None:
    told = {"validation_data": (X[900:960], Y[900:960]), "epochs": 1, "budget": 0.0}
    report = goodfit.diagnose(network(), (X[FEW], Y[FEW]), **told)
    assert "data:image/png" in report._repr_html_()
    assert "base64" not in repr(report)


# ---------------------------------------------------------------- thumbnails


def noise(side: int, count: int) -> list[ShotRow]:
    rng = np.random.default_rng(0)
    shots = [Shot(rng.integers(0, 256, (side, side, 3), dtype=np.uint8)) for _ in range(count)]
    return [ShotRow(shots[i : i + 12]) for i in range(0, count, 12)]


def test_thumbnails_are_small_in_pixels_and_in_all() -> None:
    found = pictured(noise(200, 24), limit=200_000)
    assert max(max(one.width, one.height) for row in found for one in row.pictures) == 64
    tight = pictured(noise(200, 120), limit=60_000)
    shown_ones = [one for row in tight for one in row.pictures]
    assert len(tight) == 10
    assert len(shown_ones) >= 40
    assert sum(len(one.data) for one in shown_ones) <= 60_000
    assert pictured(noise(200, 120), limit=100) == ()


@pytest.mark.parametrize(
    ("build", "mode"),
    [
        (lambda x: x.repeat(3, axis=-1), "L"),  # grey in three channels
        (lambda x: np.concatenate([x, x / 2, 16 - x], axis=-1), "RGB"),
        (lambda x: np.concatenate([x, x, x, np.full_like(x, 16)], axis=-1), "RGBA"),
        (lambda x: np.moveaxis(x.repeat(3, axis=-1), -1, 1), "L"),  # channels first
        (lambda x: x[..., 0], "L"),  # no channel axis
    ],
)
def test_channels_become_colours(build: Callable[[np.ndarray], np.ndarray], mode: str) -> None:
    rows = upright(build(X[:1]))
    assert rows is not None
    images = as_bytes(Pixels(rows, 0.0, 16.0).shares(rows))
    one = pictured([ShotRow([Shot(image) for image in images])], limit=10_000)[0].pictures[0]
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(one.data))) as image:
        assert image.mode == mode
        assert image.size == (8, 8)
        seen_as = np.asarray(image.convert("RGB"))[..., 0]
    np.testing.assert_array_equal(seen_as, as_shown(X[0]))


def test_the_shape_of_an_image_is_kept() -> None:
    wide = [ShotRow([Shot(np.zeros((50, 200, 3), np.uint8))])]
    one = pictured(wide, limit=10_000)[0].pictures[0]
    assert (one.width, one.height) == (64, 16)


def test_values_beyond_the_range_are_cut() -> None:
    shares = np.array([[[[-0.5], [0.0]], [[1.0], [7.0]]]])
    np.testing.assert_array_equal(as_bytes(shares), [[[0, 0], [255, 255]]])
    assert as_bytes(np.zeros((1, 2, 2, 2))).shape == (1, 2, 2)
    assert as_bytes(np.zeros((1, 2, 2, 7))).shape == (1, 2, 2, 3)
