"""GF302 on literals."""

from __future__ import annotations

import math

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.exploding_gradient import CHECK, exploding_gradient
from goodfit.facts import Facts, LayerProbe, OptimizerFacts, SettingsFacts, Trace

STUCK = predictions(prior_loss=2.3026, error=0.9, prior_error=0.9)


def epoch(
    gradient: float, move: float | None = None, weights: float = 8.0
) -> tuple[LayerProbe, ...]:
    return tuple(
        LayerProbe(path=path, gradient_norm=gradient, weight_norm=weights, update_ratio=move)
        for path in ("first", "second")
    )


def run(
    moves: list[float], *, losses: list[float], learnt: bool = False, gradient: float = 0.4
) -> Trace:
    layers = [epoch(0.4), *[epoch(gradient, move) for move in moves]]
    return trace(losses, layers=layers, answers=None if learnt else STUCK, spread=0.05, noise=0.01)


def test_a_step_that_wiped_out_the_weights() -> None:
    curve = run([26.0, 0.0, 0.0], losses=[2.37, 2.33, 2.33, 2.33])
    outcome, found = run_check(CHECK, Facts(trace=curve))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("error", "first")
    assert "In epoch 1 the weights of layer first moved by 26 times" in found.message


def test_a_gradient_that_grew_a_thousandfold_and_stayed() -> None:
    curve = run([0.1, 0.1, 0.1], losses=[2.37, 2.5, 3.1, 4.0], gradient=800.0)
    answer = exploding_gradient(curve)
    assert isinstance(answer, Suspicion)
    assert answer.case == "growth"


@pytest.mark.parametrize(
    ("optimizer", "fires"),
    [
        (OptimizerFacts(name="SGD", learning_rate=0.01), True),
        (OptimizerFacts(name="SGD", learning_rate=0.01, options={"clipnorm": 1.0}), False),
        (OptimizerFacts(name="Adam", learning_rate=0.01), False),
        (OptimizerFacts(name="SGD", learning_rate=1e-5), False),
    ],
)
def test_a_first_step_longer_than_the_weights(optimizer: OptimizerFacts, fires: bool) -> None:
    nan = [epoch(math.nan, math.nan, math.nan)] * 2
    curve = trace([29_000.0, math.nan, math.nan], layers=[epoch(5800.0), *nan])
    answer = exploding_gradient(curve, SettingsFacts(optimizer=optimizer))
    assert isinstance(answer, Suspicion) is fires


HEALTHY = {
    "large first moves, then learning": run(
        [9.0, 0.1, 0.1], losses=[2.37, 0.9, 0.4, 0.2], learnt=True
    ),
    "usual moves": run([0.3, 0.1, 0.05], losses=[2.37, 0.9, 0.4, 0.2], learnt=True),
    "stuck, but not from steps": run([0.01, 0.01, 0.0], losses=[2.37, 2.31, 2.31, 2.31]),
    "one bad probe": trace(
        [2.37, 2.33, 2.33],
        layers=[epoch(0.4), epoch(900.0, 0.1), epoch(0.4, 0.1)],
        answers=STUCK,
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_without_step_or_harm_it_passes(name: str) -> None:
    assert isinstance(exploding_gradient(HEALTHY[name]), Passed)


def test_layers_that_start_at_zero_may_move_by_any_factor() -> None:
    layers = [epoch(0.4, weights=0.0), epoch(0.4, 1e9)]
    curve = trace([2.37, 2.33], layers=layers, answers=STUCK, spread=0.05)
    assert isinstance(exploding_gradient(curve), Passed)


def test_degenerate_facts() -> None:
    assert isinstance(exploding_gradient(Trace()), NotApplicable)
    assert isinstance(exploding_gradient(trace(decay(1.0, 0.1, 5))), NotApplicable)
    unknown = trace(
        [2.3, 2.3], layers=[epoch(1.0), epoch(1.0, 50.0)], answers=predictions(prior_loss=None)
    )
    assert isinstance(exploding_gradient(unknown), CannotTell)
