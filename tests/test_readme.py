"""What the README shows is what the demo prints, numbers of this machine's run aside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


def _words(text: str) -> list[str]:
    """The words in order, numbers masked: lines wrap where numbers have other lengths."""
    kept = [
        line for line in text.splitlines() if not line.startswith(("Time", "Report", "goodfit"))
    ]
    return re.sub(r"\d[\d.,]*(e-?\d+)?", "#", " ".join(kept)).split()


@pytest.mark.script
def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    shown = re.search(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    done = subprocess.run(
        [sys.executable, "-m", "goodfit", "demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "100"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert _words(done.stdout + done.stderr) == _words(shown[1])
