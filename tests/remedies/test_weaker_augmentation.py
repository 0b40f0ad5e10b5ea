"""weaker-augmentation and drop-augmentation, on literal configurations and on models of Keras'."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from bases import recipe_of
from small_data import kinds, layer, layer_named, recipe, sequential

from goodfit.recipe import DataRecipe, Recipe, Rows, Task
from goodfit.remedies import BY_ID, DoesNotApplyError
from goodfit.study.engines.build import build

Y = np.arange(40) % 3
IMAGES = Task(name="classes", classes=3, inputs="image")
X = np.random.default_rng(0).random((40, 8, 8, 3)).astype("float32")


def _given(*layers: dict[str, Any]) -> Recipe:
    rest = layer("Conv2D", "conv", filters=4), layer("Flatten", "flatten")
    config = sequential(*layers, *rest, shape=(8, 8, 3))
    return recipe(Y, x=X, held_x=X[:4], config=config, task=IMAGES)


def test_strengths_are_scaled_and_written_as_one_number_where_keras_reads_it_so() -> None:
    given = _given(
        layer("RandomRotation", "turn", factor=[-0.5, 0.5]),
        layer("RandomZoom", "zoom", height_factor=[-0.8, 0.2], width_factor=None),
        layer("RandomContrast", "contrast", factor=[0.0, 0.6]),
        layer("RandomErasing", "erase", factor=[0, 1.0], scale=[0.1, 0.5]),
        layer("RandomFlip", "flip", mode="horizontal"),
    )
    changed = BY_ID["weaker-augmentation"](given, factor=0.1)
    assert layer_named(changed, "turn")["factor"] == 0.05
    assert layer_named(changed, "zoom")["height_factor"] == [-0.08, 0.02]
    assert layer_named(changed, "zoom")["width_factor"] is None
    assert layer_named(changed, "contrast")["factor"] == 0.06
    assert layer_named(changed, "erase") == {
        **layer_named(given, "erase"), "scale": [0.01, 0.05],
    }  # fmt: skip
    assert layer_named(changed, "flip") == layer_named(given, "flip")


def test_one_kind_alone() -> None:
    given = _given(
        layer("RandomRotation", "turn", factor=[-0.5, 0.5]),
        layer("RandomTranslation", "move", height_factor=0.2, width_factor=0.4),
    )
    changed = BY_ID["weaker-augmentation"](given, factor=0.5, kind="translation")
    assert layer_named(changed, "turn") == layer_named(given, "turn")
    assert layer_named(changed, "move")["height_factor"] == 0.1
    assert layer_named(changed, "move")["width_factor"] == 0.2
    with pytest.raises(DoesNotApplyError, match="at random by zoom"):
        BY_ID["weaker-augmentation"](given, kind="zoom")
    with pytest.raises(ValueError, match="no kind of augmentation 'nonsense'"):
        BY_ID["weaker-augmentation"](given, kind="nonsense")


def test_mirrors_alone_have_no_strength() -> None:
    mirrored = _given(layer("RandomFlip", "flip", mode="horizontal"))
    with pytest.raises(DoesNotApplyError, match="none that has a strength"):
        BY_ID["weaker-augmentation"](mirrored)
    with pytest.raises(DoesNotApplyError, match="no layer that changes images"):
        BY_ID["drop-augmentation"](_given())


@pytest.mark.parametrize(
    ("mode", "kind", "left"),
    [
        ("horizontal_and_vertical", "vertical-flip", "horizontal"),
        ("horizontal_and_vertical", "horizontal-flip", "vertical"),
        ("horizontal_and_vertical", "flip", None),
        ("vertical", "vertical-flip", None),
    ],
)
def test_one_direction_of_a_mirror(mode: str, kind: str, left: str | None) -> None:
    given = _given(layer("RandomFlip", "flip", mode=mode), layer("RandomZoom", "zoom"))
    changed = BY_ID["drop-augmentation"](given, kind=kind)
    if left is None:
        assert kinds(changed) == ["InputLayer", "RandomZoom", "Conv2D", "Flatten"]
    else:
        assert layer_named(changed, "flip")["mode"] == left
    with pytest.raises(DoesNotApplyError, match="by rotation"):
        BY_ID["drop-augmentation"](given, kind="rotation")


def test_all_of_it() -> None:
    given = _given(layer("RandomFlip", "flip", mode="vertical"), layer("RandAugment", "rand"))
    assert kinds(BY_ID["drop-augmentation"](given)) == ["InputLayer", "Conv2D", "Flatten"]


@pytest.mark.backend
@pytest.mark.parametrize("functional", [False, True])
def test_blocks_of_models_stay_models_that_answer(functional: bool) -> None:
    layers = keras.layers
    block = keras.Sequential(
        [layers.RandomFlip("vertical"), layers.RandomRotation(0.5)], name="augment"
    )
    rest = [layers.Rescaling(1 / 2), layers.Flatten(), layers.Dense(3, "softmax")]
    if functional:
        inputs = answers = keras.Input((8, 8, 3))
        for part in (block, *rest):
            answers = part(answers)
        model = keras.Model(inputs, answers)
    else:
        model = keras.Sequential([keras.Input((8, 8, 3)), block, *rest])
    model.compile("sgd", "sparse_categorical_crossentropy")
    rows = Rows(x=X, y=Y)
    given = recipe_of(model, DataRecipe(train=rows, validation=rows), IMAGES)
    weaker = BY_ID["weaker-augmentation"](given, factor=0.2)
    turning = build(weaker, 0).get_layer("augment").layers[-1]
    assert tuple(turning.factor) == (-0.1, 0.1)
    without = build(BY_ID["drop-augmentation"](weaker), 0)
    assert not any(one.name == "augment" for one in without.layers)
    answer = keras.ops.convert_to_numpy(without(X[:2]))
    np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-5)
