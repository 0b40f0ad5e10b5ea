"""GF414 on literals."""

from __future__ import annotations

import math

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.generalization.memorises import CHECK, memorises
from goodfit.facts import ExperimentFacts, Facts, PermutedLabels


def seen(loss: float, prior: float = 2.3, rows: int = 1000) -> ExperimentFacts:
    labels = PermutedLabels(rows=rows, epochs=40, train_loss=loss, prior_loss=prior)
    return ExperimentFacts(permuted_labels=labels)


def test_labels_learnt_by_heart_are_a_tip() -> None:
    outcome, found = run_check(CHECK, Facts(experiments=seen(0.05)))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "1000 rows by heart" in found.message


def test_labels_that_cannot_be_learnt_pass() -> None:
    assert isinstance(memorises(seen(2.1)), Passed)
    assert isinstance(memorises(seen(0.5)), Passed)


def test_thin_facts() -> None:
    assert isinstance(memorises(ExperimentFacts()), NotApplicable)
    assert isinstance(memorises(seen(math.nan)), CannotTell)
    assert isinstance(memorises(seen(0.0, prior=0.0)), CannotTell)
    assert isinstance(memorises(seen(0.0, rows=8)), CannotTell)
