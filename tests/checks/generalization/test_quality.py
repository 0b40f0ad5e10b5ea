"""GF404, GF406, GF408, GF410 and GF411: how good the model is beyond its mean score."""

from __future__ import annotations

from dataclasses import replace

import pytest
from literals import decay, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.generalization import (
    class_suffers,
    gap_within_noise,
    over_confident,
    wasted_epochs,
    weak_segment,
)
from goodfit.facts import (
    BaselineFacts,
    CalibrationFacts,
    Facts,
    GapFacts,
    HonestLoss,
    PredictionFacts,
    SegmentFacts,
    Trace,
)

GAP = GapFacts(
    epoch=9, printed_train=0.5, printed_validation=0.55, printed_gap=0.05, true_gap=0.01,
    true_gap_se=0.02,
)  # fmt: skip
BLUFFS = CalibrationFacts(
    rows=500, error=0.14, confidence=0.97, accuracy=0.83, temperature=2.6, gain=0.2, gain_se=0.02
)
LOSS = HonestLoss(mean=0.6, standard_error=0.02, rows=500)
PREDICTIONS = PredictionFacts(rows=500, minimum=0, maximum=1, spread=0.3, set="validation")


def test_a_gap_within_noise_passes_with_its_numbers() -> None:
    answer = gap_within_noise.gap_within_noise(Trace(gap=GAP))
    assert isinstance(answer, Passed)
    assert answer.evidence["z"] == 0.5
    assert "+0.01 ± 0.02" in answer.reason


def test_a_gap_beyond_noise_is_for_others_to_judge() -> None:
    wide = Trace(gap=replace(GAP, true_gap=0.2))
    assert isinstance(gap_within_noise.gap_within_noise(wide), NotApplicable)
    assert isinstance(gap_within_noise.gap_within_noise(Trace()), CannotTell)


def _bluffing(calibration: CalibrationFacts | None) -> Facts:
    predictions = replace(PREDICTIONS, calibration=calibration)
    return Facts(trace=Trace(predictions=predictions, final_validation=LOSS))


def test_probabilities_that_promise_too_much() -> None:
    outcome, found = run_check(over_confident.CHECK, _bluffing(BLUFFS))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert "says 97% on average and is right in 83%" in found.message


def test_a_noticeable_but_small_excess_is_a_tip() -> None:
    slight = replace(BLUFFS, error=0.07, confidence=0.90, gain=0.03, gain_se=0.005)
    _, found = run_check(over_confident.CHECK, _bluffing(slight))
    assert found is not None
    assert found.severity == "tip"


@pytest.mark.parametrize(
    "calibration",
    [
        replace(BLUFFS, gain_se=0.1),
        replace(BLUFFS, temperature=0.5, confidence=0.7),
        replace(BLUFFS, error=0.02, confidence=0.84, gain=0.002, gain_se=0.0005),
    ],
    ids=["noise", "too modest", "slight"],
)
def test_probabilities_that_are_kept_pass(calibration: CalibrationFacts) -> None:
    assert isinstance(
        over_confident.over_confident(_bluffing(calibration).trace or Trace()), Passed
    )
    assert isinstance(over_confident.over_confident(Trace()), CannotTell)


def _long(seconds: float, stopped: str | None = None) -> Trace:
    flat = [2.3, 1.0, 0.5, *([0.4] * 38)]
    curve = trace(flat, flat)
    epochs = tuple(replace(epoch, seconds=seconds) for epoch in curve.epochs)
    return replace(curve, epochs=epochs, stopped_by=stopped)


def test_epochs_after_the_last_gain() -> None:
    outcome, found = run_check(wasted_epochs.CHECK, Facts(trace=_long(2.0)))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert found.evidence["since"] <= 5


@pytest.mark.parametrize(
    "training",
    [_long(0.01), _long(2.0, "EarlyStopping")],
    ids=["a second in all", "stopped"],
)
def test_time_not_worth_a_word_and_a_training_that_was_stopped_pass(training: Trace) -> None:
    assert isinstance(wasted_epochs.wasted_epochs(training), Passed)


def test_short_and_still_falling_trainings_waste_nothing() -> None:
    assert isinstance(wasted_epochs.wasted_epochs(trace(decay(2, 1, 4))), NotApplicable)
    falling = [2.3 - 0.05 * step for step in range(41)]
    slow = trace(falling, falling)
    slow = replace(slow, epochs=tuple(replace(epoch, seconds=2.0) for epoch in slow.epochs))
    assert isinstance(wasted_epochs.wasted_epochs(slow), Passed)


def _recalls(**recall: float) -> Trace:
    support = dict.fromkeys(recall, 60)
    return Trace(predictions=replace(PREDICTIONS, recall=recall, support=support))


SUFFERING = _recalls(a=0.9, b=0.85, c=0.1, d=0.95)


def test_a_class_that_a_simple_learner_finds() -> None:
    learners = BaselineFacts(task="classes", rows=240, best="trees", best_recall={"c": 0.7})
    outcome, found = run_check(class_suffers.CHECK, Facts(trace=SUFFERING, baselines=learners))
    assert found is not None, outcome.reason
    assert found.severity == "warning"
    assert "Class c is found in 10% of its 60" in found.message
    assert "trees" in found.message


def test_what_a_class_is_taken_for() -> None:
    assert SUFFERING.predictions is not None
    known = replace(
        SUFFERING.predictions,
        confusion={"c": {"a": 4, "c": 6, "d": 50}, "d": {"d": 57, "a": 3}},
        precision={"c": 0.6},
        balanced_accuracy=0.7,
    )
    _, found = run_check(class_suffers.CHECK, Facts(trace=Trace(predictions=known)))
    assert found is not None
    assert "50 are taken for class d" in found.message
    assert "balanced accuracy 70.0%" in found.message
    assert found.evidence["precision"] == 0.6


def test_a_class_nobody_finds_is_a_tip() -> None:
    _, found = run_check(class_suffers.CHECK, Facts(trace=SUFFERING))
    assert found is not None
    assert found.severity == "tip"


def test_uneven_recalls_within_reason_pass() -> None:
    assert isinstance(class_suffers.class_suffers(_recalls(a=0.9, b=0.8, c=0.6)), Passed)


WORST = SegmentFacts(
    input=0, feature=7, low=1.5, high=None, rows=120, loss=1.2, loss_outside=0.3, z=7.0
)


def _segment(segment: SegmentFacts | None) -> Facts:
    return Facts(trace=Trace(predictions=replace(PREDICTIONS, segment=segment)))


def test_rows_that_do_far_worse() -> None:
    outcome, found = run_check(weak_segment.CHECK, _segment(WORST))
    assert found is not None, outcome.reason
    assert "feature 7 is from 1.5" in found.message


@pytest.mark.parametrize(
    "segment", [replace(WORST, z=2.5), replace(WORST, loss=0.4)], ids=["noise", "little"]
)
def test_rows_that_hardly_differ_pass(segment: SegmentFacts) -> None:
    assert isinstance(weak_segment.weak_segment(_segment(segment).trace or Trace()), Passed)
