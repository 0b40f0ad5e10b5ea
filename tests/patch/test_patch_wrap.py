"""Lines that an edit made too long."""

from __future__ import annotations

from patching import entry, facts, keras_object, patched, recipe, sequential

from goodfit.patch import patch
from goodfit.patch.wrap import wrapped
from goodfit.remedies.layers import edited

LONG = (
    "if True:\n"
    "    hidden = layers.Dense(units, activation='relu', kernel_regularizer=penalties.L2(0.01), "
    "name='hidden')(hidden)  # kept\n"
)


def test_a_long_new_line_is_broken_at_its_longest_bracket():
    assert wrapped(LONG, "") == (
        "if True:\n"
        "    hidden = layers.Dense(\n"
        "        units, activation='relu', kernel_regularizer=penalties.L2(0.01), name='hidden'\n"
        "    )(hidden)  # kept\n"
    )


def test_long_lines_of_the_scripts_own_are_left_alone():
    assert wrapped(LONG, LONG) == LONG
    other = LONG.replace("0.01", "0.02")
    assert wrapped(other, LONG) == other


def test_items_that_do_not_fit_on_one_line_get_one_each():
    inner = ", ".join(f"argument_{number}=value_{number}" for number in range(6))
    found = wrapped(f"model.compile(\n    optimizer=Adam({inner}),\n)\n", "")
    assert found.splitlines()[:4] == [
        "model.compile(",
        "    optimizer=Adam(",
        "        argument_0=value_0,",
        "        argument_1=value_1,",
    ]
    assert found.splitlines()[-3:] == ["        argument_5=value_5,", "    ),", ")"]


def test_what_has_no_bracket_stays_long():
    text = f"x = {'a' * 200}\n"
    assert wrapped(text, "") == text


def test_a_patch_is_broken_too():
    config = sequential(entry("Dense", "a", units=8, activation="relu"))
    source = "import keras\nmodel.add(keras.layers.Dense(8, activation='relu', name='a_layer'))\n"
    both = keras_object("keras.regularizers", "L1L2", l1=0.0001, l2=0.0001)
    old = recipe(config)
    new = old.with_model(edited(config, {"a": {"kernel_regularizer": both}}))
    done = patch(source, "train.py", facts(source, config, a="Dense(8"), old, new)
    assert done.source == (
        "import keras\n"
        "model.add(\n"
        "    keras.layers.Dense(\n"
        "        8,\n"
        "        activation='relu',\n"
        "        name='a_layer',\n"
        "        kernel_regularizer=keras.regularizers.L1L2(l1=0.0001, l2=0.0001),\n"
        "    )\n"
        ")\n"
    )
    assert patched(source, old, new, a="Dense(8").complete
