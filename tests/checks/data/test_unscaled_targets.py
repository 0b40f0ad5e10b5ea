"""GF104 on literals."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from data_literals import (
    BINARY,
    answers,
    chain,
    data,
    ended,
    found,
    labels,
    layer,
    numbers,
    settings,
    silent,
)

from goodfit.checks.data.unscaled_targets import CHECK
from goodfit.facts import (
    BaselineFacts,
    BaselineScore,
    Epoch,
    Facts,
    HonestLoss,
    TargetFacts,
    Trace,
)

DIABETES = numbers(152.0, 77.0)
MODEL = chain(layer("Dense"))


def trained(error: float | None, course: list[float] | None = None) -> Trace:
    epochs = tuple(
        Epoch(index=i, train=HonestLoss(mean=loss, standard_error=0.1, rows=400))
        for i, loss in enumerate(course or [])
    )
    return Trace(epochs=epochs, predictions=answers(error=error, prior_error=1.0))


def learners(model_error: float | None, linear: float = 0.5) -> BaselineFacts:
    scores = (
        BaselineScore(name="prior", error=1.0, error_se=0.05),
        BaselineScore(name="linear", error=linear, error_se=0.03),
    )
    return BaselineFacts(
        task="numbers", rows=90, scores=scores, model_error=model_error, model_error_se=0.05
    )


def facts(target: TargetFacts, loss: str = "mean_squared_error", **more: Any) -> Facts:
    return Facts(
        **({"data": data(targets=[target]), "settings": settings(loss), "model": MODEL} | more)
    )


@pytest.mark.parametrize(
    ("target", "error"),
    [(DIABETES, 4.9), (numbers(0.0, 1e-3), 80.0), (numbers(3000.0, 10.0), 900.0)],
)
def test_fires_where_training_did_not_even_reach_the_mean(
    target: TargetFacts, error: float
) -> None:
    finding = found(CHECK, facts(target, trace=trained(error)))
    assert finding.severity == "warning"
    assert f"{error:.3g} times their variance" in finding.message
    assert finding.where.line == 20


def test_fires_where_the_loss_broke_on_large_targets() -> None:
    broken = Trace(epochs=(Epoch(index=0, logs={"loss": math.nan}),))
    finding = found(CHECK, facts(DIABETES, trace=broken))
    assert (finding.severity, "did not reach" in finding.message) == ("warning", True)


def test_fires_on_an_offset_that_was_still_being_learnt() -> None:
    falling = trained(0.8, [10.0, 6.0, 4.0, 3.0, 2.5, 2.1])
    target = numbers(20.0, 1.0)
    assert found(CHECK, facts(target, trace=falling, baselines=learners(1.3))).severity == "warning"
    settled = trained(0.4, [10.0, 2.0, 0.9, 0.52, 0.51, 0.50])
    assert silent(CHECK, facts(target, trace=settled, baselines=learners(1.3))).result == "passed"
    no_worse = learners(0.5)
    assert silent(CHECK, facts(target, trace=falling, baselines=no_worse)).result == "passed"


def test_fires_on_small_targets_lost_in_the_networks_own_noise() -> None:
    lost = learners(16.0)
    assert found(CHECK, facts(numbers(0.0, 0.01), trace=trained(0.4), baselines=lost))
    silent(CHECK, facts(numbers(0.0, 0.01), trace=trained(0.4), baselines=learners(0.6)))


@pytest.mark.parametrize(
    "target", [numbers(), numbers(0.5, 0.2), numbers(3.0, 1.0), numbers(-4.0, 2.0), numbers(20, 4)]
)
def test_silent_near_unit_scale_whatever_the_error(target: TargetFacts) -> None:
    assert silent(CHECK, facts(target, trace=trained(5.0))).result == "passed"


def test_silent_where_training_reached_raw_targets() -> None:
    outcome = silent(CHECK, facts(DIABETES, trace=trained(0.42), baselines=learners(0.5)))
    assert "reached them" in outcome.reason


def test_predicting_the_mean_is_not_blamed_on_the_scale() -> None:
    silent(CHECK, facts(DIABETES, trace=trained(1.0), baselines=learners(1.02)))


def test_a_tip_where_nothing_was_measured() -> None:
    assert found(CHECK, facts(DIABETES)).severity == "tip"
    assert found(CHECK, facts(DIABETES, trace=Trace())).severity == "tip"


def test_not_a_regression() -> None:
    assert silent(CHECK, facts(DIABETES, BINARY)).result == "not applicable"
    assert silent(CHECK, facts(DIABETES, "poisson")).result == "not applicable"
    assert silent(CHECK, facts(labels({0: 5, 1: 5}, "binary"))).result == "not applicable"


def test_a_model_that_scales_its_answers_back() -> None:
    model = chain(layer("Dense"), layer("Rescaling", scale=77.0, offset=152.0))
    assert silent(CHECK, facts(DIABETES, model=model)).result == "passed"


@pytest.mark.parametrize(
    "target",
    [
        numbers(152.0, 0.0),
        replace(DIABETES, mean=None, std=None),
        numbers(math.nan, math.nan),
    ],
)
def test_degenerate_facts(target: TargetFacts) -> None:
    assert ended(CHECK, facts(target, trace=trained(None)))[1] is None


def test_no_targets() -> None:
    assert silent(CHECK, Facts(data=data(), settings=settings())).result == "not applicable"
