"""GF102 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from data_literals import (
    TRAINED,
    against_learners,
    chain,
    data,
    ended,
    features,
    found,
    image,
    layer,
    settings,
    silent,
)

from goodfit.checks.data.unscaled_features import CHECK
from goodfit.facts import ArrayFacts, Facts, ModelFacts

# scikit-learn's wine, raw
WINE = features(
    [13, 2.3, 2.4, 19, 100, 2.3, 2.0, 0.36, 1.6, 5.1, 0.96, 2.6, 747],
    [0.81, 1.1, 0.27, 3.3, 14, 0.63, 1.0, 0.12, 0.57, 2.3, 0.23, 0.71, 314],
)
DIGITS = features([4.9] * 64, [6.0] * 60 + [0.0] * 4)
DIABETES = features([0.0] * 10, [0.0476] * 10)
PLAIN = chain(layer("Dense"))


def facts(array: ArrayFacts, model: ModelFacts = PLAIN, **more: object) -> Facts:
    return Facts(data=data([array]), model=model, settings=settings(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (WINE, "Feature 12"),
        (features([100.0] * 5, [50.0] * 5), "typical size of 112"),
        (features([0.0] * 5, [1e-4] * 5), "typical size of 0.0001"),
        (features([0.0] * 8, [1.0] * 4 + [0.001] * 4), "1e+03 times that of the narrower"),
        (features([2000.0] + [0.0] * 4, [10.0] + [1.0] * 4), "typical size of 894"),
    ],
)
def test_fires_on_scales_that_training_cannot_digest(array: ArrayFacts, words: str) -> None:
    finding = found(CHECK, facts(array))
    assert finding.severity == "warning"
    assert words in finding.message
    assert finding.where.layer == "dense"
    assert "Normalization" in finding.advice


@pytest.mark.parametrize(
    "array",
    [
        features([0.0] * 10, [1.0] * 10),
        features([0.5] * 10, [0.2] * 10),
        features([0.0] * 10, [0.5] * 10),
        features([3.0] * 4, [1.0] * 4),
        features([0.0] * 6 + [0.01] * 6, [1.0] * 6 + [0.1] * 6),
        DIGITS,
        DIABETES,
    ],
)
def test_silent_on_healthy_scales(array: ArrayFacts) -> None:
    assert silent(CHECK, facts(array)).result == "passed"


@pytest.mark.parametrize("cure", ["Normalization", "BatchNormalization", "LayerNormalization"])
def test_a_normalising_layer_first_cures_it(cure: str) -> None:
    assert silent(CHECK, facts(WINE, chain(layer(cure), layer("Dense")))).result == "passed"


def test_rescaling_cures_what_it_rescales() -> None:
    big = features([100.0] * 5, [50.0] * 5)
    model = chain(layer("Rescaling", scale=0.01, offset=0.0), layer("Dense"))
    assert silent(CHECK, facts(big, model)).result == "passed"
    weak = chain(layer("Rescaling", scale=0.9, offset=0.0), layer("Dense"))
    assert found(CHECK, facts(big, weak)).evidence["typical_size"] > 90


def test_batch_normalisation_behind_the_weights_undoes_a_common_scale_only() -> None:
    model = chain(layer("Dense", activation="linear"), layer("BatchNormalization"))
    silent(CHECK, facts(features([100.0] * 5, [50.0] * 5), model))
    assert "Feature 12" in found(CHECK, facts(WINE, model)).message


def test_a_training_that_went_well_makes_it_a_tip() -> None:
    finding = found(CHECK, facts(WINE, baselines=against_learners(0.0)))
    assert finding.severity == "tip"
    assert "still did as well" in finding.message
    assert found(CHECK, facts(WINE, trace=TRAINED)).severity == "tip"
    assert found(CHECK, facts(WINE, baselines=against_learners(0.2))).severity == "warning"


def test_what_an_unknown_layer_does_is_not_guessed_unless_training_failed() -> None:
    hidden = chain(layer("Lambda"), layer("Dense"))
    assert silent(CHECK, facts(WINE, hidden)).result == "skipped"
    bad = against_learners(0.3)
    assert found(CHECK, facts(WINE, hidden, baselines=bad)).evidence["learner"] == "linear"


@pytest.mark.parametrize("kind", ["tokens", "image", "text", "other"])
def test_other_kinds_of_inputs_are_not_judged(kind: str) -> None:
    assert silent(CHECK, facts(replace(WINE, kind=kind))).result == "not applicable"


def test_the_second_input_is_looked_at_too() -> None:
    model = replace(
        chain(layer("Dense")),
        inputs=(*PLAIN.inputs, replace(PLAIN.inputs[0], name="side")),
        layers=(*PLAIN.layers, replace(layer("Dense", "beside"), model_inputs=("side",))),
    )
    good = features([0.0], [1.0], name="in")
    both = Facts(data=data([good, replace(WINE, name="side")]), model=model)
    assert found(CHECK, both).where.layer == "beside"


def test_a_sequence_is_judged_by_its_overall_moments() -> None:
    series = ArrayFacts(
        name="0",
        shape=(30, 2),
        dtype="float32",
        kind="sequence",
        minimum=0.0,
        maximum=900.0,
        mean=400.0,
        std=100.0,
    )
    assert "412" in found(CHECK, facts(series, chain(layer("LSTM")))).message


@pytest.mark.parametrize(
    "array",
    [
        ArrayFacts(name="0", shape=(3,), dtype="float32"),
        features([math.nan], [math.nan]),
        features([0.0], [0.0]),
        ArrayFacts(name="0", shape=(), dtype="float32", mean=0.0, std=0.0, minimum=0, maximum=0),
    ],
)
def test_degenerate_facts(array: ArrayFacts) -> None:
    assert ended(CHECK, facts(array))[1] is None


def test_no_inputs_and_no_layers() -> None:
    assert silent(CHECK, Facts(data=data(), model=PLAIN)).result == "not applicable"
    empty = ModelFacts(name="m", kind="subclassed")
    assert silent(CHECK, facts(WINE, empty)).result in ("skipped", "passed")
    assert silent(CHECK, facts(image((8, 8)))).result == "not applicable"
