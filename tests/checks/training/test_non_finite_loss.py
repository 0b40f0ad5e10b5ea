"""GF301 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from literals import decay, trace

from goodfit import codec
from goodfit.checks.check import NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.non_finite_loss import CHECK, non_finite_loss
from goodfit.facts import Facts, LayerProbe, Trace


def probes(*, broken: str | None = None) -> tuple[LayerProbe, ...]:
    return tuple(LayerProbe(path=path, finite=path != broken) for path in ("a", "b", "c"))


def test_the_epoch_and_the_first_layer_are_named() -> None:
    layers = [probes(), probes(), probes(), probes(broken="b"), probes(broken="a")]
    curve = trace([2.3, 1.5, 1.1, math.nan, math.nan], layers=layers)
    outcome, found = run_check(CHECK, Facts(trace=curve))
    assert found is not None, outcome.reason
    assert found.severity == "error"
    assert found.where.layer == "b"
    assert "in epoch 3 of 4, first in layer b" in found.message
    assert "1.1" in found.message


@pytest.mark.parametrize(
    ("curve", "case"),
    [
        ([math.nan, math.nan, math.nan], "start"),
        ([2.3, math.inf, math.nan], "training"),
        ([2.3, 1.0, math.inf], "later"),
    ],
)
def test_when_it_began_decides_the_wording(curve: list[float], case: str) -> None:
    answer = non_finite_loss(trace(curve))
    assert isinstance(answer, Suspicion)
    assert answer.case == case


def test_validation_alone_points_at_the_validation_rows() -> None:
    outcome, found = run_check(CHECK, Facts(trace=trace([2.3, 1.0, 0.5], [2.3, math.nan, 0.7])))
    assert found is not None, outcome.reason
    assert "validation loss is not finite from epoch 1" in found.message


def test_weights_that_broke_after_the_last_loss_count() -> None:
    curve = trace([2.3, 1.0], layers=[probes(), probes(broken="c")])
    assert isinstance(non_finite_loss(curve), Suspicion)


def test_it_survives_the_flight_recorder() -> None:
    facts = Facts(trace=trace([2.3, 1.5, math.nan]))
    back = codec.decode(codec.encode(facts), Facts)
    assert run_check(CHECK, back)[1] == run_check(CHECK, facts)[1]


def test_finite_losses_pass() -> None:
    assert isinstance(non_finite_loss(trace(decay(2.3, 0.1, 9), decay(2.3, 0.2, 9))), Passed)
    large = trace([1e12, 1e9], layers=[probes(), probes()])
    assert isinstance(non_finite_loss(large), Passed)
    assert isinstance(non_finite_loss(Trace()), NotApplicable)


def test_an_epoch_without_probes_still_has_its_printed_loss() -> None:
    curve = trace([2.3, 1.0, 0.9])
    bare = replace(curve.epochs[-1], train=None, logs={"loss": math.nan})
    assert isinstance(non_finite_loss(replace(curve, epochs=(*curve.epochs[:-1], bare))), Suspicion)
