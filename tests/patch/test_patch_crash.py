"""The fix of a crash that was seen to pass, edited into the source, on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from patching import PATH, added_lines, at, gone_lines

from goodfit.facts import (
    ArrayFacts,
    CrashFacts,
    DataFacts,
    Facts,
    FixProof,
    LayerFacts,
    ModelFacts,
    SetFacts,
    SettingsFacts,
)
from goodfit.patch import Patch

pytest.importorskip("libcst")
from goodfit.patch.crash import mend_crash

HEAD = """\
import keras
import numpy as np

"""
FIT = """\
model.compile(optimizer="adam", loss="mse")
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=5)
"""


def facts(
    source: str,
    fix: str,
    *,
    where: str = ".fit(",
    during: str = "fit",
    data: DataFacts | None = None,
    layers: tuple[LayerFacts, ...] = (),
    words: str = "what to type",
    passed: bool = True,
    **parameters: Any,
) -> Facts:
    """Facts of a source that crashes at `where`, of which this fix is proven."""
    one = source.count(".compile(") == 1
    settings = SettingsFacts(
        compile_where=at(source, ".compile(") if one else None,
        fit_where=at(source, ".fit(") if source.count(".fit(") == 1 else None,
    )
    proof = FixProof(fix=fix, words=words, passed=passed, parameters=parameters)
    crash = CrashFacts(
        type="ValueError", message="", during=during, where=at(source, where), proof=proof
    )
    model = ModelFacts(name="model", kind="sequential", layers=layers) if layers else None
    return Facts(crash=crash, settings=settings, data=data, model=model)


def mended(source: str, fix: str, **known: Any) -> Patch:
    done = mend_crash(source, PATH, facts(source, fix, **known))
    if done.source is not None:
        compile(done.source, PATH, "exec")
    return done


def set_of(role: str, *shape: int, source: str = "numpy") -> SetFacts:
    inputs = (ArrayFacts(name="0", shape=shape, dtype="float32", kind="features"),)
    return SetFacts(role=role, source=source, inputs=inputs)


def layers(source: str, **snippets: tuple[str, str]) -> tuple[LayerFacts, ...]:
    return tuple(
        LayerFacts(path=path, type=kind, where=at(source, snippet))
        for path, (kind, snippet) in snippets.items()
    )


# What fit is given


def test_rows_are_edited_where_fit_and_validation_and_the_same_rows_are_given() -> None:
    source = (
        HEAD
        + "x_train = x_train / 255.0  # as they come\n"
        + "x_test = x_test / 255.0\n"
        + FIT
        + "print(model.evaluate(x_val, y_val))\n"
        + "model.predict(x_test[:5])\n"
        + "model.predict(other)\n"
        + "other_model.predict(x_val)\n"
    )

    done = mended(source, "channel-axis")

    assert added_lines(done) == [
        "model.fit(",
        "x_train[..., np.newaxis], y_train, "
        "validation_data=(x_val[..., np.newaxis], y_val), epochs=5",
        ")",
        "print(model.evaluate(x_val[..., np.newaxis], y_val))",
        "model.predict(x_test[:5][..., np.newaxis])",
    ]
    assert done.complete


def test_rows_that_one_split_dealt_out_are_alike() -> None:
    source = (
        HEAD
        + "from sklearn.model_selection import train_test_split\n"
        + "x_train, x_test, y_train, y_test = train_test_split(x, y)\n"
        + "x_train, x_val, y_train, y_val = train_test_split(x_train, y_train)\n"
        + FIT
        + "model.evaluate(x_test, y_test)\n"
    )

    assert "model.evaluate(x_test[..., np.newaxis], y_test)" in added_lines(
        mended(source, "channel-axis")
    )


def test_rows_that_are_treated_otherwise_are_left_alone() -> None:
    source = HEAD + FIT.replace(", validation_data=(x_val, y_val)", "")
    source = source.replace("model.compile", "x_train = flat(x)\nx_test = same(x)\nmodel.compile")

    done = mended(source + "model.predict(x_test)\n", "channel-axis")

    assert added_lines(done) == ["model.fit(x_train[..., np.newaxis], y_train, epochs=5)"]


def test_rows_of_another_number_of_axes_are_left_alone() -> None:
    data = DataFacts(train=set_of("train", 8, 8), validation=set_of("validation", 8, 8, 1))

    done = mended(HEAD + FIT, "channel-axis", data=data)

    line = "model.fit(x_train[..., np.newaxis], y_train, validation_data=(x_val, y_val), epochs=5)"
    assert added_lines(done) == [line]


def test_a_table_of_pandas_has_no_such_subscript() -> None:
    data = DataFacts(train=set_of("train", 8, source="pandas"))
    source = HEAD + "model.fit(x, y)\n"

    assert added_lines(mended(source, "channel-axis", data=data)) == [
        "model.fit(np.expand_dims(x, -1), y)"
    ]


@pytest.mark.parametrize(
    ("fix", "given", "told", "parameters"),
    [
        ("squeeze", "x", "np.squeeze(x, axis=-1)", {}),
        ("channels-last", "x", "np.moveaxis(x, 1, -1)", {}),
        ("transpose", "x", "x.T", {}),
        ("transpose", "a - b", "(a - b).T", {}),
        ("transpose", "(a - b)", "(a - b).T", {}),
        ("reshape", "x", "np.reshape(x, (-1, 8, 8))", {"shape": [8, 8]}),
        ("channel-axis", "load('x')", "load('x')[..., np.newaxis]", {}),
        ("arrays", "x", "np.array(x)", {"arrays": ["x"]}),
        ("numbers", "x", 'x.astype("float32")', {"x": "float"}),
    ],
)
def test_each_fix_of_the_rows(fix: str, given: str, told: str, parameters: dict[str, Any]) -> None:
    source = f"{HEAD}model.fit({given}, y)\n"

    assert added_lines(mended(source, fix, **parameters)) == [f"model.fit({told}, y)"]


def test_a_batch_of_one_row_at_predict_without_numpy_imported() -> None:
    source = "import keras\n\nmodel.fit(x, y)\nmodel.predict(x[0])\n"

    done = mended(source, "batch-axis", where=".predict(", during="predict")

    assert added_lines(done) == ["import numpy as np", "model.predict(x[0][np.newaxis])"]


def test_labels_as_class_numbers_of_the_training_rows() -> None:
    done = mended(HEAD + FIT, "numbers", y="codes")

    assert added_lines(done)[0] == "labels = np.unique(y_train)"
    assert "np.searchsorted(labels, y_train)," in added_lines(done)
    assert any("(x_val, np.searchsorted(labels, y_val))" in line for line in added_lines(done))


def test_labels_without_a_name_are_not_encoded() -> None:
    done = mended(HEAD + 'model.fit(x, table["y"])\n', "numbers", y="codes")

    assert done.source is None
    assert "the labels of fit have no name of their own" in done.instructions[0]


def test_one_column_for_each_class_and_the_loss_for_it() -> None:
    done = mended(HEAD + FIT, "one-hot", classes=4, loss="categorical_crossentropy")

    told = added_lines(done)
    assert told[0] == 'model.compile(optimizer="adam", loss="categorical_crossentropy")'
    assert "keras.utils.to_categorical(y_train, 4)," in told
    assert "validation_data=(x_val, keras.utils.to_categorical(y_val, 4))," in told


def test_a_stream_is_told_and_not_edited() -> None:
    data = DataFacts(train=set_of("train", 8, 8, source="tf.data"))

    done = mended(HEAD + "model.fit(dataset)\n", "channel-axis", data=data, words="x[..., None]")

    assert done.instructions == (
        "Line 4 (`model.fit(dataset)`): x[..., None]. Not edited: the rows come from a stream.",
    )


def test_validation_rows_behind_one_name_are_edited_where_it_is_made() -> None:
    source = HEAD + "held = (x_val, y_val)\nmodel.fit(x, y, validation_data=held)\n"

    assert added_lines(mended(source, "channel-axis")) == [
        "held = (x_val[..., np.newaxis], y_val)",
        "model.fit(x[..., np.newaxis], y, validation_data=held)",
    ]


def test_rows_that_do_not_match_are_never_cut() -> None:
    done = mended(HEAD + FIT, "cut-rows", rows=50, words="x[:50] and y[:50]")

    assert done.source is None
    assert "x[:50] and y[:50]. Not edited: rows and labels that do not" in done.instructions[0]


# The model and its loss


def test_another_loss() -> None:
    name = "sparse_categorical_crossentropy"
    source = HEAD + FIT

    assert added_lines(mended(source, "sparse-loss", loss=name)) == [
        f'model.compile(optimizer="adam", loss="{name}")'
    ]
    logits = mended(source, "dense-loss", loss="CategoricalCrossentropy", logits=True)
    whole = 'optimizer="adam", loss=keras.losses.CategoricalCrossentropy(from_logits=True)'
    assert whole in "".join(added_lines(logits))


NET = (
    HEAD
    + """\
model = keras.Sequential(
    [
        keras.Input((10, 6)),
        keras.layers.LSTM(8),
        keras.layers.LSTM(4, return_sequences=True),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
"""
    + FIT
)
MADE = layers(NET, lstm=("LSTM", "LSTM(8"), lstm_1=("LSTM", "LSTM(4"), dense=("Dense", "Dense(1"))


def net(fix: str, **parameters: Any) -> Patch:
    """The patch of `NET`; `parameters` may hold "layers", a name that `facts` has of its own."""
    told = facts(NET, fix, layers=MADE)
    assert told.crash is not None
    proof = FixProof(fix=fix, words="what to type", passed=True, parameters=parameters)
    return mend_crash(NET, PATH, replace(told, crash=replace(told.crash, proof=proof)))


def test_options_of_layers() -> None:
    every = net("return-sequences", layers=["lstm"])
    last = net("last-step", layers=["lstm_1"])
    unseen = net("last-step", layers=["gru"])

    assert added_lines(every) == ["keras.layers.LSTM(8, return_sequences=True),"]
    assert added_lines(last) == ["keras.layers.LSTM(4, return_sequences=False),"]
    assert unseen.source is None
    assert "it is not known where the layer 'gru' is made" in unseen.instructions[0]


def test_units_with_their_activation_and_loss() -> None:
    options = {"units": 3, "activation": "softmax"}
    done = net("units", layer="dense", options=options, loss="categorical_crossentropy")

    assert added_lines(done) == [
        'keras.layers.Dense(3, activation="softmax"),',
        'model.compile(optimizer="adam", loss="categorical_crossentropy")',
    ]


def test_an_activation_is_not_put_in_front_of_another_layer() -> None:
    done = net("units", layer="lstm_1", options={"units": 3, "activation": "softmax"})

    assert done.source is None
    assert "another layer stands behind it" in done.instructions[0]


def test_a_flatten_in_front_of_a_layer() -> None:
    assert added_lines(net("flatten", layers=["dense"])) == ["keras.layers.Flatten(),"]


def test_the_shape_of_the_input_wherever_it_is_told() -> None:
    old = HEAD + "layer = keras.layers.Dense(8, input_dim=5)\n" + FIT

    assert added_lines(net("input-shape", shape=[12, 6])) == ["keras.Input((12, 6)),"]
    assert added_lines(mended(old, "input-shape", shape=[6])) == [
        "layer = keras.layers.Dense(8, input_dim=6)"
    ]


# Names, arguments, optimisers


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('model.compile("adam", "msee")', 'model.compile("adam", "mse")'),
        ('model.compile("adam", metrics=["msee"])', 'model.compile("adam", metrics=["mse"])'),
        ('model.compile("adam", loss={"a": "msee"})', 'model.compile("adam", loss={"a": "mse"})'),
    ],
)
def test_a_wrong_name_in_compile(line: str, told: str) -> None:
    source = f"{HEAD}{line}\nprint('msee')\n"

    done = mended(source, "name", where="compile(", call="compile", wrong="msee", right="mse")

    assert added_lines(done) == [told]


def test_a_wrong_name_behind_a_constant() -> None:
    source = f'{HEAD}LOSS = "msee"\nmodel.compile("adam", LOSS)\n'

    done = mended(source, "name", where="compile(", call="compile", wrong="msee", right="mse")

    assert added_lines(done) == ['LOSS = "mse"']


def test_a_wrong_name_in_every_layer_that_is_given_it() -> None:
    source = (
        HEAD
        + 'first = keras.layers.Conv2D(4, 3, activation="rleu")\n'
        + 'second = keras.layers.Dense(4, "rleu")\n'
        + 'name = "rleu"\n'
    )
    known = {"call": "Dense", "argument": "activation", "wrong": "rleu", "right": "relu"}

    done = mended(source, "name", where="second =", **known)

    assert added_lines(done) == [
        'first = keras.layers.Conv2D(4, 3, activation="relu")',
        'second = keras.layers.Dense(4, "relu")',
    ]


def test_a_wrong_name_that_stands_nowhere() -> None:
    source = f"{HEAD}model.compile(sys.argv[1])\n"

    done = mended(source, "name", where="compile(", call="compile", wrong="adamm", right="adam")

    assert done.source is None
    assert '"adamm" stands nowhere' in done.instructions[0]


def test_an_argument_by_its_new_name() -> None:
    source = f"{HEAD}optimizer = keras.optimizers.Adam(lr=0.01, beta_1=0.8)  # slow\n"
    known = {"call": "Adam", "renamed": {"lr": "learning_rate"}}

    done = mended(source, "legacy-argument", where="Adam(", **known)

    assert added_lines(done) == [
        "optimizer = keras.optimizers.Adam(learning_rate=0.01, beta_1=0.8)  # slow"
    ]


def test_an_optimizer_for_every_turn_of_a_loop() -> None:
    source = (
        HEAD
        + "optimizer = keras.optimizers.Adam(0.01)\n"
        + "for units in (8, 4):\n"
        + "    model = build(units)\n"
        + '    model.compile(loss="mse", optimizer=optimizer)\n'
        + "    model.fit(x, y)\n"
    )

    done = mended(source, "fresh-optimizer")

    assert "optimizer = keras.optimizers.Adam(0.01)" in gone_lines(done)
    assert added_lines(done) == ['model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))']


def test_the_first_of_several_models_keeps_the_optimizer() -> None:
    source = (
        HEAD
        + "optimizer = keras.optimizers.Adam(0.01)\n"
        + "first.compile(optimizer)\n"
        + "second.compile(optimizer)\n"
        + "first.fit(x, y)\n"
        + "second.fit(x, y)\n"
    )
    told = facts(source, "fresh-optimizer", where="second.fit")
    settings = SettingsFacts(compile_where=at(source, "second.compile"))

    done = mend_crash(source, PATH, replace(told, settings=settings))

    assert added_lines(done) == ["second.compile(keras.optimizers.Adam(0.01))"]


def test_an_optimizer_of_one_model_is_left_alone() -> None:
    source = (
        HEAD
        + "optimizer = keras.optimizers.Adam(0.01)\n"
        + "model.compile(optimizer)\n"
        + "model.fit(x, y)\n"
    )

    done = mended(source, "fresh-optimizer")

    assert done.source is None
    assert "it is not seen where another model is compiled" in done.instructions[0]


# No patch


def test_nothing_is_edited_without_a_proof() -> None:
    source = HEAD + FIT

    assert mended(source, "channel-axis", passed=False) == Patch()
    assert mend_crash(source, PATH, Facts()) == Patch()


def test_a_crash_in_another_file_is_told() -> None:
    told = facts(HEAD + FIT, "channel-axis")

    done = mend_crash(HEAD + FIT, "other.py", told)

    assert done.source is None
    assert "the call that failed is not seen in this file" in done.instructions[0]


def test_a_fix_that_is_not_known_is_told() -> None:
    done = mended(HEAD + FIT, "no-such-fix")

    assert done.instructions[0].endswith("Not edited: this fix has no plain form in source.")
