"""Which experiments are run, from numbers alone."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from goodfit.observe.experiments.plan import ASKED, USUAL, Plan, Shown, plan

HEALTHY = Shown(
    final=0.2,
    standard_error=0.01,
    curve=(0.71, 0.45, 0.33, 0.26, 0.22, 0.2),
    prior_loss=0.69,
    error=0.07,
    prior_error=0.48,
    rows=600,
)


def _names(planned: Plan) -> list[str]:
    return [name for name, _ in planned.steps]


def test_a_healthy_run_is_left_alone_unless_all_is_asked_for() -> None:
    assert _names(plan(HEALTHY, asked=False)) == []
    assert _names(plan(HEALTHY, asked=True)) == [*USUAL, *ASKED]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (replace(HEALTHY, final=0.68, error=0.47, curve=(0.71, 0.69, 0.68)), "constant"),
        (replace(HEALTHY, final=math.nan, curve=(0.7, math.nan)), "non-finite"),
        (replace(HEALTHY, final=0.42, curve=(0.7, 0.65, 0.59, 0.53, 0.47, 0.42)), "slowly"),
        (replace(HEALTHY, final=0.56, curve=(0.565, 0.563, 0.562, 0.56)), "hardly"),
        (replace(HEALTHY, final=0.4, curve=(0.7, 0.2, 0.15, 0.3, 0.4)), "rose"),
        (replace(HEALTHY, prior_loss=None, final=0.7), "constant"),
    ],
)
def test_a_run_that_does_badly_has_copies_trained(changed: Shown, why: str) -> None:
    planned = plan(changed, asked=False)
    assert _names(planned) == list(USUAL)
    assert why in planned.reason
    assert planned.seconds == 7.0


@pytest.mark.parametrize(
    "changed",
    [
        # Hard labels: flat at a loss not far below the constant answer's, with fewer errors.
        replace(HEALTHY, final=0.6, curve=(0.72, 0.61, 0.6, 0.6, 0.6, 0.6), error=0.3),
        # A short training, steep at first.
        replace(HEALTHY, final=0.4, curve=(0.9, 0.6, 0.48, 0.4)),
        replace(HEALTHY, prior_loss=None),
    ],
)
def test_hard_and_short_but_healthy_runs_are_left_alone(changed: Shown) -> None:
    assert _names(plan(changed, asked=False)) == []


def test_copies_that_would_take_too_long_are_not_trained_but_said_so() -> None:
    broken = replace(HEALTHY, final=0.69, error=0.48)
    slow = plan(replace(broken, step_seconds=1.0), asked=False)
    assert _names(slow) == []
    assert "--experiments" in slow.reason
    assert _names(plan(replace(broken, compile_seconds=60), asked=False)) == []
    assert _names(plan(replace(broken, compile_seconds=60), asked=True)) == [*USUAL, *ASKED]
    assert _names(plan(None, asked=True)) == []
