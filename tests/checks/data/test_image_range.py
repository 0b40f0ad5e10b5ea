"""GF127 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import (
    against_learners,
    chain,
    data,
    features,
    found,
    image,
    layer,
    settings,
    silent,
)

from goodfit.checks.data.image_range import CHECK
from goodfit.facts import Facts, LayerFacts, ModelFacts

CONV = layer("Conv2D", activation="relu")
SHAPE = (28, 28, 1)


def facts(low: float, high: float, *layers: LayerFacts, **more: object) -> Facts:
    model = chain(*layers, input_shape=SHAPE)
    rows = data([image(SHAPE, low, high)])
    return Facts(data=rows, model=model, settings=settings(), **more)  # type: ignore[arg-type]


def rescaling(scale: float, offset: float = 0.0) -> LayerFacts:
    return layer("Rescaling", scale=scale, offset=offset)


@pytest.mark.parametrize(
    ("low", "high", "layers", "words"),
    [
        (0, 255, (CONV,), "0 to 255 reach the first weights unscaled"),
        (0, 255, (layer("RandomFlip"), layer("Resizing"), CONV), "unscaled"),
        (0, 255, (layer("Flatten"), layer("Dense")), "unscaled"),
        (0, 1, (rescaling(1 / 255), CONV), "0 to 0.003922: they are scaled twice"),
        (0, 1, (rescaling(1 / 127.5, -1.0), CONV), "scaled twice"),
        (-1, 1, (rescaling(1 / 255), CONV), "scaled twice"),
        (0, 1 / 255, (CONV,), "divided by 255 twice"),
        (0, 1 / 255, (layer("Conv2D", activation="linear"), layer("BatchNormalization")), "twice"),
    ],
)
def test_fires(low: float, high: float, layers: tuple[LayerFacts, ...], words: str) -> None:
    finding = found(CHECK, facts(low, high, *layers))
    assert finding.severity == "warning"
    assert words in finding.message


@pytest.mark.parametrize(
    ("low", "high", "layers"),
    [
        (0, 1, (CONV,)),
        (-1, 1, (CONV,)),
        (0, 16, (CONV,)),
        (-2.1, 2.6, (CONV,)),
        (-124, 151, (CONV,)),  # as pretrained models centre them
        (0, 255, (rescaling(1 / 255), CONV)),
        (0, 255, (rescaling(1 / 127.5, -1.0), layer("RandomFlip"), CONV)),
        (0, 255, (layer("Normalization"), CONV)),
        (0, 255, (layer("BatchNormalization"), CONV)),
        (0, 255, (layer("Conv2D", activation="linear"), layer("BatchNormalization"))),
        (0, 1, (rescaling(1 / 255), layer("Normalization"), CONV)),
        (0.4, 0.4, (CONV,)),
    ],
)
def test_silent(low: float, high: float, layers: tuple[LayerFacts, ...]) -> None:
    assert silent(CHECK, facts(low, high, *layers)).result == "passed"


def test_a_training_that_went_well_makes_it_a_tip() -> None:
    finding = found(CHECK, facts(0, 255, CONV, baselines=against_learners(-0.01)))
    assert (finding.severity, "did as well" in finding.message) == ("tip", True)
    badly = facts(0, 255, CONV, baselines=against_learners(0.4))
    assert found(CHECK, badly).severity == "warning"


def test_what_a_layer_of_the_users_own_does_is_not_guessed() -> None:
    own = replace(layer("Preprocess"), builtin=False)
    assert silent(CHECK, facts(0, 255, own, CONV)).result == "skipped"
    assert silent(CHECK, facts(0, 255, layer("Lambda"), CONV)).result == "skipped"


def test_other_inputs_are_not_judged() -> None:
    rows = data([features([100.0], [50.0])])
    plain = Facts(data=rows, model=chain(layer("Dense")))
    assert silent(CHECK, plain).result == "not applicable"


def test_degenerate_facts() -> None:
    nothing = replace(image(SHAPE), minimum=None, maximum=None)
    model = chain(CONV, input_shape=SHAPE)
    assert silent(CHECK, Facts(data=data([nothing]), model=model)).result == "skipped"
    empty = ModelFacts(name="m", kind="subclassed")
    assert silent(CHECK, Facts(data=data([image(SHAPE, 0, 255)]), model=empty))
