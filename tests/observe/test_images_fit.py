"""Images of real fits: arrays, streams and folders, on every backend, and fits that crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from goodfit.codec import from_plain, to_plain
from goodfit.facts import ImageFacts
from goodfit.observe.images.fit import image_facts
from goodfit.observe.script.recorder import Recorder, read
from goodfit.observe.training.analyse import Analysis
from goodfit.observe.training.monitor import Monitor

pytestmark = [pytest.mark.backend, pytest.mark.libraries]
RNG = np.random.default_rng(0)
ROWS, HELD, SIDE = 96, 48, 12
# What Keras and TensorFlow say of themselves is none of these tests' business.
QUIET = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")


def _images(rows: int, labels: np.ndarray) -> np.ndarray:
    """Coloured noise; class 1 is brighter."""
    noise = RNG.integers(0, 200, (rows, SIDE, SIDE, 3))
    return (noise + 40 * labels[:, None, None, None]).astype("uint8")


Y, YV = np.arange(ROWS) % 2, np.arange(HELD) % 2
X, XV = _images(ROWS, Y), _images(HELD, YV)
X[5] = 77  # one image of one colour


class Batches(keras.utils.PyDataset):
    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__()
        self._x, self._y = x, y

    def __len__(self) -> int:
        return len(self._x) // 16

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(16 * index, 16 * index + 16)
        return self._x[rows], self._y[rows]


def _once() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    batches = Batches(X, Y)
    yield from (batches[place] for place in range(len(batches)))


def _arrays() -> dict[str, object]:
    return {"x": X, "y": Y, "validation_data": (XV, YV)}


def _tensors() -> dict[str, object]:
    tensor = keras.ops.convert_to_tensor
    return {"x": tensor(X), "y": tensor(Y), "validation_data": (tensor(XV), tensor(YV))}


def _pydataset() -> dict[str, object]:
    return {"x": Batches(X, Y), "validation_data": Batches(XV, YV)}


def _generator() -> dict[str, object]:
    return {"x": _once(), "steps_per_epoch": 6, "validation_data": (XV, YV)}


def _tfdata() -> dict[str, object]:
    tf = pytest.importorskip("tensorflow")
    pairs = [tf.data.Dataset.from_tensor_slices(part).batch(16) for part in ((X, Y), (XV, YV))]
    return {"x": pairs[0], "validation_data": pairs[1]}


def _dataloader() -> dict[str, object]:
    torch = pytest.importorskip("torch")
    sets = [
        torch.utils.data.TensorDataset(torch.tensor(x), torch.tensor(y))
        for x, y in ((X, Y), (XV, YV))
    ]
    loaders = [torch.utils.data.DataLoader(part, batch_size=16) for part in sets]
    return {"x": loaders[0], "validation_data": loaders[1]}


SOURCES = [_arrays, _tensors, _pydataset, _generator, _tfdata, _dataloader]
STREAMS = SOURCES[2:]


def _network(classes: int = 2) -> keras.Model:
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, strides=3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def _watched(data: dict[str, object], model: keras.Model | None = None) -> Monitor:
    monitor = Monitor(pictures=False)
    (model or _network()).fit(**data, epochs=1, shuffle=False, verbose=0, callbacks=[monitor])
    return monitor


def _images_of(data: dict[str, object], model: keras.Model | None = None) -> ImageFacts | None:
    """The images alone of a fit's analysis, of which all else takes seconds."""
    remains = _watched(data, model)._remains(baselines=True, crashed=False)
    return image_facts(Analysis(remains))


@pytest.mark.parametrize("source", SOURCES)
def test_images_of_every_source_are_looked_at(source: Callable[[], dict[str, object]]) -> None:
    found = _images_of(source())
    assert found is not None
    train, held = found.train, found.validation
    assert train is not None
    assert held is not None
    assert (train.rows_seen, train.height, train.width, train.channels) == (ROWS, SIDE, SIDE, 3)
    assert held.rows_seen == HELD
    assert train.maximum == X.max()
    assert train.channel_mean == pytest.approx(X.mean(axis=(0, 1, 2)), rel=1e-4)
    assert train.channel_std == pytest.approx(X.std(axis=(0, 1, 2)), rel=1e-3)
    assert train.grey == pytest.approx(1 / ROWS)
    assert train.outlier_counts == {"blank": 1}
    assert train.outliers[0].row == (None if source in STREAMS else 5)
    assert (train.near_identical, train.contradicting) == (0, 0)
    assert (found.near_leaked, found.near_rows) == (0, HELD)
    assert "brightness" in [one.name for one in train.properties]
    assert train.properties[0].error < 0.2
    assert train.properties[0].prior_error == 0.5
    assert (found.folders, found.missing) == ((), {})
    assert from_plain(json.loads(json.dumps(to_plain(found))), ImageFacts) == found


def test_they_are_among_the_facts_of_the_fit() -> None:
    monitor = _watched(_arrays())
    facts = monitor.facts()
    assert facts.images is not None
    assert facts.images.train is not None
    assert facts.images.train.outliers[0].row == 5
    assert not {"images", "pictures"} & set(facts.missing)


def test_tables_have_no_images() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    table = RNG.normal(size=(40, 4))
    assert _images_of({"x": table, "y": table[:, 0]}, model) is None


def test_the_sample_is_bounded_and_rows_keep_their_numbers() -> None:
    labels = np.arange(2500) % 2
    rows = _images(2500, labels)
    rows[::100] = 9
    found = _images_of({"x": rows, "y": labels, "batch_size": 500})
    assert found is not None
    assert found.train is not None
    assert found.train.rows_seen == 2048
    assert found.train.outlier_counts["blank"] <= 25
    assert {one.row for one in found.train.outliers} <= set(range(0, 2500, 100))


def _folder(root: Path, rows: int = 60, classes: tuple[str, ...] = ("dull", "vivid")) -> Path:
    labels = np.arange(rows) % len(classes)
    for name in classes:
        (root / name).mkdir(parents=True)
    for place, image in enumerate(_images(rows, labels)):
        Image.fromarray(image).save(root / classes[labels[place]] / f"{place}.png")
    return root


def _read(root: Path, **options: object) -> object:
    pytest.importorskip("tensorflow")
    told = {"image_size": (SIDE, SIDE), "batch_size": 20, "seed": 0, "verbose": False}
    return keras.utils.image_dataset_from_directory(root, **told | options)


@QUIET
def test_folders_are_found_behind_what_was_made_of_them(tmp_path: Path) -> None:
    root, held = _folder(tmp_path / "train"), _folder(tmp_path / "held", 20)
    (root / "empty").mkdir()
    (root / "dull" / "notes.txt").write_text("a")
    whole = (root / "dull" / "0.png").read_bytes()
    (held / "vivid" / "copy.png").write_bytes(whole)
    train = _read(root).map(lambda x, y: (x, y)).cache().prefetch(1)  # type: ignore[attr-defined]
    found = _images_of({"x": train, "validation_data": _read(held).take(9)}, _network(3))  # type: ignore[attr-defined]
    assert found is not None
    first, second = found.folders

    assert (first.role, first.directory) == ("train", str(root))
    assert first.reader == "image_dataset_from_directory"
    assert first.classes == {"dull": 30, "empty": 0, "vivid": 30}
    assert (first.files, first.looked_at, first.decoded) == (60, 60, 60)
    assert first.asked_size == (SIDE, SIDE)
    assert first.other_examples == ("dull/notes.txt",)
    assert (second.role, second.files) == ("validation", 21)
    assert found.leaked_files == 1
    assert found.train is not None
    assert {one.name for one in found.train.properties} & {"brightness", "bytes"}


@QUIET
def test_a_split_of_one_folder_is_told_by_its_parts(tmp_path: Path) -> None:
    root = _folder(tmp_path / "all")
    parts = [_read(root, validation_split=0.5, subset=part) for part in ("training", "validation")]
    found = _images_of({"x": parts[0], "validation_data": parts[1]})
    assert found is not None
    assert [(one.role, one.files) for one in found.folders] == [("train", 30), ("validation", 30)]
    assert found.folders[0].classes == {"dull": 30, "vivid": 30}
    assert found.leaked_files == 0


@QUIET
def test_files_without_classes_are_looked_at_all_the_same(tmp_path: Path) -> None:
    data = _read(_folder(tmp_path / "all"), labels=None)
    data = data.map(lambda x: (x, x[:, 0, 0, 0] * 0))  # type: ignore[attr-defined]
    found = _images_of({"x": data})
    assert found is not None
    assert found.folders[0].classes == {}
    assert (found.folders[0].looked_at, found.leaked_files) == (60, None)


@QUIET
def test_a_fit_that_ends_at_a_broken_file_has_its_folder_told(tmp_path: Path) -> None:
    root = _folder(tmp_path / "train")
    (root / "dull" / "0.png").write_bytes(b"")
    data = _read(root)
    model, monitor = _network(), Monitor(sink=Recorder(tmp_path, 1).write)
    told = {"x": data, "epochs": 1, "verbose": 0}
    monitor.attach(model, told)
    with pytest.raises(Exception, match=r"(?i)image|decode|input"):
        model.fit(**told, callbacks=[monitor])
    found = monitor.facts(crashed=True).images
    assert found is not None
    (folder,) = found.folders
    assert [one.path for one in folder.broken] == ["dull/0.png"]
    assert read(tmp_path)[0].images == found


@QUIET
def test_legacy_generators_are_told_by_their_iterators(tmp_path: Path) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    root = _folder(tmp_path / "train", classes=("dull", "middle", "vivid"))
    (root / "dull" / "more.jpg").write_bytes(b"\xff\xd8\xff nothing")
    made = ImageDataGenerator(rescale=1 / 255)
    told = {"target_size": (SIDE, SIDE), "batch_size": 10, "class_mode": "sparse"}
    data = made.flow_from_directory(str(root), shuffle=False, **told)
    model, monitor = _network(3), Monitor()
    monitor.attach(model, {"x": data})
    with pytest.raises(Exception, match="cannot identify"):  # TensorFlow has an error of its own
        model.fit(data, epochs=1, verbose=0, callbacks=[monitor])
    found = monitor.facts(crashed=True).images
    assert found is not None
    (folder,) = found.folders
    assert (folder.reader, folder.directory) == ("flow_from_directory", str(root))
    assert folder.classes == {"dull": 21, "middle": 20, "vivid": 20}
    assert folder.asked_size == (SIDE, SIDE)
    assert [one.path for one in folder.broken] == ["dull/more.jpg"]

    (root / "dull" / "more.jpg").unlink()
    data = made.flow_from_directory(str(root), shuffle=False, **told)
    images = _images_of({"x": data}, _network(3))
    assert images is not None
    assert images.train is not None
    assert (images.train.rows_seen, images.folders[0].broken_count) == (60, 0)
    flowing = made.flow(X, Y, batch_size=16, shuffle=False)
    images = _images_of({"x": flowing})
    assert images is not None
    assert images.train is not None
    assert (images.train.rows_seen, images.folders) == (ROWS, ())


def test_arrays_of_a_fit_that_fails_before_its_first_step_are_looked_at() -> None:
    model, monitor = _network(), Monitor()
    told = {"x": X[:, :-1], "y": Y, "epochs": 1, "verbose": 0}
    monitor.attach(model, told)
    with pytest.raises(Exception, match=rf"{SIDE - 1}|[Ss]hape"):
        model.fit(**told, callbacks=[monitor])
    found = monitor.facts(crashed=True).images
    assert found is not None
    assert found.train is not None
    assert (found.train.height, found.train.width) == (SIDE - 1, SIDE)


@QUIET
def test_training_from_a_folder_is_the_same_with_and_without_it(tmp_path: Path) -> None:
    root = _folder(tmp_path / "train")
    weights = []
    for callbacks in ([], [Monitor(share=1.0)]):
        data = _read(root, shuffle=True, seed=7)
        data = data.map(lambda x, y: (x / 2, y)).prefetch(2)  # type: ignore[attr-defined]
        model = _network()
        model.fit(data, validation_data=_read(root), epochs=2, verbose=0, callbacks=callbacks)
        weights.append([np.array(w) for w in model.get_weights()])
        for monitor in callbacks:
            assert monitor.facts().images.folders[0].files == 60  # type: ignore[union-attr]
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))
