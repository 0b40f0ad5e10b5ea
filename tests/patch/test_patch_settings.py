"""Arguments of compile and fit, optimisers, losses and callbacks in a source."""

from __future__ import annotations

import pytest
from patching import adam, added_lines, callback, gone_lines, keras_object, patched, recipe

from goodfit.recipe import FitRecipe

OBJECT = keras_object("keras.losses", "SparseCategoricalCrossentropy", from_logits=True)


def compiled(source, before, after, **lines):
    """The patch from one set of compile arguments to another, the others as they were."""
    old = recipe(compile=before)
    done = patched(source, old, old.with_compile(**after), **lines)
    assert done.complete, done.instructions
    return added_lines(done)


@pytest.mark.parametrize(
    ("written", "rate", "expected"),
    [
        ('optimizer="adam"', 1e-4, "optimizer=keras.optimizers.Adam(learning_rate=0.0001)"),
        ("optimizer=keras.optimizers.Adam(1e-2)", 1e-4, "optimizer=keras.optimizers.Adam(0.0001)"),
        ("optimizer=keras.optimizers.Adam()", 1e-4,
         "optimizer=keras.optimizers.Adam(learning_rate=0.0001)"),
        ("optimizer=keras.optimizers.Adam(beta_1=0.8, learning_rate=0.1)", 0.05,
         "optimizer=keras.optimizers.Adam(beta_1=0.8, learning_rate=0.05)"),
        ("optimizer=keras.optimizers.Adam(lr=0.1)", 0.05,
         "optimizer=keras.optimizers.Adam(lr=0.05)"),
        ("keras.optimizers.Adam(0.1)", 0.05, "keras.optimizers.Adam(0.05)"),
    ],
)  # fmt: skip
def test_learning_rate(written, rate, expected):
    source = f'import keras\nmodel.compile({written}, loss="mse")\n'
    rates = {"optimizer": adam(0.0010000000474974513)}, {"optimizer": adam(rate)}
    assert compiled(source, *rates) == [f'model.compile({expected}, loss="mse")']


def test_an_optimiser_and_a_rate_behind_names():
    source = """\
from keras.optimizers import Adam
LR = 1e-1  # too high
optimizer = Adam(LR)
model.compile(optimizer, "mse")
"""
    rates = {"optimizer": adam(0.1)}, {"optimizer": adam(0.001)}
    assert compiled(source, *rates) == ["LR = 0.001  # too high"]
    other = {"optimizer": keras_object("keras.optimizers", "SGD", learning_rate=0.1, momentum=0.9)}
    assert compiled(source, {"optimizer": adam(0.1)}, other) == [
        "from keras.optimizers import Adam, SGD",
        "optimizer = SGD(learning_rate=0.1, momentum=0.9)",
    ]


def test_an_optimiser_given_to_a_function_is_edited_where_it_is_made():
    source = """\
import keras
def prepare(model, optimizer):
    model.compile(optimizer=optimizer, loss="mse")
prepare(model, keras.optimizers.Adam(0.1))
"""
    rates = {"optimizer": adam(0.1)}, {"optimizer": adam(0.001)}
    lines = {"Adam": "Adam(0.1)"}
    assert compiled(source, *rates, **lines) == ["prepare(model, keras.optimizers.Adam(0.001))"]


def test_a_schedule():
    decay = keras_object(
        "keras.optimizers.schedules", "InverseTimeDecay", initial_learning_rate=0.1,
        decay_steps=100, decay_rate=1.0, staircase=False, name="InverseTimeDecay",
    )  # fmt: skip
    lower = {**decay, "config": {**decay["config"], "initial_learning_rate": 0.01}}
    source = "import keras\nmodel.compile(optimizer=keras.optimizers.Adam(0.1))\n"
    before, after = {"optimizer": adam(0.1)}, {"optimizer": adam(decay)}
    added = compiled(source, before, after)
    assert added == [
        "model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.InverseTimeDecay("
        "initial_learning_rate=0.1, decay_steps=100, decay_rate=1.0)))"
    ]
    again = compiled(f"import keras\n{added[0]}\n", after, {"optimizer": adam(lower)})
    assert again == [added[0].replace("initial_learning_rate=0.1", "initial_learning_rate=0.01")]


@pytest.mark.parametrize(
    ("written", "before", "after", "expected"),
    [
        ('loss="mse"', "mse", "binary_crossentropy", 'loss="binary_crossentropy"'),
        ('loss="sparse_categorical_crossentropy"', "sparse_categorical_crossentropy", OBJECT,
         "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        ("loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)", OBJECT, "mae",
         'loss="mae"'),
        ("loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)", OBJECT,
         {**OBJECT, "config": {"from_logits": False}},
         "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False)"),
        ("loss=keras.losses.SparseCategoricalCrossentropy()",
         {**OBJECT, "config": {"from_logits": False}}, OBJECT,
         "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
    ],
)  # fmt: skip
def test_loss(written, before, after, expected):
    source = f'import keras\nmodel.compile("adam", {written}, metrics=["mae"])\n'
    added = compiled(source, {"loss": before}, {"loss": after})
    assert added == [f'model.compile("adam", {expected}, metrics=["mae"])']


def test_metrics_are_replaced_and_added():
    source = 'model.compile(\n    "adam",\n    "mse",  # squares\n    metrics=["mae"],\n)\n'
    added = compiled(source, {"metrics": ["mae"]}, {"metrics": ["accuracy"]})
    assert added == ['metrics=["accuracy"],']
    added = compiled(source, {"jit_compile": None}, {"jit_compile": False})
    assert added == ["jit_compile=False,"]


def test_a_custom_loss_becomes_an_instruction():
    custom = {"module": "mine", "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    old = recipe(compile={"loss": "mse"})
    done = patched('model.compile("adam", "mse")\n', old, old.with_compile(loss=custom))
    assert done.source is None
    assert done.instructions == (
        'Line 1 (`model.compile("adam", "mse")`): compile with `loss` Mine(). Not edited: Mine is '
        "no part of Keras.",
    )


# Fit

FIT = """\
import keras
from keras.callbacks import EarlyStopping
EPOCHS = 5
stop = EarlyStopping(patience=1)
model.compile("adam", "mse")
history = model.fit(
    x_train,
    y_train,
    epochs=EPOCHS,
    batch_size=1,  # small
    callbacks=[stop],
)
"""


def fitted(source, before, after, **lines):
    """The patch from one fit to another."""
    old = recipe(fit=before)
    done = patched(source, old, recipe(fit=after, compile=old.compile, data=old.data), **lines)
    assert done.complete, done.instructions
    return done


def test_arguments_of_fit():
    before = FitRecipe(epochs=5, batch_size=1)
    after = FitRecipe(epochs=50, batch_size=64, class_weight={0: 0.5, 1: 2.0}, shuffle=False)
    assert added_lines(fitted(FIT, before, after)) == [
        "EPOCHS = 50",
        "batch_size=64,  # small",
        "shuffle=False,",
        "class_weight={0: 0.5, 1: 2.0},",
    ]
    done = fitted(FIT, before, FitRecipe(epochs=5))
    assert (added_lines(done), gone_lines(done)) == ([], ["batch_size=1,  # small"])


def test_arguments_of_fit_by_position():
    source = "model.fit(x_train, y_train, 32, 5)\n"
    before, after = FitRecipe(epochs=5, batch_size=32), FitRecipe(epochs=9, batch_size=32)
    assert added_lines(fitted(source, before, after)) == ["model.fit(x_train, y_train, 32, 9)"]
    assert added_lines(fitted(source, before, FitRecipe(epochs=5))) == [
        "model.fit(x_train, y_train, None, 5)"
    ]


def test_a_callback_is_changed_added_and_removed():
    stop = callback("EarlyStopping", patience=1)
    before = FitRecipe(epochs=5, batch_size=1, callbacks=(stop,))
    lines = {"EarlyStopping": "EarlyStopping(patience"}
    patient = callback("EarlyStopping", patience=9, monitor="val_loss", restore_best_weights=True)
    plateau = callback("ReduceLROnPlateau", patience=3, factor=0.1)
    after = FitRecipe(epochs=5, batch_size=1, callbacks=(patient, plateau))
    assert added_lines(fitted(FIT, before, after, **lines)) == [
        "from keras.callbacks import EarlyStopping, ReduceLROnPlateau",
        "stop = EarlyStopping(patience=9, restore_best_weights=True)",
        "callbacks=[stop, ReduceLROnPlateau(patience=3)],",
    ]
    done = fitted(FIT, before, FitRecipe(epochs=5, batch_size=1), **lines)
    assert added_lines(done) == []
    assert gone_lines(done) == ["stop = EarlyStopping(patience=1)", "callbacks=[stop],"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", ", callbacks=[keras.callbacks.EarlyStopping(patience=9)]"),
        (", callbacks=None", ", callbacks=[keras.callbacks.EarlyStopping(patience=9)]"),
        (", callbacks=mine()", None),
        (", callbacks=a + b", ", callbacks=[*a + b, keras.callbacks.EarlyStopping(patience=9)]"),
    ],
)
def test_a_callback_is_added_however_they_are_given(given, expected):
    source = f"import keras\nmodel.fit(x_train, y_train, epochs=5{given})\n"
    old = recipe()
    new = old.with_fit(callbacks=(callback("EarlyStopping", patience=9),))
    done = patched(source, old, new)
    if expected is None:
        assert "the callbacks are not given as a list" in done.instructions[0]
    else:
        assert added_lines(done) == [f"model.fit(x_train, y_train, epochs=5{expected})"]


def test_settings_of_another_file_become_an_instruction():
    source = "import other\nother.train()\n"
    old = recipe()
    done = patched(source, old, old.with_fit(epochs=9))
    assert done.instructions == (
        "fit with `epochs` 9. Not edited: the line that calls fit is not known.",
    )


def test_a_schedule_ends():
    decay = keras_object(
        "keras.optimizers.schedules", "ExponentialDecay", initial_learning_rate=0.1,
        decay_steps=3, decay_rate=0.5,
    )  # fmt: skip
    before = recipe(compile={"optimizer": adam(decay), "loss": "mse"})
    after = recipe(compile={"optimizer": adam(0.1), "loss": "mse"})
    source = (
        "model.compile(optimizer=keras.optimizers.Adam(learning_rate="
        "keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)), loss='mse')\n"
        "model.fit(x_train, y_train, epochs=5)\n"
    )
    done = patched(source, before, after)
    assert added_lines(done) == [
        "model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.1), loss='mse')"
    ]
