"""GF111 on literals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from data_literals import data, found, labels, numbers, settings, silent

from goodfit.checks.data.missing_class import CHECK
from goodfit.facts import Facts


def facts(train: Mapping[int, int], held: Mapping[int, int], **told: object) -> Facts:
    return Facts(data=data([], [labels(train)], [labels(held)]), settings=settings(**told))  # type: ignore[arg-type]


def test_a_class_that_was_never_shown_is_an_error() -> None:
    finding = found(CHECK, facts({0: 300, 2: 300}, {0: 100, 1: 90, 2: 100}))
    assert finding.severity == "error"
    assert finding.message.startswith("Class 1: validation rows but no training row")
    assert finding.evidence["rows"] == 90


def test_a_class_without_validation_rows_is_a_warning() -> None:
    finding = found(CHECK, facts({0: 300, 1: 250, 2: 300}, {0: 100, 2: 100}))
    assert finding.severity == "warning"
    assert "says nothing of how the model does there" in finding.message


def test_a_rare_class_that_fell_out_by_chance() -> None:
    assert found(CHECK, facts({0: 300}, {0: 100, 1: 2})).severity == "tip"
    assert silent(CHECK, facts({0: 300, 1: 4}, {0: 100})).result == "passed"


def test_many_classes_and_few_validation_rows_are_chance() -> None:
    train = dict.fromkeys(range(100), 20)
    held = dict.fromkeys(range(50), 1)
    assert silent(CHECK, facts(train, held)).result == "passed"


def test_the_order_of_labels_is_another_checks_matter() -> None:
    split = facts({0: 300}, {1: 100}, validation="split")
    assert silent(CHECK, split).result == "not applicable"


def test_columns_of_several_labels_each() -> None:
    train = replace(labels({0: 150, 1: 0, 2: 140}, "multi-hot", shape=(3,)), rows_seen=300)
    held = replace(labels({0: 50, 1: 60, 2: 40}, "multi-hot", shape=(3,)), rows_seen=100)
    finding = found(CHECK, Facts(data=data([], [train], [held])))
    assert finding.evidence["label"] == "1"


def test_a_sample_does_not_tell_of_rare_classes() -> None:
    one = facts({0: 300}, {0: 100, 1: 2})
    assert one.data is not None
    sampled = replace(one.data, train=replace(one.data.train, sampled=True))
    assert silent(CHECK, replace(one, data=sampled)).result == "skipped"


def test_degenerate_facts() -> None:
    assert silent(CHECK, facts({0: 10, 1: 10}, {0: 5, 1: 5})).result == "passed"
    assert silent(CHECK, Facts(data=data([], [labels({0: 9})]))).result == "not applicable"
    assert silent(CHECK, Facts(data=data([], [numbers()], [numbers()]))).result == "not applicable"
    assert silent(CHECK, facts({0: 0}, {0: 5, 1: 5})).result == "skipped"
    text = replace(labels({0: 9}), kind="text", class_counts={"a": 9})
    mixed = data([], [text], [labels({0: 9})])
    assert silent(CHECK, Facts(data=mixed)).result == "skipped"
