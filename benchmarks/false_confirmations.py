"""False confirmations: how many healthy programs goodfit's trials confirm a finding in.

    GOODFIT_DATA=FOLDER python benchmarks/false_confirmations.py [--budget 60s] [--jobs 2]

Every healthy program of the fault corpus, and every base that faults are planted in, runs under
`goodfit run` with trials. A program counts where any finding, of any severity, comes out confirmed.
The target is at most 2 % of them. Programs that need what this machine lacks are named and left
out. Results are kept by program and source in .goodfit/false_confirmations.jsonl, so that an
interrupted run goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "faults"))

from machine import Cores, append_line, in_parallel, lacking, pinned, read_lines  # noqa: E402
from score import source_digest  # noqa: E402

KEPT = HERE.parent / ".goodfit" / "false_confirmations.jsonl"
FOLDERS = ("healthy", "bases")
TARGET = 0.02
LIMIT = 1200
"""Seconds for one program at most."""
SHOWN = ("code", "name", "severity", "status", "status_reason", "tried", "effect")


def programs(only: str) -> dict[str, Path]:
    """Every program by folder and name."""
    found = [path for folder in FOLDERS for path in sorted((HERE / "faults" / folder).glob("*.py"))]
    named = {f"{path.parent.name}/{path.stem}": path for path in found}
    wanted = [word for word in only.split(",") if word]
    return {
        name: path
        for name, path in named.items()
        if not wanted or any(word in name for word in wanted)
    }


def run(program: Path, cores: Cores, budget: str) -> dict[str, Any]:
    """What `goodfit run` says of one program."""
    with tempfile.TemporaryDirectory() as scratch, cores.one() as core:
        folder = Path(scratch)
        script, out, errors = folder / program.name, folder / "report.json", folder / "stderr"
        script.write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
        command = [sys.executable, "-m", "goodfit", "run", "--quiet", "--no-html", "--exit-zero"]
        command += ["--budget", budget, "--json", str(out), "--out", str(folder / "run")]
        began = time.perf_counter()
        code = pinned([*command, str(script)], core, folder=folder, seconds=LIMIT, errors=errors)
        record: dict[str, Any] = {"exit": code, "seconds": round(time.perf_counter() - began, 1)}
        try:
            report = json.loads(out.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            said = errors.read_text(encoding="utf-8", errors="replace").strip()
            return record | {"report": False, "stderr": said[-500:]}
    tried = [one for one in report["findings"] if one.get("effect") is not None]
    confirmed = [one for one in report["findings"] if one["status"] == "confirmed"]
    return record | {
        "report": True,
        "verdict": report["verdict"]["name"],
        "findings": len(report["findings"]),
        "tried": len(tried),
        "confirmed": [{key: one.get(key) for key in SHOWN} for one in confirmed],
    }


def line(record: dict[str, Any]) -> str:
    """One program in words."""
    if not record["report"]:
        return f"no report (exit {record['exit']}): {record['stderr'][-120:]}"
    found = ", ".join(
        f"{one['code']} ({one['severity']}) by {(one['tried'] or {}).get('id')}"
        for one in record["confirmed"]
    )
    counted = f"{record['findings']} findings, {record['tried']} tried"
    return f"{counted}, confirmed: {found or 'none'}; {record['seconds']:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", default="60s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="parts of names, separated by commas")
    given = parser.parse_args()
    digest = source_digest()
    every = programs(given.only)
    lack = {name: what for name, path in every.items() if (what := lacking(path.read_text()))}
    able = {name: path for name, path in every.items() if name not in lack}
    same = [r for r in read_lines(KEPT) if (r["source"], r["budget"]) == (digest, given.budget)]
    have = {record["name"]: record for record in same}
    left = [name for name in able if name not in have]
    for name, record in in_parallel(lambda n, c: run(able[n], c, given.budget), left, given.jobs):
        have[name] = {"name": name, "source": digest, "budget": given.budget, **record}
        append_line(KEPT, have[name])
        print(f"{name:<32} {line(record)}", flush=True)
    told = [have[name] for name in able if have[name]["report"]]
    wrong = [record for record in told if record["confirmed"]]
    for name, what in lack.items():
        print(f"{name:<32} left out: needs {', '.join(what)}")
    for record in wrong:
        print(f"confirmed in {record['name']}: {line(record)}")
    share = len(wrong) / len(told) if told else 0.0
    print(
        f"programs with a confirmed finding: {len(wrong)} of {len(told)} ({share:.1%}; target "
        f"{TARGET:.0%} at most); without a report {len(able) - len(told)}, left out {len(lack)}"
    )


if __name__ == "__main__":
    main()
