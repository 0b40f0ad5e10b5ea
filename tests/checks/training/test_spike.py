"""GF318 on literals."""

from __future__ import annotations

import math

import pytest
from literals import decay, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.training.spike import CHECK, spike
from goodfit.facts import Facts, Trace

SMOOTH = decay(2.4, 0.2, 15)


def with_spike(epoch: int, height: float) -> list[float]:
    losses = list(SMOOTH)
    losses[epoch] += height
    return losses


def test_a_spike_is_a_tip() -> None:
    outcome, found = run_check(CHECK, Facts(trace=trace(with_spike(9, 1.5))))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "In epoch 9 the training loss jumped" in found.message


HEALTHY = {
    "smooth": trace(SMOOTH),
    "a small bump": trace(with_spike(9, 0.1)),
    "a jump that stays": trace([*SMOOTH[:9], *[1.8] * 6]),
    "a jump in the last epoch": trace(with_spike(15, 1.5)),
    "noise all along": trace([2.4, 1.4, 0.7, 1.6, 0.6, 1.5, 0.7, 1.4, 0.5, 1.6, 0.6, 1.5]),
    "constant": trace([1.0] * 10),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_other_courses_pass(name: str) -> None:
    assert isinstance(spike(HEALTHY[name]), Passed)


def test_thin_facts() -> None:
    assert isinstance(spike(Trace()), CannotTell)
    assert isinstance(spike(trace(SMOOTH[:4])), CannotTell)
    nan = trace([2.4, 1.0, math.nan, 1.0, 0.5, 0.4, 0.3, 0.2])
    assert isinstance(spike(nan), NotApplicable)
