"""GF222 on literals."""

from __future__ import annotations

import pytest
from faring_literals import badly, falling, rows, well
from literals import baselines
from model_literals import case, finding

from goodfit.checks.model.batch_size import CHECK, batch_size
from goodfit.facts import SettingsFacts


def fit(size: int, count: int) -> SettingsFacts:
    return SettingsFacts(batch_size=size, steps_per_epoch=-(-count // size))


def test_one_step_an_epoch() -> None:
    parts = {"settings": fit(4096, 1000), "data": rows(1000), **falling()}
    assert case(batch_size(**parts)) == "larger-than-data"
    found = finding(CHECK, **parts)
    assert found.severity == "warning"
    assert "only 10 times" in found.message
    assert found.advice == "Use batch_size=32."


def test_few_steps_and_it_does_badly() -> None:
    slow = {**falling(), "baselines": baselines(0.5, prior=0.9, linear=0.1)}
    assert case(batch_size(fit(256, 1000), data=rows(1000), **slow)) == "few-steps"
    assert case(batch_size(fit(256, 1000), data=rows(1000), **falling())) == "few-steps"
    # where the loss has come to rest, more steps would not help
    assert case(batch_size(fit(256, 1000), data=rows(1000), **badly())) == "Passed"


def test_row_by_row() -> None:
    assert case(batch_size(fit(1, 1000), data=rows(1000), **badly())) == "one"


@pytest.mark.parametrize("size", [1, 32, 256, 4096])
def test_healthy_is_silent(size: int) -> None:
    assert case(batch_size(fit(size, 1000), data=rows(1000), **well())) == "Passed"


def test_other_reasons_to_be_slow() -> None:
    assert case(batch_size(fit(32, 1000), data=rows(1000), **falling())) == "Passed"
    assert case(batch_size(fit(32, 60), data=rows(60), **badly())) == "Passed"
    many = SettingsFacts(batch_size=4096, steps_per_epoch=100)
    assert case(batch_size(many, data=rows(400_000), **badly())) == "Passed"
    assert case(batch_size(SettingsFacts(), **badly())) == "CannotTell"
