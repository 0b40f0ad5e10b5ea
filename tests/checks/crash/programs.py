"""Small Keras programs that fail otherwise than by their shapes, by the check that explains them.

    KERAS_BACKEND=jax python tests/checks/crash/programs.py

notes what they raise on this backend in other_messages.json; run from the root of the repository.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from goodfit.facts import CrashFacts
from goodfit.observe.script.crash import crash_facts

FILE = Path(__file__).with_name("other_messages.json")
X = np.ones((64, 20), "float32")
Y = (np.arange(64) % 10).astype("int64")
SPARSE = "sparse_categorical_crossentropy"
WORDS = np.array([["red"] * 20] * 64)


def model(*, loss: Any = SPARSE, optimizer: Any = "sgd", **options: Any) -> keras.Model:
    made = keras.Sequential([keras.Input((20,)), layers.Dense(10)])
    made.compile(optimizer, loss, **options)
    return made


def fit(x: Any = X, y: Any = Y, *, of: keras.Model | None = None, **options: Any) -> None:
    (of or model()).fit(x, y, verbose=0, **options)


class Twice(layers.Layer):
    """A layer that is not registered."""

    def call(self, x: Any) -> Any:
        return 2 * x


class Times(layers.Layer):
    """A layer with an argument that its configuration does not tell."""

    def __init__(self, factor: int, **options: Any) -> None:
        super().__init__(**options)
        self.factor = factor

    def call(self, x: Any) -> Any:
        return self.factor * x


class Plain(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.last = layers.Dense(10)

    def call(self, x: Any) -> Any:
        return self.last(x)


def my_loss(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def my_metric(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(y_pred)


def saved(made: keras.Model, name: str = "m.keras", **options: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / name)
        made.save(path)
        return keras.models.load_model(path, **options)


def stack(*more: layers.Layer, loss: Any = "mse", metrics: Any = None) -> keras.Model:
    made = keras.Sequential([keras.Input((20,)), *more, layers.Dense(10)])
    made.compile("sgd", loss, metrics=metrics)
    return made


def misspelt_attribute() -> None:
    keras.layers.Dence(10)


def misspelt_import() -> None:
    from keras.layers import Dence  # noqa: F401


def optimizer_in_two_models() -> None:
    shared = keras.optimizers.Adam()
    fit(of=model(optimizer=shared))
    other = keras.Sequential([keras.Input((20,)), layers.Dense(30), layers.Dense(10)])
    other.compile(shared, SPARSE)
    fit(of=other)


def optimizer_after_new_layers() -> None:
    shared = keras.optimizers.Adam()
    first = model(optimizer=shared)
    fit(of=first)
    wider = keras.Sequential([*first.layers, layers.Dense(10)])
    wider.compile(first.optimizer, SPARSE)
    fit(of=wider)


def batches(count: int, *, rows: int = 16) -> Iterator[tuple[Any, Any]]:
    for _ in range(count):
        yield X[:rows], Y[:rows]


def legacy_import() -> None:
    from keras.utils import np_utils  # noqa: F401


def legacy_module() -> None:
    import keras.wrappers.scikit_learn  # noqa: F401


def two_inputs_of_two_lengths() -> None:
    a, b = keras.Input((20,)), keras.Input((20,))
    both = keras.Model([a, b], layers.Dense(10)(layers.Add()([a, b])))
    both.predict([X, X[:50]], verbose=0)


def never_called_output() -> None:
    made = Plain()
    keras.Model(made.input, made.last.output)


def count_unbuilt() -> None:
    keras.Sequential([layers.Dense(3)]).count_params()


def load_weights_unbuilt() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "m.weights.h5")
        model().save_weights(path)
        Plain().load_weights(path)


def set_weights_unbuilt() -> None:
    keras.Sequential([layers.Dense(10)]).set_weights(model().get_weights())


def frame() -> Any:
    import pandas

    return pandas.DataFrame({"age": [1.0] * 64, "colour": ["red"] * 64})


def datasets(x: Any, y: Any) -> Any:
    class One(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return x, y

    return One()


def two_columns() -> keras.Model:
    made = keras.Sequential([keras.Input((2,)), layers.Dense(10)])
    made.compile("sgd", SPARSE)
    return made


def from_json() -> None:
    keras.models.model_from_json(stack(Twice()).to_json())


def images(file: bytes, name: str = "z.jpg") -> Path:
    """A folder of two classes, with one file among the images of the first. It is left to the
    system, since a pipeline may still read ahead."""
    from PIL import Image

    folder = Path(tempfile.mkdtemp())
    for label in ("cats", "dogs"):
        (folder / label).mkdir()
        for number in range(4):
            pixels = np.full((16, 16, 3), 50 * number, "uint8")
            Image.fromarray(pixels).save(folder / label / f"{number}.jpg")
    (folder / "cats" / name).write_bytes(file)
    return folder


def picture(kind: str, share: float = 0.5) -> bytes:
    """The first part of an image file of 64 by 64 random pixels."""
    from io import BytesIO

    from PIL import Image

    whole = BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8")
    Image.fromarray(pixels).save(whole, kind)
    return whole.getvalue()[: int(share * whole.tell())]


def from_directory(folder: Path, **options: Any) -> None:
    rows = keras.utils.image_dataset_from_directory(
        folder, image_size=(8, 8), verbose=False, **options
    )
    small_images().fit(rows, verbose=0)


def small_images() -> keras.Model:
    made = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)])
    made.compile("sgd", SPARSE)
    return made


def flow(folder: Path) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    options = {"target_size": (8, 8), "class_mode": "sparse"}
    rows = ImageDataGenerator().flow_from_directory(str(folder), **options)
    small_images().fit(rows, verbose=0)


def load(folder: Path) -> None:
    keras.utils.load_img(folder / "cats" / "z.jpg")


def open_image(folder: Path) -> None:
    from PIL import Image

    Image.open(folder / "cats" / "z.jpg")


def decode(folder: Path) -> None:
    import tensorflow as tf

    tf.io.decode_image(tf.io.read_file(str(folder / "cats" / "z.jpg")))


def three_classes(**options: Any) -> None:
    folder = images(TEXT)
    (folder / "hamsters").mkdir()
    from_directory(folder, **options)


TEXT = b"<!DOCTYPE html><html>404</html>"

Program = Callable[[], Any]
PROGRAMS: dict[str, dict[str, Program]] = {
    "data-cardinality": {
        "fit rows": lambda: fit(X, Y[:48]),
        "fit validation rows": lambda: fit(validation_data=(X, Y[:48])),
        "fit weights": lambda: fit(sample_weight=np.ones(48)),
        "evaluate rows": lambda: model().evaluate(X[:50], Y, verbose=0),
        "predict two inputs": two_inputs_of_two_lengths,
        "fit split of one row": lambda: fit(X[:1], Y[:1], validation_split=0.2),
    },
    "unknown-name": {
        "fit loss": lambda: fit(of=model(loss="nope")),
        "fit misspelt loss": lambda: fit(of=model(loss="sparse_categorical_crossentrpy")),
        "fit metric": lambda: fit(of=model(metrics=["acuracy"])),
        "compile optimizer": lambda: model(optimizer="adamm"),
        "build activation": lambda: layers.Dense(3, activation="rellu"),
        "build initializer": lambda: layers.Dense(3, kernel_initializer="glorot"),
        "build regularizer": lambda: layers.Dense(3, kernel_regularizer="l3"),
        "build constraint": lambda: layers.Dense(3, kernel_constraint="nonneg"),
        "script attribute": misspelt_attribute,
        "import name": misspelt_import,
        "script method": lambda: model().fitt(X, Y),
        "script layer name": lambda: model().get_layer("dense_99"),
        "build argument": lambda: layers.Dense(3, activaton="relu"),
        "compile argument": lambda: model(metric=["accuracy"]),
        "fit argument": lambda: fit(epoch=3),
        "build optimizer argument": lambda: keras.optimizers.Adam(learning_rat=0.1),
    },
    "dtype-error": {
        "fit strings": lambda: fit(WORDS),
        "fit objects": lambda: fit(WORDS.astype(object)),
        "fit numbers and objects": lambda: fit(X.astype(object)),
        "fit frame": lambda: fit(frame(), of=two_columns()),
        "fit labels of strings": lambda: fit(X, np.array(["cat", "dog"] * 32)),
        "fit labels of objects": lambda: fit(X, np.array(["cat", "dog"] * 32, dtype=object)),
        "fit list": lambda: fit([[1.0] * 20] * 64, list(range(10)) * 6 + [0] * 4),
        "fit ragged": lambda: fit(np.array([np.ones(20), np.ones(19)] * 32, dtype=object)),
        "fit none": lambda: fit(None, Y),
        "fit no labels": lambda: fit(X, None),
        "predict strings": lambda: model().predict(WORDS, verbose=0),
        "fit dataset of strings": lambda: model().fit(datasets(WORDS, Y), verbose=0),
    },
    "out-of-memory": {
        "build tensor": lambda: keras.ops.ones((10**7, 10**7)),
        "script array": lambda: np.ones((10**7, 10**7)),
    },
    "legacy-api": {
        "build lr": lambda: keras.optimizers.Adam(lr=0.1),
        "fit nb_epoch": lambda: fit(nb_epoch=3),
        "fit workers": lambda: fit(workers=3),
        "script fit_generator": lambda: model().fit_generator(batches(3)),
        "script predict_classes": lambda: model().predict_classes(X),
        "script cudnn": lambda: layers.CuDNNLSTM(3),
        "script image generator": lambda: keras.preprocessing.image.ImageDataGenerator(),
        "import np_utils": legacy_import,
        "import wrappers": legacy_module,
        "script legacy optimizer": lambda: keras.optimizers.legacy.Adam(),
        "build border_mode": lambda: layers.Conv2D(3, 3, border_mode="same"),
        "build output_dim": lambda: layers.Dense(output_dim=3),
        "build time_major": lambda: layers.LSTM(3, time_major=True),
        "script backend": lambda: keras.backend.mean(X),
        "script tokenizer": lambda: keras.preprocessing.text.Tokenizer(),
        "script save_format": lambda: model().save("m", save_format="tf"),
        "script model save": lambda: model().save("m"),
        "script load folder": lambda: keras.models.load_model("tests"),
        "script checkpoint": lambda: keras.callbacks.ModelCheckpoint("m.h5", period=2),
        "script checkpoint weights": lambda: keras.callbacks.ModelCheckpoint(
            "m.h5", save_weights_only=True
        ),
        "script checkpoint folder": lambda: keras.callbacks.ModelCheckpoint("m"),
    },
    "custom-object": {
        "script layer": lambda: saved(stack(Twice())),
        "script loss": lambda: saved(stack(loss=my_loss)),
        "script metric": lambda: saved(stack(metrics=[my_metric])),
        "script h5 layer": lambda: saved(stack(Twice()), "m.h5"),
        "script json": from_json,
        "script lambda": lambda: saved(stack(layers.Lambda(lambda x: 2 * x))),
        "script subclassed": lambda: saved(Plain()),
        "script no file": lambda: keras.models.load_model("nowhere.keras"),
    },
    "unbuilt-model": {
        "script count_params": count_unbuilt,
        "script input": lambda: Plain().input,
        "script output": lambda: keras.Sequential([layers.Dense(3)]).output,
        "script layer output": lambda: layers.Dense(3).output,
        "script functional of a subclassed": never_called_output,
        "script kernel": lambda: layers.Dense(3).kernel,
        "script load_weights": load_weights_unbuilt,
        "script set_weights": set_weights_unbuilt,
        "fit uncompiled": lambda: fit(of=Plain()),
        "evaluate uncompiled": lambda: Plain().evaluate(X, Y, verbose=0),
        "script save_weights": lambda: keras.Sequential([layers.Dense(3)]).save_weights(
            "m.weights.h5"
        ),
        "script optimizer": lambda: Plain().optimizer.learning_rate,
        "script input of a sequential": lambda: keras.Sequential([layers.Dense(3)]).input,
    },
    "optimizer-reused": {
        "fit two models": optimizer_in_two_models,
        "fit longer model": optimizer_after_new_layers,
    },
    "generator-exhausted": {
        "fit empty": lambda: model().fit(batches(0), verbose=0),
        "fit validation": lambda: fit(validation_data=batches(0), epochs=2),
        "predict empty": lambda: model().predict(batches(0), verbose=0),
        "evaluate empty": lambda: model().evaluate(batches(0), verbose=0),
    },
    "unreadable-image": {
        "fit directory, empty file": lambda: from_directory(images(b"")),
        "fit directory, no image": lambda: from_directory(images(TEXT)),
        "fit directory, cut jpeg": lambda: from_directory(images(picture("JPEG"))),
        "fit directory, cut png": lambda: from_directory(images(picture("PNG"), "z.png")),
        "fit directory, tiff": lambda: from_directory(images(picture("TIFF", 1.0))),
        "fit generator, empty file": lambda: flow(images(b"")),
        "fit generator, no image": lambda: flow(images(TEXT)),
        "fit generator, cut jpeg": lambda: flow(images(picture("JPEG"))),
        "fit generator, cut png": lambda: flow(images(picture("PNG"), "z.png")),
        "script load_img, empty file": lambda: load(images(b"")),
        "script open, no image": lambda: open_image(images(TEXT)),
        "script decode_image, empty file": lambda: decode(images(b"")),
        "script no images": lambda: from_directory(images(b"") / "cats"),
        "script one class too many": lambda: three_classes(label_mode="binary"),
        "script class names": lambda: three_classes(class_names=["cats", "birds"]),
    },
}


def raised(program: Program) -> CrashFacts | None:
    """What it raises, as goodfit reads it, or None."""
    keras.backend.clear_session()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program()
    except Exception as error:
        return crash_facts(error)
    return None


def main() -> None:
    """Adds what is not yet in the file."""
    known: dict[str, dict[str, Any]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    for kind, programs in PROGRAMS.items():
        for name, program in programs.items():
            noted = known.setdefault(kind, {}).setdefault(name, {})
            if keras.backend.backend() not in noted:
                found = raised(program)
                if found is not None:
                    message = found.message.replace(f"{tempfile.gettempdir()}/", "")
                    noted[keras.backend.backend()] = [found.type, message]
    FILE.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
