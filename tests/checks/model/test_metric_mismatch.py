"""GF204 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from model_literals import BCE, CCE, MSE, SCCE, case, compiled, ends_in, finding, targets

from goodfit.checks.model.metric_mismatch import CHECK, metric_mismatch
from goodfit.facts import MetricFacts, ModelFacts


def metric(kind: str, threshold: float | None = None, **more: Any) -> MetricFacts:
    return MetricFacts(name=kind, kind=kind, output="y", threshold=threshold, **more)


CUT = metric("binary_accuracy", 0.5)

# activation, units, loss, from_logits, kind, metric, case
FIRING = [
    ("linear", 1, MSE, False, "continuous", CUT, "accuracy-of-numbers"),
    ("linear", 1, MSE, False, "continuous", metric("accuracy"), "accuracy-of-numbers"),
    ("linear", 1, BCE, True, "binary", CUT, "threshold-on-logits"),
    ("linear", 1, BCE, True, "binary", metric("precision", 0.5), "threshold-on-logits"),
    ("linear", 1, BCE, True, "binary", metric("auc", from_logits=False), "curve-on-logits"),
    ("linear", 1, BCE, True, "binary", metric("precision_at_recall"), "curve-without-logits"),
    ("linear", 1, BCE, True, "binary", metric(BCE, from_logits=False), "entropy-of-logits"),
    ("sigmoid", 1, BCE, False, "binary", metric("binary_accuracy", 0.0), "threshold-out-of-range"),
    ("sigmoid", 1, BCE, False, "binary", metric("categorical_accuracy"), "largest-of-one"),
    ("sigmoid", 1, BCE, False, "binary", metric("f1_score"), "largest-of-one"),
    ("softmax", 10, SCCE, False, "classes", metric("categorical_accuracy"), "one-hot-metric"),
    ("softmax", 10, CCE, False, "one-hot", metric("sparse_categorical_accuracy"), "integer-metric"),
    ("softmax", 10, CCE, False, "one-hot", CUT, "binary-for-exclusive"),
    ("sigmoid", 1, BCE, False, "classes", CUT, "binary-for-class-numbers"),
]

SILENT = [
    ("sigmoid", 1, BCE, False, "binary", CUT),
    ("sigmoid", 1, BCE, False, "binary", metric("auc", from_logits=False)),
    ("sigmoid", 1, BCE, False, "binary", metric("f1_score", 0.5)),
    ("linear", 1, BCE, True, "binary", metric("binary_accuracy", 0.0)),
    ("linear", 1, BCE, True, "binary", metric("auc", from_logits=True)),
    ("linear", 1, BCE, True, "binary", metric(BCE, from_logits=True)),
    ("linear", 10, SCCE, True, "classes", metric("sparse_categorical_accuracy")),
    ("softmax", 10, SCCE, False, "classes", metric("sparse_categorical_accuracy")),
    ("softmax", 2, SCCE, False, "binary", metric("sparse_categorical_accuracy")),
    ("softmax", 10, CCE, False, "one-hot", metric("categorical_accuracy")),
    ("softmax", 10, CCE, False, "one-hot", metric("precision", 0.5)),
    ("softmax", 10, CCE, False, "one-hot", metric("f1_score")),
    ("sigmoid", 5, BCE, False, "multi-hot", CUT),
    ("linear", 1, MSE, False, "continuous", metric("mean_absolute_error")),
    ("linear", 1, MSE, False, "binary", CUT),
    ("linear", 1, BCE, True, "binary", metric("binary_accuracy", 0.5, custom=True)),
    # Without its sigmoid the model is GF201's; with it the cut is right.
    ("linear", 1, BCE, False, "binary", CUT),
]


@pytest.mark.parametrize(
    ("activation", "units", "loss", "logits", "kind", "one", "expected"), FIRING
)
def test_fires(
    activation: str,
    units: int,
    loss: str,
    logits: bool,
    kind: str,
    one: MetricFacts,
    expected: str,
) -> None:
    parts = {
        "model": ends_in(activation, units),
        "settings": compiled(loss, one, from_logits=logits),
        "data": targets(kind, (units,), distinct=90, whole_numbers=kind != "continuous"),
    }
    assert case(metric_mismatch(**parts)) == expected
    assert finding(CHECK, **parts).severity == "warning"


@pytest.mark.parametrize(("activation", "units", "loss", "logits", "kind", "one"), SILENT)
def test_healthy_is_silent(
    activation: str, units: int, loss: str, logits: bool, kind: str, one: MetricFacts
) -> None:
    settings = compiled(loss, one, from_logits=logits)
    answer = metric_mismatch(ends_in(activation, units), settings, targets(kind, (units,)))
    assert case(answer) == "Passed"


def test_whole_number_targets_are_numbers_where_there_are_many() -> None:
    model, settings = ends_in("linear", 1), compiled(MSE, CUT)
    many = targets("continuous", distinct=214, whole_numbers=True)
    few = targets("continuous", distinct=6, whole_numbers=True)
    assert case(metric_mismatch(model, settings, many)) == "accuracy-of-numbers"
    assert case(metric_mismatch(model, settings, few)) == "Passed"


def test_accuracy_of_pixels_is_a_tip() -> None:
    parts = {"model": ends_in("sigmoid", 784), "settings": compiled(BCE, CUT)}
    found = finding(CHECK, **parts, data=targets("continuous", (784,), distinct=256))
    assert found.severity == "tip"


def test_without_data_the_cut_is_still_seen() -> None:
    settings = compiled(BCE, CUT, from_logits=True)
    assert case(metric_mismatch(ends_in("linear", 1), settings)) == "threshold-on-logits"


def test_thin_facts() -> None:
    model = ends_in("linear", 1)
    assert case(metric_mismatch(model, compiled(MSE))) == "NotApplicable"
    empty = ModelFacts(name="m", kind="subclassed")
    assert case(metric_mismatch(empty, compiled(MSE, CUT))) == "CannotTell"
