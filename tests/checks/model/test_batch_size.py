"""GF222 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from faring_literals import badly, falling, rows, well
from literals import baselines, decay, predictions, trace
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


def test_one_step_an_epoch_and_the_losses_fall_fast_to_the_end() -> None:
    curve = decay(1.4, 0.0, 40, tenth=3.0)
    full, small = fit(2000, 2000), fit(500, 2000)
    course = trace(curve, [one + 0.02 for one in curve], answers=predictions(error=0.05))
    found = finding(CHECK, settings=full, trace=course, data=rows(2000))
    assert found.severity == "warning"
    assert "fell by" in found.message
    assert case(batch_size(small, course, rows(2000))) == "Passed"
    # at rest, or ended by a callback that saw no progress, or worse again
    rest = trace(decay(1.4, 0.25, 40), decay(1.4, 0.27, 40), answers=predictions(error=0.05))
    assert case(batch_size(full, rest, rows(2000))) == "Passed"
    assert case(batch_size(full, replace(course, stopped_by="EarlyStopping"), rows(2000))) == (
        "Passed"
    )
    worse = trace(curve, [*curve[:-1], curve[-2] + 0.2], answers=predictions(error=0.05))
    assert case(batch_size(full, worse, rows(2000))) == "Passed"


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
