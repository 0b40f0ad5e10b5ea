"""What a check of crashes tells of the fix that was tried. Not a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.facts import CrashFacts, FixProof

SHAPES = (
    "batch-axis",
    "channel-axis",
    "channels-last",
    "dense-loss",
    "flatten",
    "input-shape",
    "last-step",
    "one-hot",
    "padding-same",
    "reshape",
    "return-sequences",
    "sparse-loss",
    "squeeze",
    "transpose",
    "units",
)
ROWS = ("cut-rows",)
NAMES = ("name",)
VALUES = ("arrays", "numbers")
LEGACY = ("legacy-argument",)
OPTIMIZER = ("fresh-optimizer",)


def proof(crash: CrashFacts, fixes: tuple[str, ...]) -> dict[str, Any]:
    """Evidence of the fix that passed, where it is one of `fixes`: `proof` says what passed, and
    `tried` is the sentence for the advice. None and "" where none passed: that says nothing."""
    found = crash.proof
    if found is None or not found.passed or found.fix not in fixes:
        return {"proof": None, "tried": ""}
    passed = _passed(found)
    loss = "" if found.loss is None else f", loss {found.loss:.3g}"
    return {"proof": passed + loss, "tried": f" Tried: {passed} with {found.words}."}


def _passed(found: FixProof) -> str:
    return {
        "batch": "one batch passes",
        "compile": "compile passes",
        "call": "the call passes",
    }[found.what]


def with_proof(advice: Mapping[str, str]) -> dict[str, str]:
    """The advice of every case, with the sentence on what was tried behind it."""
    return {case: text + "{tried}" for case, text in advice.items()}
