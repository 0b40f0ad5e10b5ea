"""GF409 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.generalization.best_epoch_lost import CHECK, best_epoch_lost
from goodfit.facts import Facts, HonestLoss, Trace

BINARY = predictions(prior_loss=0.69, error=0.25, prior_error=0.45)
SPIKE = [*decay(0.72, 0.5, 19), 0.65]


def test_a_bad_last_epoch_that_is_kept() -> None:
    outcome, found = run_check(CHECK, Facts(trace=trace(SPIKE, SPIKE, answers=BINARY)))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert found.evidence["best_epoch"] == 19
    assert found.evidence["lost_per_row"] == pytest.approx(0.15, abs=0.01)
    assert "validation loss of 0.65; those of epoch 19 had 0.5" in found.message


def test_weights_unlike_the_best_that_a_callback_gave_back() -> None:
    worst = trace(decay(0.72, 0.5, 20), decay(0.72, 0.5, 20), answers=BINARY, restored=0)
    answer = best_epoch_lost(worst)
    assert isinstance(answer, Suspicion)
    assert answer.evidence["best_epoch"] == 20


HEALTHY = {
    "restored": trace(SPIKE, SPIKE, answers=BINARY, restored=18),
    "best is last": trace(decay(2.3, 0.1, 20), decay(2.3, 0.2, 20)),
    "a little worse than the best": trace(
        decay(2.3, 0.1, 30), [2.3, *np.linspace(0.4, 0.09, 20), *np.linspace(0.09, 0.11, 10)]
    ),
    "few wild rows": trace(SPIKE, SPIKE, answers=BINARY, rows=15, noise=0.5),
    "never better than a constant answer": trace(SPIKE, [0.72, 0.71, *[0.9] * 19], answers=BINARY),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    assert isinstance(best_epoch_lost(HEALTHY[name]), Passed)


def test_degenerate_facts() -> None:
    assert isinstance(best_epoch_lost(Trace()), NotApplicable)
    assert isinstance(best_epoch_lost(trace(decay(1, 0, 9))), NotApplicable)
    assert isinstance(best_epoch_lost(trace([0.7, 0.6], [0.7, 0.6])), CannotTell)
    broken = replace(
        trace(SPIKE, SPIKE), final_validation=HonestLoss(mean=math.nan, standard_error=0.0, rows=9)
    )
    assert isinstance(best_epoch_lost(broken), NotApplicable)
