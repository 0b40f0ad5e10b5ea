"""GF303 on literals."""

from __future__ import annotations

import math

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.vanishing_gradient import CHECK, vanishing_gradient
from goodfit.facts import Facts, LayerProbe, Trace

STUCK = predictions(prior_loss=2.3026, error=0.9, prior_error=0.9)
SIGMOIDS = [10.0**-power for power in range(7, -1, -1)]


def epoch(gradients: list[float]) -> tuple[LayerProbe, ...]:
    return tuple(
        LayerProbe(path=f"dense_{place}", gradient_norm=norm, weight_norm=5.0)
        for place, norm in enumerate(gradients)
    )


def run(*probes: list[float], learnt: bool = False) -> Trace:
    losses = decay(2.37, 0.2, len(probes) - 1) if learnt else [2.304] * len(probes)
    return trace(
        losses,
        layers=[epoch(probe) for probe in probes],
        answers=None if learnt else STUCK,
        spread=0.05,
        noise=0.01,
    )


def test_deep_sigmoids_that_pass_nothing_back() -> None:
    outcome, found = run_check(CHECK, Facts(trace=run(SIGMOIDS, SIGMOIDS, SIGMOIDS)))
    assert found is not None, outcome.reason
    assert found.where.layer == "dense_0"
    assert found.evidence["layers"] == 6
    assert "Layer dense_0 gets 1e-07 of the gradient" in found.message


def test_no_gradient_anywhere() -> None:
    answer = vanishing_gradient(run([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]))
    assert isinstance(answer, Suspicion)
    assert answer.case == "none"


HEALTHY = {
    "layers alike": run([0.4, 0.3, 0.2, 0.4], [0.3, 0.2, 0.2, 0.3]),
    "all shrink together near the end": run(
        [0.4, 0.3, 0.4], [1e-5, 1e-5, 1e-5], [1e-9, 1e-9, 1e-9], learnt=True
    ),
    "small, but it learns": run(SIGMOIDS, SIGMOIDS, SIGMOIDS, learnt=True),
    "dead later, not before training": run(
        [0.4, 0.3, 0.4], [0.0, 0.0, 0.4], [0.0, 0.0, 0.4], [0.0, 0.0, 0.4]
    ),
    "two layers": run([1e-7, 1.0], [1e-7, 1.0]),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_gradients_pass(name: str) -> None:
    assert isinstance(vanishing_gradient(HEALTHY[name]), Passed)


def test_the_unit_of_the_loss_does_not_matter() -> None:
    scaled = [[norm * 1e-6 for norm in SIGMOIDS]] * 3
    assert isinstance(vanishing_gradient(run(*scaled)), Suspicion)


def test_degenerate_facts() -> None:
    assert isinstance(vanishing_gradient(Trace()), NotApplicable)
    assert isinstance(vanishing_gradient(run(SIGMOIDS)), CannotTell)
    nan = [math.nan] * 4
    assert isinstance(vanishing_gradient(run(nan, nan)), NotApplicable)
    assert isinstance(vanishing_gradient(run([0.5], [0.5], learnt=True)), Passed)
