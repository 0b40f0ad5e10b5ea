"""Weaker augmentation, and none, written into the source of a model that has such layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from patching import SETTINGS, added_lines, entry, gone_lines, patched, recipe, sequential

from goodfit.patch import Patch
from goodfit.recipe import DataRecipe, Recipe, Rows
from goodfit.remedies import BY_ID

SOURCE = f"""\
import keras
from keras import layers

augment = keras.Sequential(
    [
        layers.RandomFlip("horizontal_and_vertical"),
        layers.RandomRotation(0.5, fill_mode="nearest"),
        layers.RandomZoom(height_factor=(-0.8, 0.4)),
    ],
    name="augment",
)
model = keras.Sequential(
    [
        layers.Input(shape=(8, 8, 3)),
        augment,
        layers.Flatten(),
        layers.Dense(3),
    ]
)
{SETTINGS}"""
BLOCK = sequential(
    entry("RandomFlip", "flip", mode="horizontal_and_vertical"),
    entry("RandomRotation", "turn", factor=(-0.5, 0.5), fill_mode="nearest"),
    entry("RandomZoom", "zoom", height_factor=(-0.8, 0.4), width_factor=None),
)
BLOCK["config"]["name"] = "augment"
MODEL = sequential(
    entry("InputLayer", "input", batch_shape=(None, 8, 8, 3)),
    BLOCK,
    entry("Flatten", "flat"),
    entry("Dense", "out", units=3),
)
LINES = {
    "augment__flip": "RandomFlip",
    "augment__turn": "RandomRotation",
    "augment__zoom": "RandomZoom",
    "out": "Dense(3)",
}


def _given() -> Recipe:
    rows = Rows(x=np.zeros((20, 8, 8, 3), "float32"), y=np.arange(20) % 3)
    return recipe(MODEL, data=DataRecipe(train=rows, validation=rows))


def _patch(remedy: str, **parameters: Any) -> Patch:
    given = _given()
    return patched(SOURCE, given, BY_ID[remedy](given, **parameters), **LINES)


def test_strengths_are_changed_where_they_stand() -> None:
    done = _patch("weaker-augmentation", factor=0.1)
    assert added_lines(done) == [
        'layers.RandomRotation(0.05, fill_mode="nearest"),',
        "layers.RandomZoom(height_factor=(-0.08, 0.04)),",
    ]
    assert done.complete


def test_one_direction_of_a_mirror() -> None:
    done = _patch("drop-augmentation", kind="vertical-flip")
    assert added_lines(done) == ['layers.RandomFlip("horizontal"),']
    assert done.complete


@pytest.mark.parametrize("kind", ["flip", "rotation"])
def test_a_layer_is_taken_out(kind: str) -> None:
    done = _patch("drop-augmentation", kind=kind)
    assert added_lines(done) == []
    assert len(gone_lines(done)) == 1
    assert done.complete


def test_a_block_that_would_be_empty_is_told_in_words() -> None:
    done = _patch("drop-augmentation")
    assert done.source is None
    assert "take out the layer 'augment' (Sequential)" in done.instructions[0]
