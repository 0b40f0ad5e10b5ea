"""The warp against Keras' own affine transform, and the changes against Keras' own layers."""

from __future__ import annotations

import numpy as np
import pytest

from goodfit.augmented.draw import changed
from goodfit.augmented.policy import Policy
from goodfit.augmented.warp import warp

HALF_A_LEVEL = 0.5
"""Of pixels from 0 to 255: both interpolate in float32, in another order of sums."""


def images(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype("float32")


def maps(count: int, size: int) -> np.ndarray:
    """Turned, zoomed, sheared and moved, some far over the edges."""
    rng = np.random.default_rng(1)
    found = rng.normal(size=(count, 2, 3)) * 0.4
    found[:, [0, 1], [0, 1]] += 1
    found[:, :, 2] *= size
    return found


def keras_warp(x: np.ndarray, given: np.ndarray, **told) -> np.ndarray:
    import keras

    rows = np.concatenate([given.reshape(-1, 6), np.zeros((len(given), 2))], axis=1)
    found = keras.ops.image.affine_transform(x, rows.astype("float32"), **told)
    return keras.ops.convert_to_numpy(found)


@pytest.mark.parametrize("fill_mode", ["reflect", "nearest", "constant", "wrap"])
@pytest.mark.parametrize("shape", [(40, 12, 12, 3), (5, 9, 14, 1)])
def test_as_keras_warps_on_jax(fill_mode, shape):
    x, given = images(*shape), maps(shape[0], 12)
    ours = warp(x, given, fill_mode=fill_mode, fill_value=7.0)
    theirs = keras_warp(x, given, fill_mode=fill_mode, fill_value=7.0)
    np.testing.assert_allclose(ours, theirs, atol=HALF_A_LEVEL)


def test_the_nearest_pixel_as_keras_takes_it_on_jax():
    x, given = images(6, 10, 10, 2), maps(6, 10)
    ours = warp(x, given, interpolation="nearest")
    theirs = keras_warp(x, given, interpolation="nearest", fill_mode="reflect")
    assert np.mean(ours != theirs) < 0.001


def test_large_images_and_many_rows_are_warped_alike():
    x, given = images(70, 40, 30, 1), maps(70, 30)
    np.testing.assert_array_equal(warp(x, given)[-3:], warp(x[-3:], given[-3:]))
    large = images(1, 200, 150, 3)
    same = np.tile(np.eye(3)[:2], (1, 1, 1))
    np.testing.assert_array_equal(warp(large, same), large)


@pytest.mark.parametrize(
    ("ours", "kind", "theirs"),
    [
        ({"rotation": (0.07, 0.07)}, "RandomRotation", {"factor": (0.07, 0.07)}),
        ({"translation": (0.2, 0.2)}, "RandomTranslation",
         {"height_factor": (0.2, 0.2), "width_factor": (0.2, 0.2)}),
        ({"zoom": (-0.3, -0.3)}, "RandomZoom", {"height_factor": (-0.3, -0.3)}),
        ({"zoom": (0.4, 0.4), "fill_mode": "constant"}, "RandomZoom",
         {"height_factor": (0.4, 0.4), "fill_mode": "constant"}),
        ({"brightness": (0.2, 0.2)}, "RandomBrightness", {"factor": (0.2, 0.2)}),
    ],
)  # fmt: skip
def test_a_number_means_what_it_means_to_keras(ours, kind, theirs):
    import keras

    x = images(4, 16, 12, 3)
    found = changed(x, Policy(**ours), np.random.default_rng(0))
    layer = getattr(keras.layers, kind)(**theirs)
    wanted = keras.ops.convert_to_numpy(layer(x, training=True))
    np.testing.assert_allclose(found, wanted, atol=HALF_A_LEVEL)


def test_shear_is_the_one_of_keras_either_way_round():
    import keras

    x = images(40, 16, 12, 1)
    theirs = keras.layers.RandomShear((0.1, 0.1), (0.1, 0.1))(x, training=True)
    theirs = keras.ops.convert_to_numpy(theirs)
    near = []
    for amount in (0.1, -0.1):  # Keras shears every second image the other way
        ours = changed(x, Policy(shear=(amount, amount)), np.random.default_rng(0))
        near.append(np.abs(ours - theirs).max(axis=(1, 2, 3)) < HALF_A_LEVEL)
    assert np.all(near[0] ^ near[1])
    assert near[0].any()
    assert near[1].any()


def test_one_map_does_what_layers_do_one_after_the_other():
    """Whole pixels and quarter turns, where reading several times loses nothing."""
    import keras

    x = images(3, 12, 12, 1)
    policy = Policy(rotation=(0.25, 0.25), translation=(0.25, 0.25), fill_mode="constant")
    found = changed(x, policy, np.random.default_rng(0))
    turned = keras.layers.RandomRotation((0.25, 0.25), fill_mode="constant")(x, training=True)
    moved = keras.layers.RandomTranslation((0.25, 0.25), (0.25, 0.25), fill_mode="constant")
    wanted = keras.ops.convert_to_numpy(moved(turned, training=True))
    np.testing.assert_allclose(found, wanted, atol=HALF_A_LEVEL)


def test_flips_mirror_half_of_the_images():
    x = images(400, 4, 5, 1)
    for flip, axes in (("horizontal", (2,)), ("vertical", (1,))):
        for moved in ({}, {"zoom": (0.0, 1e-9)}):  # by slices, and through the warp
            found = changed(x, Policy(flip=flip, **moved), np.random.default_rng(0))
            mirrored = np.abs(found - np.flip(x, axes)).max(axis=(1, 2, 3)) < 0.01
            same = np.abs(found - x).max(axis=(1, 2, 3)) < 0.01
            assert np.all(mirrored | same)
            assert 150 < mirrored.sum() < 250
    both = changed(x, Policy(flip="both"), np.random.default_rng(0))
    turned = np.abs(both - x[:, ::-1, ::-1]).max(axis=(1, 2, 3)) < 0.01
    assert 60 < turned.sum() < 140


def test_contrast_keeps_the_mean_and_stays_in_range():
    x = np.zeros((200, 2, 2, 1), "float32") + np.array([[100, 120], [120, 100]])[..., None]
    found = changed(x, Policy(contrast=(0.5, 0.2)), np.random.default_rng(0))
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), 110, atol=0.01)
    factor = (found[:, 0, 1, 0] - 110) / 10
    assert 0.5 <= factor.min() < 0.53
    assert 1.17 < factor.max() <= 1.2001
    wide = changed(x / 255, Policy(contrast=1.0, value_range=(0.4, 0.45)), np.random.default_rng(0))
    assert wide.min() >= np.float32(0.4)
    assert wide.max() <= np.float32(0.45)


def test_erasing_covers_a_box_of_every_second_image():
    x = np.full((400, 20, 20, 1), -1.0, "float32")
    policy = Policy(erasing=0.25, value_range=(0.0, 1.0))
    found = changed(x, policy, np.random.default_rng(0))
    gone = (found >= 0).sum(axis=(1, 2, 3))
    assert 150 < np.count_nonzero(gone) < 250
    assert gone.max() <= 11 * 11
    assert found.max() <= 1.0


def test_what_is_given_stays_as_it_was():
    x = images(4, 8, 8, 3).astype("uint8")
    before = x.copy()
    policy = Policy(flip="both", rotation=0.5, brightness=0.5, contrast=0.5, erasing=0.5)
    found = changed(x, policy, np.random.default_rng(0))
    np.testing.assert_array_equal(x, before)
    assert found.dtype == "float32"
    left = changed(x.astype("float32"), Policy(), np.random.default_rng(0))
    np.testing.assert_array_equal(left, x)
