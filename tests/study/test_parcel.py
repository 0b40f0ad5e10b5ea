"""Recipes as files and back: nothing lost, nothing twice, nothing pickled."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from goodfit.recipe import (
    CallbackRecipe,
    DataRecipe,
    FitRecipe,
    ModelRecipe,
    NoRecipeError,
    Recipe,
    Rows,
    Task,
)
from goodfit.results import Remedy
from goodfit.study.parcel import Digests, digest, pack, unpack


def literal(**changes) -> Recipe:
    x = {"a": np.arange(12.0).reshape(4, 3), "b": (np.ones(4, "int8"), np.zeros((4, 2), "float32"))}
    told = {
        "model": ModelRecipe(
            config={"class_name": "Sequential", "config": {"layers": [{"config": {"units": 3}}]}},
            base={"class_name": "Sequential", "config": {"layers": []}},
            loaded={"dense/kernel": np.eye(2)},
        ),
        "compile": {"optimizer": "adam", "loss": "mse", "metrics": None},
        "fit": FitRecipe(
            epochs=7,
            class_weight={0: 1.0, 1: 2.5},
            callbacks=(CallbackRecipe(name="EarlyStopping", arguments={"patience": 3}),),
        ),
        "data": DataRecipe(
            train=Rows(x=x, y=np.arange(4), weight=np.full(4, 0.5)),
            validation=Rows(x=x, y=np.array(["no", "yes", "no", "yes"])),
        ),
        "task": Task(name="classes", classes=4, inputs="tabular"),
        "remedies": (Remedy(id="l2", parameters={"strength": 0.1}),),
        "notes": ("a callback is left out",),
    }
    return Recipe(**(told | changes))


def test_what_is_packed_comes_back(tmp_path):
    given = literal()
    found = unpack(pack(given, tmp_path))
    assert found.model.config == given.model.config
    assert found.model.base == given.model.base
    assert found.compile == given.compile
    assert found.fit == given.fit
    assert found.task == given.task
    assert (found.remedies, found.notes) == (given.remedies, given.notes)
    np.testing.assert_array_equal(found.model.loaded["dense/kernel"], np.eye(2))
    train = found.data.train
    np.testing.assert_array_equal(train.x["a"], given.data.train.x["a"])
    assert isinstance(train.x["b"], tuple)
    assert train.x["b"][0].dtype == np.int8
    np.testing.assert_array_equal(train.weight, np.full(4, 0.5))
    assert list(found.data.validation.y) == ["no", "yes", "no", "yes"]
    assert found.data.validation.weight is None
    assert found.data.test is None
    assert digest(found) == digest(given)


def test_arrays_are_read_only_maps_of_the_files(tmp_path):
    found = unpack(pack(literal(), tmp_path)).data.train.y
    assert type(found) is np.ndarray
    assert isinstance(found.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


def test_an_array_that_arms_share_is_written_once(tmp_path):
    digests = Digests()
    first = pack(literal(), tmp_path, digests)
    count = len(list((tmp_path / "arrays").iterdir()))
    second = pack(literal(compile={"optimizer": "sgd", "loss": "mse"}), tmp_path, digests)
    assert first != second
    assert len(list((tmp_path / "arrays").iterdir())) == count
    assert pack(literal(), tmp_path) == first


def test_nothing_is_a_pickle(tmp_path):
    path = pack(literal(), tmp_path)
    json.loads(path.read_text())
    for array in (tmp_path / "arrays").iterdir():
        np.load(array, allow_pickle=False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": ModelRecipe(build=lambda: None)}, "the user's own code"),
        ({"model": ModelRecipe(config={}, objects={"MyLayer": object})}, "MyLayer"),
        (
            {"data": DataRecipe(train=Rows(x=np.array([{}, []], object), y=np.zeros(2)))},
            "training rows hold Python objects",
        ),
        ({"compile": {"loss": lambda y, p: 0.0}}, "cannot be handed"),
    ],
)
def test_what_cannot_leave_the_process_is_refused_with_the_reason(tmp_path, changes, said):
    with pytest.raises(NoRecipeError, match=said):
        pack(literal(**changes), tmp_path)


def test_numbers_of_numpy_in_a_configuration_become_plain(tmp_path):
    given = literal(compile={"rate": np.float32(0.5), "shape": (np.int64(3), None)})
    assert unpack(pack(given, tmp_path)).compile == {"rate": 0.5, "shape": [3, None]}


def test_the_digest_sees_every_change_that_matters_and_no_other():
    given = literal()
    assert digest(given) == digest(literal())
    assert digest(given) == digest(replace(given, notes=(), remedies=()))
    changed = given.data.train.y.copy()
    changed[0] += 1
    others = [
        given.with_fit(epochs=8),
        given.with_compile(loss="mae"),
        given.with_model({"class_name": "Sequential", "config": {"layers": []}}),
        given.with_train(replace(given.data.train, y=changed)),
        given.with_train(replace(given.data.train, y=given.data.train.y.astype("int32"))),
    ]
    assert len({digest(one) for one in [given, *others]}) == 6


def test_a_name_that_leads_elsewhere_is_refused(tmp_path):
    path = pack(literal(), tmp_path)
    told = json.loads(path.read_text())
    told["data"]["train"][1] = "../secret"
    path.write_text(json.dumps(told))
    with pytest.raises(ValueError, match="not the name of an array"):
        unpack(path)
