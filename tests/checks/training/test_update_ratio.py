"""GF314 on literals."""

from __future__ import annotations

import math

import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.training.update_ratio import CHECK, update_ratio
from goodfit.facts import Facts, LayerFacts, LayerProbe, ModelFacts, SettingsFacts, Trace

STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)


def run(*, learnt: bool = False, epochs: int = 10, losses: list[float] | None = None,
        **ratios: float) -> Trace:  # fmt: skip
    """Layers that change by the same part of their size in every epoch."""
    before = tuple(LayerProbe(path=path, weight_norm=8.0) for path in ratios)
    each = tuple(LayerProbe(path=path, update_ratio=ratio) for path, ratio in ratios.items())
    course = losses or (decay(2.4, 0.2, epochs) if learnt else [2.31] * (epochs + 1))
    return trace(
        course,
        layers=[before, *[each] * epochs],
        answers=None if learnt else STUCK,
        spread=0.05,
        noise=0.01,
    )


FAULTY = {
    "nothing": (run(a=0.0, b=0.0), "error"),
    "frozen": (run(a=0.0, b=0.1), "warning"),
    "small": (run(a=0.0005, b=0.0004), "warning"),
    "layer": (run(a=1e-5, b=0.1, c=0.1), "warning"),
    "large": (run(a=0.9, b=0.8, c=1.2), "warning"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_faults(case: str) -> None:
    facts, severity = FAULTY[case]
    answer = update_ratio(facts)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == (case, severity)
    outcome, found = run_check(CHECK, Facts(trace=facts))
    assert found is not None, outcome.reason
    assert "{" not in found.message + found.advice


HEALTHY = {
    "learns": run(a=0.05, b=0.04, learnt=True),
    "a frozen layer that is not missed": run(a=0.0, b=0.1, learnt=True),
    "hardly moved, yet learnt": run(a=0.003, b=0.002, learnt=True),
    "long steps that learn": run(a=0.9, b=0.9, learnt=True),
    "stuck for another reason": run(a=0.05, b=0.04),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_ratios_pass(name: str) -> None:
    assert isinstance(update_ratio(HEALTHY[name]), Passed)


def test_long_epochs_wander_further() -> None:
    facts = run(a=0.9, b=0.8, c=1.2)
    assert isinstance(update_ratio(facts, settings=SettingsFacts(steps_per_epoch=4000)), Passed)


def test_layers_that_are_not_to_be_trained_do_not_count() -> None:
    layers = (
        LayerFacts(path="a", type="Dense", trainable=False),
        LayerFacts(path="b", type="Dense"),
    )
    model = ModelFacts(
        name="m", kind="sequential", layers=layers, parameters=9, trainable_parameters=5
    )
    assert isinstance(update_ratio(run(a=0.0, b=0.1), model), Passed)
    frozen = ModelFacts(name="m", kind="sequential", layers=layers[:1], parameters=9)
    assert isinstance(update_ratio(run(a=0.0), frozen), NotApplicable)


def test_thin_facts() -> None:
    assert isinstance(update_ratio(Trace()), CannotTell)
    assert isinstance(update_ratio(run(a=0.0, epochs=1)), CannotTell)
    assert isinstance(update_ratio(run(a=math.nan)), CannotTell)


def sized(after: float, other: float = 8.0) -> Trace:
    """No ratios, only sizes before and after training."""
    probes = [(LayerProbe(path="a", weight_norm=8.0), LayerProbe(path="b", weight_norm=8.0))]
    probes += [()] * 9
    probes.append(
        (LayerProbe(path="a", weight_norm=after), LayerProbe(path="b", weight_norm=other))
    )
    return trace([2.31] * 11, layers=probes, answers=STUCK, spread=0.05)


def test_sizes_that_stayed_stand_for_ratios_that_were_not_measured() -> None:
    small = update_ratio(sized(8.0001, 8.0001))
    assert isinstance(small, Suspicion)
    assert small.case == "small"
    assert isinstance(update_ratio(sized(9.0)), CannotTell)
    assert isinstance(update_ratio(sized(8.0)), CannotTell)
