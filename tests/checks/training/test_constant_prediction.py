"""GF306 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from literals import predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.constant_prediction import CHECK, constant_prediction
from goodfit.facts import DataFacts, Facts, SetFacts, TargetFacts, Trace

PRIOR = -(0.37 * math.log(0.37) + 0.63 * math.log(0.63))


def of_classes(**counts: int) -> DataFacts:
    labels = {name[1:]: count for name, count in counts.items()}
    kind = "binary" if len(labels) == 2 else "classes"
    target = TargetFacts(name="y", shape=(), dtype="int64", kind=kind, class_counts=labels)
    return DataFacts(train=SetFacts(role="train", targets=(target,)))


def of_numbers(mean: float, variance: float) -> DataFacts:
    target = TargetFacts(
        name="y", shape=(), dtype="float32", kind="continuous", mean=mean, variance=variance
    )
    return DataFacts(train=SetFacts(role="train", targets=(target,)))


CANCER = of_classes(_0=170, _1=285)
DIGITS = of_classes(_0=100, _1=100, _2=100, _3=100, _4=100)


def stuck(
    loss: float, *, spread: float = 1e-6, prior: float | None = None, error: float = 0.37
) -> Trace:
    answers = predictions(prior_loss=prior, error=error, spread=spread)
    return trace([loss, *[loss] * 9], answers=answers)


@pytest.mark.parametrize(
    ("loss", "data", "prior", "kind"),
    [
        (PRIOR, CANCER, PRIOR, "prior"),
        (math.log(2), CANCER, PRIOR, "uniform"),
        (0.37 * 15.942, CANCER, PRIOR, "saturated"),
        (0.37 * 16.118, CANCER, PRIOR, "saturated"),
        (math.log(5), DIGITS, None, "uniform"),
        (5929.0, of_numbers(152.0, 5929.0), None, "mean"),
        (5929.0 + 152.0**2, of_numbers(152.0, 5929.0), None, "zero"),
        (1.234, CANCER, PRIOR, ""),
    ],
)
def test_the_loss_names_the_constant(
    loss: float, data: DataFacts, prior: float | None, kind: str
) -> None:
    answer = constant_prediction(stuck(loss, prior=prior), data)
    assert isinstance(answer, Suspicion)
    assert answer.evidence["fingerprint"] == kind


def test_its_sentence() -> None:
    outcome, found = run_check(CHECK, Facts(trace=stuck(math.log(2), prior=PRIOR), data=CANCER))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert "gives all 1000 training rows the same answer" in found.message
    assert "0.6931, which is ln of the number of classes" in found.message


HEALTHY = {
    "a classifier": (stuck(0.1, spread=0.45), CANCER),
    "a shy classifier on weak signal": (stuck(0.68, spread=0.02), CANCER),
    "numbers in large units": (stuck(3000.0, spread=50.0), of_numbers(152.0, 5929.0)),
    "numbers in small units": (stuck(1e-8, spread=1e-4), of_numbers(0.0, 4e-8)),
    "rare events": (stuck(0.001, spread=1e-3), of_classes(_0=9999, _1=1)),
    "targets unknown": (stuck(0.1, spread=0.3), None),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_models_that_tell_rows_apart_pass(name: str) -> None:
    curve, data = HEALTHY[name]
    assert isinstance(constant_prediction(curve, data), Passed)


def test_targets_all_alike_ask_for_a_constant() -> None:
    assert isinstance(constant_prediction(stuck(0.0), of_classes(_0=50)), NotApplicable)
    assert isinstance(constant_prediction(stuck(0.0), of_numbers(3.0, 0.0)), NotApplicable)


def test_degenerate_facts() -> None:
    assert isinstance(constant_prediction(Trace()), CannotTell)
    one = Trace(predictions=predictions(rows=1, spread=0.0))
    assert isinstance(constant_prediction(one), CannotTell)
    broken = replace(predictions(), finite=False)
    assert isinstance(constant_prediction(Trace(predictions=broken)), NotApplicable)
    bare = constant_prediction(Trace(predictions=predictions(spread=0.0)))
    assert isinstance(bare, Suspicion)
    assert bare.evidence["fingerprint"] == ""
