"""Sensible networks on scikit-learn's four small sets: goodfit must have nothing to complain of."""

from __future__ import annotations

from pathlib import Path

import pytest
from told import ROOT, tell

PROGRAMS = sorted(path.name for path in (ROOT / "tests" / "healthy").glob("*.py"))


def test_the_four_sets_are_there() -> None:
    assert PROGRAMS == ["breast_cancer.py", "diabetes.py", "digits.py", "wine.py"]


@pytest.mark.script
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_sensible_network_passes_in_silence(program: str, tmp_path: Path) -> None:
    told = tell(f"tests/healthy/{program}", folder=tmp_path)

    assert told.complaints == []
    assert told.code == 0
    assert told.verdict in ("good fit", "cannot tell")
    assert [o for o in told.report["outcomes"] if o["result"] == "failed"] == []
    assert any(o["result"] == "passed" for o in told.report["outcomes"])
