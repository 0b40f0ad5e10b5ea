"""Which patches are tried by running them, and in which order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from goodfit.facts import Facts
from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows, Task
from goodfit.results import Effect, Finding, FitResult, Remedy, Verdict
from goodfit.run.others import Chosen, _left, others

pytest.importorskip("libcst")

ROWS = Rows(x=np.zeros((40, 2)), y=np.arange(40) % 2)
RECIPE = Recipe(
    model=ModelRecipe(),
    compile={"optimizer": "adam", "loss": "binary_crossentropy"},
    fit=FitRecipe(epochs=5),
    data=DataRecipe(train=ROWS, validation=ROWS),
    task=Task(name="binary", classes=2, inputs="tabular"),
)


def found(code: str, tried: Remedy | None = None, gain: float = 0.0, **more: Any) -> Finding:
    effect = None if tried is None else Effect(
        measure="accuracy", difference=gain, low=gain - 1, high=gain + 1, without=0.5,
        with_remedy=0.5 + gain, p=0.5, says="cannot tell", seeds=3, rows=40,
    )  # fmt: skip
    told: dict[str, Any] = {"severity": "warning", **more}
    return Finding(
        code=code, name="", message="", advice="", fit=0, tried=tried, effect=effect, **told
    )


def chosen(*findings: Finding, after: Recipe | None = None) -> Chosen:
    verdict = Verdict(name="cannot tell", confidence=0.5, reason="")
    fit = FitResult(index=0, title="", verdict=verdict, facts=Facts())
    return Chosen(fit=fit, findings=findings, before=RECIPE, after=after or RECIPE)


def ids(*findings: Finding) -> list[tuple[str, dict[str, Any]]]:
    return [(one.id, dict(one.parameters)) for one in _left(chosen(*findings), RECIPE)]


def test_what_looked_good_comes_first_and_what_did_not_is_left_out() -> None:
    good = Remedy(id="scale-features", parameters={})
    bad = Remedy(id="weaker-regularisation", parameters={"factor": 0.01})
    assert ids(found("GF217", bad, 0.0), found("GF102", good, 0.2)) == [
        ("scale-features", {}),
        ("weaker-regularisation", {"factor": 0.0}),
        ("weaker-regularisation", {"factor": 0.1}),
        ("scale-features", {}),
    ]


def test_what_trials_decided_is_not_tried_again() -> None:
    assert ids(found("GF217", status="refuted"), found("GF102", status="confirmed")) == []


def test_there_is_no_patch_where_no_line_is_known() -> None:
    source = "model.compile('adam', 'binary_crossentropy')\nmodel.fit(x, y, epochs=5)\n"
    assert others(source, "train.py", chosen(found("GF312"))) == []
