"""GF213 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from faring_literals import badly, well
from model_literals import case, finding, layer, stack

from goodfit.checks.model.shrinking_map import CHECK, shrinking_map
from goodfit.facts import LayerFacts


def conv(before: int, after: int, type_: str = "Conv2D", **options: Any) -> LayerFacts:
    options.setdefault("kernel_size", (3, 3))
    options.setdefault("strides", (1, 1))
    return layer(
        "conv", type_, input_shapes=((before, before, 8),), output_shapes=((after, after, 8),),
        options=options,
    )  # fmt: skip


def pool(before: int, after: int, size: int, strides: int | None = None) -> LayerFacts:
    return layer(
        "pool", "MaxPooling2D", input_shapes=((before, before, 8),),
        output_shapes=((after, after, 8),),
        options={"pool_size": (size, size), "strides": (strides or size,) * 2},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "one"),
    [
        ("swallowed", pool(8, 1, 8)),
        ("swallowed", conv(16, 1, kernel_size=(3, 3), strides=(16, 16), padding="same")),
        ("skipped", conv(28, 6, strides=(5, 5))),
        ("skipped", pool(28, 5, 2, strides=6)),
        ("padding", conv(1, 1, padding="same")),
    ],
)
def test_fires(expected: str, one: LayerFacts) -> None:
    model = stack(one, layer("out"))
    assert case(shrinking_map(model, **badly())) == expected
    assert finding(CHECK, model=model, **badly()).severity == "warning"
    assert finding(CHECK, model=model, **well()).severity == "tip"


@pytest.mark.parametrize(
    "one",
    [
        conv(28, 26),
        conv(28, 14, strides=(2, 2), padding="same"),
        conv(28, 14, kernel_size=(1, 1), strides=(2, 2)),
        pool(28, 14, 2),
        pool(2, 1, 2),
        conv(3, 1),
        layer("gap", "GlobalAveragePooling2D", input_shapes=((8, 8, 4),), output_shapes=((4,),)),
        conv(28, 20, kernel_size=(3, 3), strides=(1, 1), dilation_rate=(4, 4)),
    ],
)
def test_healthy_is_silent(one: LayerFacts) -> None:
    answer = shrinking_map(stack(one, layer("out")), **badly())
    assert case(answer) in ("Passed", "NotApplicable")


def test_maps_of_unknown_size() -> None:
    unknown = layer(
        "c", "Conv2D", input_shapes=((None, None, 3),), output_shapes=((None, None, 8),)
    )
    assert case(shrinking_map(stack(unknown, layer("out")), **badly())) == "Passed"
