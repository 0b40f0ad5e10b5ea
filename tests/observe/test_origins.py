"""Objects remember the user's line, and are otherwise as they were."""

import copy
import gc
import inspect
import sys
from pathlib import Path

import keras
import pytest

from goodfit.facts import SourceLine
from goodfit.observe.objects import origins

pytestmark = pytest.mark.backend

HERE = str(Path(__file__).resolve())


@pytest.fixture(autouse=True)
def _installed():
    origins.install()


def here(offset=0):
    frame = sys._getframe(1)
    return frame.f_lineno + offset


def dense_block(units):
    return keras.layers.Dense(units)  # the helper's line


class Scaled(keras.layers.Layer):
    def __init__(self, by, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, x):
        return x * self.by


def test_user_line_is_the_calling_line_with_its_text():
    line = origins.user_line()
    assert line == SourceLine(file=HERE, line=here(-1), text="line = origins.user_line()")


def test_library_frames_are_skipped():
    found = []
    keras.tree.map_structure(lambda _: found.append(origins.user_line()), [1])
    assert found[0].line == here(-1)
    sorted([1], key=lambda _: found.append(origins.user_line()))
    keras.tree.map_structure(keras.layers.Dense, [3])
    assert {line.file for line in found} == {HERE}


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.layers.Dense(3),
        lambda: keras.Sequential(),
        lambda: keras.losses.MeanSquaredError(),
        lambda: keras.metrics.AUC(),
        lambda: keras.optimizers.Adam(),
        lambda: keras.callbacks.EarlyStopping(),
    ],
    ids=["layer", "model", "loss", "metric", "optimizer", "callback"],
)
def test_every_kind_of_object_remembers_its_line(make):
    thing = make()
    line = origins.line_of(thing)
    assert (line.file, line.line) == (HERE, make.__code__.co_firstlineno)


def test_the_innermost_helper_of_the_user_counts():
    line = origins.line_of(dense_block(2))
    assert line.text == "return keras.layers.Dense(units)  # the helper's line"


def test_a_users_subclass_remembers_where_it_was_made_not_its_super_call():
    layer = Scaled(2.0)
    assert origins.line_of(layer).line == here(-1)


def test_layers_on_their_own_lines_of_one_expression():
    model = keras.Sequential(
        [
            keras.layers.Dense(3),
            keras.layers.Dense(4),
        ]
    )
    lines = [origins.line_of(layer).line for layer in model.layers]
    assert lines == [here(-5), here(-4)]


def test_a_layer_that_keras_clones_has_the_users_line():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    twin = keras.models.clone_model(model)
    assert origins.line_of(twin.layers[0]).text == "twin = keras.models.clone_model(model)"


def test_operations_and_functional_models_remember_too():
    x = keras.Input((2,))
    y = keras.ops.softmax(x)
    model = keras.Model(x, y)
    assert origins.line_of(model).line == here(-1)
    assert origins.line_of(model.operations[-1]).line == here(-3)


def test_a_config_is_still_kept_of_a_users_layer():
    layer = Scaled(2.0, name="scaled")
    again = Scaled.from_config(layer.get_config())
    assert (again.by, again.name) == (2.0, "scaled")
    assert type(again) is Scaled


def test_models_can_still_be_copied():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    twin = copy.deepcopy(model)
    assert [type(layer) for layer in twin.layers] == [keras.layers.Dense]
    stop = copy.deepcopy(keras.callbacks.EarlyStopping(patience=7))
    assert stop.patience == 7


def test_signatures_are_as_keras_wrote_them():
    assert list(inspect.signature(keras.losses.Loss).parameters)[:2] == ["name", "reduction"]
    assert "learning_rate" in inspect.signature(keras.optimizers.Adam).parameters
    assert not inspect.signature(keras.callbacks.Callback).parameters
    assert list(inspect.signature(Scaled).parameters) == ["by", "kwargs"]


def test_wrong_arguments_are_still_refused():
    with pytest.raises(TypeError):
        keras.callbacks.Callback(3)
    with pytest.raises(TypeError):
        keras.losses.Loss(colour="red")


def test_a_subclass_with_its_own_new_still_works():
    class Counted(keras.callbacks.Callback):
        def __new__(cls, start):
            made = super().__new__(cls)
            made.count = start
            return made

        def __init__(self, start):
            super().__init__()
            self.again = start

    made = Counted(4)
    assert (made.count, made.again) == (4, 4)


def test_a_second_installation_changes_nothing():
    before = keras.losses.Loss.__new__, keras.Operation.__new__
    origins.install()
    assert (keras.losses.Loss.__new__, keras.Operation.__new__) == before


def test_nothing_is_kept_of_the_dead_and_nothing_is_stored_in_the_living():
    loss = keras.losses.MeanSquaredError()
    assert not any("goodfit" in name for name in vars(loss))
    key = (id(loss), "made")
    assert key in origins._memory
    del loss
    gc.collect()
    assert key not in origins._memory


def test_remembering_by_act():
    model, line = keras.Sequential(), SourceLine(file="train.py", line=3)
    origins.remember(model, line, "compile")
    assert origins.line_of(model, "compile") == line
    assert origins.line_of(model, "fit") is None
    origins.remember(1, line)  # cannot be weakly referenced
    assert origins.line_of(1) is None


@pytest.mark.parametrize(
    ("file", "users"),
    [
        ("/home/ann/train.py", True),
        ("train.py", True),
        ("<stdin>", True),
        ("<ipython-input-3-abc>", True),
        ("/tmp/ipykernel_12/345.py", True),
        ("/home/ann/.venv/lib/python3.11/site-packages/lightning/fit.py", False),
        ("/usr/lib/python3/dist-packages/x.py", False),
        ("<frozen importlib._bootstrap>", False),
        ("<__array_function__ internals>", False),
        ("/tmp/__autograph_generated_file8.py", False),
        (inspect.__file__, False),
        (keras.__file__, False),
        (origins.__file__, False),
    ],
)
def test_whose_file(file, users):
    assert origins._users_file(file) is users


def test_a_claimed_file_is_the_users_wherever_it_lies(monkeypatch):
    monkeypatch.setattr(origins, "_claimed", set())
    file = "/opt/lib/python3/site-packages/shop/train.py"
    assert not origins._users_file(file)
    origins.claim(file)
    assert origins._users_file(file)


def test_code_given_on_the_command_line_is_the_users():
    scope = {"user_line": origins.user_line}
    exec("line = user_line()", scope)
    assert (scope["line"].file, scope["line"].line) == ("<string>", 1)
