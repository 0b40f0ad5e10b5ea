"""GF220 on the courses of real runs (20 epochs; one network and optimiser in each case)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from literals import trace
from model_literals import case, finding

from goodfit.checks.check import Suspicion, run_check
from goodfit.checks.model.learning_rate import CHECK, learning_rate
from goodfit.facts import (
    BaselineFacts,
    BaselineScore,
    Epoch,
    ExperimentFacts,
    Facts,
    HonestLoss,
    LayerFacts,
    LayerProbe,
    ModelFacts,
    OptimizerFacts,
    PredictionFacts,
    RangeTest,
    RatePoint,
    SettingsFacts,
    Trace,
    WeightFacts,
)

COLLAPSED = [2.38, *[14.5] * 20]

# (steps an epoch, loss of the prior, loss of a linear model, losses from before training on, median
# update ratios by epoch)
Run = tuple[int, float, float, list[float], list[float]]

DIGITS = (43, 2.30, 0.137)
TOO_HIGH: dict[str, Run] = {
    "digits adam 0.3: collapsed at once": (*DIGITS, COLLAPSED, [12, 0.017, 0.00025, *[0.0] * 17]),
    "digits sgd 0.5: learned, then lost": (
        *DIGITS,
        [
            2.38,
            0.626,
            5.14,
            0.328,
            0.213,
            0.123,
            0.0976,
            0.0427,
            0.0365,
            0.132,
            0.0262,
            0.0175,
            0.0213,
            0.0148,
            7.25,
            14.5,
            14.5,
            14.5,
            14.5,
            14.5,
            14.5,
        ],
        [
            0.49,
            0.25,
            0.43,
            0.096,
            0.12,
            0.065,
            0.052,
            0.042,
            0.04,
            0.039,
            0.026,
            0.031,
            0.023,
            0.13,
            0.55,
            0,
            0,
            0,
            0,
            0,
        ],
    ),
    "digits sgd 1: never below the prior": (
        *DIGITS,
        [2.38, 5.18, 9.62, 2.38, 3.04, 2.34, 2.5, 2.35, 2.31, 2.32, 2.33, *[2.31] * 10],
        [0.9, 0.7, 0.72, 0.18, 0.14, 0.1, 0.15, *[0.0] * 13],
    ),
    "diabetes adam 1: back to the prior": (
        *(11, 1.045, 0.541),
        [0.917, 439, 751, 210, 23, 3.21, 1.57, 1.47, 1.37, 1.28, 1.22, *[1.05] * 10],
        [13, 0.48, 0.14, 0.056, 0.019, 0.0068, 0.0026, *[0.0] * 13],
    ),
}
TOO_LOW: dict[str, Run] = {
    "digits sgd 0.001": (
        *DIGITS,
        [
            2.38,
            2.36,
            2.35,
            2.33,
            2.32,
            2.31,
            2.3,
            2.28,
            2.27,
            2.26,
            2.25,
            2.24,
            2.23,
            2.22,
            2.21,
            2.2,
            2.19,
            2.18,
            2.17,
            2.16,
            2.15,
        ],
        [0.0021, 0.002, 0.002, *[0.0018] * 17],
    ),
    "wine sgd 0.001, 512 units": (
        *(5, 1.094, 0.165),
        [
            1.13,
            1.12,
            1.11,
            1.1,
            1.095,
            1.09,
            1.08,
            1.07,
            1.06,
            1.053,
            1.05,
            1.04,
            1.03,
            1.024,
            1.02,
            1.01,
            1.0,
            0.998,
            0.991,
            0.985,
            0.978,
        ],
        [0.00068] * 20,
    ),
}
HEALTHY: dict[str, Run] = {
    "digits adam 0.001": (
        *DIGITS,
        [
            2.38,
            1.66,
            0.856,
            0.483,
            0.326,
            0.26,
            0.205,
            0.189,
            0.157,
            0.137,
            0.13,
            0.109,
            0.101,
            0.094,
            0.0849,
            0.102,
            0.0728,
            0.0731,
            0.0599,
            0.0581,
            0.0518,
        ],
        [0.14, 0.15, 0.11, 0.064, 0.049, 0.046, *[0.03] * 14],
    ),
    "digits sgd 0.1: spikes on the way": (
        *DIGITS,
        [
            2.38,
            1.47,
            1.21,
            0.94,
            0.554,
            0.226,
            0.193,
            0.154,
            0.161,
            1.51,
            0.124,
            0.103,
            0.105,
            0.0935,
            2.64,
            2.41,
            0.0893,
            0.597,
            0.071,
            0.0654,
            0.0624,
        ],
        [0.16, 0.14, 0.085, 0.059, 0.046, *[0.03] * 15],
    ),
    "digits convolution adam 0.0001: unfinished": (
        *DIGITS,
        [
            2.3,
            2.26,
            2.23,
            2.2,
            2.17,
            2.14,
            2.11,
            2.08,
            2.04,
            2.0,
            1.96,
            1.91,
            1.86,
            1.81,
            1.76,
            1.7,
            1.64,
            1.58,
            1.52,
            1.46,
            1.41,
        ],
        [0.018] * 20,
    ),
    "breast cancer adam 0.1: long steps that settle": (
        *(14, 0.656, 0.09),
        [
            1.07,
            0.0761,
            0.0514,
            0.0287,
            0.0156,
            0.0246,
            0.00969,
            0.0189,
            0.0137,
            0.0323,
            0.0225,
            0.0211,
            0.0245,
            0.0597,
            0.0335,
            0.0827,
            0.0647,
            0.0543,
            0.0447,
            0.0427,
            0.0122,
        ],
        [1.8, 0.35, 0.21, *[0.2] * 17],
    ),
    "wine adam 0.001, 512 units: hardly moved, yet learned": (
        *(5, 1.094, 0.165),
        [1.13, 0.274, 0.0892, 0.0382, 0.0193, 0.0117, 0.00732, 0.00507, 0.00367, 0.00276],
        [0.062, 0.049, 0.038, 0.028, 0.021, 0.016, 0.012, 0.009, 0.0075],
    ),
    "sine sgd 0.001: hardly moved, yet level with a linear model": (
        *(19, 0.65, 0.257),
        [0.753, 0.643, 0.56, 0.497, 0.447, 0.409, 0.379, 0.355, 0.337, 0.323, 0.276],
        [0.0041, 0.0035, 0.003, 0.0026, 0.0023, 0.002, 0.0017, 0.0015, 0.0013, 0.0012],
    ),
    "random labels adam 0.001": (
        *(15, 0.6925, 0.6916),
        [0.731, 0.707, 0.692, 0.682, 0.674, 0.667, 0.662, 0.655, 0.65, 0.645, 0.6],
        [0.034, 0.026, 0.019, 0.018, 0.015, 0.017, 0.016, 0.015, 0.015, 0.016],
    ),
}


def honest(mean: float) -> HonestLoss:
    return HonestLoss(mean=mean, standard_error=abs(mean) / 50, rows=500)


def parts(run: Run) -> dict[str, Any]:
    steps, prior, linear, losses, ratios = run
    start = Epoch(index=-1, train=honest(losses[0]))
    epochs = [
        Epoch(
            index=index,
            logs={"loss": loss},
            train=honest(loss),
            layers=tuple(
                LayerProbe(path=path, update_ratio=factor * ratio)
                for path, factor in (("a", 1.0), ("b", 1.1), ("out", 0.8))
            ),
        )
        for index, (loss, ratio) in enumerate(zip(losses[1:], ratios, strict=True))
    ]
    scores = (
        BaselineScore(name="prior", error=0.9, error_se=0.01, loss=prior),
        BaselineScore(name="linear", error=0.1, error_se=0.01, loss=linear),
    )
    said = PredictionFacts(rows=500, minimum=0, maximum=1, spread=0.3, prior_loss=prior)
    return {
        "trace": Trace(epochs=(start, *epochs), predictions=said),
        "settings": SettingsFacts(
            optimizer=OptimizerFacts(name="SGD", learning_rate=0.5), steps_per_epoch=steps
        ),
        "baselines": BaselineFacts(task="classes", rows=500, scores=scores),
    }


@pytest.mark.parametrize("name", TOO_HIGH)
def test_too_high(name: str) -> None:
    assert case(learning_rate(**parts(TOO_HIGH[name]))) == "too-high"


@pytest.mark.parametrize("name", TOO_LOW)
def test_too_low(name: str) -> None:
    assert case(learning_rate(**parts(TOO_LOW[name]))) == "too-low"


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_is_silent(name: str) -> None:
    assert case(learning_rate(**parts(HEALTHY[name]))) == "Passed"


def test_words_name_the_rate_to_try() -> None:
    found = finding(CHECK, **parts(TOO_HIGH["digits adam 0.3: collapsed at once"]))
    assert "learning_rate=0.5" in found.message
    assert "learning_rate=0.05" in found.advice
    found = finding(CHECK, **parts(TOO_LOW["digits sgd 0.001"]))
    assert "learning_rate=5" in found.advice
    assert found.severity == "warning"


def test_a_rate_that_is_not_known_is_not_needed() -> None:
    known = parts(TOO_LOW["digits sgd 0.001"])
    known["settings"] = replace(known["settings"], optimizer=OptimizerFacts(name="Mine"))
    assert "ten times as much" in finding(CHECK, **known).advice


def test_at_the_prior_without_signal_is_no_matter_of_the_learning_rate() -> None:
    steps, prior, _, losses, ratios = TOO_HIGH["digits sgd 1: never below the prior"]
    assert case(learning_rate(**parts((steps, prior, prior, losses, ratios)))) == "Passed"


def test_nothing_is_said_of_a_slow_start_without_simple_learners() -> None:
    known = {**parts(TOO_LOW["digits sgd 0.001"]), "baselines": None}
    assert case(learning_rate(**known)) == "Passed"


def test_an_explosion_needs_no_simple_learners() -> None:
    known = {**parts(TOO_HIGH["digits adam 0.3: collapsed at once"]), "baselines": None}
    assert case(learning_rate(**known)) == "too-high"


def test_many_steps_an_epoch_wander_further() -> None:
    _, prior, linear, losses, ratios = TOO_HIGH["digits sgd 1: never below the prior"]
    assert case(learning_rate(**parts((4000, prior, linear, losses, ratios)))) == "Passed"


def test_batch_statistics_that_lag_are_not_taken_for_lost_gains() -> None:
    steps, prior, linear, _, _ = TOO_HIGH["digits sgd 0.5: learned, then lost"]
    losses, ratios = [2.4, 1.0, 0.2, 0.1, 0.15, 2.0], [0.9, 0.8, 0.7, 0.7, 0.7]
    known = parts((steps, prior, linear, losses, ratios))
    assert case(learning_rate(**known)) == "too-high"
    printed = [1.5, 0.8, 0.4, 0.2, 0.1]
    falling = tuple(
        replace(epoch, logs={"loss": printed[epoch.index]} if epoch.index >= 0 else {})
        for epoch in known["trace"].epochs
    )
    known["trace"] = replace(known["trace"], epochs=falling)
    normalised = LayerFacts(path="bn", type="BatchNormalization")
    known["model"] = ModelFacts(name="m", kind="sequential", layers=(normalised,))
    assert case(learning_rate(**known)) == "Passed"


def sized(known: dict[str, Any], sizes: dict[int, float]) -> dict[str, Any]:
    """The same run as a busy governor leaves it: no update ratios, sizes at some epochs only."""
    epochs = tuple(
        replace(
            epoch,
            layers=tuple(
                LayerProbe(path=path, weight_norm=sizes[epoch.index]) for path in ("a", "b", "out")
            )
            if epoch.index in sizes
            else (),
        )
        for epoch in known["trace"].epochs
    )
    return {**known, "trace": replace(known["trace"], epochs=epochs)}


def test_weights_that_grew_stand_for_ratios_that_were_not_measured() -> None:
    collapsed = parts(TOO_HIGH["digits adam 0.3: collapsed at once"])
    assert case(learning_rate(**sized(collapsed, {-1: 8.0, 19: 98.0}))) == "too-high"
    assert case(learning_rate(**sized(collapsed, {-1: 8.0, 19: 9.0}))) == "Passed"
    assert case(learning_rate(**sized(collapsed, {19: 98.0}))) == "CannotTell"
    kernel = WeightFacts(name="kernel", shape=(64, 64), std=0.125, constant=False)
    layers = tuple(LayerFacts(path=path, type="Dense", weights=(kernel,)) for path in ("a", "b"))
    model = ModelFacts(name="m", kind="sequential", layers=layers)
    assert case(learning_rate(**sized(collapsed, {19: 98.0}), model=model)) == "too-high"


def test_weights_that_kept_their_size_stand_for_ratios_that_were_not_measured() -> None:
    slow = parts(TOO_LOW["digits sgd 0.001"])
    assert case(learning_rate(**sized(slow, {-1: 8.0, 19: 8.00001}))) == "too-low"
    assert case(learning_rate(**sized(slow, {-1: 8.0, 19: 8.4}))) == "Passed"


def test_weights_that_a_penalty_shrinks_are_no_long_steps() -> None:
    losses = [2.39, 2.21, 2.22, 2.24, 2.27, 2.3]
    shrunk = parts((43, 2.3, 0.137, losses, [0.3, 0.2, 0.2, 0.1, 0.1]))
    sizes = {-1: 8.0, 0: 5.8, 2: 2.9, 4: 0.4}
    assert case(learning_rate(**sized(shrunk, sizes))) == "Passed"


def test_weights_that_start_at_zero_are_not_measured_by_their_size() -> None:
    stuck = parts(TOO_HIGH["digits sgd 1: never below the prior"])
    zeros = WeightFacts(name="kernel", shape=(8, 8), std=0.0, constant=True)
    layers = tuple(
        LayerFacts(path=path, type="Dense", weights=(zeros,)) for path in ("a", "b", "out")
    )
    model = ModelFacts(name="m", kind="sequential", layers=layers)
    assert case(learning_rate(**stuck, model=model)) == "CannotTell"


def test_losses_on_other_rows_are_not_compared() -> None:
    known = parts(HEALTHY["digits adam 0.001"])
    last = known["trace"].epochs[-1]
    other = replace(last, train=HonestLoss(mean=1.9, standard_error=0.1, rows=2048))
    long = replace(other, layers=tuple(replace(p, update_ratio=0.9) for p in other.layers))
    known["trace"] = replace(known["trace"], epochs=(*known["trace"].epochs[:-1], long))
    assert case(learning_rate(**known)) == "Passed"


def test_a_loss_that_becomes_nan_after_long_steps() -> None:
    known = parts((43, 2.3, 0.137, [2.38, 5.0, 90.0, math.nan, math.nan], [4.0, 9.0, 30.0, 0.0]))
    answer = learning_rate(**known)
    assert isinstance(answer, Suspicion)
    assert answer.case == "too-high"


def test_thin_facts() -> None:
    full = parts(HEALTHY["digits adam 0.001"])
    settings = full["settings"]
    assert case(learning_rate(Trace(), settings)) == "CannotTell"
    two = replace(full["trace"], epochs=full["trace"].epochs[:3])
    assert case(learning_rate(two, settings)) == "CannotTell"
    assert case(learning_rate(full["trace"], SettingsFacts())) == "NotApplicable"
    bare = tuple(replace(epoch, layers=()) for epoch in full["trace"].epochs)
    assert case(learning_rate(replace(full["trace"], epochs=bare), settings)) == "CannotTell"
    nan = parts((43, 2.3, 0.1, [2.3, *[math.nan] * 4], [math.nan] * 4))
    assert case(learning_rate(nan["trace"], settings)) == "CannotTell"


def range_test(points: dict[float, float], *, used: float, start: float) -> ExperimentFacts:
    found = tuple(RatePoint(learning_rate=rate, loss=loss) for rate, loss in points.items())
    test = RangeTest(points=found, steps=40, start_loss=start, used=used, prior_loss=2.3)
    return ExperimentFacts(range_test=test)


ADAM = {1e-5: 2.33, 1e-4: 2.1, 1e-3: 1.1, 1e-2: 0.55, 0.1: 1.6, 1.0: 14.5, 10.0: math.inf}


def ended(known: dict[str, Any], final: float, **more: Any) -> dict[str, Any]:
    """The run without simple learners, with this loss of the weights the user gets back."""
    known["trace"] = replace(known["trace"], final_train=honest(final), **more)
    return {**known, "baselines": None}


def test_a_lower_rate_that_learns_at_once_shows_the_rate_is_too_high() -> None:
    known = ended(parts(TOO_HIGH["digits sgd 1: never below the prior"]), 2.31)
    test = range_test(ADAM, used=1.0, start=2.38)
    found = finding(CHECK, **known, experiments=test)
    assert "learning_rate=0.01" in found.advice
    assert "40 steps" in found.message
    assert case(learning_rate(**known, experiments=test)) == "test-too-high"
    gone = ended(known, math.nan)
    assert case(learning_rate(**gone, experiments=test)) == "test-too-high"


def test_a_higher_rate_that_gets_further_at_once_shows_the_rate_is_too_low() -> None:
    known = ended(parts(TOO_LOW["digits sgd 0.001"]), 2.15)
    test = range_test(ADAM, used=1e-5, start=2.38)
    assert case(learning_rate(**known, experiments=test)) == "test-too-low"
    assert "learning_rate=0.01" in finding(CHECK, **known, experiments=test).advice
    short = {**known, "settings": replace(known["settings"], steps_per_epoch=3)}
    assert case(learning_rate(**short, experiments=test)) == "Passed"


RIGHT = {
    "a careful rate that arrived": (1e-4, 0.2),
    "a careful rate that got as far": (1e-4, 0.6),
    "the best rate, stuck for another reason": (1e-2, 2.29),
    "ten times too high, yet it learns": (0.1, 0.3),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_range_test_alone_blames_no_rate(name: str) -> None:
    used, final = RIGHT[name]
    known = ended(parts(HEALTHY["digits adam 0.001"]), final)
    assert (
        case(learning_rate(**known, experiments=range_test(ADAM, used=used, start=2.38)))
        == "Passed"
    )


def test_no_rate_is_blamed_where_none_learns() -> None:
    known = ended(parts(HEALTHY["random labels adam 0.001"]), 2.31)
    flat = range_test(dict.fromkeys(ADAM, 2.305), used=1e-3, start=2.31)
    assert case(learning_rate(**known, experiments=flat)) == "Passed"


def test_weights_and_penalties_are_no_matter_of_the_rate() -> None:
    known = ended(parts(HEALTHY["digits adam 0.001"]), 2.29)
    test = range_test(ADAM, used=1e-4, start=2.38)
    assert case(learning_rate(**known, experiments=test)) == "test-too-low"
    weighted = {**known, "settings": replace(known["settings"], class_weight={"0": 9.0})}
    assert case(learning_rate(**weighted, experiments=test)) == "Passed"
    epochs = tuple(replace(epoch, penalty=8.0) for epoch in known["trace"].epochs)
    penalised = {**known, "trace": replace(known["trace"], epochs=epochs)}
    assert case(learning_rate(**penalised, experiments=test)) == "Passed"


def test_a_slow_start_that_no_higher_rate_betters_is_not_blamed() -> None:
    known = parts(TOO_LOW["digits sgd 0.001"])
    worse = range_test({1e-4: 2.37, 1e-3: 2.36, 1e-2: 2.36, 0.1: 5.0}, used=1e-3, start=2.38)
    assert case(learning_rate(**known, experiments=worse)) == "Passed"
    better = range_test({1e-4: 2.37, 1e-3: 2.36, 1e-2: 2.2, 0.1: 1.9}, used=1e-3, start=2.38)
    assert case(learning_rate(**known, experiments=better)) == "too-low"


@pytest.mark.parametrize("used", [None, 0.0, math.nan, 3e-7])
def test_a_rate_that_was_not_tried_is_not_judged(used: float | None) -> None:
    known = ended(parts(HEALTHY["digits adam 0.001"]), 2.29)
    test = range_test(ADAM, used=1.0, start=2.38)
    assert test.range_test is not None
    other = ExperimentFacts(range_test=replace(test.range_test, used=used))
    assert case(learning_rate(**known, experiments=other)) == "Passed"


def thinned(known: dict[str, Any], sizes: dict[int, float]) -> dict[str, Any]:
    """The same run as the busiest governor leaves it: honest losses at its start and end only."""
    known = sized(known, sizes)
    ends = (-1, known["trace"].epochs[-1].index)
    epochs = tuple(
        epoch if epoch.index in ends else replace(epoch, train=None)
        for epoch in known["trace"].epochs
    )
    return {**known, "trace": replace(known["trace"], epochs=epochs)}


def test_printed_losses_stand_for_honest_ones_that_were_not_measured() -> None:
    high = thinned(parts(TOO_HIGH["digits adam 0.3: collapsed at once"]), {-1: 8.0, 19: 98.0})
    assert case(learning_rate(**high)) == "too-high"
    low = thinned(parts(TOO_LOW["digits sgd 0.001"]), {-1: 8.0, 19: 8.00001})
    assert case(learning_rate(**low)) == "too-low"
    fine = thinned(parts(HEALTHY["digits adam 0.001"]), {-1: 8.0, 19: 98.0})
    assert case(learning_rate(**fine)) == "Passed"
    weights = replace(high["settings"], class_weight={"0": 2.0})
    assert case(learning_rate(**{**high, "settings": weights})) == "CannotTell"


def test_dropout_in_the_printed_losses_does_not_hide_what_was_learnt() -> None:
    known = thinned(parts(TOO_HIGH["digits sgd 1: never below the prior"]), {-1: 8.0, 19: 300.0})
    assert case(learning_rate(**known)) == "too-high"
    known["trace"] = replace(known["trace"], final_train=honest(0.4))
    assert case(learning_rate(**known)) == "Passed"


def test_initial_weights_stand_for_the_first_probe_of_a_slow_start() -> None:
    slow = thinned(parts(TOO_LOW["digits sgd 0.001"]), {19: 8.0})
    kernel = WeightFacts(name="kernel", shape=(64, 64), std=0.12, mean=0.035, constant=False)
    layers = tuple(
        LayerFacts(path=path, type="Dense", weights=(kernel,)) for path in ("a", "b", "out")
    )
    model = ModelFacts(name="m", kind="sequential", layers=layers)
    assert case(learning_rate(**slow, model=model)) == "too-low"
    assert case(learning_rate(**slow)) == "CannotTell"


@pytest.mark.parametrize(
    ("rates", "fires"),
    [
        ([1e-3, 1e-5, 1e-7, 1e-9, 1e-9, 1e-9], True),
        ([1e-3, 1e-3, 5e-4, 2e-4, 1e-4, 5e-6], False),
        ([1e-3, 9e-4, 7e-4, 5e-4, 2e-4, 1e-6], False),
    ],
    ids=["collapsed", "steps", "cosine"],
)
def test_a_rate_that_fell_to_nothing_half_way(rates: list[float], fires: bool) -> None:
    course = [2.3, 1.9, 1.8, 1.8, 1.8, 1.8, 1.8]
    seen = trace(course, course)
    epochs = [
        replace(epoch, learning_rate=rates[epoch.index]) if epoch.index >= 0 else epoch
        for epoch in seen.epochs
    ]
    settings = SettingsFacts(optimizer=OptimizerFacts(name="Adam", learning_rate=1e-3))
    facts = Facts(trace=replace(seen, epochs=tuple(epochs)), settings=settings)
    _, found = run_check(CHECK, facts)
    assert (found is not None and "stopped learning" in found.message) == fires
