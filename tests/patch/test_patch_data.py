"""Lines about rows and targets: they are run, and must give fit what the remedy gives it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from patching import WIDE, added_lines, entry, facts, patched, recipe, sequential

from goodfit.facts import DataFacts, SetFacts
from goodfit.patch import patch
from goodfit.recipe import DataRecipe, Rows, Task
from goodfit.remedies import BY_ID
from goodfit.remedies.layers import inserted_after
from goodfit.results import Remedy

RNG = np.random.default_rng(3)
SOURCE = """\
import numpy as np

x_train, y_train, x_val, y_val, x_test, y_test = load()

# Here it is trained.
history = model.fit(x_train, y_train, epochs=5, validation_data=(x_val, y_val))
"""
CONFIG = sequential(
    entry("InputLayer", "input", batch_shape=(None, 3)),
    entry("Dense", "a", units=3, activation="softmax"),
)


class Model:
    """Keeps what fit and evaluate are given."""

    def fit(self, x=None, y=None, validation_data=(None, None), **_):
        self.train, self.held = (x, y), tuple(validation_data)

    def evaluate(self, x, y):
        self.evaluated = y


def told(x, y, held_x, held_y, **task):
    """A recipe of these rows for class labels."""
    data = DataRecipe(train=Rows(x=x, y=y), validation=Rows(x=held_x, y=held_y))
    loss = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}
    about = Task(**{"name": "classes", "classes": 3, "inputs": "tabular", **task})
    return recipe(CONFIG, data=data, task=about, compile=loss)


def rows(count=40):
    """Uneven class labels from 0 to 2, and features."""
    return RNG.normal(size=(count, 3)), np.arange(count) % 5 // 2


def run(source, before, test=None):
    """What the patched source gives to fit."""
    train, held = before.data.train, before.data.validation
    test = test or (held.x, held.y)
    model = Model()
    arrays = [np.array(leaf) for leaf in (train.x, train.y, held.x, held.y, *test)]
    space = {"load": lambda: arrays, "model": model}
    exec(compile(source, "train.py", "exec"), space)
    return model, space


def check(before, remedy, source=SOURCE, **parameters):
    """Run the patched source: fit must be given the rows of the remedy. Returns what it left."""
    after = BY_ID[remedy](before, **parameters)
    done = patched(source, before, after)
    assert done.complete, done.instructions
    model, space = run(done.source, before)
    wanted = after.data
    for given, want in zip(
        (*model.train, *model.held),
        (wanted.train.x, wanted.train.y, wanted.validation.x, wanted.validation.y),
        strict=True,
    ):
        np.testing.assert_allclose(given, want, rtol=1e-5)
    return space, done


@pytest.mark.parametrize("remedy", ["oversampling", "undersampling"])
def test_resampling_is_the_remedys_own(remedy):
    _, done = check(told(*rows(300), *rows(20)), remedy)
    assert "\n# Here it is trained.\nhistory = model.fit(" in done.source


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("smote", "from imblearn.over_sampling import SMOTE"),
        ("borderline", "from imblearn.over_sampling import BorderlineSMOTE"),
        ("adasyn", "from imblearn.over_sampling import ADASYN"),
        ("smote-enn", "from imblearn.combine import SMOTEENN"),
        ("smote-tomek", "from imblearn.combine import SMOTETomek"),
    ],
)
def test_smote(kind, line):
    pytest.importorskip("imblearn")
    # Classes that lie beside each other, but not in each other: some rows are left of each.
    y = np.arange(60) % 5 // 2
    x = np.random.default_rng(0).normal(size=(60, 3)) + 1.5 * y[:, None]
    _, done = check(told(x, y, *rows(20)), "smote", kind=kind)
    assert line in added_lines(done)


def test_leaked_rows_are_dropped():
    x, y = rows()
    held_x, held_y = rows(20)
    held_x[:5] = x[7:12]
    space, _ = check(told(x, y, held_x, held_y), "drop-leaked-rows")
    assert len(space["x_train"]) == 35


def test_features_that_are_not_finite_are_filled_in_all_sets():
    x, y = rows()
    held_x, held_y = rows(20)
    x[3, 1], held_x[2, 2] = np.nan, np.inf
    space, _ = check(told(x, y, held_x, held_y), "impute")
    assert np.isfinite(space["x_test"]).all()


def test_outliers_are_clipped_in_all_sets():
    x, y = rows(200)
    x[:, 2] = y == 1
    x[5, 0] = 1e6
    space, _ = check(told(x, y, *rows(20)), "clip-outliers", share=0.02)
    assert space["x_test"].max() < 10


def test_labels_that_start_at_one():
    x, y = rows()
    held_x, held_y = rows(20)
    space, done = check(told(x, y + 1, held_x, held_y + 1), "label-encoding")
    assert "y_train = y_train - 1" in added_lines(done)
    assert space["y_test"].min() == 0


def test_rows_that_the_script_treats_otherwise_are_left_alone():
    x, y = rows()
    held_x, held_y = rows(20)
    source = SOURCE.replace("# Here", "y_train = 1 + y_train\ny_val = 1 + y_val\n\n# Here")
    before = told(x, y + 1, held_x, held_y + 1)
    done = patched(source, before, BY_ID["label-encoding"](before))
    assert added_lines(done) == ["y_train = y_train - 1", "y_val = y_val - 1"]


def test_a_remedy_of_targets_is_told_from_one_of_rows():
    x, y = rows()
    held_x, held_y = rows(20)
    before = told(x, y + 1, held_x, held_y + 1)
    after = BY_ID["oversampling"](BY_ID["label-encoding"](before))
    done = patched(SOURCE, before, after)
    assert done.complete, done.instructions
    model, _ = run(done.source, before)
    np.testing.assert_array_equal(model.train[1], after.data.train.y)
    np.testing.assert_array_equal(model.held[1], held_y)
    only_rows = BY_ID["oversampling"](BY_ID["loss"](before.with_compile(loss="mse")))
    done = patched(SOURCE + 'model.compile("adam", loss="mse")\n', before, only_rows)
    assert not any("to the rows" in told for told in done.instructions)


def test_labels_with_gaps_and_texts():
    x, y = rows()
    held_x, held_y = rows(20)
    names = np.array(["ant", "bee", "cat"])
    check(told(x, names[y], held_x, names[held_y]), "label-encoding")
    check(told(x, y * 10, held_x, held_y * 10), "label-encoding")


def test_one_hot_rows_to_numbers():
    x, y = rows()
    held_x, held_y = rows(20)
    before = told(x, np.eye(3)[y], held_x, np.eye(3)[held_y], one_hot=True)
    _, done = check(before, "label-encoding")
    assert "y_train = y_train.argmax(axis=-1)" in added_lines(done)


def test_numbers_to_one_hot_rows_only_where_fit_and_evaluate_read_them():
    source = SOURCE + "model.evaluate(x_test, y=y_test)\n"
    before = told(*rows(), *rows(20)).with_compile(loss="categorical_crossentropy")
    after = BY_ID["label-encoding"](before)
    done = patched(source, before, after)
    assert added_lines(done) == [
        "import keras",
        "history = model.fit(x_train, keras.utils.to_categorical(y_train, 3), epochs=5, "
        "validation_data=(x_val, keras.utils.to_categorical(y_val, 3)))",
        "model.evaluate(x_test, y=keras.utils.to_categorical(y_test, 3))",
    ]


def test_targets_worked_out_at_fit_get_their_axis_there():
    source = SOURCE.replace("fit(x_train, y_train", "fit(x_train, y_train.ravel()")
    source = source.replace("(x_val, y_val", "(x_val, 2 * y_val")
    x, y = rows()
    held_x, held_y = rows(20)
    before = told(x, y, held_x, held_y)
    column = DataRecipe(
        train=Rows(x=x, y=y.reshape(-1, 1)), validation=Rows(x=held_x, y=held_y.reshape(-1, 1))
    )
    after = replace(before, data=column, remedies=(Remedy(id="target-shape"),))
    assert patched(source, before, after).source is None  # a sum would need brackets
    done = patched(source.replace("2 * y_val", "y_val"), before, after)
    assert added_lines(done) == [
        "history = model.fit(x_train, y_train.ravel().reshape(-1, 1), epochs=5, "
        "validation_data=(x_val, y_val.reshape(-1, 1)))"
    ]


def test_the_split_is_dealt_out_again():
    x, y = rows()
    before = told(x, np.sort(y), *rows(20))
    source = "from sklearn.model_selection import train_test_split\n" + SOURCE
    added = added_lines(patched(source, before, BY_ID["shuffle-split"](before)))
    assert added[0].startswith("x_train, x_val, y_train, y_val = train_test_split(")
    for remedy in ("shuffle-split", "stratify-split"):
        after = BY_ID[remedy](before)
        done = patched(SOURCE, before, after)
        assert done.complete, done.instructions
        model, _ = run(done.source, before)
        got = np.concatenate([model.train[0], model.held[0]])
        was = np.concatenate([x, before.data.validation.x])
        assert (len(model.train[0]), len(model.held[1])) == (40, 20)
        np.testing.assert_allclose(np.sort(got, axis=0), np.sort(was, axis=0))


def test_the_scripts_own_split_shuffles_or_stratifies():
    source = """\
from sklearn.model_selection import train_test_split
x, y = load()
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2, shuffle=False)
model.fit(x_train, y_train, epochs=5, validation_data=(x_val, y_val))
"""
    before = told(*rows(), *rows(20))
    head = "x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2"
    done = patched(source, before, BY_ID["shuffle-split"](before))
    assert added_lines(done) == [f"{head}, random_state=0)"]
    done = patched(source, before, BY_ID["stratify-split"](before))
    assert added_lines(done) == [f"{head}, stratify=y, random_state=0)"]


def test_targets_are_scaled_and_the_source_says_so():
    x, y = rows()
    held_x, held_y = rows(20)
    before = told(x, y * 100.0, held_x, held_y * 100.0, name="regression", classes=None)
    before = before.with_compile(loss="mse").with_model(
        sequential(entry("Dense", "a", units=1, activation="linear"))
    )
    _, done = check(replace(before, model=replace(before.model, base=None)), "scale-targets")
    assert added_lines(done)[0].startswith("# Predictions are in these units now")


def test_a_channel_axis():
    images, held = RNG.normal(size=(40, 8, 8)), RNG.normal(size=(20, 8, 8))
    y, held_y = rows()[1], rows(20)[1]
    config = sequential(
        entry("InputLayer", "input", batch_shape=(None, 8, 8)),
        entry("Conv2D", "a", filters=3, kernel_size=(3, 3), data_format="channels_last"),
    )
    before = told(images, y, held, held_y)
    before = replace(before, model=replace(before.model, config=config))
    source = SOURCE.replace("# Here", "keras.layers.Input((8, 8))\n# Here")
    after = BY_ID["channel-axis"](before)
    done = patched(source, before, after)
    assert done.complete, done.instructions
    assert added_lines(done) == [
        "keras.layers.Input((8, 8, 1))",
        "x_train = x_train[..., np.newaxis]",
        "x_val = x_val[..., np.newaxis]",
        "x_test = x_test[..., np.newaxis]",
    ]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("model.fit(x_train[:9], y_train, epochs=5)", "have no name of their own"),
        ("model.fit(*rows, epochs=5)", "unpacked with a star"),
        ("def train():\n    model.fit(x_train, y_train, epochs=5)", "made outside of the function"),
    ],
)
def test_rows_without_plain_names_become_an_instruction(call, reason):
    before = told(*rows(), *rows(20))
    source = f"x_train, y_train = load()\n{call}\n"
    done = patched(source, before, BY_ID["oversampling"](before))
    assert done.source is None
    assert reason in done.instructions[0]


def test_lines_stand_in_front_of_a_loop_that_does_not_make_the_rows():
    source = """\
import numpy as np
x_train, y_train = load()
for epoch in range(3):
    model.fit(x_train, y_train, epochs=5)
"""
    before = told(*rows(), *rows(20))
    done = patched(source, before, BY_ID["oversampling"](before))
    assert "y_train[rows]\nfor epoch" in str(done.source)


# Normalization

BUILT = """\
import keras
from keras import layers
x_train, y_train = load()
model = keras.Sequential([layers.Dense(3, activation="softmax")])
model.compile("adam", "mse")
model.fit(x_train, y_train, epochs=5)
"""


def scaled(source, before=None, **about):
    """The patch that puts a Normalization in front."""
    before = before or told(*rows(), *rows(20))
    options = {"axis": -1, "mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 9.0]}
    config = inserted_after(before.model.config, "input", "Normalization", options)
    after = before.with_model(config)
    known = replace(facts(source, before.model.config, a="Dense(3"), **about)
    done = patch(source + WIDE, "train.py", known, before, after)
    assert done.complete, done.instructions
    return added_lines(done)


def test_a_normalization_is_adapted_before_the_model_is_built():
    assert scaled(BUILT) == [
        "normalise = layers.Normalization()",
        "normalise.adapt(x_train)",
        'model = keras.Sequential([normalise, layers.Dense(3, activation="softmax")])',
    ]


def test_a_normalization_in_a_function_is_adapted_before_its_call():
    source = BUILT.replace("x_train, y_train = load()\n", "").replace(
        "model = keras.Sequential([", "def build():\n    return keras.Sequential(["
    )
    source = source.replace(
        "model.compile", "x_train, y_train = load()\nmodel = build()\nmodel.compile"
    )
    added = scaled(source)
    assert added[-2:] == ["normalise = layers.Normalization()", "normalise.adapt(x_train)"]
    assert "normalise, layers.Dense" in added[0]


def test_numbers_are_written_where_rows_come_later():
    source = BUILT.replace("x_train, y_train = load()\n", "").replace(
        "model.fit", "x_train, y_train = load()\nmodel.fit"
    )
    assert scaled(source) == [
        "model = keras.Sequential([layers.Normalization(mean=[1.0, 2.0, 3.0], "
        'variance=[1.0, 4.0, 9.0]), layers.Dense(3, activation="softmax")])'
    ]


def test_a_stream_is_adapted_on_its_features():
    data = DataFacts(train=SetFacts(role="train", source="tf.data"))
    assert "normalise.adapt(x_train.map(lambda x, *_: x))" in scaled(BUILT, data=data)
    stream = DataFacts(train=SetFacts(role="train", source="generator"))
    assert "mean=[1.0, 2.0, 3.0]" in scaled(BUILT, data=stream)[0]
