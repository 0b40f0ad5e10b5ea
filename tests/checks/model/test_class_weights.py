"""GF225 on literals."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from literals import predictions, trace
from model_literals import case, finding, targets

from goodfit.checks.model.class_weights import CHECK, class_weights
from goodfit.facts import DataFacts, SettingsFacts

RARE = {"0": 900, "1": 100}
THREE = {"0": 600, "1": 300, "2": 100}


def counted(counts: Mapping[str, int], kind: str = "classes") -> DataFacts:
    return targets(kind, (1,), class_counts=counts)


def told(**weights: float) -> SettingsFacts:
    return SettingsFacts(class_weight={name[1:]: value for name, value in weights.items()})


@pytest.mark.parametrize(
    ("expected", "settings", "data"),
    [
        ("inverted", told(c0=5.0, c1=0.55), counted(RARE, "binary")),
        ("inverted", told(c0=3.0, c1=1.0, c2=0.5), counted(THREE)),
        ("missing", told(c0=5.0), counted(RARE, "binary")),
        ("no-labels", told(c1=1.0, c2=5.0), counted({"5": 10, "6": 20})),
        ("partly", told(c1=0.5, c2=1.0, c3=3.0), counted(THREE)),
        ("several-labels", told(c0=1.0, c1=3.0), counted(THREE, "multi-hot")),
        ("numbers", told(c0=1.0, c1=3.0), counted({}, "continuous")),
    ],
)
def test_fires(expected: str, settings: SettingsFacts, data: DataFacts) -> None:
    assert case(class_weights(settings, data)) == expected
    assert finding(CHECK, settings=settings, data=data).severity == "warning"


@pytest.mark.parametrize(
    ("settings", "data"),
    [
        (told(c0=0.55, c1=5.0), counted(RARE, "binary")),
        (told(c1=9.0), counted(RARE, "binary")),  # the other class weighs 1.0, as meant
        (told(c0=0.5, c1=1.1, c2=3.3), counted(THREE)),
        (told(c0=1.0, c1=1.0), counted(RARE, "binary")),
        (told(c0=2.0, c1=1.0), counted({"0": 505, "1": 495}, "binary")),
        (told(c0=2.0, c1=1.0), counted({"0": 3, "1": 2}, "binary")),  # too few rows to tell
    ],
)
def test_healthy_is_silent(settings: SettingsFacts, data: DataFacts) -> None:
    assert case(class_weights(settings, data)) == "Passed"


def test_keys_that_are_floats_find_their_class() -> None:
    whole = SettingsFacts(class_weight={"0.0": 0.5, "1.0": 5.0})
    assert case(class_weights(whole, counted(RARE))) == "Passed"


def test_weights_that_cost_the_rare_class_nothing_are_a_tip() -> None:
    run = trace([2.3, 1.0], answers=predictions(recall={"0": 0.95, "1": 0.93}))
    parts = {"settings": told(c0=5.0, c1=0.55), "data": counted(RARE)}
    assert finding(CHECK, **parts, trace=run).severity == "tip"


def test_thin_facts() -> None:
    assert case(class_weights(SettingsFacts(), counted(RARE))) == "NotApplicable"
    assert case(class_weights(told(c0=1.0), counted({}))) == "CannotTell"
    assert case(class_weights(told(c0=0.0, c1=1.0), counted(RARE))) == "Passed"
