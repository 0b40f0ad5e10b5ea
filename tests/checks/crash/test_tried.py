"""A check of crashes tells of the fix that passed, and only of one that is its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goodfit.checks import run_check
from goodfit.checks.crash import optimizer_reused, unknown_name
from goodfit.checks.crash.tried import NAMES, SHAPES, proof
from goodfit.facts import CrashFacts, Facts, FixProof

CRASH = CrashFacts(
    type="ValueError", message="Could not interpret loss identifier: mze", during="fit"
)
PASSED = FixProof(fix="name", words='loss="mse"', passed=True, loss=0.12345)
JAX = (
    "Invalid variable value in StatelessScope: all values in argument `mapping` must be tensors "
    "with a shape that matches the corresponding variable shape. For variable <Variable "
    "path=sequential/dense/kernel, shape=(6, 8), dtype=float32, value=[[1.]]>, received invalid "
    "value JitTracer(float32[6,4]) with shape (6, 4)."
)


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        (PASSED, "one batch passes, loss 0.123"),
        (replace(PASSED, what="compile", loss=None), "compile passes"),
        (replace(PASSED, what="call", loss=None), "the call passes"),
        (replace(PASSED, passed=False), None),
        (replace(PASSED, fix="units"), None),
        (None, None),
    ],
)
def test_a_fix_is_told_where_it_passed_and_is_the_checks_own(
    tried: FixProof | None, said: str | None
) -> None:
    _, finding = run_check(unknown_name.CHECK, Facts(crash=replace(CRASH, proof=tried)))

    assert finding is not None
    assert finding.evidence["proof"] == said
    told = f' Tried: {said.split(",")[0]} with loss="mse".' if said else "mse."
    assert finding.advice.endswith(told)
    assert ("Tried" in finding.advice) == (said is not None)


def test_a_fix_of_another_kind_is_left_to_the_check_of_its_kind() -> None:
    assert proof(replace(CRASH, proof=PASSED), NAMES)["proof"] is not None
    assert proof(replace(CRASH, proof=PASSED), SHAPES) == {"proof": None, "tried": ""}


def test_braces_in_what_was_tried_do_no_harm() -> None:
    tried = replace(PASSED, words='loss={"a": "mse"}')

    _, finding = run_check(unknown_name.CHECK, Facts(crash=replace(CRASH, proof=tried)))

    assert finding is not None
    assert finding.advice.endswith('with loss={"a": "mse"}.')


def test_jax_says_it_otherwise_where_both_models_have_as_many_weights() -> None:
    crash = CrashFacts(type="ValueError", message=JAX, during="fit")

    _, finding = run_check(optimizer_reused.CHECK, Facts(crash=crash))
    outcome, silent = run_check(
        optimizer_reused.CHECK, Facts(crash=replace(crash, during="script"))
    )

    assert finding is not None
    assert finding.evidence["weight"] == "sequential/dense/kernel"
    assert (silent, outcome.result) == (None, "not applicable")
