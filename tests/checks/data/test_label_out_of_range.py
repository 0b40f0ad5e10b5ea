"""GF107 on literals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_literals import (
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

from goodfit.checks.data.label_out_of_range import CHECK
from goodfit.facts import Facts, LossFacts, SettingsFacts, TargetFacts


def facts(target: TargetFacts, units: int = 3, loss: str = SPARSE, **told: object) -> Facts:
    model = chain(layer("Dense"), output=(*target.shape, units))
    losses = (LossFacts(name=loss, output="out", **told),)  # type: ignore[arg-type]
    return Facts(data=data(targets=[target]), model=model, settings=SettingsFacts(losses=losses))


@pytest.mark.parametrize(
    ("target", "units", "message", "advice"),
    [
        (labels({1: 5, 2: 5, 3: 6}), 3, "6 of 16 train rows have a label outside it (3)", "y - 1"),
        (labels({-1: 4, 0: 5, 1: 5}), 3, "4 of 14 train rows", "ignore_class"),
        (labels({0: 5, 7: 5}), 3, "label outside it (7)", "Dense(8)"),
        (labels({0: 5, 1: 5}, "binary"), 1, "one unit", "binary_crossentropy"),
        (labels({-1: 5, 1: 5}, "signs"), 2, "label outside it (-1)", "np.unique"),
    ],
)
def test_fires(target: TargetFacts, units: int, message: str, advice: str) -> None:
    finding = found(CHECK, facts(target, units))
    assert finding.severity == "error"
    assert message in finding.message
    assert advice in finding.advice


@pytest.mark.parametrize(
    ("target", "units"),
    [
        (labels({0: 5, 1: 5, 2: 6}), 3),
        (labels({0: 5, 1: 5}, "binary"), 2),
        (labels({0: 5, 1: 5}), 10),
        (labels({0: 5, 2: 5, 3: 0}), 3),
    ],
)
def test_silent_within_range(target: TargetFacts, units: int) -> None:
    assert silent(CHECK, facts(target, units)).result == "passed"


def test_labels_at_positions_are_judged_by_their_extremes() -> None:
    mask = TargetFacts(
        name="0",
        shape=(64, 64),
        dtype="uint8",
        kind="other",
        rows_seen=9,
        whole_numbers=True,
        minimum=0.0,
        maximum=255.0,
    )
    assert "run from 0 to 255" in found(CHECK, facts(mask)).message
    assert silent(CHECK, facts(replace(mask, maximum=2.0))).result == "passed"
    silent(CHECK, facts(mask, ignore_class=255))


def test_an_ignored_class_is_not_out_of_range() -> None:
    target = labels({-1: 4, 0: 5, 1: 5})
    silent(CHECK, facts(target, ignore_class=-1))
    found(
        CHECK, facts(replace(target, class_counts={**target.class_counts, "9": 1}), ignore_class=-1)
    )


def test_validation_labels_count_too() -> None:
    rows = data(targets=[labels({0: 5, 1: 5})], validation=[labels({0: 5, 3: 2})])
    model = chain(layer("Dense"), output=(3,))
    finding = found(CHECK, Facts(data=rows, model=model, settings=settings(SPARSE)))
    assert finding.evidence["set"] == "validation"


def test_other_losses_and_unknown_widths() -> None:
    target = labels({1: 5, 9: 5})
    assert silent(CHECK, facts(target, loss=MSE)).result == "not applicable"
    nameless = chain(layer("Dense"), output=(None,))
    unknown = Facts(data=data(targets=[target]), model=nameless, settings=settings(SPARSE))
    assert silent(CHECK, unknown).result == "skipped"
    assert silent(CHECK, facts(numbers())).result == "skipped"
    one_hot = replace(labels({0: 5, 9: 5}), kind="one-hot", shape=(10,))
    assert silent(CHECK, facts(one_hot, 10)).result == "skipped"
