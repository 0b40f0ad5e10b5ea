"""GF110 on literals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from data_literals import answers, data, found, labels, numbers, settings, silent
from image_literals import folder

from goodfit.checks.data.class_imbalance import CHECK
from goodfit.facts import Facts, ImageFacts, TargetFacts, Trace


def facts(
    counts: Mapping[int, int],
    recall: Mapping[str, float] | None = None,
    validation: Mapping[int, int] | None = None,
    **told: Any,
) -> Facts:
    """`validation` rows per class: a fifth of the training rows, unless told."""
    held = validation or {label: rows // 5 for label, rows in counts.items()}
    trace = None
    if recall is not None:
        # which classes the rows were given does not matter here, their number does
        seen = answers(set="validation", class_counts={"0": sum(held.values())}, recall=recall)
        trace = Trace(predictions=seen)
    rows = data(targets=[labels(counts)], validation=[labels(held)])
    return Facts(data=rows, trace=trace, settings=settings(**told))


def test_a_class_that_is_given_up_is_a_warning() -> None:
    finding = found(CHECK, facts({0: 900, 1: 100}, {"0": 0.99, "1": 0.05}))
    assert finding.severity == "warning"
    assert finding.evidence["label"] == "1"
    assert "5% of its 20 validation rows" in finding.message
    assert "class_weight" in finding.advice
    assert "{label: rows" in finding.advice


def test_what_accuracy_hides_is_said() -> None:
    one = facts({0: 900, 1: 100}, {"0": 0.99, "1": 0.05})
    assert one.trace is not None
    assert one.trace.predictions is not None
    known = replace(one.trace.predictions, balanced_accuracy=0.52)
    images = ImageFacts(folders=(folder(),))
    finding = found(CHECK, replace(one, trace=Trace(predictions=known), images=images))
    assert "90% of training rows; balanced accuracy 52.0%)" in finding.message
    assert finding.message.startswith("Class 1 (dogs) is found")
    assert finding.evidence["class_entropy"] == pytest.approx(0.469, abs=1e-3)


def test_the_worst_of_several_classes_is_named() -> None:
    recall = {"0": 0.95, "1": 0.2, "2": 0.0, "3": 0.9}
    finding = found(CHECK, facts({0: 900, 1: 200, 2: 200, 3: 200}, recall))
    assert (finding.evidence["label"], finding.evidence["classes_suffering"]) == ("2", 2)


def test_weights_in_use_change_the_advice() -> None:
    weighted = facts({0: 900, 1: 100}, {"0": 0.99, "1": 0.05}, class_weight={"1": 9.0})
    assert "in use already" in found(CHECK, weighted).advice


def test_the_fact_alone_is_a_tip() -> None:
    finding = found(CHECK, facts({0: 950, 1: 50}, {"0": 0.99, "1": 0.9}))
    assert finding.severity == "tip"
    assert "50 of 1000" in finding.message
    assert found(CHECK, facts({0: 950, 1: 50})).severity == "tip"
    silent(CHECK, facts({0: 950, 1: 50}, class_weight={"1": 19.0}))


@pytest.mark.parametrize(
    ("counts", "recall"),
    [
        ({0: 500, 1: 500}, {"0": 0.9, "1": 0.9}),
        ({0: 212, 1: 357}, {"0": 0.95, "1": 0.99}),
        ({0: 100, 1: 500}, {"0": 0.6, "1": 0.97}),
        # no signal, near balance: the smaller class is hardly ever named, and need not be
        ({0: 400, 1: 600}, {"0": 0.02, "1": 0.98}),
        # hard for all classes alike
        ({0: 500, 1: 100}, {"0": 0.35, "1": 0.3}),
    ],
)
def test_silent(counts: Mapping[int, int], recall: Mapping[str, float]) -> None:
    assert silent(CHECK, facts(counts, recall)).result == "passed"


def test_few_rows_of_a_class_prove_nothing() -> None:
    one_row = facts({0: 500, 1: 100}, {"0": 0.97, "1": 0.0}, validation={0: 50, 1: 1})
    assert silent(CHECK, one_row).result == "passed"


def test_a_worse_recall_never_removes_a_finding() -> None:
    fired = [
        facts({0: 900, 1: 150}, {"0": 0.95, "1": recall}) for recall in (0.9, 0.6, 0.4, 0.2, 0.0)
    ]
    told = [_fires(one) for one in fired]
    assert told == sorted(told)
    assert told[-1]
    assert not told[0]


def _fires(one: Facts) -> bool:
    from goodfit.checks.check import run_check

    return run_check(CHECK, one)[1] is not None


def test_degenerate_facts() -> None:
    assert silent(CHECK, Facts(data=data(targets=[numbers()]))).result == "not applicable"
    assert silent(CHECK, Facts(data=data())).result == "not applicable"
    assert silent(CHECK, facts({0: 10})).result == "skipped"
    uncounted: TargetFacts = replace(labels({0: 1, 1: 9}), class_counts={})
    assert silent(CHECK, Facts(data=data(targets=[uncounted]))).result == "skipped"
    assert silent(CHECK, facts({0: 50, 1: 50}, {})).result == "passed"
    gone = found(CHECK, facts({0: 50, 1: 0}))
    assert gone.evidence["ratio"] == 50


def test_counted_rows_of_a_class_go_before_estimated_ones() -> None:
    one = facts({0: 900, 1: 100}, {"0": 0.99, "1": 0.0}, validation={0: 180, 1: 20})
    assert one.trace is not None
    assert one.trace.predictions is not None
    few = replace(one.trace.predictions, support={"0": 199, "1": 1})
    trace = replace(one.trace, predictions=few)
    assert found(CHECK, one).severity == "warning"
    assert silent(CHECK, replace(one, trace=trace)).result == "passed"
