"""GF316 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.train_inference_gap import CHECK, train_inference_gap
from goodfit.facts import Facts, GapFacts, LayerFacts, ModelFacts, SettingsFacts, Trace

NORMALISED = ModelFacts(
    name="m",
    kind="sequential",
    layers=(
        LayerFacts(path="hidden", type="Dense"),
        LayerFacts(path="bn", type="BatchNormalization", options={"momentum": 0.99}),
    ),
)
PLAIN = replace(NORMALISED, layers=NORMALISED.layers[:1])


def run(part: float | None, *, epochs: int = 10, end: float = 2.0) -> Trace:
    """A training that ends at this honest loss; `part` is how much less it is in training mode."""
    made = trace(decay(2.4, end, epochs), answers=predictions(prior_loss=2.3))
    gap = GapFacts(
        epoch=epochs - 1, printed_train=0.5, printed_validation=2.0, printed_gap=1.5,
        true_gap=0.0, true_gap_se=0.02, train_mode=part,
    )  # fmt: skip
    return replace(made, gap=gap)


def settings(steps: int) -> SettingsFacts:
    return SettingsFacts(steps_per_epoch=steps, batch_size=32)


def test_moving_averages_that_lag_behind() -> None:
    facts = Facts(trace=run(1.5), model=NORMALISED, settings=settings(5))
    outcome, found = run_check(CHECK, facts)
    assert found is not None, outcome.reason
    assert (found.severity, found.where.layer) == ("warning", "bn")
    assert "have seen 50 steps and need some 300" in found.message


def test_averages_that_are_mostly_initial_need_not_lose_much() -> None:
    slow = replace(NORMALISED.layers[1], options={"momentum": 0.99999})
    model = replace(NORMALISED, layers=(NORMALISED.layers[0], slow))
    made = run(0.06, end=0.35)
    assert made.gap is not None
    paired = replace(made, gap=replace(made.gap, train_mode_se=0.01))
    answer = train_inference_gap(paired, model, settings(100))
    assert isinstance(answer, Suspicion)
    assert answer.case == "lag"
    # unclear from noise; averages that have mostly arrived; next to nothing lost
    unclear = replace(made, gap=replace(made.gap, train_mode_se=0.03))
    assert isinstance(train_inference_gap(unclear, model, settings(100)), Passed)
    assert isinstance(train_inference_gap(paired, NORMALISED, settings(20)), Passed)
    little = replace(paired, gap=replace(made.gap, train_mode=0.03, train_mode_se=0.001))
    assert isinstance(train_inference_gap(little, model, settings(100)), Passed)


def test_batches_unlike_each_other() -> None:
    answer = train_inference_gap(run(1.5), NORMALISED, settings(500))
    assert isinstance(answer, Suspicion)
    assert answer.case == "unlike"


def test_dropout_makes_training_mode_worse_and_that_is_no_finding() -> None:
    assert isinstance(train_inference_gap(run(-0.5, end=0.3), NORMALISED), Passed)


def test_small_differences_pass() -> None:
    assert isinstance(train_inference_gap(run(0.02), NORMALISED), Passed)
    assert isinstance(train_inference_gap(run(0.3, end=0.4), NORMALISED), Passed)


def test_thin_facts() -> None:
    assert isinstance(train_inference_gap(run(1.5), PLAIN), NotApplicable)
    assert isinstance(train_inference_gap(Trace(), None), NotApplicable)
    assert isinstance(train_inference_gap(Trace(), NORMALISED), CannotTell)
    assert isinstance(train_inference_gap(run(None), NORMALISED), CannotTell)
    assert isinstance(train_inference_gap(run(math.nan), NORMALISED), NotApplicable)
