"""GF134 on literals."""

from __future__ import annotations

from dataclasses import replace

from data_literals import chain, found, layer, silent
from image_literals import pictures, seen

from goodfit.checks.data.grey_as_colour import CHECK
from goodfit.facts import Facts, ImageFacts, ModelFacts, WeightFacts

GREY = pictures(grey=1.0)


def convnet(loaded: bool | None = None) -> ModelFacts:
    kernel = WeightFacts(
        name="kernel", shape=(3, 3, 3, 32), as_initialised=None if loaded is None else not loaded
    )
    first = replace(layer("Conv2D"), weights=(kernel,))
    return chain(layer("Rescaling"), first, input_shape=(32, 32, 3))


def test_grey_pictures_in_three_channels() -> None:
    finding = found(CHECK, seen(train=GREY, model=convnet()))
    assert finding.severity == "tip"
    assert "576 weights of conv2d" in finding.message  # 2 * 3 * 3 * 32
    assert "weights" not in found(CHECK, seen(train=GREY)).message


def test_a_base_that_was_trained_elsewhere_wants_three_channels() -> None:
    assert silent(CHECK, seen(train=GREY, model=convnet(loaded=True))).result == "not applicable"
    inside = tuple(layer("Conv2D", f"base/conv_{n}") for n in range(12))
    base = ModelFacts(name="m", kind="functional", layers=inside)
    assert silent(CHECK, seen(train=GREY, model=base)).result == "not applicable"


def test_colour_one_channel_and_few_pictures() -> None:
    assert silent(CHECK, seen(train=pictures(grey=0.9))).result == "passed"
    one = pictures(grey=None, channels=1)
    assert silent(CHECK, seen(train=one)).result == "not applicable"
    assert silent(CHECK, seen(train=pictures(grey=1.0, rows_seen=8))).result == "skipped"
    assert silent(CHECK, Facts(images=ImageFacts())).result == "skipped"
