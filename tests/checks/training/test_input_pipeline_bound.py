"""GF320 on literals."""

from __future__ import annotations

import math

import pytest

from goodfit.checks.check import CannotTell, NotApplicable, Passed, run_check
from goodfit.checks.training.input_pipeline_bound import CHECK, input_pipeline_bound
from goodfit.facts import (
    AugmentationFacts,
    DataFacts,
    Epoch,
    Facts,
    ImageFacts,
    LayerFacts,
    ModelFacts,
    SetFacts,
    SettingsFacts,
    SourceLine,
    Trace,
)


def run(*waits: float | None, seconds: float = 4.0) -> Trace:
    return Trace(
        epochs=tuple(
            Epoch(index=index, seconds=seconds, wait_seconds=wait)
            for index, wait in enumerate(waits)
        )
    )


@pytest.mark.parametrize(
    ("source", "says"),
    [("tf.data", "prefetch"), ("DataLoader", "num_workers"), ("generator", "PyDataset")],
)
def test_waiting_most_of_the_time(source: str, says: str) -> None:
    data = DataFacts(train=SetFacts(role="train", source=source))
    outcome, found = run_check(CHECK, Facts(trace=run(0.1, 3.0, 3.0, 3.0), data=data))
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert "9 of 12 seconds (75% of 3 epochs)" in found.message
    assert says in found.advice


def test_a_pipeline_that_keeps_up_passes() -> None:
    assert isinstance(input_pipeline_bound(run(3.9, 0.2, 0.1, 0.2)), Passed)


def test_a_blink_is_not_worth_a_word() -> None:
    assert isinstance(input_pipeline_bound(run(0.1, 0.03, 0.03, seconds=0.04)), CannotTell)


def test_thin_facts() -> None:
    assert isinstance(input_pipeline_bound(Trace()), NotApplicable)
    assert isinstance(input_pipeline_bound(run(3.0)), NotApplicable)
    assert isinstance(input_pipeline_bound(run(None, None, None)), NotApplicable)
    assert isinstance(input_pipeline_bound(run(1.0, math.nan)), NotApplicable)
    assert isinstance(input_pipeline_bound(run(1.0, 1.0, seconds=0.0)), NotApplicable)


def test_the_legacy_generator_has_a_faster_one() -> None:
    facts = Facts(
        trace=run(0.1, 3.0, 3.0, 3.0),
        data=DataFacts(train=SetFacts(role="train", source="PyDataset")),
        images=ImageFacts(augmentation=AugmentationFacts(place="generator", random=True)),
    )
    outcome, found = run_check(CHECK, facts)
    assert found is not None, outcome.reason
    assert "goodfit.AugmentedImages" in found.advice


def uncompiled(**parts: object) -> Facts:
    line = SourceLine(file="train.py", line=7, text="layers.RandomRotation(0.1),")
    layers = (
        LayerFacts(path="flip", type="RandomFlip"),
        LayerFacts(path="turn", type="RandomRotation", where=line),
        LayerFacts(path="zoom", type="RandomZoom"),
    )
    told = {
        "trace": run(0.1, 0.1, 0.1, 0.1, seconds=30.0),
        "model": ModelFacts(name="model", kind="sequential", layers=layers),
        "settings": SettingsFacts(jit_compile=False),
        "backend": "jax",
    }
    return Facts(**{**told, **parts})


def test_augmentation_that_keeps_jax_from_compiling() -> None:
    outcome, found = run_check(CHECK, uncompiled())
    assert found is not None, outcome.reason
    assert found.severity == "tip"
    assert (found.where.line, found.where.layer) == (7, "turn")
    assert "with RandomRotation, RandomZoom on JAX: 3 epochs took 90 seconds" in found.message
    assert "goodfit.AugmentedImages" in found.advice


@pytest.mark.parametrize(
    "parts",
    [
        {"backend": "tensorflow"},
        {"settings": SettingsFacts(jit_compile=True)},
        {"settings": SettingsFacts(jit_compile=False, run_eagerly=True)},
        {"settings": SettingsFacts()},
        {"trace": run(0.1, 0.1, 0.1, seconds=1.0)},
        {"model": ModelFacts(name="model", kind="sequential",
                             layers=(LayerFacts(path="flip", type="RandomFlip"),))},
        {"model": None},
    ],
)  # fmt: skip
def test_a_step_that_is_compiled_or_short_passes(parts: dict[str, object]) -> None:
    outcome, found = run_check(CHECK, uncompiled(**parts))
    assert found is None
    assert outcome.result == "passed"
