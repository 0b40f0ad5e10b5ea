"""GF108 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import (
    BINARY,
    CATEGORICAL,
    MSE,
    SPARSE,
    chain,
    data,
    found,
    labels,
    layer,
    numbers,
    settings,
    silent,
)

from goodfit.checks.data.label_encoding_mismatch import CHECK
from goodfit.facts import Facts, Shape, TargetFacts

INTS = labels({0: 5, 1: 5, 2: 5})
SIGNS = labels({-1: 5, 1: 5}, "signs")
ONE_HOT = replace(labels({0: 5, 1: 5}), kind="one-hot", shape=(3,))
TEXT = TargetFacts(name="0", shape=(), dtype="str", kind="text", class_counts={"cat": 3, "dog": 4})
SHARES = replace(numbers(0.3, 0.1), kind="probabilities", shape=(3,), minimum=0.0, maximum=0.9)


def facts(target: TargetFacts, loss: str, output: Shape = (3,)) -> Facts:
    model = chain(layer("Dense"), output=output)
    return Facts(data=data(targets=[target]), model=model, settings=settings(loss))


@pytest.mark.parametrize(
    ("target", "loss", "output", "message"),
    [
        (INTS, CATEGORICAL, (3,), "whole numbers (0 to 2), but categorical_crossentropy"),
        (replace(INTS, shape=(1,)), CATEGORICAL, (3,), "reads one-hot rows"),
        (ONE_HOT, SPARSE, (3,), "rows of 3 columns"),
        (SHARES, SPARSE, (3,), "one whole number per row"),
        (SIGNS, BINARY, (1,), "are -1 and 1"),
        (labels({1: 5, 2: 5}), BINARY, (1,), "run from 1 to 2"),
        (labels({0: 5, 255: 5}, "other", shape=(8, 8)), BINARY, (8, 8), "run from 0 to 255"),
        (numbers(3.0, 1.0), BINARY, (1,), "run from 0 to 6"),
        (numbers(1.0, 0.5), SPARSE, (3,), "cuts off what stands behind the point"),
        (replace(ONE_HOT, kind="multi-hot"), CATEGORICAL, (3,), "several ones, or none"),
        (replace(numbers(0.0, 1.0), shape=(3,)), CATEGORICAL, (3,), "go down to -3"),
        (TEXT, SPARSE, (3,), "texts (cat, dog)"),
    ],
)
def test_fires(target: TargetFacts, loss: str, output: Shape, message: str) -> None:
    finding = found(CHECK, facts(target, loss, output))
    assert finding.severity == "error"
    assert message in finding.message


@pytest.mark.parametrize(
    ("target", "loss", "output"),
    [
        (INTS, SPARSE, (3,)),
        (labels({0: 5, 1: 5}, "binary"), BINARY, (1,)),
        (ONE_HOT, CATEGORICAL, (3,)),
        (SHARES, CATEGORICAL, (3,)),
        (replace(ONE_HOT, kind="multi-hot"), BINARY, (3,)),
        # pixels in 0..1 as targets of an autoencoder, and soft labels
        (replace(numbers(0.5, 0.1), shape=(28, 28)), BINARY, (28, 28)),
        (numbers(0.5, 0.1), BINARY, (1,)),
        # a tag 0 or 1 at each of five positions
        (labels({0: 5, 1: 5}, "multi-hot", shape=(5,)), SPARSE, (5, 2)),
        (replace(numbers(0.4, 0.1), shape=(3,)), CATEGORICAL, (3,)),
    ],
)
def test_silent_on_targets_as_the_loss_reads_them(
    target: TargetFacts, loss: str, output: Shape
) -> None:
    assert silent(CHECK, facts(target, loss, output)).result == "passed"


def test_other_losses_are_not_judged() -> None:
    for target in (INTS, SIGNS, TEXT, numbers(50.0, 9.0)):
        assert silent(CHECK, facts(target, MSE)).result == "not applicable"
    assert silent(CHECK, facts(SIGNS, "hinge")).result == "not applicable"


def test_validation_targets_count_too() -> None:
    rows = data(targets=[labels({0: 5, 1: 5}, "binary")], validation=[SIGNS])
    finding = found(CHECK, Facts(data=rows, settings=settings(BINARY)))
    assert finding.evidence["set"] == "validation"


def test_degenerate_facts() -> None:
    empty = TargetFacts(name="0", shape=(), dtype="float32", kind="other")
    for loss in (SPARSE, CATEGORICAL, BINARY):
        assert silent(CHECK, facts(empty, loss)).result == "passed"
    assert silent(CHECK, Facts(data=data(), settings=settings(BINARY))).result == "not applicable"
