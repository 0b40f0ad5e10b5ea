"""The structural difference of two recipes."""

from __future__ import annotations

from dataclasses import replace

from patching import adam, callback, entry, functional, recipe, sequential, with_config

from goodfit.patch.changes import (
    CallbackAdded,
    CallbackOption,
    CallbackRemoved,
    CompileOption,
    DataChange,
    FitOption,
    LayerInserted,
    LayerOption,
    LayerRemoved,
    LayerReplaced,
)
from goodfit.patch.difference import difference
from goodfit.recipe import FitRecipe
from goodfit.remedies.layers import edited, inserted_after, inserted_before, removed, replaced
from goodfit.results import Remedy

DENSE = sequential(
    entry("InputLayer", "input", batch_shape=(None, 3)),
    entry("Dense", "a", units=8, activation="relu"),
    entry("Dropout", "drop", rate=0.5, seed=None),
    entry("Dense", "b", units=1),
)


def changes(config, before=DENSE):
    old = recipe(before)
    return difference(old, with_config(old, config))


def test_options():
    assert changes(edited(DENSE, {"a": {"units": 4}, "drop": {"rate": 0.5 + 1e-9}})) == (
        LayerOption(path="a", kind="Dense", option="units", before=8, after=4),
    )


def test_insertion_removal_and_replacement():
    config = inserted_after(DENSE, "a", "BatchNormalization", {})
    config = inserted_after(removed(config, "drop"), "b", "Softmax", {})
    # One taken out and one put in at the same place is one replaced.
    assert changes(config) == (
        LayerReplaced(path="drop", before="Dropout", after="BatchNormalization"),
        LayerInserted(path="softmax", kind="Softmax", after="b", reads="b"),
    )
    assert changes(removed(DENSE, "drop")) == (LayerRemoved(path="drop", kind="Dropout"),)
    assert changes(replaced(DENSE, "drop", "GaussianNoise", {"stddev": 0.1})) == (
        LayerReplaced(
            path="drop", before="Dropout", after="GaussianNoise", options={"stddev": 0.1}
        ),
    )


def test_behind_the_input_is_in_front_of_its_readers():
    config = inserted_after(DENSE, "input", "Rescaling", {"scale": 2.0})
    found = LayerInserted(
        path="rescaling", kind="Rescaling", options={"scale": 2.0}, before=("a",), reads="input"
    )
    assert changes(config) == (found,)


def test_one_edge_of_several_and_nested_models():
    graph = functional(
        (entry("InputLayer", "input"), ()),
        (entry("Dense", "a", units=8), ("input",)),
        (sequential(entry("Dense", "inner", units=8)), ("a",)),
        (entry("Dense", "b", units=8), ("a",)),
        (entry("Add", "add"), ("model", "b")),
    )
    (found,) = changes(inserted_before(graph, "b", "Dropout", {"rate": 0.1}), graph)
    assert (found.after, found.before) == (None, ("b",))
    (found,) = changes(inserted_after(graph, "a", "Dropout", {"rate": 0.1}), graph)
    assert (found.after, found.before) == ("a", ("model", "b"))
    (found,) = changes(inserted_after(graph, "model/inner", "Dropout", {"rate": 0.1}), graph)
    assert (found.after, found.model) == ("model/inner", "model")


def test_settings():
    stop = callback("EarlyStopping", patience=1)
    old = recipe(fit=FitRecipe(epochs=5, callbacks=(stop, callback("Mine"))))
    patient = callback("EarlyStopping", patience=9)
    new = old.with_fit(
        epochs=9, class_weight={0: 1.0}, callbacks=(patient, callback("ReduceLROnPlateau"))
    ).with_compile(optimizer=adam(0.1), loss="mae")
    assert difference(old, new) == (
        CompileOption(
            argument="optimizer", option="learning_rate", kind="Adam", before=0.001, after=0.1,
            whole=adam(0.1),
        ),
        CompileOption(argument="loss", before="mse", after="mae", whole="mae"),
        FitOption(option="epochs", before=5, after=9),
        FitOption(option="class_weight", before=None, after={0: 1.0}),
        CallbackOption(name="EarlyStopping", option="patience", before=1, after=9),
        CallbackAdded(name="ReduceLROnPlateau"),
        CallbackRemoved(name="Mine"),
    )  # fmt: skip


def test_rows_are_told_by_the_remedy_that_changed_them():
    old = recipe(DENSE)
    rows = old.data.train
    told = (Remedy(id="l2"), Remedy(id="oversampling", parameters={"seed": 1}))
    new = replace(old.with_train(rows.at(slice(5))), remedies=told)
    assert difference(old, new) == (DataChange(remedy="oversampling", parameters={"seed": 1}),)
    assert difference(old, replace(old, remedies=told)) == ()


def test_the_same_recipe_differs_in_nothing():
    old = recipe(DENSE)
    assert difference(old, replace(old)) == ()
