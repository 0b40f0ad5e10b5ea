"""GF317 on literals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.penalty_dominates import CHECK, penalty_dominates
from goodfit.facts import (
    CallbackFacts,
    Facts,
    LayerFacts,
    ModelFacts,
    Penalty,
    SettingsFacts,
    Trace,
)

STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)
MODEL = ModelFacts(
    name="m",
    kind="sequential",
    layers=(
        LayerFacts(
            path="hidden", type="Dense", penalties=(Penalty(weight="k", kind="L2", l2=1.0),)
        ),
    ),
)
WATCHED = SettingsFacts(
    callbacks=(CallbackFacts(name="EarlyStopping", options={"monitor": "val_loss"}),)
)


def run(penalty: float, losses: Sequence[float], *, stuck: bool = False, until: int = 99) -> Trace:
    made = trace(losses, answers=STUCK if stuck else None, spread=0.05)
    epochs = tuple(
        replace(epoch, penalty=penalty) if epoch.index <= until else epoch for epoch in made.epochs
    )
    return replace(made, epochs=epochs)


LEARNT = decay(2.4, 0.1, 10)


def test_a_model_that_obeys_the_penalty() -> None:
    outcome, found = run_check(CHECK, Facts(trace=run(9.0, [2.31] * 8, stuck=True), model=MODEL))
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("warning", "hidden")
    assert "80% of the loss is weight penalty" in found.message


def test_a_callback_that_follows_the_penalty_is_a_tip() -> None:
    answer = penalty_dominates(run(3.0, LEARNT), MODEL, settings=WATCHED)
    assert isinstance(answer, Suspicion)
    assert (answer.severity, answer.case) == ("tip", "watched")


def test_a_penalty_that_does_good_passes() -> None:
    assert isinstance(penalty_dominates(run(3.0, LEARNT), MODEL), Passed)
    assert isinstance(penalty_dominates(run(0.3, LEARNT), MODEL, settings=WATCHED), Passed)
    assert isinstance(penalty_dominates(run(0.1, [2.31] * 8, stuck=True), MODEL), Passed)


def test_thin_facts() -> None:
    assert isinstance(penalty_dominates(Trace()), NotApplicable)
    assert isinstance(penalty_dominates(run(0.0, LEARNT)), NotApplicable)
    assert isinstance(penalty_dominates(run(math.nan, LEARNT)), NotApplicable)
    assert isinstance(penalty_dominates(run(3.0, LEARNT, until=2)), CannotTell)
