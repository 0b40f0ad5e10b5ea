"""GF101 on literals."""

from __future__ import annotations

import math
from dataclasses import replace

from data_literals import FIT, data, features, found, numbers, settings, silent

from goodfit.checks.data.non_finite_data import CHECK
from goodfit.facts import DataFacts, Epoch, Facts, SetFacts, Trace

GOOD = features([0.0] * 3, [1.0] * 3)
BAD = replace(GOOD, non_finite=4, first_non_finite=(7, 2))


def logged(loss: float, val_loss: float = 1.0) -> Trace:
    return Trace(epochs=(Epoch(index=0, logs={"loss": loss, "val_loss": val_loss}),))


def test_nan_among_the_inputs_is_an_error_with_its_place() -> None:
    finding = found(CHECK, Facts(data=data([BAD], [numbers()]), settings=settings()))
    assert finding.severity == "error"
    assert "4 of 1500 values of x in the train set" in finding.message
    assert "row 7, position 2" in finding.message
    assert (finding.where.line, finding.where.argument) == (FIT.line, "x")


def test_targets_and_weights_count_too() -> None:
    target = replace(numbers(), non_finite=1)
    assert "of y" in found(CHECK, Facts(data=data([GOOD], [target]))).message
    weights = DataFacts(train=SetFacts(role="train", rows=9, non_finite_weights=2))
    assert "2 of 9 values of sample_weight" in found(CHECK, Facts(data=weights)).message


def test_the_validation_set_is_looked_at() -> None:
    held = data([GOOD], [numbers()], [replace(numbers(), non_finite=3)])
    finding = found(CHECK, Facts(data=held, trace=logged(0.5, math.nan)))
    assert (finding.severity, finding.evidence["set"]) == ("error", "validation")


def test_a_model_that_takes_care_of_them_gets_a_tip() -> None:
    facts = Facts(data=data([BAD], [numbers()]), trace=logged(0.5))
    finding = found(CHECK, facts)
    assert finding.severity == "tip"
    assert "stayed finite" in finding.message
    assert found(CHECK, replace(facts, trace=logged(math.nan))).severity == "error"


def test_what_harms_goes_before_what_does_not() -> None:
    both = data([BAD], [numbers()], [replace(numbers(), non_finite=3)])
    finding = found(CHECK, Facts(data=both, trace=logged(0.5, math.nan)))
    assert finding.evidence["set"] == "validation"


def test_silent_on_finite_numbers() -> None:
    assert silent(CHECK, Facts(data=data([GOOD], [numbers()], [numbers()]))).result == "passed"
    assert silent(CHECK, Facts()).result == "skipped"
