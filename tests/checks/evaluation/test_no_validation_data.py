"""GF501 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from literals import decay, trace

from goodfit.checks.check import NotApplicable, Passed, run_check
from goodfit.checks.evaluation.no_validation_data import CHECK, no_validation_data
from goodfit.facts import (
    CallFacts,
    DataFacts,
    Facts,
    FitSummary,
    HonestLoss,
    SetFacts,
    SettingsFacts,
    SourceLine,
    Trace,
)

TRAIN = DataFacts(train=SetFacts(role="train", rows=1437))
BLIND = Facts(
    trace=trace(decay(2.3, 0.1, 5)),
    data=TRAIN,
    settings=SettingsFacts(fit_where=SourceLine(file="train.py", line=12)),
)

SEEN = HonestLoss(mean=0.1, standard_error=0.01, rows=9)


def test_a_fit_without_validation_rows() -> None:
    outcome, found = run_check(CHECK, BLIND)
    assert found is not None, outcome.reason
    assert (found.severity, found.where.line) == ("warning", 12)
    assert "5 epochs on 1437 rows without validation rows" in found.message


def test_rows_of_unknown_number_are_not_invented() -> None:
    outcome, found = run_check(CHECK, Facts(trace=trace(decay(2.3, 0.1, 5))))
    assert found is not None, outcome.reason
    assert "None" not in found.message


@pytest.mark.parametrize(
    "facts",
    [
        Facts(trace=trace(decay(1, 0, 5)), settings=SettingsFacts(validation="split")),
        Facts(trace=trace(decay(1, 0, 5)), settings=SettingsFacts(validation="data")),
        Facts(trace=trace(decay(1, 0, 5), decay(1, 0, 5))),
        Facts(
            trace=trace(decay(1, 0, 5)),
            data=DataFacts(train=TRAIN.train, validation=SetFacts(role="validation")),
        ),
    ],
    ids=["split", "data", "logged", "seen"],
)
def test_validation_rows_in_any_form_pass(facts: Facts) -> None:
    assert isinstance(no_validation_data(facts), Passed)


def test_nothing_trained_is_no_question() -> None:
    assert isinstance(no_validation_data(Facts()), NotApplicable)
    assert isinstance(no_validation_data(Facts(trace=Trace())), NotApplicable)


@pytest.mark.parametrize(
    "facts",
    [
        replace(BLIND, calls=(CallFacts(kind="evaluate", rows=400),)),
        replace(
            BLIND,
            others=(
                FitSummary(index=1, validation=HonestLoss(mean=0.1, standard_error=0.01, rows=9)),
            ),
        ),
    ],
    ids=["evaluated later", "a pretraining"],
)
def test_rows_looked_at_elsewhere_make_it_a_tip(facts: Facts) -> None:
    _, found = run_check(CHECK, facts)
    assert found is not None
    assert found.severity == "tip"


def test_an_evaluation_on_training_rows_is_none() -> None:
    again = CallFacts(kind="evaluate", rows=400, same_as="train")
    _, found = run_check(CHECK, replace(BLIND, calls=(again,)))
    assert found is not None
    assert found.severity == "warning"
