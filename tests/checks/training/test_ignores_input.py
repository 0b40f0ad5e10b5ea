"""GF309 on literals."""

from __future__ import annotations

import math

import pytest
from literals import predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.ignores_input import CHECK, ignores_input
from goodfit.facts import ArrayFacts, DataFacts, ExperimentFacts, Facts, SetFacts, ShuffledInput


def seen(
    *changes: tuple[str | None, float], worse: float = 0.0, rows: int = 512
) -> ExperimentFacts:
    return ExperimentFacts(
        shuffled_inputs=tuple(
            ShuffledInput(
                input=name, rows=rows, change=change, loss=0.5 + max(change, worse),
                loss_before=0.5, loss_se=0.01,
            )
            for name, change in changes
        )
    )  # fmt: skip


def rows(**spreads: float) -> DataFacts:
    inputs = tuple(
        ArrayFacts(name=name, shape=(4,), dtype="float32", std=std) for name, std in spreads.items()
    )
    return DataFacts(train=SetFacts(role="train", inputs=inputs))


def test_the_same_answer_whatever_the_input_is_an_error() -> None:
    outcome, found = run_check(CHECK, Facts(experiments=seen((None, 0.0))))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert "do not depend on its input" in found.message


def test_one_dead_branch_is_a_warning_and_an_error_where_the_model_is_stuck() -> None:
    facts = seen((None, 1.4), ("image", 1.4), ("age", 1e-6))
    outcome, found = run_check(CHECK, Facts(experiments=facts))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert "its input age" in found.message
    stuck = trace([2.31] * 4, answers=predictions(prior_loss=2.3, error=0.9), spread=0.05)
    answer = ignores_input(facts, trace=stuck)
    assert isinstance(answer, Suspicion)
    assert answer.severity is None


def test_constant_answers_are_another_finding() -> None:
    constant = trace([2.3] * 4, answers=predictions(spread=0.0), spread=0.05)
    assert isinstance(ignores_input(seen((None, 0.0)), trace=constant), NotApplicable)


HEALTHY = {
    "one input": seen((None, 1.41)),
    "a weak input": seen((None, 1.4), ("image", 1.4), ("age", 0.02)),
    "an input of the second output": seen((None, 1.4), ("image", 1.4), ("age", 0.0), worse=0.3),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_inputs_that_matter_pass(name: str) -> None:
    assert isinstance(ignores_input(HEALTHY[name]), Passed)


def test_an_input_that_is_all_alike_is_left_out() -> None:
    facts = seen((None, 1.4), ("image", 1.4), ("mask", 0.0))
    assert isinstance(ignores_input(facts, rows(image=1.0, mask=0.0)), Passed)
    assert isinstance(ignores_input(facts, rows(image=1.0, mask=1.0)), Suspicion)
    assert isinstance(ignores_input(seen((None, 0.0)), rows(x=0.0)), NotApplicable)


def test_degenerate_facts() -> None:
    assert isinstance(ignores_input(ExperimentFacts()), NotApplicable)
    assert isinstance(ignores_input(seen((None, math.nan))), NotApplicable)
    assert isinstance(ignores_input(seen((None, 0.0), rows=3)), CannotTell)
