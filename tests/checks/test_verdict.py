"""The verdict on literals: facts through the checks, and findings of other checks by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from literals import baselines, decay, finding, predictions, trace

from goodfit.checks.check import Check, run_check
from goodfit.checks.evaluation import no_validation_data
from goodfit.checks.generalization import (
    best_epoch_lost,
    close_to_overfitting,
    overfitting,
    underfitting,
    worse_than_baseline,
)
from goodfit.checks.rank import rank
from goodfit.checks.training import constant_prediction, non_finite_loss, not_learning
from goodfit.checks.verdict import GRAVITY, overall, verdict
from goodfit.facts import CrashFacts, Facts, Trace
from goodfit.results import Finding, Verdict, VerdictName

CHECKS: tuple[Check, ...] = (
    non_finite_loss.CHECK,
    constant_prediction.CHECK,
    not_learning.CHECK,
    overfitting.CHECK,
    close_to_overfitting.CHECK,
    underfitting.CHECK,
    worse_than_baseline.CHECK,
    best_epoch_lost.CHECK,
    no_validation_data.CHECK,
)
BINARY = predictions(prior_loss=0.69, error=0.2, prior_error=0.45)
NUMBERS = predictions(prior_loss=1.0, error=0.45, prior_error=1.0, spread=0.6)
NOTHING = predictions(prior_loss=2.3026, error=0.9, prior_error=0.9)
RISING = [*np.linspace(0.72, 0.62, 14), *np.linspace(0.63, 0.9, 27)]
FALLING = list(np.linspace(0.72, 0.4, 41))

DIGITS = trace(decay(2.35, 0.03, 30, tenth=1), decay(2.35, 0.09, 30, tenth=1))
DIABETES = trace(
    decay(1.4, 0.45, 50, tenth=1),
    decay(1.4, 0.54, 50, tenth=1),
    answers=NUMBERS,
    rows=88,
    spread=0.7,
)


def judge(facts: Facts, extra: Sequence[Finding] = ()) -> Verdict:
    """The verdict as the door asks for it: all checks, ranked findings."""
    results = [run_check(check, facts) for check in CHECKS]
    assert [outcome.reason for outcome, _ in results if outcome.result == "failed"] == []
    found = [one for _, one in results if one is not None]
    return verdict(facts, rank([*found, *extra]), [outcome for outcome, _ in results])


CURVES: dict[str, tuple[Trace, VerdictName]] = {
    "a healthy classifier": (DIGITS, "good fit"),
    "a healthy regression": (DIABETES, "good fit"),
    "early stopping gave the best weights back": (
        trace(FALLING, RISING, answers=BINARY, rows=1000, restored=12),
        "good fit",
    ),
    "a large net that memorises": (
        trace(FALLING, RISING, answers=BINARY, rows=1000),
        "overfitting",
    ),
    "validation flat, training falling": (
        trace(
            list(np.linspace(0.72, 0.52, 41)),
            [*np.linspace(0.72, 0.62, 21), *[0.62] * 20],
            answers=BINARY,
            rows=1000,
        ),
        "close to overfitting",
    ),
    "surer and surer, and more often right": (
        trace(
            FALLING,
            [*np.linspace(0.72, 0.62, 14), *np.linspace(0.62, 0.66, 27)],
            answers=BINARY,
            rows=1000,
            accuracy=[*np.linspace(0.5, 0.6, 13), *np.linspace(0.6, 0.78, 27)],
        ),
        "close to overfitting",
    ),
    "stopped while still falling": (
        trace(list(np.linspace(2.35, 1.77, 11)), list(np.linspace(2.35, 1.79, 11))),
        "underfitting",
    ),
    "stuck at a constant answer": (
        trace([2.37, *[2.304] * 10], [2.37, *[2.304] * 10], answers=NOTHING, spread=0.05),
        "broken training",
    ),
    "not a number": (trace([2.3, 1.0, math.nan], [2.3, 1.1, math.nan]), "broken training"),
    "memorises what does not carry over": (
        trace(decay(0.7, 0.1, 40), list(np.linspace(0.693, 1.9, 41)), answers=BINARY, rows=300),
        "data problem",
    ),
    "jumps up and down on both": (
        trace(
            [0.72, *[0.3 + 0.4 * (index % 3 == 0) for index in range(30)]],
            [0.72, *[0.35 + 0.35 * (index % 3 == 0) for index in range(30)]],
            answers=BINARY,
        ),
        "unstable",
    ),
    "both worse in the end": (
        trace(
            [*decay(0.7, 0.4, 20), *np.linspace(0.42, 0.62, 10)],
            [*decay(0.7, 0.45, 20), *np.linspace(0.47, 0.65, 10)],
            answers=BINARY,
        ),
        "unstable",
    ),
    "one epoch": (trace([2.3, 0.5], [2.3, 0.6]), "cannot tell"),
    "no validation rows": (trace(decay(2.3, 0.1, 20, tenth=1)), "cannot tell"),
    "ten validation rows": (
        trace(decay(2.3, 0.1, 20, tenth=1), decay(2.3, 0.1, 20, tenth=1), rows=10),
        "cannot tell",
    ),
    "no better than a constant answer, within noise": (
        trace(decay(0.72, 0.6, 20), decay(0.72, 0.685, 20), answers=BINARY, rows=60, spread=0.5),
        "cannot tell",
    ),
    "nothing trained": (Trace(), "cannot tell"),
}


@pytest.mark.parametrize("name", CURVES)
def test_courses(name: str) -> None:
    curve, expected = CURVES[name]
    found = judge(Facts(trace=curve))
    assert found.name == expected, found.reason
    assert 0.5 <= found.confidence <= 0.98
    assert (found.settle != "") == (expected == "cannot tell")


def test_the_reason_carries_numbers() -> None:
    assert "0.09" in judge(Facts(trace=DIGITS)).reason
    assert (
        "0.62 at epoch 13 to 0.9 at epoch 40"
        in judge(Facts(trace=CURVES["a large net that memorises"][0])).reason
    )


def test_more_rows_make_a_verdict_surer() -> None:
    rising = [*np.linspace(0.72, 0.62, 14), *np.linspace(0.62, 0.68, 27)]
    sure = [
        judge(Facts(trace=trace(FALLING, rising, answers=BINARY, rows=rows, noise=0.2))).confidence
        for rows in (150, 300, 3000)
    ]
    assert sure == sorted(sure)
    assert sure[0] < 0.9 < sure[-1]


def test_no_signal_is_a_data_problem_and_not_overfitting() -> None:
    curve = trace(FALLING, RISING, answers=BINARY, rows=1000)
    found = judge(Facts(trace=curve), [finding("GF113")])
    assert found.name == "data problem"
    assert "GF113 says so" in found.reason


@pytest.mark.parametrize("status", ["untested", "confirmed"])
def test_an_error_in_the_data_comes_before_the_curves(status: str) -> None:
    extra = finding("GF107", "error", status=status)  # type: ignore[arg-type]
    found = judge(Facts(trace=DIGITS), [extra])
    assert found.name == "data problem"
    assert found.confidence == (0.98 if status == "confirmed" else 0.95)


def test_a_refuted_cause_counts_for_nothing() -> None:
    assert (
        judge(Facts(trace=DIGITS), [finding("GF107", "error", status="refuted")]).name == "good fit"
    )


def test_a_warning_about_data_counts_only_behind_a_symptom() -> None:
    stuck = CURVES["stuck at a constant answer"][0]
    assert judge(Facts(trace=DIGITS), [finding("GF104")]).name == "good fit"
    assert judge(Facts(trace=stuck), [finding("GF104")]).name == "data problem"


def test_a_wrong_setting_breaks_training_whatever_the_curve() -> None:
    assert judge(Facts(trace=DIGITS), [finding("GF201", "error")]).name == "broken training"
    assert judge(Facts(trace=DIGITS), [finding("GF220")]).name == "good fit"
    stuck = judge(Facts(trace=CURVES["stuck at a constant answer"][0]), [finding("GF220")])
    assert (stuck.name, "GF220 says so" in stuck.reason) == ("broken training", True)


def test_a_model_that_cannot_learn_is_never_called_overfit() -> None:
    curve = trace([2.37, *[2.304] * 40], [2.3, *np.linspace(2.31, 3.0, 40)], answers=NOTHING)
    assert judge(Facts(trace=curve)).name == "broken training"


def test_a_small_validation_set_leaves_it_open() -> None:
    found = judge(Facts(trace=DIGITS), [finding("GF125")])
    assert (found.name, found.settle) == ("cannot tell", "mend GF125")


def test_a_crash_before_training() -> None:
    crash = CrashFacts(type="ValueError", message="shapes", during="fit")
    assert judge(Facts(crash=crash)).name == "broken training"
    explained = judge(Facts(crash=crash), [finding("GF601", "error")])
    assert (explained.name, explained.reason) == ("broken training", "GF601 says so")
    assert judge(Facts(crash=crash, trace=DIGITS)).name == "good fit"
    missing = CrashFacts(type="FileNotFoundError", message="data.csv", during="script")
    assert judge(Facts(crash=missing)).name == "cannot tell"


def test_worse_than_a_linear_model_says_which_way() -> None:
    flat = trace(decay(2.35, 0.9, 40, tenth=1), decay(2.35, 1.0, 40, tenth=1))
    lost = baselines(0.4, prior=0.9, linear=0.2)
    fits = replace(flat, predictions=predictions(error=0.01))
    assert judge(Facts(trace=fits, baselines=lost)).name == "overfitting"
    misses = replace(flat, predictions=predictions(error=0.4))
    assert judge(Facts(trace=misses, baselines=lost)).name == "underfitting"


def test_an_unknown_prior_falls_back_on_the_learners() -> None:
    curve = replace(DIGITS, predictions=predictions(prior_loss=None))
    good = judge(Facts(trace=curve, baselines=baselines(0.03, prior=0.9, linear=0.05)))
    assert good.name == "good fit"


def of(name: VerdictName, confidence: float = 0.8) -> Verdict:
    return Verdict(name=name, confidence=confidence, reason=f"{name} it is")


def test_the_gravest_fit_speaks_for_the_script() -> None:
    found = overall([of("good fit"), of("overfitting"), of("overfitting", 0.9), of("cannot tell")])
    assert (found.name, found.confidence) == ("overfitting", 0.9)
    assert found.reason == "Fit 3 of 4 (2 of 4 fits end so): overfitting it is"


def test_a_fit_that_cannot_be_told_hides_none_that_can() -> None:
    assert overall([of("cannot tell"), of("good fit")]).name == "good fit"
    assert overall([of("good fit")]) == of("good fit")
    assert overall([]).name == "cannot tell"
    assert {of(name).name for name in GRAVITY} == set(VerdictName.__args__)  # type: ignore[attr-defined]
