"""The remedies of hidden layers: weights they begin with, activations, freezing, noise, penalties,
width, depth and pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from written import (
    dense,
    entries,
    entry,
    fed,
    functional,
    initialiser,
    kinds,
    layer,
    options,
    recipe,
    sequential,
)

from goodfit.recipe import Recipe, Task
from goodfit.remedies import BY_ID, DoesNotApplyError

YES_NO = [0, 1, 1, 0]


def given(*layers: Any) -> Recipe:
    model = sequential(entry(3), *layers, dense("out", 1, "sigmoid"))
    return recipe(model, "binary_crossentropy", YES_NO, Task(name="binary"))


def begun(recipe_: Recipe, name: str) -> str:
    return str(options(recipe_, name)["kernel_initializer"]["class_name"])


def test_initialiser_fits_the_activation() -> None:
    zeros, wide = initialiser("Zeros"), initialiser("RandomNormal", stddev=5.0)
    changed = BY_ID["initialiser"](
        given(
            dense("a", 8, "relu", kernel_initializer=zeros),
            dense("b", 8, "tanh", kernel_initializer=wide),
            dense("c", 8, "linear", kernel_initializer=zeros),
            layer("BatchNormalization", "bn"),
            layer("ReLU", "r"),
            dense("d", 8, "relu", bias_initializer=initialiser("Constant", value=-9.0)),
            dense("e", 8, "relu", kernel_initializer=initialiser("RandomNormal", stddev=0.05)),
        )
    )
    assert [begun(changed, name) for name in "abcde"] == [
        "HeNormal", "GlorotUniform", "HeNormal", "GlorotUniform", "RandomNormal",
    ]  # fmt: skip
    assert options(changed, "d")["bias_initializer"]["class_name"] == "Zeros"
    with pytest.raises(DoesNotApplyError):
        BY_ID["initialiser"](changed)
    assert begun(BY_ID["initialiser"](changed, name="he_normal"), "d") == "HeNormal"


def test_activation_goes_where_it_is_missing() -> None:
    changed = BY_ID["activation"](given(dense("a", 8), dense("b", 8, "tanh"), dense("c", 8)))
    assert [options(changed, name)["activation"] for name in ("a", "b", "c", "out")] == [
        "relu", "tanh", "relu", "sigmoid",
    ]  # fmt: skip


def test_activation_of_all_and_of_those_named() -> None:
    start = given(
        dense("a", 8, "tanh"), dense("b", 8), layer("Activation", "act", activation="elu")
    )
    every = BY_ID["activation"](start, name="leaky_relu")
    assert options(every, "a")["activation"] == "leaky_relu"
    assert options(every, "b")["activation"] == "linear"
    assert options(every, "act")["activation"] == "leaky_relu"
    one = BY_ID["activation"](start, name="selu", layers=["a"])
    assert options(one, "a")["kernel_initializer"] == "lecun_normal"
    assert options(one, "act")["activation"] == "elu"
    with pytest.raises(DoesNotApplyError):
        BY_ID["activation"](start, layers=["out"])


def test_activation_leaves_a_residual_branch_alone() -> None:
    model = functional(
        fed(entry(3), *()),
        fed(dense("a", 8, "relu"), "input"),
        fed(dense("b", 8), "a"),
        fed(layer("Add", "add"), "a", "b"),
        fed(layer("ReLU", "relu"), "add"),
        fed(dense("c", 8), "relu"),
        fed(dense("out", 1, "sigmoid"), "c"),
        output="out",
    )
    changed = BY_ID["activation"](recipe(model, "binary_crossentropy", YES_NO))
    assert options(changed, "b")["activation"] == "linear"
    assert options(changed, "c")["activation"] == "relu"


def test_activation_drops_the_second_of_two() -> None:
    start = given(dense("a", 8, "tanh"), layer("ReLU", "again"), dense("b", 4, "relu"))
    changed = BY_ID["activation"](start, doubled=True)
    assert kinds(changed) == ["InputLayer", "Dense", "Dense", "Dense"]
    with pytest.raises(DoesNotApplyError):
        BY_ID["activation"](changed, doubled=True)


def test_unfreeze_all_or_those_named() -> None:
    inner = sequential(entry(8), dense("x", 8, trainable=False), dense("y", 8, trainable=False))
    inner["config"] |= {"name": "inner", "trainable": False}
    start = given(dense("a", 8, trainable=False), inner)
    every = BY_ID["unfreeze"](start)
    assert options(every, "a")["trainable"] is True
    assert options(every, "inner")["trainable"] is True
    assert [one["config"]["trainable"] for one in options(every, "inner")["layers"]] == [True] * 3
    one = BY_ID["unfreeze"](start, layers=["inner/y"])
    assert options(one, "a")["trainable"] is False
    assert options(one, "inner")["trainable"] is True
    assert [e["config"]["trainable"] for e in options(one, "inner")["layers"]] == [
        True, False, True,
    ]  # fmt: skip
    with pytest.raises(DoesNotApplyError):
        BY_ID["unfreeze"](every)


def test_less_dropout_of_answers_and_of_few_units() -> None:
    start = given(
        dense("a", 256, "relu"),
        layer("Dropout", "fine", rate=0.5),
        dense("b", 4, "relu"),
        layer("Dropout", "few", rate=0.5),
    )
    model = start.model.config
    assert model is not None
    model["config"]["layers"].append(layer("Dropout", "last", rate=0.2))
    changed = BY_ID["less-dropout"](start)
    names = [one["config"]["name"] for one in entries(changed)]
    assert "fine" in names
    assert "last" not in names
    assert options(changed, "few")["rate"] == pytest.approx(0.1)
    gone = BY_ID["less-dropout"](start, rate=0.0, layers=["fine"])
    assert "fine" not in [one["config"]["name"] for one in entries(gone)]


def test_weaker_regularisation_of_weights_and_of_the_optimiser() -> None:
    penalty = {"module": "keras.regularizers", "class_name": "L1L2", "registered_name": None}
    penalty["config"] = {"l1": 0.5, "l2": 0.25}
    start = given(
        dense("a", 8, "relu", kernel_regularizer=penalty),
        dense("b", 8, "relu", kernel_regularizer="l2"),
    )
    adamw = {"module": "keras.optimizers", "class_name": "AdamW", "registered_name": None}
    start = start.with_compile(optimizer={**adamw, "config": {"weight_decay": 0.4}})
    changed = BY_ID["weaker-regularisation"](start)
    told = options(changed, "a")["kernel_regularizer"]["config"]
    assert told == {"l1": pytest.approx(0.05), "l2": pytest.approx(0.025)}
    assert options(changed, "b")["kernel_regularizer"]["config"] == {"l2": pytest.approx(0.001)}
    assert changed.compile["optimizer"]["config"]["weight_decay"] == pytest.approx(0.04)
    none = BY_ID["weaker-regularisation"](start, factor=0.0)
    assert options(none, "a")["kernel_regularizer"] is None
    assert none.compile["optimizer"]["config"]["weight_decay"] is None
    with pytest.raises(DoesNotApplyError):
        BY_ID["weaker-regularisation"](none)


def test_epochs() -> None:
    start = given()
    assert BY_ID["epochs"](start).fit.epochs == 40
    assert BY_ID["epochs"](start, factor=0.01).fit.epochs == 1
    assert BY_ID["epochs"](start, epochs=7).fit.epochs == 7
    with pytest.raises(DoesNotApplyError):
        BY_ID["epochs"](start, epochs=10)


def test_capacity_changes_hidden_widths_only() -> None:
    start = given(dense("a", 8, "relu", build_config={}), dense("b", 5, "relu"))
    for one in entries(start):
        one["build_config"] = {"input_shape": [None, 8]}
    narrow = BY_ID["less-capacity"](start, factor=0.1)
    assert [options(narrow, name)["units"] for name in ("a", "b", "out")] == [1, 1, 1]
    assert not any("build_config" in one for one in entries(narrow))
    wide = BY_ID["more-capacity"](start, layers=["b"], factor=3.0)
    assert [options(wide, name)["units"] for name in ("a", "b", "out")] == [8, 15, 1]


def test_capacity_keeps_what_is_added_to_the_input() -> None:
    model = functional(
        fed(entry(3)),
        fed(dense("wide", 8, "relu"), "input"),
        fed(dense("back", 3), "wide"),
        fed(layer("Add", "add"), "input", "back"),
        fed(dense("one", 4, "relu"), "add"),
        fed(dense("two", 4), "one"),
        fed(layer("Add", "sum"), "one", "two"),
        fed(dense("out", 1, "sigmoid"), "sum"),
        output="out",
    )
    wide = BY_ID["more-capacity"](recipe(model, "binary_crossentropy", YES_NO))
    widths = [options(wide, name)["units"] for name in ("wide", "back", "one", "two", "out")]
    assert widths == [16, 3, 8, 8, 1]


def test_more_capacity_gives_a_linear_model_a_hidden_layer() -> None:
    assert kinds(BY_ID["more-capacity"](given())) == ["InputLayer", "Dense", "Dense"]


def test_depth_adds_and_takes_away() -> None:
    start = given(
        dense("a", 8, "relu"), dense("b", 6), layer("ReLU", "r"), layer("Dropout", "d", rate=0.1)
    )
    deep = BY_ID["depth"](start, number=2)
    assert kinds(deep) == ["InputLayer", "Dense", "Dense", "ReLU", "Dropout"] + ["Dense"] * 3
    assert [one["config"]["units"] for one in entries(deep)[-3:]] == [6, 6, 1]
    shallow = BY_ID["depth"](start, number=-1)
    assert [one["config"]["name"] for one in entries(shallow)] == ["input", "a", "out"]
    with pytest.raises(DoesNotApplyError, match="2 hidden dense layers"):
        BY_ID["depth"](start, number=-3)


def test_global_pooling_takes_the_rank_of_the_maps() -> None:
    conv = layer("Conv2D", "conv", filters=4, kernel_size=[3, 3], activation="relu")
    start = given(conv, layer("Dropout", "d", rate=0.1), layer("Flatten", "flat"))
    changed = BY_ID["global-pooling"](start)
    assert kinds(changed)[3] == "GlobalAveragePooling2D"
    steps = given(layer("LSTM", "s", units=4, return_sequences=True), layer("Flatten", "flat"))
    assert kinds(BY_ID["global-pooling"](steps))[2] == "GlobalAveragePooling1D"
    rows = given(dense("a", 4, "relu"), layer("Flatten", "flat"))
    for unfit in (changed, rows):
        with pytest.raises(DoesNotApplyError):
            BY_ID["global-pooling"](unfit)


def test_recipes_of_code_are_refused_with_a_reason() -> None:
    own = recipe(None, "mse", np.zeros(4), Task(name="regression"))
    for cure in ("more-capacity", "activation", "initialiser", "depth", "global-pooling"):
        with pytest.raises(DoesNotApplyError, match="code of your own"):
            BY_ID[cure](own)


def sequences(*layers: Any, x: np.ndarray) -> Recipe:
    model = sequential(entry(*x.shape[1:]), *layers, dense("out", 1, "sigmoid"))
    return recipe(model, "binary_crossentropy", YES_NO, Task(name="binary"), x=x)


def test_masking_of_an_embedding_and_of_numbers() -> None:
    tokens = np.array([[3, 1, 0, 0], [2, 0, 0, 0], [1, 2, 3, 0], [1, 1, 1, 1]])
    table = layer("Embedding", "table", input_dim=4, output_dim=2, mask_zero=False)
    changed = BY_ID["masking"](sequences(table, layer("LSTM", "lstm", units=3), x=tokens))
    assert options(changed, "table")["mask_zero"] is True
    with pytest.raises(DoesNotApplyError, match="already"):
        BY_ID["masking"](changed)
    numbers = np.repeat(tokens[..., None], 2, axis=2).astype("float32")
    changed = BY_ID["masking"](sequences(layer("GRU", "gru", units=3), x=numbers))
    assert kinds(changed) == ["InputLayer", "Masking", "GRU", "Dense"]
    with pytest.raises(DoesNotApplyError):
        BY_ID["masking"](sequences(layer("GRU", "gru", units=3), x=numbers + 1))
    with pytest.raises(DoesNotApplyError):
        BY_ID["masking"](sequences(layer("Flatten", "flat"), x=numbers))


def test_an_embedding_gets_a_row_for_every_token() -> None:
    tokens = np.array([[3, 1], [2, 0], [1, 2], [9, 1]])
    pool = layer("GlobalAveragePooling1D", "pool")
    small = layer("Embedding", "table", input_dim=4, output_dim=2)
    changed = BY_ID["embedding-size"](sequences(small, pool, x=tokens))
    assert options(changed, "table")["input_dim"] == 10
    with pytest.raises(DoesNotApplyError, match="every token"):
        BY_ID["embedding-size"](changed)
    with pytest.raises(DoesNotApplyError, match="-1"):
        BY_ID["embedding-size"](sequences(small, pool, x=tokens - 1))
