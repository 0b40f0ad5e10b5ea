"""GF304 on literals."""

from __future__ import annotations

import math

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.dead_units import CHECK, dead_units
from goodfit.facts import Facts, LayerFacts, LayerProbe, ModelFacts, Trace

STUCK = predictions(prior_loss=2.3026, error=0.9, prior_error=0.9)
MODEL = ModelFacts(
    name="m",
    kind="sequential",
    layers=(
        LayerFacts(path="flat", type="Flatten"),
        LayerFacts(path="hidden", type="Dense", activation="relu"),
        LayerFacts(path="out", type="Dense", activation="softmax"),
    ),
)


def run(*shares: float, learnt: bool = False, path: str = "hidden") -> Trace:
    layers = [
        (LayerProbe(path=path, dead=share), LayerProbe(path="out", dead=0.0)) for share in shares
    ]
    losses = decay(2.37, 0.2, len(shares) - 1) if learnt else [2.304] * len(shares)
    answers = None if learnt else STUCK
    return trace(losses, layers=layers, answers=answers, spread=0.05, noise=0.01)


def test_a_dead_layer_in_a_stuck_model_is_an_error() -> None:
    outcome, found = run_check(CHECK, Facts(trace=run(0.02, 1.0, 1.0), model=MODEL))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("error", "hidden")
    assert "100% of the units of layer hidden" in found.message
    assert "(2% before training)" in found.message


def test_most_units_dead_in_a_model_that_learns_is_a_tip() -> None:
    answer = dead_units(run(0.0, 0.95, 0.95, learnt=True), MODEL)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("harmless", "tip")


HEALTHY = {
    "a fifth dead": run(0.0, 0.1, 0.22, learnt=True),
    "a fifth dead and stuck for another reason": run(0.0, 0.2, 0.22),
    "most dead for one epoch only": run(0.0, 0.95, 0.1, 0.1),
    "only the last probe": run(0.0, 0.1, 0.9),
    "half dead, and it learns": run(0.0, 0.6, 0.6, learnt=True),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_layers_pass(name: str) -> None:
    assert isinstance(dead_units(HEALTHY[name], MODEL), Passed)


def test_only_relu_layers_count() -> None:
    borders = run(0.9, 0.9, 0.9, path="flat")
    assert isinstance(dead_units(borders, MODEL), NotApplicable)
    assert isinstance(dead_units(borders), Suspicion)


def test_degenerate_facts() -> None:
    assert isinstance(dead_units(Trace()), NotApplicable)
    assert isinstance(dead_units(run(1.0), MODEL), CannotTell)
    assert isinstance(dead_units(run(math.nan, math.nan), MODEL), NotApplicable)
