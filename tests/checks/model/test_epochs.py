"""GF223 on literals."""

from __future__ import annotations

from dataclasses import replace

from faring_literals import badly, falling, well
from literals import baselines, predictions, trace
from model_literals import case, finding

from goodfit.checks.model.epochs import CHECK, epochs
from goodfit.facts import Epoch, SettingsFacts, Trace

FIT = SettingsFacts(steps_per_epoch=30)


def short(*losses: float, error: float = 0.2) -> Trace:
    return trace(losses, losses, answers=predictions(error=error), spread=0.1)


def test_still_falling_at_the_end() -> None:
    found = finding(CHECK, settings=FIT, **falling())
    assert found.severity == "warning"
    assert "After 10 epochs" in found.message
    assert "epochs=40" in found.advice


def test_one_epoch_that_leaves_it_behind_a_linear_model() -> None:
    parts = {
        "trace": short(2.3, 1.8, error=0.5),
        "baselines": baselines(0.5, prior=0.9, linear=0.1),
    }
    assert case(epochs(settings=FIT, **parts)) == "few-harm"
    assert finding(CHECK, settings=FIT, **parts).severity == "warning"


def test_a_last_epoch_that_brought_a_large_part() -> None:
    assert finding(CHECK, settings=FIT, trace=short(2.3, 1.8, 1.2)).severity == "warning"
    assert finding(CHECK, settings=FIT, trace=short(2.3, 0.8)).severity == "warning"
    longer = SettingsFacts(steps_per_epoch=1000)
    assert finding(CHECK, settings=longer, trace=short(2.3, 0.8)).severity == "tip"
    many = SettingsFacts(steps_per_epoch=5000)
    assert case(epochs(short(2.3, 0.8), many)) == "Passed"
    assert case(epochs(short(2.3, 0.5, 0.3, 0.28), FIT)) == "Passed"


def test_healthy_is_silent() -> None:
    assert case(epochs(settings=FIT, **well())) == "Passed"
    assert case(epochs(settings=FIT, **badly())) == "Passed"  # it no longer falls


def test_ended_on_purpose() -> None:
    stopped = replace(falling()["trace"], stopped_by="EarlyStopping")
    assert case(epochs(stopped, FIT)) == "NotApplicable"
    assert case(epochs(replace(stopped, stopped_by=None, finished=False), FIT)) == "NotApplicable"
    assert case(epochs(Trace(), FIT)) == "CannotTell"


def test_one_short_epoch_needs_no_losses() -> None:
    blind = Trace(epochs=(Epoch(index=0, logs={"loss": 1.0}),))
    assert finding(CHECK, settings=FIT, trace=blind).severity == "warning"
    longer = SettingsFacts(steps_per_epoch=1000)
    assert case(epochs(blind, longer)) == "CannotTell"
