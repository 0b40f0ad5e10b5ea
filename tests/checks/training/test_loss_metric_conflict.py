"""GF315 on literals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.loss_metric_conflict import CHECK, loss_metric_conflict
from goodfit.facts import Facts, MetricFacts, SettingsFacts, Trace

ACCURACY = MetricFacts(name="accuracy", kind="binary_accuracy")
ERROR = MetricFacts(name="mae", kind="mean_absolute_error")
SETTINGS = SettingsFacts(metrics=(ACCURACY, ERROR))
FALLS = decay(0.7, 0.2, 12)


def run(values: Sequence[float], name: str = "accuracy", losses: Sequence[float] = FALLS) -> Trace:
    made = trace(losses, answers=predictions(prior_loss=0.69, error=0.05, prior_error=0.5))
    epochs = tuple(
        replace(epoch, logs={**epoch.logs, name: values[epoch.index]})
        if epoch.index >= 0
        else epoch
        for epoch in made.epochs
    )
    return replace(made, epochs=epochs)


UP = [0.5 + 0.03 * epoch for epoch in range(12)]


@pytest.mark.parametrize(("name", "values"), [("accuracy", UP[::-1]), ("mae", UP)])
def test_a_metric_that_gets_worse_while_the_loss_falls(name: str, values: Sequence[float]) -> None:
    answer = loss_metric_conflict(run(values, name), SETTINGS)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.evidence["metric"]) == ("against", name)


def test_an_accuracy_that_never_moves_while_the_answers_get_right() -> None:
    outcome, found = run_check(CHECK, Facts(trace=run([0.47] * 12), settings=SETTINGS))
    assert found is not None, outcome.reason
    assert "5.0% of the training rows are wrong" in found.message
    assert found.where.argument == "metrics"


HEALTHY = {
    "accuracy rises": run(UP),
    "error falls": run(UP[::-1], "mae"),
    "accuracy falls within noise": run([0.9, 0.91, 0.9, 0.89] * 3),
    "loss does not fall": run(UP[::-1], losses=[0.7] * 13),
    "accuracy is perfect from the start, after a rise": run([0.99, *[1.0] * 11]),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    assert isinstance(loss_metric_conflict(HEALTHY[name], SETTINGS), Passed)


def test_a_constant_accuracy_of_a_model_that_has_not_learnt_passes() -> None:
    stuck = replace(run([0.9] * 12), predictions=predictions(error=0.1, prior_error=0.1))
    assert isinstance(loss_metric_conflict(stuck, SETTINGS), Passed)


def test_weights_and_thin_facts() -> None:
    weighted = replace(SETTINGS, class_weight={"0": 1.0, "1": 9.0})
    assert isinstance(loss_metric_conflict(run(UP[::-1]), weighted), NotApplicable)
    assert isinstance(loss_metric_conflict(Trace(), SETTINGS), NotApplicable)
    assert isinstance(loss_metric_conflict(run(UP[::-1]), SettingsFacts()), NotApplicable)
    short = run(UP[::-1], losses=FALLS[:5])
    assert isinstance(loss_metric_conflict(short, SETTINGS), CannotTell)
