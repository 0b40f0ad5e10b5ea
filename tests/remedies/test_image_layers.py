"""Chains of augmentation, colours and sizes of images: what Keras makes of them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from bases import recipe_of

from goodfit.recipe import DataRecipe, Recipe, Rows, Task
from goodfit.remedies import BY_ID, DoesNotApplyError
from goodfit.results import Remedy


def pictures(side: int = 14, channels: int = 3, high: float = 255.0, own: Any = ()) -> Recipe:
    model = keras.Sequential(
        [
            keras.Input((side, side, channels)),
            *own,
            keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).uniform(0, high, (60, side, side, channels)).astype("float32")
    rows = Rows(x=x, y=np.arange(60) % 3)
    data = DataRecipe(train=rows, validation=rows.at(slice(0, 16)))
    return recipe_of(model, data, Task(name="classes", classes=3, inputs="image"))


def kinds(recipe: Recipe) -> list[str]:
    return [entry["class_name"] for entry in recipe.model.config["config"]["layers"]]


def fitted(recipe: Recipe) -> Any:
    from goodfit.study.engines.build import build

    model = build(recipe, seed=0)
    model.fit(recipe.data.train.x[:8], recipe.data.train.y[:8], batch_size=8, verbose=0)
    return model


def test_a_kind_may_be_a_chain_of_layers() -> None:
    changed = BY_ID["augmentation"](pictures(), kind="shift", strength=0.2)
    assert kinds(changed)[1:4] == ["RandomRotation", "RandomTranslation", "RandomZoom"]
    assert changed.remedies == (
        Remedy(id="augmentation", parameters={"kind": "shift", "strength": 0.2}),
    )
    # What stands there is set, what is missing is put behind it.
    more = BY_ID["augmentation"](changed, kind="standard", strength=0.05)
    assert kinds(more)[1:5] == ["RandomRotation", "RandomTranslation", "RandomZoom", "RandomFlip"]
    assert more.model.config["config"]["layers"][1]["config"]["factor"] == 0.05
    single = BY_ID["augmentation"](pictures(), kind="flip")
    both = BY_ID["augmentation"](single, kind="translation")
    assert kinds(both)[1:3] == ["RandomFlip", "RandomTranslation"]


@pytest.mark.backend
def test_colours_are_changed_around_what_they_were() -> None:
    changed = BY_ID["augmentation"](pictures(high=1.0), kind="color", strength=0.2)
    model = fitted(changed)
    jitter = model.layers[0]
    assert type(jitter).__name__ == "RandomColorJitter"
    assert tuple(jitter.random_contrast.factor) == (0.2, 0.2)
    assert tuple(jitter.random_saturation.factor) == (0.4, 0.6)
    x = np.full((64, 14, 14, 3), 0.5, "float32")
    x[..., 0] = 0.6
    seen = keras.ops.convert_to_numpy(jitter(x, training=True))
    assert abs(float(seen.mean() - x.mean())) < 0.05
    assert float(seen.std()) > 0.02
    with pytest.raises(DoesNotApplyError, match="three channels"):
        BY_ID["augmentation"](pictures(channels=1), kind="color")
    signed = pictures()
    signed = signed.with_train(Rows(x=signed.data.train.x / 127.5 - 1, y=signed.data.train.y))
    with pytest.raises(DoesNotApplyError, match="not from -1"):
        BY_ID["augmentation"](signed, kind="color")


def test_contrast_is_lowered_as_well_as_raised() -> None:
    changed = BY_ID["augmentation"](pictures(), kind="contrast", strength=0.3)
    assert changed.model.config["config"]["layers"][1]["config"]["factor"] == [0.3, 0.3]


def test_what_scales_and_resizes_stands_behind_random_changes() -> None:
    """Layers that change brightness know the range of the values they are given."""
    bright = BY_ID["augmentation"](pictures(), kind="brightness")
    scaled = BY_ID["rescale"](bright)
    assert kinds(scaled)[1:3] == ["RandomBrightness", "Rescaling"]
    assert kinds(BY_ID["scale-features"](bright))[1:3] == ["RandomBrightness", "Normalization"]
    assert kinds(BY_ID["resize"](bright))[1:3] == ["RandomBrightness", "Resizing"]
    own = [keras.layers.RandomFlip("horizontal"), keras.layers.Rescaling(1 / 255)]
    with pytest.raises(DoesNotApplyError, match="no input of pixels"):
        BY_ID["rescale"](pictures(own=own))


@pytest.mark.backend
def test_images_are_resized_to_what_pooling_divides() -> None:
    changed = BY_ID["resize"](pictures(side=14))
    assert changed.model.config["config"]["layers"][1]["config"]["height"] == 16
    assert fitted(changed).layers[-1].kernel.shape[0] == 4 * 4 * 4
    larger = BY_ID["resize"](changed, side=24)
    assert kinds(larger).count("Resizing") == 1
    assert fitted(larger).layers[-1].kernel.shape[0] == 6 * 6 * 4
    for fits in (changed, pictures(side=12)):
        with pytest.raises(DoesNotApplyError, match="fit the model's pooling"):
            BY_ID["resize"](fits)
    with pytest.raises(ValueError, match="side is 4; expected 8 to 1024"):
        BY_ID["resize"](changed, side=4)
