"""One script under `goodfit run`, in a process of its own, and the JSON report it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Told:
    """The exit code of `goodfit run`, its report as other programs read it, and its stderr."""

    code: int
    report: dict[str, Any]
    stderr: str

    @property
    def verdict(self) -> str:
        return str(self.report["verdict"]["name"])

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.report["findings"]]

    @property
    def complaints(self) -> list[str]:
        """Findings at error or warning level, as sentences."""
        return [
            f"{finding['code']} {finding['severity']}: {finding['message']}"
            for finding in self.report["findings"]
            if finding["severity"] in ("error", "warning")
        ]


def tell(script: str, *arguments: str, folder: Path, options: Sequence[str] = ()) -> Told:
    """Run `script`, a path from the repository's root, under goodfit in `folder`; the options are
    those of `goodfit run`."""
    file = folder / "report.json"
    command = [sys.executable, "-m", "goodfit", "run", "--quiet", "--no-html", "--json", str(file)]
    done = subprocess.run(
        [*command, *options, str(ROOT / script), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert file.exists(), done.stderr
    return Told(done.returncode, json.loads(file.read_text(encoding="utf-8")), done.stderr)
