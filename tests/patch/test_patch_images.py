"""Chains of augmentation, colours and sizes of images, written into a source as Keras' layers."""

from __future__ import annotations

import numpy as np
import pytest
from patching import SETTINGS, added_lines, entry, patched, recipe, sequential

from goodfit.patch import Patch
from goodfit.recipe import DataRecipe, Rows, Task
from goodfit.remedies import BY_ID

SOURCE = f"""\
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((14, 14, 3)),
        layers.Conv2D(4, 3, padding="same"),
        layers.MaxPooling2D(4),
        layers.Flatten(),
        layers.Dense(2),
    ]
)
{SETTINGS}"""
CONFIG = sequential(
    entry("InputLayer", "input", batch_shape=(None, 14, 14, 3)),
    entry("Conv2D", "conv", filters=4, kernel_size=3, padding="same"),
    entry("MaxPooling2D", "pool", pool_size=[4, 4], strides=[4, 4]),
    entry("Flatten", "flat"),
    entry("Dense", "answer", units=2, activation="linear"),
)
LINES = {"conv": "Conv2D(", "pool": "MaxPooling2D(", "flat": "Flatten(", "answer": "Dense("}


def written(*remedies: tuple[str, dict[str, object]]) -> Patch:
    x = np.random.default_rng(0).uniform(0, 255, (20, 14, 14, 3)).astype("float32")
    rows = Rows(x=x, y=np.arange(20) % 2)
    data = DataRecipe(train=rows, validation=rows.at(slice(0, 8)))
    old = recipe(CONFIG, data=data, task=Task(name="classes", classes=2, inputs="image"))
    new = old
    for name, parameters in remedies:
        new = BY_ID[name](new, **parameters)
    return patched(SOURCE, old, new, **LINES)


@pytest.mark.parametrize(
    ("remedies", "lines"),
    [
        (
            [("augmentation", {"kind": "shift"})],
            ["layers.RandomRotation(0.1),", "layers.RandomTranslation(",
             "layers.RandomZoom(0.1),"],
        ),
        (
            [("augmentation", {"kind": "standard", "strength": 0.05})],
            ['layers.RandomFlip("horizontal"),', "layers.RandomRotation(0.05),",
             "layers.RandomTranslation(", "layers.RandomZoom(0.05),"],
        ),
        (
            [("augmentation", {"kind": "flip"}), ("augmentation", {"kind": "translation"})],
            ['layers.RandomFlip("horizontal"),', "layers.RandomTranslation("],
        ),
        ([("augmentation", {"kind": "contrast"})], ["layers.RandomContrast("]),
        ([("augmentation", {"kind": "color"})], ["layers.RandomColorJitter("]),
        ([("resize", {})], ["layers.Resizing(height=16, width=16),"]),
        (
            [("augmentation", {"kind": "brightness"}), ("resize", {"side": 32})],
            ["layers.RandomBrightness(", "layers.Resizing(height=32, width=32),"],
        ),
    ],
)  # fmt: skip
def test_image_layers_are_written_behind_the_input_in_their_order(remedies, lines):
    done = written(*remedies)
    assert done.complete
    found = iter(added_lines(done))
    for line in lines:
        assert any(new.startswith(line) for new in found), (line, added_lines(done))
    compile(str(done.source), "train.py", "exec")
