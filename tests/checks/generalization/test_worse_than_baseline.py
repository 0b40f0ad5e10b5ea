"""GF407 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from literals import baselines

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.generalization.worse_than_baseline import CHECK, worse_than_baseline
from goodfit.facts import BaselineFacts, Facts, SettingsFacts


def test_a_linear_model_that_clearly_wins_is_an_error() -> None:
    facts = baselines(
        0.30, prior=0.45, linear=0.12, trees=0.14, neighbours=0.2, versus=("linear", 0.18, 0.015)
    )
    outcome, found = run_check(CHECK, Facts(baselines=facts))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert found.evidence["learner"] == "linear"
    assert "worse than a linear model on the same 1000 rows: 0.3 against 0.12" in found.message


def test_worse_than_one_constant_answer_is_an_error() -> None:
    answer = worse_than_baseline(baselines(0.62, prior=0.45, linear=0.46, trees=0.47))
    assert isinstance(answer, Suspicion)
    assert answer.evidence["learner"] == "prior"


def test_losing_to_a_forest_only_is_a_tip() -> None:
    facts = baselines(
        0.30, prior=0.45, linear=0.29, neighbours=0.33, trees=0.2, versus=("trees", 0.1, 0.015)
    )
    answer = worse_than_baseline(facts)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("trees", "tip")


def test_one_of_several_outputs_is_named_and_is_no_error() -> None:
    facts = replace(baselines(0.30, prior=0.45, linear=0.12), output="group")
    _, found = run_check(CHECK, Facts(baselines=facts))
    assert found is not None
    assert found.severity == "warning"
    assert found.message.startswith("The model (output group) is worse than a linear model")


HEALTHY = {
    "better than all": baselines(0.02, prior=0.9, linear=0.04, neighbours=0.03, trees=0.05),
    "a hair behind the linear model": baselines(
        0.035, prior=0.37, linear=0.018, rows=114, versus=("linear", 0.0175, 0.0124)
    ),
    "clearly but hardly behind": baselines(
        0.105, prior=0.9, linear=0.1, rows=100_000, versus=("linear", 0.005, 0.0005)
    ),
    "diabetes, eighty rows": baselines(
        0.6, task="numbers", rows=88, prior=1.0, linear=0.5, versus=("linear", 0.1, 0.05)
    ),
    "weak signal, nobody does better": baselines(0.49, prior=0.5, linear=0.49, trees=0.5),
    "all rows right for both": baselines(
        0.0, prior=0.6, linear=0.0, rows=36, versus=("linear", 0.0, 0.0)
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_models_pass(name: str) -> None:
    assert isinstance(worse_than_baseline(HEALTHY[name]), Passed)


def test_few_rows_that_all_agree_are_no_certainty() -> None:
    facts = baselines(0.1, prior=0.5, linear=0.0, rows=20, versus=("linear", 0.1, 0.0))
    assert isinstance(worse_than_baseline(facts), Passed)


def test_weighted_rows_are_not_compared() -> None:
    facts = baselines(0.30, prior=0.45, linear=0.12)
    weighted = SettingsFacts(class_weight={"0": 1.0, "1": 9.0})
    assert isinstance(worse_than_baseline(facts), Suspicion)
    assert isinstance(worse_than_baseline(facts, weighted), NotApplicable)


def test_degenerate_facts() -> None:
    assert isinstance(worse_than_baseline(BaselineFacts(task="classes", rows=0)), NotApplicable)
    assert isinstance(worse_than_baseline(baselines(0.5, rows=3, prior=0.5)), CannotTell)
    assert isinstance(worse_than_baseline(baselines(0.5)), CannotTell)
    nan = replace(baselines(0.5, prior=0.5), model_error=math.nan)
    assert isinstance(worse_than_baseline(nan), NotApplicable)
    unfit = baselines(0.3, prior=0.5, linear=math.nan)
    assert isinstance(worse_than_baseline(unfit), Passed)


def test_a_worse_model_never_loses_the_finding() -> None:
    errors = [0.1 + 0.02 * step for step in range(30)]
    fires = [
        isinstance(worse_than_baseline(baselines(error, prior=0.5, linear=0.1)), Suspicion)
        for error in errors
    ]
    assert fires == sorted(fires)
    assert not fires[0]
    assert fires[-1]
