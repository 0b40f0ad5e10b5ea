"""GF405 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from goodfit.checks.check import NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.generalization.printed_gap_explained import CHECK, printed_gap_explained
from goodfit.facts import Facts, GapFacts, Trace

DROPOUT = GapFacts(
    epoch=19,
    printed_train=0.60,
    printed_validation=0.40,
    printed_gap=-0.20,
    true_gap=0.05,
    true_gap_se=0.01,
    running_mean=-0.03,
    train_mode=-0.21,
    penalties=0.0,
    rest=-0.01,
)


def trace_with(gap: GapFacts | None) -> Trace:
    return Trace(gap=gap)


def test_validation_that_only_looks_better() -> None:
    outcome, found = run_check(CHECK, Facts(trace=trace_with(DROPOUT)))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert found.evidence["largest"] == "train_mode"
    assert found.evidence["difference"] == pytest.approx(-0.25)
    assert "only looks better than training (printed gap -0.2)" in found.message
    assert "dropout" in found.message


def test_class_weights_that_hide_a_gap() -> None:
    gap = replace(DROPOUT, printed_gap=0.01, true_gap=0.2, train_mode=None, weights=-0.19)
    answer = printed_gap_explained(trace_with(gap))
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.evidence["largest"]) == ("off", "weights")


def test_parts_that_could_not_be_measured_are_not_invented() -> None:
    gap = replace(DROPOUT, running_mean=None, train_mode=None, penalties=None, rest=None)
    outcome, found = run_check(CHECK, Facts(trace=trace_with(gap)))
    assert found is not None, outcome.reason
    assert "could not be measured" in found.message


HEALTHY = {
    "alike": replace(DROPOUT, printed_gap=0.06),
    "within noise": replace(DROPOUT, true_gap_se=0.2),
    "small next to the loss": replace(
        DROPOUT, printed_train=2.0, printed_validation=1.9, printed_gap=-0.10, true_gap=0.05
    ),
    "small next to the gap": replace(DROPOUT, printed_gap=0.9, true_gap=1.0),
    "nothing printed, nothing there": replace(
        DROPOUT, printed_train=0.0, printed_validation=0.0, printed_gap=0.0, true_gap=0.0
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_gaps_that_need_no_explanation_pass(name: str) -> None:
    assert isinstance(printed_gap_explained(trace_with(HEALTHY[name])), Passed)


def test_degenerate_facts() -> None:
    assert isinstance(printed_gap_explained(Trace()), NotApplicable)
    nan = replace(DROPOUT, printed_gap=math.nan)
    assert isinstance(printed_gap_explained(trace_with(nan)), NotApplicable)
