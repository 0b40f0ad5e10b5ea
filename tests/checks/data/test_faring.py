"""Whether training went well, as other checks weigh it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from data_literals import against_learners, answers

from goodfit.checks.data.faring import fared
from goodfit.facts import Trace


@pytest.mark.parametrize(
    ("difference", "told"), [(-0.1, "well"), (0.0, "well"), (0.03, "unknown"), (0.1, "badly")]
)
def test_against_the_best_simple_learner(difference: float, told: str) -> None:
    assert fared(against_learners(difference), None) == told


def test_no_better_than_guessing_is_not_well() -> None:
    assert fared(against_learners(0.0, prior=0.06), None) == "unknown"


def test_unknown_numbers_tell_nothing() -> None:
    assert fared(against_learners(math.nan), None) == "unknown"
    assert fared(replace(against_learners(0.1), scores=()), None) == "unknown"


@pytest.mark.parametrize(
    ("error", "told"), [(0.1, "well"), (0.4, "unknown"), (0.6, "badly"), (None, "unknown")]
)
def test_training_rows_where_no_learner_was_asked(error: float | None, told: str) -> None:
    assert fared(None, Trace(predictions=answers(error=error, prior_error=0.6))) == told


def test_learners_go_before_training_rows() -> None:
    learnt_by_heart = Trace(predictions=answers(error=0.0, prior_error=0.6))
    assert fared(against_learners(0.2), learnt_by_heart) == "badly"
    assert fared(against_learners(0.03), learnt_by_heart) == "unknown"
