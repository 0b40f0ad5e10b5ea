"""GF502 and GF505: what the script does with the rows after training."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goodfit.checks.check import NotApplicable, Passed, run_check
from goodfit.checks.evaluation import order_broken, validation_is_test
from goodfit.facts import (
    CallbackFacts,
    CallFacts,
    Facts,
    FitSummary,
    SettingsFacts,
    SourceLine,
)

AGAIN = CallFacts(
    kind="evaluate", rows=500, same_as="validation", where=SourceLine(file="t.py", line=9)
)
STOPS = SettingsFacts(callbacks=(CallbackFacts(name="EarlyStopping"),))
SEARCHED = tuple(FitSummary(index=i, data="d") for i in (1, 2))
SEARCH = Facts(calls=(AGAIN,), own=FitSummary(index=0, data="d"), others=SEARCHED)


def test_a_search_reported_on_its_own_validation_rows() -> None:
    outcome, found = run_check(validation_is_test.CHECK, SEARCH)
    assert found is not None, outcome.reason
    assert (found.severity, found.where.line) == ("warning", 9)
    assert "3 fits chose" in found.message


def test_early_stopping_alone_is_a_tip() -> None:
    outcome, found = run_check(validation_is_test.CHECK, Facts(calls=(AGAIN,), settings=STOPS))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "EarlyStopping" in found.message


@pytest.mark.parametrize(
    "facts",
    [
        replace(SEARCH, calls=(AGAIN, CallFacts(kind="evaluate", rows=500))),
        replace(SEARCH, others=()),
        replace(SEARCH, others=tuple(replace(one, data="other fold") for one in SEARCHED)),
    ],
    ids=["test rows too", "one fit", "folds"],
)
def test_honest_reports_pass(facts: Facts) -> None:
    assert isinstance(validation_is_test.validation_is_test(facts), Passed)


def test_without_an_evaluation_there_is_no_question() -> None:
    looked = CallFacts(kind="predict", same_as="validation")
    for calls in ((), (looked,), (CallFacts(kind="evaluate", same_as="train"),)):
        answer = validation_is_test.validation_is_test(replace(SEARCH, calls=calls))
        assert isinstance(answer, NotApplicable)


def test_predictions_on_a_stream_shuffled_anew() -> None:
    call = CallFacts(kind="predict", source="tf.data", rows=300, reshuffles=True)
    outcome, found = run_check(order_broken.CHECK, Facts(calls=(call,)))
    assert found is not None, outcome.reason
    assert "tf.data stream with 300 rows" in found.message


@pytest.mark.parametrize("reshuffles", [False, None])
def test_an_order_that_stays_or_is_not_known_passes(reshuffles: bool | None) -> None:
    call = CallFacts(kind="predict", source="tf.data", reshuffles=reshuffles)
    assert isinstance(order_broken.order_broken(Facts(calls=(call,))), Passed)


def test_evaluate_needs_no_order() -> None:
    call = CallFacts(kind="evaluate", source="tf.data", reshuffles=True)
    assert isinstance(order_broken.order_broken(Facts(calls=(call,))), NotApplicable)
