"""The order of findings, and which explains which."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from literals import finding

from goodfit.checks.rank import CAUSES, rank
from goodfit.results import Finding


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in findings]


def test_no_code_explains_itself_even_through_others() -> None:
    def reach(code: str, seen: frozenset[str] = frozenset()) -> set[str]:
        assert code not in seen, f"{code} explains itself"
        below = CAUSES.get(code, ())
        return set(below).union(*(reach(one, seen | {code}) for one in below))

    for code in CAUSES:
        assert code not in reach(code)


def test_one_cause_stands_before_its_six_symptoms() -> None:
    symptoms = ["GF407", "GF307", "GF306", "GF304", "GF403", "GF301"]
    found = rank([*(finding(code, "error") for code in symptoms), finding("GF220", "error")])
    assert found[0].code == "GF220"
    assert found[0].because_of == ()
    assert {one.severity for one in found[1:]} == {"warning"}
    assert all(one.because_of == ("GF220",) for one in found[1:])


def test_what_is_shared_stands_behind_the_worst_of_its_causes() -> None:
    found = rank(
        [finding("GF102", "warning"), finding("GF201", "error"), finding("GF407", "warning")]
    )
    assert codes(found) == ["GF201", "GF407", "GF102"]
    assert found[1].because_of == ("GF201", "GF102")


def test_long_tails_are_no_cause_beside_a_certain_one() -> None:
    parts = [finding("GF103", "warning"), finding("GF217", "warning"), finding("GF307", "error")]
    found = rank(parts)
    assert codes(found)[0] == "GF217"
    assert {one.code: one.severity for one in found}["GF103"] == "tip"


def test_a_crash_stands_behind_its_cause_and_stays_an_error() -> None:
    found = rank([finding("GF601", "error"), finding("GF126", "error")])
    assert codes(found) == ["GF126", "GF601"]
    assert found[1].severity == "error"


def test_a_broken_file_explains_the_crash_it_makes() -> None:
    found = rank([finding("GF611", "error"), finding("GF130", "error")])
    assert codes(found) == ["GF130", "GF611"]
    assert found[1].because_of == ("GF130",)


def test_a_chain_names_the_bottom_of_it() -> None:
    found = rank([finding("GF407", "error"), finding("GF304", "error"), finding("GF102", "error")])
    assert codes(found) == ["GF102", "GF304", "GF407"]
    assert [one.because_of for one in found] == [(), ("GF102",), ("GF102",)]


def test_the_only_error_is_never_lowered_away() -> None:
    found = rank([finding("GF307", "error"), finding("GF102", "warning")])
    assert codes(found) == ["GF102", "GF307"]
    assert [one.severity for one in found] == ["warning", "error"]


def test_a_cause_stands_where_the_worst_of_its_symptoms_would() -> None:
    found = rank([finding("GF117", "warning"), finding("GF307", "error"), finding("GF220")])
    assert codes(found) == ["GF220", "GF307", "GF117"]


def test_severity_first_then_the_causal_order() -> None:
    found = rank(
        [
            finding("GF405", "tip"),
            finding("GF501", "warning"),
            finding("GF401", "warning"),
            finding("GF204", "warning"),
            finding("GF125", "warning"),
            finding("GF601", "error"),
            finding("GF117", "error"),
        ]
    )
    assert codes(found) == ["GF601", "GF117", "GF125", "GF501", "GF204", "GF401", "GF405"]


def test_confirmed_first_and_refuted_last() -> None:
    found = rank(
        [
            finding("GF102", "error", status="refuted"),
            finding("GF204", "warning"),
            finding("GF224", "warning", status="confirmed"),
        ]
    )
    assert codes(found) == ["GF224", "GF204", "GF102"]


@pytest.mark.parametrize("change", [{"status": "refuted"}, {"severity": "tip"}, {"fit": 1}])
def test_what_cannot_be_a_cause_explains_nothing(change: dict[str, object]) -> None:
    cause = replace(finding("GF102", "error", fit=0), **change)  # type: ignore[arg-type]
    symptom = finding("GF307", "error", fit=0)
    found = {one.code: one for one in rank([symptom, cause])}
    assert found["GF307"].because_of == ()
    assert found["GF307"].severity == "error"


def test_a_finding_on_the_script_explains_those_of_every_fit() -> None:
    found = rank([finding("GF307", "error", fit=3), finding("GF102", "error")])
    assert found[1].because_of == ("GF102",)


def test_overfitting_explains_the_lost_epoch_and_the_lost_comparison() -> None:
    found = rank([finding("GF409"), finding("GF407", "error"), finding("GF401")])
    assert codes(found) == ["GF401", "GF407", "GF409"]
    assert [one.severity for one in found] == ["warning", "error", "tip"]


SEVERAL = [
    finding("GF102", "warning", fit=0),
    finding("GF301", "error", fit=0),
    finding("GF307", "error", fit=1),
    finding("GF304", "error", fit=1),
    finding("GF407", "error", fit=1),
    finding("GF405", "tip", fit=0),
]


def test_ranking_twice_changes_nothing() -> None:
    once = rank(SEVERAL)
    assert rank(once) == once


def test_the_order_they_come_in_does_not_matter() -> None:
    expected = rank(SEVERAL)
    shuffler = random.Random(0)
    for _ in range(20):
        shuffled = shuffler.sample(SEVERAL, len(SEVERAL))
        assert rank(shuffled) == expected


def test_nothing_is_lost_or_invented() -> None:
    everything = [finding(code, "error") for code in sorted(CAUSES)]
    for some in itertools.combinations(everything, 3):
        assert sorted(codes(rank(some))) == [one.code for one in some]
    assert rank([]) == ()
