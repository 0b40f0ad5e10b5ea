"""A patched script is held against the script as it was, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from goodfit.diagnose import conclude
from goodfit.facts import BaselineFacts, BaselineScore, Facts
from goodfit.results import Finding, Report, ScriptRun
from goodfit.verify import compared

PRIOR = BaselineScore(name="prior", error=0.9, error_se=0.01)


def report(errors: Any, *codes: str, ended: str = "finished", code: int = 0) -> Report:
    """The report of a run whose model errs so on its validation rows; None: no answers."""
    known = {} if errors is None else {
        "model_error": float(np.mean(errors)),
        "model_error_se": float(np.std(errors) / np.sqrt(len(errors))),
        "row_errors": tuple(float(one) for one in errors),
    }  # fmt: skip
    rows = 300 if errors is None else len(errors)
    told: dict[str, Any] = {"task": "classes", "rows": rows, "scores": (PRIOR,), **known}
    script = ScriptRun(path="train.py", ended=ended, exit_code=code)  # type: ignore[arg-type]
    found = conclude([Facts(baselines=BaselineFacts(**told))], script=script)
    findings = tuple(
        Finding(code=one, name=one, severity="error", message="", advice="", fit=0) for one in codes
    )
    return Report(**{**{name: getattr(found, name) for name in found.__slots__},
                     "findings": findings})  # fmt: skip


def wrong(count: int, rows: int = 300) -> list[float]:
    return [1.0] * count + [0.0] * (rows - count)


@pytest.mark.parametrize(
    ("before", "after", "proven", "verified"),
    [
        (wrong(150), wrong(15), False, True),
        (wrong(20), wrong(12), True, True),
        (wrong(20), wrong(17), False, False),  # three rows are noise
        (wrong(20), wrong(20), True, False),
        (wrong(20), wrong(21), True, False),
        (wrong(290, 3000), wrong(278, 3000), False, False),  # beyond noise, and too little
        (wrong(20, 25), wrong(2, 25), False, False),  # too few rows
    ],
)
def test_verified_only_where_it_is_better(
    before: list[float], after: list[float], proven: bool, verified: bool
) -> None:
    check = compared(report(before), report(after), 0, proven=proven)
    assert check.verified is verified
    assert check.sentence.startswith("better") is verified


def test_a_few_answers_far_out_do_not_make_a_patch_look_better() -> None:
    before, after = [0.3] * 299 + [1e6], [0.4] * 300
    assert not compared(report(before), report(after), 0).verified


def test_other_rows_are_compared_without_pairing() -> None:
    assert compared(report(wrong(150)), report(wrong(20, 200)), 0, proven=False).verified
    assert not compared(report(wrong(30)), report(wrong(14, 200)), 0, proven=False).verified


def test_answers_where_there_were_none_must_beat_a_constant() -> None:
    assert compared(report(None), report(wrong(20)), 0).verified
    assert not compared(report(None), report(wrong(285)), 0).verified
    assert not compared(report(wrong(20)), report(None), 0).verified


def test_a_leak_makes_a_better_score_worthless() -> None:
    check = compared(report(wrong(150)), report(wrong(3), "GF118"), 0)
    assert not check.verified
    assert "GF118" in check.sentence
    assert compared(report(wrong(150), "GF118"), report(wrong(3), "GF118"), 0).verified


def test_the_patched_script_must_run_to_its_end() -> None:
    broken = report(wrong(3), ended="exception", code=1)
    assert not compared(report(wrong(150)), broken, 0).verified
    assert compared(broken, report(wrong(299)), 0).verified
