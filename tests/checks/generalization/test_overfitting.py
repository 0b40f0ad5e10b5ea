"""GF401 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from literals import decay, predictions, trace

from goodfit.checks.check import CannotTell, NotApplicable, Passed, Suspicion, run_check
from goodfit.checks.generalization.overfitting import CHECK, overfitting
from goodfit.checks.noise import epoch_noise, needed_z, normal, paired, wander
from goodfit.facts import Facts, HonestLoss, Trace

BINARY = predictions(prior_loss=0.69, error=0.2, prior_error=0.45)


def rising(end: float, *, best: float = 0.62, epochs: int = 40) -> list[float]:
    """Down to `best` over a third of the epochs, then straight up to `end`."""
    down = epochs // 3
    return [*np.linspace(0.72, best, down + 1), *np.linspace(best, end, epochs - down + 1)[1:]]


def jitter(curve: list[float], size: float, seed: int = 0) -> list[float]:
    """Noise common to all rows, from one epoch to the next."""
    draws = np.random.default_rng(seed).normal(size=len(curve)) * size
    return [value + float(draw) for value, draw in zip(curve, draws, strict=True)]


def large_on_higgs(**more: object) -> Trace:
    return trace(decay(0.72, 0.40, 40, tenth=3), rising(0.90), answers=BINARY, rows=1000, **more)  # type: ignore[arg-type]


def test_a_large_net_that_memorises_is_overfitting() -> None:
    answer = overfitting(large_on_higgs())
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("plain", "warning")
    assert answer.evidence["best_epoch"] == 13
    assert answer.evidence["rise_per_row"] == pytest.approx(0.28)
    assert answer.evidence["share_of_gain_lost"] > 1


def test_its_sentence_carries_the_numbers() -> None:
    outcome, found = run_check(CHECK, Facts(trace=large_on_higgs()))
    assert found is not None, outcome.reason
    assert "rose from 0.62 at epoch 13 to 0.9 at epoch 40" in found.message
    assert "over 1000 rows" in found.message


def test_weights_that_were_given_back_leave_a_tip() -> None:
    answer = overfitting(large_on_higgs(restored=12))
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("caught", "tip")


def test_accuracy_that_still_rises_is_over_confidence() -> None:
    accuracy = [*np.linspace(0.5, 0.6, 13), *np.linspace(0.6, 0.78, 27)]
    curve = trace(
        decay(0.72, 0.40, 40, tenth=3), rising(0.66), answers=BINARY, rows=1000, accuracy=accuracy
    )
    answer = overfitting(curve)
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("over-confident", "tip")


def test_accuracy_does_not_excuse_a_loss_above_the_prior() -> None:
    accuracy = [*np.linspace(0.5, 0.6, 13), *np.linspace(0.6, 0.78, 27)]
    answer = overfitting(large_on_higgs(accuracy=accuracy))
    assert isinstance(answer, Suspicion)
    assert answer.case == "plain"


def test_never_better_than_the_prior_is_not_called_overfitting_alone() -> None:
    validation = list(np.linspace(0.693, 1.9, 41))
    answer = overfitting(trace(decay(0.7, 0.1, 40), validation, answers=BINARY, rows=300))
    assert isinstance(answer, Suspicion)
    assert answer.case == "start"
    assert "never clearly below" in CHECK.message["start"]  # type: ignore[index]


def test_a_classifier_that_grows_surer_of_its_few_mistakes_is_a_tip() -> None:
    validation = [2.3, *np.linspace(0.5, 0.08, 15), *np.linspace(0.08, 0.14, 25)]
    answer = overfitting(trace(decay(2.3, 0.001, 40), validation, rows=2000, spread=0.4))
    assert isinstance(answer, Suspicion)
    assert (answer.case, answer.severity) == ("mild", "tip")


HEALTHY = {
    "digits, still improving": trace(decay(2.35, 0.02, 30), decay(2.35, 0.09, 30)),
    "digits, creeping up a little late": trace(
        decay(2.3, 0.01, 30), [2.3, *np.linspace(0.4, 0.09, 20), *np.linspace(0.09, 0.1, 10)]
    ),
    "flat with noise common to all rows": trace(
        decay(0.72, 0.60, 60), jitter(decay(0.72, 0.62, 60), 0.01), answers=BINARY, rows=1000
    ),
    "one bad epoch at the end": trace(
        decay(0.72, 0.5, 20), [*decay(0.72, 0.55, 19), 0.75], answers=BINARY
    ),
    "diabetes, eighty rows": trace(
        decay(1.4, 0.44, 50),
        [*decay(1.4, 0.52, 30), *np.linspace(0.52, 0.56, 20)],
        answers=predictions(prior_loss=1.0, error=0.44, prior_error=1.0),
        rows=88,
        spread=0.7,
        noise=0.15,
    ),
    "validation better than training": trace(decay(2.3, 0.3, 20), decay(2.3, 0.2, 20)),
    "rising on both": trace(
        [*decay(0.7, 0.5, 20), *np.linspace(0.5, 0.7, 20)], rising(0.9), answers=BINARY
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_courses_pass(name: str) -> None:
    assert isinstance(overfitting(HEALTHY[name]), Passed)


def test_few_wild_rows_are_within_noise() -> None:
    curve = trace(decay(0.7, 0.1, 40), rising(0.75), answers=BINARY, rows=20, noise=0.6)
    assert isinstance(overfitting(curve), Passed)


@pytest.mark.parametrize(
    "curve",
    [
        trace([0.7, 0.5], [0.7, 0.6]),
        trace(decay(0.7, 0.1, 10), rising(0.9, epochs=10), rows=2),
        replace(large_on_higgs(), validation_rows_last=()),
        replace(large_on_higgs(), best_epoch=None),
        trace(decay(0.7, 0.1, 10), [math.nan] * 11),
    ],
    ids=["one epoch", "two rows", "no rows kept", "no best epoch", "NaN"],
)
def test_too_little_to_tell(curve: Trace) -> None:
    assert isinstance(overfitting(curve), CannotTell)


def test_no_validation_rows_is_no_question() -> None:
    assert isinstance(overfitting(trace(decay(0.7, 0.1, 10))), NotApplicable)
    assert isinstance(overfitting(Trace()), NotApplicable)


def test_a_worse_rise_never_takes_the_finding_away() -> None:
    train = decay(0.72, 0.4, 40, tenth=3)
    curves = [rising(0.621 + 0.03 * step) for step in range(30)]
    answers = [overfitting(trace(train, curve, answers=BINARY)) for curve in curves]
    fires = [isinstance(answer, Suspicion) for answer in answers]
    assert fires == sorted(fires)
    assert not fires[0]
    assert fires[-1]


def test_the_unit_of_the_loss_does_not_matter() -> None:
    def scaled(factor: float) -> Trace:
        return trace(
            [value * factor for value in decay(1.4, 0.2, 40)],
            [value * factor for value in rising(0.8)],
            answers=predictions(prior_loss=factor, error=0.2, prior_error=1.0),
            spread=0.3 * factor,
            noise=0.1 * factor,
        )

    shares = [overfitting(scaled(factor)).evidence for factor in (1.0, 5929.0)]  # type: ignore[union-attr]
    assert shares[0]["share_of_gain_lost"] == pytest.approx(shares[1]["share_of_gain_lost"])
    assert shares[0]["z"] == pytest.approx(shares[1]["z"])


def test_noise_between_epochs_is_measured_and_a_trend_is_not() -> None:
    noisy = np.random.default_rng(0).normal(size=400) * 0.3 + np.linspace(5, 1, 400)
    assert epoch_noise(noisy.tolist()) == pytest.approx(0.3, rel=0.2)
    assert epoch_noise(np.linspace(5, 1, 40).tolist()) == pytest.approx(0, abs=1e-9)
    assert epoch_noise([1.0, 2.0]) == 0.0


def test_noise_that_lasts_over_epochs_is_measured_too() -> None:
    slow = np.sin(np.linspace(0, 60, 200))
    assert epoch_noise(slow.tolist()) < 0.1 < 0.5 < wander(slow.tolist())
    assert wander((np.linspace(-1, 2, 50) ** 2).tolist()) == pytest.approx(0, abs=1e-9)
    assert wander([1.0, 2.0, 3.0]) == 0.0


def test_a_paired_change_of_few_rows_weighs_less() -> None:
    few = paired([0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.1, 0.9, 1.0, 1.0])
    assert few is not None
    assert few.z < 3 < few.mean / few.standard_error
    assert normal(3.0, 1000) == pytest.approx(3.0, rel=0.01)
    assert paired([1.0], [2.0]) is None
    assert paired([1.0] * 9, [math.inf] * 9) is None


def test_the_best_of_more_epochs_asks_for_more() -> None:
    needed = [needed_z(epochs) for epochs in (1, 5, 50, 500)]
    assert needed == sorted(needed)
    assert needed[2] == pytest.approx(4.1, abs=0.1)


def test_final_weights_unlike_best_and_last_count_by_their_loss() -> None:
    half = replace(
        large_on_higgs(), final_validation=HonestLoss(mean=0.76, standard_error=0.01, rows=1000)
    )
    answer = overfitting(half)
    assert isinstance(answer, Suspicion)
    assert answer.case == "plain"
    assert answer.evidence["left_in_final_weights"] == pytest.approx(0.5)
