"""Layers in a source: options, insertion, removal, replacement, in every way to build a model."""

from __future__ import annotations

import pytest
from patching import (
    SETTINGS,
    added_lines,
    at,
    entry,
    functional,
    gone_lines,
    keras_object,
    patched,
    recipe,
    sequential,
    with_config,
)

from goodfit.remedies.layers import edited, inserted_after, inserted_before, removed, replaced

LISTED = f"""\
import keras
from keras import layers

model = keras.Sequential(
    [
        layers.Input(shape=(3,)),
        layers.Dense(8, activation="relu"),  # the first
        # and then
        layers.Dense(4, "tanh"),
        layers.Dense(1),  # the answer
    ]
)
{SETTINGS}"""
LINES = {"a": "Dense(8", "b": "Dense(4", "c": "Dense(1)"}
DENSE = sequential(
    entry("InputLayer", "input", batch_shape=(None, 3)),
    entry("Dense", "a", units=8, activation="relu", kernel_regularizer=None),
    entry("Dense", "b", units=4, activation="tanh", kernel_regularizer=None),
    entry("Dense", "c", units=1, activation="linear", kernel_regularizer=None),
)
L2 = keras_object("keras.regularizers", "L2", l2=0.001)


def change(config, source=LISTED, lines=LINES, before=DENSE):
    """The patch from one model configuration to another."""
    old = recipe(before)
    return patched(source, old, with_config(old, config), **lines)


def test_an_option_is_changed_where_it_stands():
    done = change(edited(DENSE, {"a": {"units": 16}, "b": {"activation": "relu"}}))
    assert added_lines(done) == [
        'layers.Dense(16, activation="relu"),  # the first',
        'layers.Dense(4, "relu"),',
    ]
    assert done.complete


def test_an_option_is_added_and_linear_is_not_written():
    done = change(edited(DENSE, {"a": {"activation": "linear"}, "c": {"kernel_regularizer": L2}}))
    assert added_lines(done) == [
        "layers.Dense(8),  # the first",
        "layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.001)),  # the answer",
    ]


def test_layers_go_into_a_list_and_comments_stay_with_their_own():
    config = inserted_after(DENSE, "a", "Dropout", {"rate": 0.3})
    config = inserted_after(config, "c", "Activation", {"activation": "sigmoid"})
    done = change(config)
    assert done.source == LISTED.replace(
        "# the first\n", "# the first\n        layers.Dropout(0.3),\n"
    ).replace("# the answer\n", '# the answer\n        layers.Activation("sigmoid"),\n')


def test_a_chain_of_layers_keeps_its_order():
    config = inserted_after(DENSE, "a", "BatchNormalization", {})
    config = inserted_after(config, "batchnormalization", "Dropout", {"rate": 0.3})
    done = change(config)
    assert added_lines(done) == ["layers.BatchNormalization(),", "layers.Dropout(0.3),"]


def test_a_layer_goes_in_front_of_the_first():
    done = change(inserted_before(DENSE, "a", "Rescaling", {"scale": 1 / 255, "offset": 0.0}))
    assert "shape=(3,)),\n        layers.Rescaling(1.0 / 255, offset=0.0),\n" in str(done.source)


def test_removed_and_replaced():
    done = change(replaced(removed(DENSE, "b"), "a", "Flatten", {}))
    assert gone_lines(done) == [
        'layers.Dense(8, activation="relu"),  # the first',
        'layers.Dense(4, "tanh"),',
    ]
    assert added_lines(done) == ["layers.Flatten(),  # the first"]
    assert "# and then" in str(done.source)


def test_one_line_lists_stay_on_their_line():
    source = f"""\
from keras.layers import Dense
from keras.models import Sequential
model = Sequential([Dense(8, activation="relu", input_shape=(3,)), Dense(4, "tanh"), Dense(1)])
{SETTINGS}"""
    lines = {"a": "Sequential([", "b": "Sequential([", "c": "Sequential(["}
    config = inserted_after(edited(DENSE, {"b": {"units": 2}}), "a", "Dropout", {"rate": 0.3})
    done = change(config, source, lines)
    assert added_lines(done) == [
        "from keras.layers import Dense, Dropout",
        'model = Sequential([Dense(8, activation="relu", input_shape=(3,)), Dropout(0.3), '
        'Dense(2, "tanh"), Dense(1)])',
    ]


def test_the_shape_of_the_input_moves_to_the_new_first_layer():
    source = f"""\
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
model = Sequential()
model.add(Dense(8, activation="relu", input_shape=(3,)))
model.add(Dense(4, "tanh"))
model.add(Dense(1))
{SETTINGS}"""
    done = change(
        inserted_before(DENSE, "a", "Rescaling", {"scale": 1 / 255, "offset": 0.0}), source
    )
    assert added_lines(done) == [
        "from tensorflow.keras.layers import Dense, Rescaling",
        "model.add(Rescaling(1.0 / 255, offset=0.0, input_shape=(3,)))",
        'model.add(Dense(8, activation="relu"))',
    ]


@pytest.mark.parametrize(
    ("head", "call", "new", "regulariser", "more"),
    [
        ("import tensorflow as tf", "tf.keras.layers.", "tf.keras.layers.Dropout",
         "tf.keras.regularizers.L2", []),
        ("from tensorflow import keras", "keras.layers.", "keras.layers.Dropout",
         "keras.regularizers.L2", []),
        ("from keras import layers as L", "L.", "L.Dropout", "keras.regularizers.L2",
         ["import keras"]),
        ("from keras.layers import *", "", "Dropout", "keras.regularizers.L2", ["import keras"]),
        ("from keras.layers import Dense, Dropout", "", "Dropout", "L2",
         ["from keras.regularizers import L2"]),
    ],
)  # fmt: skip
def test_new_code_is_spelt_as_the_script_spells(head, call, new, regulariser, more):
    source = f"""\
{head}
model = build()
model.add({call}Dense(8, activation="relu"))
model.add({call}Dense(4, "tanh"))
model.add({call}Dense(1))
{SETTINGS}"""
    config = inserted_after(DENSE, "a", "Dropout", {"rate": 0.3})
    done = change(edited(config, {"b": {"kernel_regularizer": L2}}), source)
    assert added_lines(done) == [
        *more,
        f"model.add({new}(0.3))",
        f'model.add({call}Dense(4, "tanh", kernel_regularizer={regulariser}(0.001)))',
    ]


LOOPED = f"""\
import keras
from keras import layers

model = keras.Sequential()
for units in (8, 4):
    model.add(layers.Dense(units, activation="relu"))
model.add(layers.Dense(1))
{SETTINGS}"""
LOOP_LINES = {"a": "Dense(units", "b": "Dense(units", "c": "Dense(1)"}


def test_a_loop_gets_a_line_for_all_its_layers():
    config = inserted_after(DENSE, "a", "Dropout", {"rate": 0.3})
    config = inserted_after(config, "b", "Dropout", {"rate": 0.3})
    config = edited(config, {"a": {"kernel_regularizer": L2}, "b": {"kernel_regularizer": L2}})
    done = change(config, LOOPED, LOOP_LINES)
    assert done.complete
    assert added_lines(done) == [
        'model.add(layers.Dense(units, activation="relu", '
        "kernel_regularizer=keras.regularizers.L2(0.001)))",
        "model.add(layers.Dropout(0.3))",
    ]
    assert "\n    model.add(layers.Dropout(0.3))\n" in str(done.source)


def test_widths_of_a_loop_are_changed_in_its_list():
    done = change(edited(DENSE, {"a": {"units": 4}, "b": {"units": 2}}), LOOPED, LOOP_LINES)
    assert added_lines(done) == ["for units in (4, 2):"]


def test_widths_of_a_loop_over_a_constant_are_changed_there():
    source = LOOPED.replace("(8, 4)", "WIDTHS").replace("model =", "WIDTHS = [8, 4]\nmodel =")
    done = change(edited(DENSE, {"a": {"units": 16}, "b": {"units": 8}}), source, LOOP_LINES)
    assert added_lines(done) == ["WIDTHS = [16, 8]"]


def test_a_loop_of_which_only_some_layers_change_becomes_an_instruction():
    config = inserted_after(DENSE, "a", "Dropout", {"rate": 0.3})
    done = change(edited(config, {"b": {"activation": "relu"}}), LOOPED, LOOP_LINES)
    assert done.source is None
    assert not done.complete
    assert len(done.instructions) == 2
    assert all(told.startswith("Line 6 (`model.add(") for told in done.instructions)
    assert "one call makes 2 layers" in done.instructions[0]


def test_a_layer_goes_in_front_of_a_loop():
    done = change(inserted_before(DENSE, "a", "GaussianNoise", {"stddev": 0.1}), LOOPED, LOOP_LINES)
    assert added_lines(done) == ["model.add(layers.GaussianNoise(0.1))"]
    assert "GaussianNoise(0.1))\nfor units" in str(done.source)


FUNCTIONAL = f"""\
import keras
from keras import layers

inputs = keras.Input(shape=(3,))
x = layers.Dense(8, activation="relu")(inputs)  # wide
hidden = layers.Dropout(0.1)(x)
x = layers.Dense(4)(layers.LayerNormalization()(hidden))
model = keras.Model(inputs, layers.Dense(1)(x))
{SETTINGS}"""
GRAPH = functional(
    (entry("InputLayer", "input", batch_shape=(None, 3)), ()),
    (entry("Dense", "a", units=8, activation="relu"), ("input",)),
    (entry("Dropout", "drop", rate=0.1), ("a",)),
    (entry("LayerNormalization", "norm"), ("drop",)),
    (entry("Dense", "b", units=4), ("norm",)),
    (entry("Dense", "c", units=1), ("b",)),
)
GRAPH_LINES = {
    "a": "Dense(8", "drop": "Dropout", "norm": "Dense(4)", "b": "Dense(4)", "c": "Dense(1)",
}  # fmt: skip


def test_functional_calls():
    config = inserted_after(GRAPH, "a", "GaussianNoise", {"stddev": 0.1})
    config = inserted_after(config, "norm", "Activation", {"activation": "relu"})
    config = inserted_after(config, "c", "Softmax", {})
    config = inserted_before(config, "a", "Rescaling", {"scale": 2.0, "offset": 0.0})
    done = change(removed(config, "drop"), FUNCTIONAL, GRAPH_LINES, GRAPH)
    assert done.complete
    assert added_lines(done) == [
        'x = layers.Dense(8, activation="relu")(layers.Rescaling(2.0, offset=0.0)(inputs))  # wide',
        "hidden = layers.GaussianNoise(0.1)(x)",
        'x = layers.Dense(4)(layers.Activation("relu")(layers.LayerNormalization()(hidden)))',
        "model = keras.Model(inputs, layers.Softmax()(layers.Dense(1)(x)))",
    ]


def test_a_functional_layer_is_taken_out():
    done = change(removed(GRAPH, "drop"), FUNCTIONAL, GRAPH_LINES, GRAPH)
    assert added_lines(done) == ["hidden = x"]
    source = FUNCTIONAL.replace("hidden", "x")
    done = change(removed(GRAPH, "drop"), source, GRAPH_LINES, GRAPH)
    assert (added_lines(done), gone_lines(done)) == ([], ["x = layers.Dropout(0.1)(x)"])


def test_two_readers_of_one_input_share_the_new_layer():
    source = f"""\
import keras
from keras import layers
inputs = keras.Input(shape=(3,))
left = layers.Dense(8)(inputs)
right = layers.Dense(4)(inputs)
model = keras.Model(inputs, layers.Add()([left, right]))
{SETTINGS}"""
    config = functional(
        (entry("InputLayer", "input", batch_shape=(None, 3)), ()),
        (entry("Dense", "a", units=8), ("input",)),
        (entry("Dense", "b", units=4), ("input",)),
        (entry("Add", "add"), ("a", "b")),
    )
    after = inserted_after(config, "input", "Rescaling", {"scale": 2.0, "offset": 0.0})
    lines = {"a": "Dense(8)", "b": "Dense(4)", "add": "Add()"}
    done = change(after, source, lines, config)
    assert added_lines(done) == [
        "inputs_changed = layers.Rescaling(2.0, offset=0.0)(inputs)",
        "left = layers.Dense(8)(inputs_changed)",
        "right = layers.Dense(4)(inputs_changed)",
    ]


def test_one_of_several_tensors_is_led_through_the_new_layer():
    source = f"""\
import keras
from keras import layers
place = keras.Input(())
numbers = keras.Input((2,))
joined = layers.Concatenate()([layers.Embedding(9, 4)(place), numbers])
model = keras.Model([place, numbers], layers.Dense(1)(joined))
{SETTINGS}"""
    config = functional(
        (entry("InputLayer", "place", batch_shape=(None,)), ()),
        (entry("Embedding", "e"), ("place",)),
        (entry("InputLayer", "numbers", batch_shape=(None, 2)), ()),
        (entry("Concatenate", "joined"), ("e", "numbers")),
        (entry("Dense", "a", units=1), ("joined",)),
    )
    after = inserted_after(config, "numbers", "Rescaling", {"scale": 2.0, "offset": 0.0})
    lines = {"e": "Embedding(9", "joined": "Concatenate()", "a": "Dense(1)"}
    done = change(after, source, lines, config)
    assert added_lines(done) == [
        "joined = layers.Concatenate()([layers.Embedding(9, 4)(place), "
        "layers.Rescaling(2.0, offset=0.0)(numbers)])"
    ]


def test_helper_functions_and_layers_kept_under_a_name():
    source = f"""\
import keras
from keras import layers

def block(x, units):
    layer = layers.Dense(units)
    return layers.ReLU()(layer(x))

inputs = keras.Input(shape=(3,))
x = block(block(inputs, 8), 4)
model = keras.Model(inputs, x)
{SETTINGS}"""
    config = functional(
        (entry("InputLayer", "input", batch_shape=(None, 3)), ()),
        (entry("Dense", "a", units=8), ("input",)),
        (entry("ReLU", "ra"), ("a",)),
        (entry("Dense", "b", units=4), ("ra",)),
        (entry("ReLU", "rb"), ("b",)),
    )
    after = config
    for path, behind in (("a", "BatchNormalization"), ("b", "BatchNormalization")):
        after = inserted_after(after, path, behind, {})
    for path in ("ra", "rb"):
        after = inserted_after(after, path, "Dropout", {"rate": 0.2})
    lines = {"a": "Dense(units)", "b": "Dense(units)", "ra": "ReLU()", "rb": "ReLU()"}
    done = change(after, source, lines, config)
    assert added_lines(done) == [
        "return layers.Dropout(0.2)(layers.ReLU()(layers.BatchNormalization()(layer(x))))"
    ]


def test_a_line_that_builds_layers_dynamically_becomes_an_instruction():
    source = f"model = keras.Sequential([make(8), make(4), make(1)])\n{SETTINGS}"
    lines = dict.fromkeys("abc", "make(8)")
    done = change(edited(DENSE, {"b": {"units": 2}}), source, lines)
    assert done.source is None
    assert done.instructions == (
        "Line 1 (`model = keras.Sequential([make(8), make(4), make(1)])`): set `units` of the "
        "layer 'b' (Dense) to 2. Not edited: line 1 has no call of Dense itself: the code is built "
        "dynamically.",
    )


def test_constants_behind_names():
    source = f"""\
import keras
UNITS = 8  # of the first
SHARED = 4
model = keras.Sequential()
model.add(keras.layers.Dense(UNITS, activation="relu"))
model.add(keras.layers.Dense(SHARED, "tanh"))
model.add(keras.layers.Dense(1))
print(SHARED)
{SETTINGS}"""
    lines = {"a": "Dense(UNITS", "b": "Dense(SHARED", "c": "Dense(1)"}
    done = change(edited(DENSE, {"a": {"units": 16}, "b": {"units": 5}}), source, lines)
    assert added_lines(done) == [
        "UNITS = 16  # of the first",
        'model.add(keras.layers.Dense(5, "tanh"))',
    ]


def test_initialisers_are_named_and_pairs_are_one_number_where_the_source_has_one():
    he = keras_object("keras.initializers", "HeNormal", seed=None)
    wide = keras_object("keras.initializers", "RandomNormal", mean=0.0, stddev=0.5, seed=None)
    before = sequential(
        entry("Conv2D", "a", kernel_size=(3, 3), kernel_initializer=wide),
        entry("Dense", "c", units=1, kernel_initializer=wide),
    )
    source = f"""\
import keras
model = keras.Sequential([
    keras.layers.Conv2D(8, 3, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5)),
    keras.layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.5)),
])
{SETTINGS}"""
    narrow = keras_object("keras.initializers", "RandomNormal", mean=0.0, stddev=0.05, seed=None)
    after = edited(
        before,
        {"a": {"kernel_size": (5, 5), "kernel_initializer": he},
         "c": {"kernel_initializer": narrow}},
    )  # fmt: skip
    done = change(after, source, {"a": "Conv2D", "c": "Dense(1"}, before)
    assert added_lines(done) == [
        'keras.layers.Conv2D(8, 5, kernel_initializer="he_normal"),',
        "keras.layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.05)),",
    ]


def test_frozen_layers_are_thawed_where_they_were_frozen():
    source = LISTED.replace("model.compile", "model.trainable = False\nmodel.compile")
    frozen = edited(DENSE, {name: {"trainable": False} for name in "abc"})
    done = change(DENSE, source, LINES, frozen)
    assert added_lines(done) == ["model.trainable = True"]
    whole = sequential(*frozen["config"]["layers"], trainable=False)
    assert added_lines(change(DENSE, source, LINES, whole)) == ["model.trainable = True"]
    part = edited(frozen, {"b": {"trainable": True}})
    done = change(part, source, LINES, frozen)
    assert added_lines(done) == ['model.get_layer("b").trainable = True']


def test_the_shape_of_the_input():
    done = change(edited(DENSE, {"input": {"batch_shape": (None, 3, 1)}}))
    assert added_lines(done) == ["layers.Input(shape=(3, 1)),"]


def test_the_helper_finds_lines():
    assert at(LISTED, "Dense(4").line == 9
