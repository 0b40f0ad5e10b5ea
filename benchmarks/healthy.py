"""False alarms: findings at error or warning level over healthy programs and seeds.

    python benchmarks/healthy.py [--seeds 5] [--only NAME]

Every program is a sensible network on data that fit it. Its seeds (of the split, the drawn data
and the first weights) are zeros in the source, replaced here by 0, 1, 2 and so on. The target is
none. Each run is a process of its own under `goodfit run`.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from bench import ROOT, machine, python, table

os.environ.setdefault("KERAS_BACKEND", "jax")
PROGRAMS = [
    *sorted((ROOT / "tests" / "healthy").glob("*.py")),
    *sorted((ROOT / "examples").glob("healthy_*.py")),
]
SEED = re.compile(r"(?<=random_state=)0|(?<=set_random_seed\()0")


def report_of(program: Path, seed: int) -> dict[str, Any]:
    source, seeds = SEED.subn(str(seed), program.read_text(encoding="utf-8"))
    assert seeds >= 2, f"{program} has no seeds to replace"
    with tempfile.TemporaryDirectory() as folder:
        copy, file = Path(folder) / program.name, Path(folder) / "report.json"
        copy.write_text(source, encoding="utf-8")
        options = ("--json", str(file), "--no-html", "--quiet")
        _, done = python("-m", "goodfit", "run", *options, str(copy), cwd=Path(folder))
        assert file.exists(), done.stderr
        loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(machine())
    rows, alarms, runs = [], 0, 0
    for program in [p for p in PROGRAMS if options.only in p.stem]:
        verdicts: collections.Counter[str] = collections.Counter()
        found: list[str] = []
        for seed in range(options.seeds):
            report = report_of(program, seed)
            verdicts[report["verdict"]["name"]] += 1
            loud = [f for f in report["findings"] if f["severity"] in ("error", "warning")]
            found += [f"{f['code']} (seed {seed})" for f in loud]
            alarms, runs = alarms + bool(loud), runs + 1
        shown = ", ".join(f"{name} x{count}" for name, count in verdicts.items())
        rows.append((program.stem, sum(verdicts.values()), shown, ", ".join(found) or "none"))
    table(("program", "runs", "verdicts", "errors and warnings"), rows)
    print(f"runs with a false alarm: {alarms} of {runs} (target: 0)")


if __name__ == "__main__":
    main()
