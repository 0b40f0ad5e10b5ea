"""GF313 on literals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, Passed, Suspicion, run_check
from goodfit.checks.training.diverging_weights import CHECK, diverging_weights
from goodfit.facts import Facts, LayerProbe, PredictionFacts, Trace

STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)


def run(
    sizes: Sequence[float], losses: Sequence[float], answers: PredictionFacts | None = None
) -> Trace:
    layers = [
        (LayerProbe(path="a", weight_norm=size), LayerProbe(path="b", weight_norm=3.0))
        for size in sizes
    ]
    return trace(losses, layers=layers, answers=answers, spread=0.05, noise=0.01)


GROWN = [8.0, 30.0, 98.0, 240.0, 500.0]


def test_weights_that_grew_in_a_model_that_is_stuck() -> None:
    outcome, found = run_check(CHECK, Facts(trace=run(GROWN, [2.3] * 5, STUCK)))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("warning", "a")
    assert "62.5 times their size" in found.message
    assert "still growing" in found.message


def test_weights_that_jumped_and_stayed() -> None:
    answer = diverging_weights(run([8.0, 98.0, 98.0, 98.0, 98.0], [2.3] * 5, STUCK))
    assert isinstance(answer, Suspicion)
    assert answer.evidence["still_growing"] is False


HEALTHY = {
    "an embedding that learns": run(GROWN, decay(2.4, 0.2, 4)),
    "kept their size": run([8.0, 8.1, 8.2, 8.3, 8.4], [2.3] * 5, STUCK),
    "grew twofold": run([8.0, 9.0, 11.0, 14.0, 16.0], decay(2.4, 0.2, 4)),
    "shrunk by a penalty": run([8.0, 4.0, 2.0, 1.0, 0.1], [2.3] * 5, STUCK),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_weights_pass(name: str) -> None:
    assert isinstance(diverging_weights(HEALTHY[name]), Passed)


def test_thin_facts() -> None:
    assert isinstance(diverging_weights(Trace()), CannotTell)
    assert isinstance(diverging_weights(run([8.0], [2.3], STUCK)), CannotTell)
    born_flat = trace([2.3, 2.3], layers=[(LayerProbe(path="a", weight_norm=0.0),)] * 2)
    assert isinstance(diverging_weights(born_flat), CannotTell)
    nan = trace([2.3, 2.3], layers=[(LayerProbe(path="a", weight_norm=math.nan),)] * 2)
    assert isinstance(diverging_weights(nan), CannotTell)
