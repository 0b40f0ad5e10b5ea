"""GF320 on literals."""

from __future__ import annotations

import math

import pytest

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.training.input_pipeline_bound import CHECK, input_pipeline_bound
from goodfit.facts import DataFacts, Epoch, Facts, SetFacts, Trace


def run(*waits: float | None, seconds: float = 4.0) -> Trace:
    return Trace(
        epochs=tuple(
            Epoch(index=index, seconds=seconds, wait_seconds=wait)
            for index, wait in enumerate(waits)
        )
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [("tf.data", "prefetch"), ("DataLoader", "num_workers"), ("generator", "PyDataset")],
)
def test_waiting_most_of_the_time(source: str, says: str) -> None:
    data = DataFacts(train=SetFacts(role="train", source=source))
    outcome, found = run_check(CHECK, Facts(trace=run(0.1, 3.0, 3.0, 3.0), data=data))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "9 of 12 seconds (75% of 3 epochs)" in found.message
    assert says in found.advice


def test_a_pipeline_that_keeps_up_passes() -> None:
    assert isinstance(input_pipeline_bound(run(3.9, 0.2, 0.1, 0.2)), Passed)


def test_a_blink_is_not_worth_a_word() -> None:
    assert isinstance(input_pipeline_bound(run(0.1, 0.03, 0.03, seconds=0.04)), CannotTell)


def test_thin_facts() -> None:
    assert isinstance(input_pipeline_bound(Trace()), NotApplicable)
    assert isinstance(input_pipeline_bound(run(3.0)), NotApplicable)
    assert isinstance(input_pipeline_bound(run(None, None, None)), NotApplicable)
    assert isinstance(input_pipeline_bound(run(1.0, math.nan)), NotApplicable)
    assert isinstance(input_pipeline_bound(run(1.0, 1.0, seconds=0.0)), NotApplicable)
