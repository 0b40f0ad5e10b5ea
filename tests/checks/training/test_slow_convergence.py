"""GF312 on literals."""

from __future__ import annotations

import pytest
from literals import baselines, decay, predictions, trace
from test_harm import with_losses

from goodfit.checks.check import CannotTell, Passed, run_check
from goodfit.checks.training.slow_convergence import CHECK, slow_convergence
from goodfit.facts import Facts, Trace

HALF = predictions(prior_loss=2.3, error=0.6, prior_error=0.9)
STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)
CRAWL = [2.38 - 0.012 * epoch for epoch in range(21)]
SIMPLE = with_losses(baselines(0.6, prior=0.9, linear=0.1), prior=2.3, linear=0.3)


def test_a_crawl_far_behind_a_simple_learner() -> None:
    run = trace(CRAWL, answers=HALF, spread=0.05)
    outcome, found = run_check(CHECK, Facts(trace=run, baselines=SIMPLE))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert "what a simple learner reaches" in found.message
    assert found.evidence["epochs_needed"] == pytest.approx(153, abs=1)


def test_a_crawl_above_a_constant_answer() -> None:
    run = trace([29.0 - 0.2 * epoch for epoch in range(21)], answers=STUCK, spread=0.05)
    outcome, found = run_check(CHECK, Facts(trace=run))
    assert found is not None, outcome.reason
    assert "one constant answer" in found.message


HEALTHY = {
    "learnt": (trace(decay(2.4, 0.2, 20)), SIMPLE),
    "stuck and flat": (trace([2.31] * 12, answers=STUCK, spread=0.05), SIMPLE),
    "a crawl as good as any": (trace(CRAWL, answers=HALF), None),
    "nearly there": (trace([2.4 - 0.08 * e for e in range(21)], answers=HALF), SIMPLE),
    "settled far away": (trace(decay(2.4, 1.9, 20, tenth=0.4), answers=HALF), SIMPLE),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_other_courses_pass(name: str) -> None:
    assert isinstance(slow_convergence(*HEALTHY[name]), Passed)


def test_thin_facts() -> None:
    assert isinstance(slow_convergence(Trace()), CannotTell)
    assert isinstance(slow_convergence(trace(CRAWL[:3])), CannotTell)
    unknown = trace(CRAWL, answers=predictions(prior_loss=None))
    assert isinstance(slow_convergence(unknown), CannotTell)
