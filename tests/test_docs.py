"""The pages on checks say what the checks say."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def test_the_pages_on_checks_are_made_from_the_checks() -> None:
    wanted = runpy.run_path(str(DOCS / "make_checks.py"))["pages"]()
    there = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "checks").glob("*.md")}
    assert sorted(there) == sorted(wanted)
    changed = [name for name, text in wanted.items() if there[name] != text]
    assert changed == [], "run `make docs`"
