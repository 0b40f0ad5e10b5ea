"""GF126 on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from data_literals import (
    chain,
    data,
    features,
    found,
    image,
    labels,
    layer,
    part,
    settings,
    silent,
)

from goodfit.checks.data.channel_axis import CHECK
from goodfit.facts import (
    CrashFacts,
    DataFacts,
    Facts,
    LayerFacts,
    ModelFacts,
    Shape,
    SourceLine,
)

LINE = SourceLine(file="train.py", line=7)


def conv(data_format: str = "channels_last", kernel: tuple[int, int] = (3, 3)) -> LayerFacts:
    return layer("Conv2D", kernel_size=kernel, data_format=data_format)


def facts(
    shape: Shape, *layers: LayerFacts, declared: Shape | None = None, rows: int = 500
) -> Facts:
    model = chain(*layers, input_shape=declared or ())
    if declared is None:
        model = replace(model, inputs=())
    inputs = (image(shape),) if len(shape) > 1 else (features([0.0], [1.0]),)
    train = part("train", inputs, (labels({0: 1, 1: rows - 1}),), rows=rows)
    return Facts(data=DataFacts(train=train), model=model, settings=settings())


@pytest.mark.parametrize(
    ("shape", "layers", "declared", "words"),
    [
        ((28, 28), (conv(),), None, "(N, 28, 28) have no channel axis"),
        ((28, 28), (conv(),), (28, 28), "no channel axis"),
        ((32, 32), (conv(),), (32, 32, 3), "no channel axis"),
        ((28, 28), (layer("MaxPooling2D", pool_size=(2, 2)),), None, "no channel axis"),
        ((28, 28), (layer("Rescaling"), conv()), None, "no channel axis"),
        ((3, 32, 32), (conv(),), None, "(N, 3, 32, 32) have their channels first"),
        ((1, 28, 28), (conv(),), None, "channels first"),
        ((3, 32, 32), (conv(),), (32, 32, 3), "channels first"),
        ((3, 32, 32), (conv(),), (3, 32, 32), "channels first"),
        ((32, 32, 3), (conv("channels_first"),), None, "channels last"),
        ((32, 32, 3), (conv("channels_first"),), (3, 32, 32), "channels last"),
    ],
)
def test_fires(
    shape: Shape, layers: tuple[LayerFacts, ...], declared: Shape | None, words: str
) -> None:
    finding = found(CHECK, facts(shape, *layers, declared=declared))
    assert finding.severity == "error"
    assert words in finding.message


def test_one_image_without_a_batch_axis() -> None:
    finding = found(CHECK, facts((28, 1), conv(), declared=(28, 28, 1), rows=28))
    assert "(28, 28, 1) is one image" in finding.message
    assert "one image" in found(CHECK, facts((32, 3), conv(), rows=32)).message


@pytest.mark.parametrize(
    ("shape", "layers", "declared"),
    [
        ((28, 28, 1), (conv(),), (28, 28, 1)),
        ((32, 32, 3), (conv(),), (None, None, 3)),
        ((28, 28), (conv(),), (28, 28, 1)),  # Keras adds the axis that the Input declares
        ((3, 32, 32), (conv("channels_first"),), (3, 32, 32)),
        ((64, 128, 1), (conv(),), None),
        ((8, 8, 64), (conv(),), None),
        ((4, 128, 20), (conv(),), None),
        ((1, 64, 48), (conv(kernel=(1, 5)),), None),  # series side by side
        ((28, 28), (layer("Conv1D"),), None),
        ((28, 28), (layer("Reshape"), conv()), None),
        ((28, 28), (layer("Flatten"), layer("Dense")), None),
    ],
)
def test_silent(shape: Shape, layers: tuple[LayerFacts, ...], declared: Shape | None) -> None:
    silent(CHECK, facts(shape, *layers, declared=declared))


@pytest.mark.parametrize(
    ("received", "message", "words"),
    [
        ((None, 28, 28), "expected min_ndim=4, found ndim=3", "no channel axis"),
        ((32, 28, 28), "expected min_ndim=4, found ndim=3", "no channel axis"),
        ((28, 28, 1), "expected min_ndim=4, found ndim=3", "one image without a batch axis"),
        ((32, 1, 28, 28), "Computed output size would be zero or negative", "channels first"),
    ],
)
def test_from_the_crash_alone(received: Any, message: str, words: str) -> None:
    crash = CrashFacts(
        type="ValueError",
        message=message,
        during="build",
        where=LINE,
        layers=(("sequential", "Sequential", received), ("conv2d", "Conv2D", received)),
    )
    finding = found(CHECK, Facts(crash=crash))
    assert words in finding.message
    assert (finding.where.line, finding.where.layer) == (7, "conv2d")


def test_other_crashes() -> None:
    flat = CrashFacts(type="ValueError", message="x", layers=(("dense", "Dense", (32, 28, 28)),))
    fine = CrashFacts(type="ValueError", message="x", layers=(("c", "Conv2D", (32, 28, 28, 1)),))
    for crash in (flat, fine, CrashFacts(type="KeyError", message="'x'")):
        assert silent(CHECK, Facts(crash=crash)).result == "not applicable"


def test_validation_images_count_too() -> None:
    one = facts((28, 28, 1), conv(), declared=(28, 28, 1))
    assert one.data is not None
    held = part("validation", (image((3, 28, 28)),))
    both = replace(one, data=replace(one.data, validation=held))
    model = replace(one.model or ModelFacts(name="", kind=""), inputs=())
    assert "channels first" in found(CHECK, replace(both, model=model)).message


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts()).result == "skipped"
    bare = ModelFacts(name="m", kind="subclassed")
    assert silent(CHECK, Facts(model=bare, data=data())).result == "not applicable"
    assert silent(CHECK, Facts(model=bare, data=data([image((28, 28))]))).result == "not applicable"
    assert silent(CHECK, facts((5,), layer("Dense"))).result == "not applicable"
    assert silent(CHECK, facts((None, None, 3), conv())).result == "passed"
