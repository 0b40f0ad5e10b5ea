"""Policies and Keras' layers: one is read off the other, numbers unchanged."""

from __future__ import annotations

import pytest

from goodfit.augmented.policy import KINDS, Policy, policy_of

FULL = Policy(
    flip="horizontal",
    rotation=0.1,
    translation=0.2,
    zoom=(-0.3, 0.1),
    shear=0.1,
    brightness=0.2,
    contrast=0.3,
    erasing=0.2,
    fill_mode="nearest",
    value_range=(0.0, 1.0),
)


def test_a_policy_is_read_off_the_layers_it_writes():
    layers = FULL.layers()
    assert [kind for kind, _ in layers] == list(KINDS.values())
    read = policy_of(layers)
    assert read is not None
    for name in KINDS:
        if name != "flip":
            assert read.between(name) == FULL.between(name)
    assert (read.flip, read.fill_mode, read.value_range) == ("horizontal", "nearest", (0.0, 1.0))


@pytest.mark.parametrize("name", [*KINDS])
def test_keras_itself_reads_the_layers(name):
    """From our options to the layer, and from the layer's own configuration back."""
    import keras

    policy = Policy(**{name: getattr(FULL, name)}, value_range=(0.0, 1.0))
    ((kind, options),) = policy.layers()
    layer = getattr(keras.layers, kind)(**options)
    read = policy_of([(kind, layer.get_config())])
    assert read is not None
    if name == "flip":
        assert read.flip == "horizontal"
    else:
        assert read.between(name) == policy.between(name)


def test_single_numbers_mean_what_the_installed_keras_makes_of_them():
    import keras

    layer = keras.layers.RandomContrast(0.3)
    read = policy_of([("RandomContrast", {"factor": 0.3})])
    assert read is not None
    assert read.between("contrast") == layer.factor
    layer = keras.layers.RandomErasing(scale=0.3)
    read = policy_of([("RandomErasing", {"scale": 0.3})])
    assert read is not None
    assert read.between("erasing") == layer.scale


@pytest.mark.parametrize(
    "layers",
    [
        [("RandAugment", {})],
        [("RandomZoom", {"height_factor": 0.1, "width_factor": 0.2})],
        [("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.2})],
        [("RandomRotation", {"factor": 0.1, "data_format": "channels_first"})],
        [("RandomErasing", {"scale": 0.1, "fill_value": 3.0})],
        [("RandomErasing", {"scale": 0.1, "factor": 0.5})],
        [("RandomFlip", {"mode": "horizontal"}), ("RandomFlip", {"mode": "vertical"})],
        [
            ("RandomRotation", {"factor": 0.1, "fill_mode": "wrap"}),
            ("RandomZoom", {"height_factor": 0.1}),
        ],
        [("RandomBrightness", {"factor": 0.1}),
         ("RandomContrast", {"factor": 0.1, "value_range": (0, 1)})],
        [("RandomRotation", {"factor": 3.0})],
    ],
)  # fmt: skip
def test_what_no_policy_does_is_none(layers):
    assert policy_of(layers) is None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"flip": "left"}, "flip is 'left'; expected one of"),
        ({"rotation": 2.0}, r"rotation is 2\.0; expected a number"),
        ({"contrast": -0.1}, r"contrast is -0\.1; .* in \[0, 1\]"),
        ({"fill_mode": "mirror"}, "fill_mode is 'mirror'"),
        ({"value_range": (1.0, 0.0)}, "expected \\(least, greatest\\)"),
    ],
)
def test_a_change_out_of_its_range_is_an_error(told, message):
    with pytest.raises(ValueError, match=message):
        Policy(**told)
