"""GF305 on literals."""

from __future__ import annotations

import math

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.saturated_units import CHECK, saturated_units
from goodfit.facts import Facts, LayerFacts, LayerProbe, ModelFacts, OutputFacts, Trace

STUCK = predictions(prior_loss=2.3026, error=0.9, prior_error=0.9)
MODEL = ModelFacts(
    name="m",
    kind="sequential",
    layers=(
        LayerFacts(path="hidden", type="Dense", activation="tanh", parameters=9),
        LayerFacts(path="out", type="Dense", activation="sigmoid", parameters=9),
        LayerFacts(path="last", type="Activation", activation="sigmoid", inputs=("out",)),
    ),
    outputs=(OutputFacts(name="y", shape=(1,), layer="out", activation="sigmoid"),),
)


def run(*shares: float, learnt: bool = False, path: str = "hidden") -> Trace:
    layers = [
        (LayerProbe(path=path, saturated=share), LayerProbe(path="out", saturated=0.99))
        for share in shares
    ]
    losses = decay(2.37, 0.2, len(shares) - 1) if learnt else [2.304] * len(shares)
    answers = None if learnt else STUCK
    return trace(losses, layers=layers, answers=answers, spread=0.05, noise=0.01)


def test_saturated_from_the_start_blames_the_inputs() -> None:
    outcome, found = run_check(CHECK, Facts(trace=run(0.95, 0.95, 0.96), model=MODEL))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("warning", "hidden")
    assert "95%" in found.message
    assert "Scale the inputs" in found.advice


def test_saturated_later_blames_the_steps() -> None:
    answer = saturated_units(run(0.01, 0.97, 0.97), MODEL)
    assert isinstance(answer, Suspicion)
    assert answer.case == "training"


def test_a_row_of_switches_that_learns_is_a_tip() -> None:
    answer = saturated_units(run(0.2, 0.99, 0.99, learnt=True), MODEL)
    assert isinstance(answer, Suspicion)
    assert answer.severity == "tip"


HEALTHY = {
    "few": run(0.01, 0.1, 0.2, learnt=True),
    "most, and it learns": run(0.01, 0.9, 0.9, learnt=True),
    "half, stuck for another reason": run(0.01, 0.5, 0.5),
    "for one epoch only": run(0.01, 0.95, 0.2, 0.2),
    "at the last probe only": run(0.01, 0.1, 0.95),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_layers_pass(name: str) -> None:
    assert isinstance(saturated_units(HEALTHY[name], MODEL), Passed)


@pytest.mark.parametrize("path", ["out", "last"])
def test_a_sure_answer_is_no_saturation(path: str) -> None:
    assert isinstance(saturated_units(run(0.99, 0.99, 0.99, path=path), MODEL), NotApplicable)


def test_the_last_probe_of_a_finished_training_is_enough() -> None:
    probe = (LayerProbe(path="hidden", saturated=0.95),)
    once = trace([2.304] * 6, layers=[*[()] * 5, probe], answers=STUCK, spread=0.05)
    answer = saturated_units(once, MODEL)
    assert isinstance(answer, Suspicion)
    assert answer.case == "training"


def test_degenerate_facts() -> None:
    assert isinstance(saturated_units(Trace()), NotApplicable)
    assert isinstance(saturated_units(run(1.0), MODEL), CannotTell)
    assert isinstance(saturated_units(run(math.nan, math.nan), MODEL), NotApplicable)
