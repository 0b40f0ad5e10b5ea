"""GF210 on literals."""

from __future__ import annotations

from typing import Any

from faring_literals import badly, overfitted, rows, well
from literals import baselines
from model_literals import case, finding, layer, stack

from goodfit.checks.model.capacity_too_large import CHECK, capacity_too_large
from goodfit.facts import DataFacts, ModelFacts, SetFacts

WIDE = stack(layer("a", activation="relu"), layer("out"), trainable_parameters=100_000)
SLIM = stack(layer("a", activation="relu"), layer("out"), trainable_parameters=500)


def parts(fared: dict[str, Any], count: int = 500) -> dict[str, Any]:
    return {**fared, "data": rows(count)}


def test_overfits_and_a_linear_model_does_better() -> None:
    found = finding(CHECK, model=WIDE, **parts(overfitted()))
    assert found.severity == "warning"
    assert "200 for each" in found.message


def test_it_is_a_tip_where_the_learner_is_only_as_good() -> None:
    fared = {**overfitted(), "baselines": baselines(0.2, prior=0.9, linear=0.2)}
    assert finding(CHECK, model=WIDE, **parts(fared)).severity == "tip"


def test_healthy_is_silent() -> None:
    assert case(capacity_too_large(WIDE, **parts(well()))) == "Passed"
    assert case(capacity_too_large(WIDE, **parts(badly()))) == "Passed"
    assert case(capacity_too_large(SLIM, **parts(overfitted()))) == "Passed"
    assert case(capacity_too_large(WIDE, **parts(overfitted(), 50_000))) == "Passed"
    better = {**overfitted(), "baselines": baselines(0.1, prior=0.9, linear=0.3)}
    assert case(capacity_too_large(WIDE, **parts(better))) == "NotApplicable"


def test_thin_facts() -> None:
    unknown = DataFacts(train=SetFacts(role="train"))
    empty = ModelFacts(name="m", kind="subclassed")
    assert case(capacity_too_large(WIDE, overfitted()["trace"], unknown)) == "CannotTell"
    assert case(capacity_too_large(empty, overfitted()["trace"], rows(100))) == "CannotTell"
