"""GF109 on literals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from data_literals import (
    BINARY,
    CATEGORICAL,
    MSE,
    SPARSE,
    answers,
    chain,
    data,
    found,
    labels,
    layer,
    numbers,
    silent,
)

from goodfit.checks.data.target_shape_mismatch import CHECK
from goodfit.facts import Facts, LossFacts, SettingsFacts, Shape, TargetFacts, Trace

LEARNT = Trace(predictions=answers(error=0.1, prior_error=1.0))
STUCK = Trace(predictions=answers(error=0.97, prior_error=1.0))


def facts(
    target: Shape | TargetFacts,
    output: Shape,
    loss: str = MSE,
    trace: Trace | None = None,
    **told: Any,
) -> Facts:
    if isinstance(target, tuple):
        target = numbers(shape=target)
    losses = (LossFacts(name=loss, output="out", **told),)
    return Facts(
        data=data(targets=[target]),
        model=chain(layer("Dense"), output=output),
        settings=SettingsFacts(losses=losses),
        trace=trace,
    )


@pytest.mark.parametrize(
    ("target", "output", "loss", "words"),
    [
        ((3,), (1,), MSE, "stretches the narrower one"),
        ((1,), (3,), MSE, "stretches the narrower one"),
        ((1,), (5, 1), MSE, "at every position"),
        ((), (5, 1), MSE, "at every position"),
        ((), (3,), MSE, "cannot compare"),
        ((2,), (3,), "mean_absolute_error", "cannot compare"),
        ((2,), (1,), BINARY, "cannot compare"),
        ((), (2,), BINARY, "cannot compare"),
        (replace(labels({0: 5, 1: 5}), kind="one-hot", shape=(2,)), (3,), CATEGORICAL, "cannot"),
        (labels({0: 5, 1: 5}, shape=(5,)), (3,), SPARSE, "cannot compare"),
        (labels({0: 5, 1: 5}, shape=(3,)), (3,), SPARSE, "cannot compare"),
    ],
)
def test_fires(target: Shape | TargetFacts, output: Shape, loss: str, words: str) -> None:
    finding = found(CHECK, facts(target, output, loss))
    assert finding.severity == "error"
    assert words in finding.message


@pytest.mark.parametrize(
    ("target", "output", "loss"),
    [
        ((), (1,), MSE),
        ((1,), (1,), MSE),
        ((1,), (), MSE),
        ((3,), (3,), MSE),
        ((5,), (5, 1), MSE),
        ((5, 1), (5,), MSE),
        ((5, 2), (None, 2), MSE),
        ((28, 28), (28, 28, 1), BINARY),
        ((), (1,), BINARY),
        (labels({0: 5, 1: 5}), (3,), SPARSE),
        (labels({0: 5, 1: 5}, shape=(1,)), (3,), SPARSE),
        (labels({0: 5, 1: 5}, "other", shape=(8, 8)), (8, 8, 3), SPARSE),
        (labels({0: 5, 1: 5}, "other", shape=(8, 8, 1)), (8, 8, 3), SPARSE),
    ],
)
def test_silent_where_keras_aligns_or_nothing_is_amiss(
    target: Shape | TargetFacts, output: Shape, loss: str
) -> None:
    assert silent(CHECK, facts(target, output, loss)).result == "passed"


def test_an_own_loss_that_keras_does_not_align_for() -> None:
    own = {"loss": "own", "custom": True, "aligns": False}
    assert found(CHECK, facts((), (1,), trace=STUCK, **own)).severity == "error"
    finding = found(CHECK, facts((), (1,), **own))
    assert (finding.severity, "(N, N)" in finding.message) == ("warning", True)
    assert "reshape" in finding.advice
    # the class reshapes targets itself
    assert silent(CHECK, facts((), (1,), trace=LEARNT, **own)).result == "passed"


def test_an_own_loss_that_keras_aligns_for() -> None:
    function = {"loss": "own", "custom": True, "aligns": True}
    assert silent(CHECK, facts((), (1,), trace=STUCK, **function)).result == "passed"


def test_cannot_tell_what_an_unknown_loss_does() -> None:
    assert silent(CHECK, facts((), (1,), "own", custom=True)).result == "skipped"
    # quantiles of one target: several columns against one are meant
    quantiles = {"loss": "pinball", "custom": True, "aligns": False}
    assert silent(CHECK, facts((1,), (3,), trace=STUCK, **quantiles)).result == "skipped"
    stepped = facts((), (1,))
    assert stepped.model is not None
    stepped = replace(stepped, model=replace(stepped.model, custom_train_step=True))
    assert silent(CHECK, stepped).result == "skipped"


def test_what_label_encoding_mismatch_tells_is_not_told_twice() -> None:
    one_hot = replace(labels({0: 5, 1: 5}), kind="one-hot", shape=(3,))
    assert silent(CHECK, facts(one_hot, (3,), SPARSE)).result == "skipped"
    assert silent(CHECK, facts(labels({0: 5, 1: 5}), (3,), CATEGORICAL)).result == "skipped"


def test_unknown_axes_and_missing_parts() -> None:
    assert silent(CHECK, facts((), (None, 1))).result == "skipped"
    nothing = Facts(data=data(), model=chain(), settings=SettingsFacts())
    assert silent(CHECK, nothing).result == "not applicable"
