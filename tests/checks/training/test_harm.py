"""What counts as harm, and the ranks that trends are told by."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from literals import baselines, decay, honest, predictions, rows_around, trace

from goodfit.checks.training.harm import harm, share_lost
from goodfit.checks.training.trend import ends, mann_kendall, turns
from goodfit.facts import BaselineFacts, HonestLoss, Trace

STUCK = predictions(prior_loss=2.3, error=0.9, prior_error=0.9)


def with_losses(facts: BaselineFacts, **losses: float) -> BaselineFacts:
    scores = tuple(replace(score, loss=losses[score.name]) for score in facts.scores)
    return replace(facts, scores=scores)


def test_a_model_at_a_constant_answers_loss_is_stuck() -> None:
    assert harm(trace([2.35, 2.31, 2.3, 2.3], answers=STUCK, spread=0.05)) == "stuck"


def test_a_model_that_learns_and_keeps_it_shows_no_harm() -> None:
    assert harm(trace(decay(2.4, 0.2, 20))) == ""


def test_gains_thrown_away_again_are_harm_unless_the_best_weights_came_back() -> None:
    course = [2.4, 1.0, 0.3, 0.2, 0.9, 1.3]
    assert harm(trace(course)) == "lost"
    assert harm(trace(course, restored=2)) == ""


def test_a_rise_within_noise_is_not_lost() -> None:
    noisy = trace([2.4, 1.0, 0.3, 0.2, 0.9], rows=4, spread=3.0)
    assert share_lost(noisy) == 0.0


def test_weights_that_are_no_numbers_have_lost_everything() -> None:
    run = replace(
        trace([2.4, 1.0, 0.5]), final_train=HonestLoss(mean=math.nan, standard_error=0, rows=9)
    )
    assert share_lost(run) == math.inf
    assert harm(run) == "stuck"


def test_behind_needs_the_training_rows_too() -> None:
    rival = with_losses(baselines(0.5, prior=0.9, linear=0.1), prior=2.3, linear=0.3)
    slow = trace(decay(2.4, 1.5, 20), answers=predictions(error=0.5))
    assert harm(slow, rival) == "behind"
    overfitted = trace(decay(2.4, 0.05, 20), answers=predictions(error=0.0))
    assert harm(overfitted, rival) == ""


def test_errors_tell_who_is_behind_where_losses_cannot_be_compared() -> None:
    rival = baselines(0.5, prior=0.9, linear=0.1)
    slow = trace(decay(2.4, 1.5, 20), answers=predictions(error=0.5))
    assert harm(slow, rival) == "behind"
    unmeasured = replace(slow, epochs=(), final_train=None)
    assert harm(unmeasured, rival) == "behind"
    assert harm(replace(unmeasured, predictions=predictions(error=0.0)), rival) == ""
    assert harm(slow, baselines(0.89, prior=0.9, linear=0.85)) == ""


def test_nothing_known_is_no_harm() -> None:
    assert harm(Trace()) == ""


@pytest.mark.parametrize("count", range(3, 12))
def test_trend_has_a_sign_and_needs_seven_values_for_three(count: int) -> None:
    rising = mann_kendall(list(range(count)))
    assert mann_kendall(list(range(count))[::-1]) == -rising
    assert (rising >= 3) == (count >= 8) or count == 7


def test_ties_and_nan_make_no_trend() -> None:
    assert mann_kendall([1.0] * 9) == 0
    assert mann_kendall([math.nan] * 9) == 0
    assert mann_kendall([]) == 0


def test_turns_tell_a_zigzag_from_noise_from_a_slope() -> None:
    assert turns([0, 1] * 10) == 1
    assert turns([9, 7, 4, 2, 1]) == 0
    noise = np.random.default_rng(0).normal(size=2000).tolist()
    assert turns(noise) == pytest.approx(2 / 3, abs=0.05)
    assert turns([]) == turns([1.0, 1.0, 1.0]) == 0


def test_ends_are_medians_of_thirds() -> None:
    assert ends([5.0, 100.0, 5.0, 0.0, 0.0, 0.0, 1.0, 1.0, 90.0]) == (5.0, 1.0)


def test_literal_rows_have_their_mean() -> None:
    rows = honest(rows_around(0.5, rows=10, spread=0.1, noise=0.1, seed=1))
    assert rows.mean == pytest.approx(0.5)
