"""How many planted faults `goodfit fix` mends, on sixty programs drawn by a fixed seed.

    GOODFIT_DATA=FOLDER python benchmarks/fixes.py [--programs 60] [--skip 0] [--budget 60s]
        [--jobs 2]

A program counts as mended where its patch was verified and the patched program's own validation
score comes back to within 5 % of the healthy one's. It counts
as harmed where the patched program scores clearly lower on the test rows than the faulty one did.
Proven faults of the tuning half that end without a crash are drawn; `--skip 60` takes the next ones
of the same lot, which no score counts. Results are kept by program and source in
.goodfit/fixes.jsonl, so that an interrupted run goes on; what a script scores without goodfit is
kept by its text in .goodfit/scripts.jsonl.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "faults"))

from corpus import BASES, PAIRS, Pair  # noqa: E402
from machine import Cores, append_line, environment, in_parallel, lacking, pinned, read_lines  # noqa: E402
from prove import verdicts  # noqa: E402

DRAW = 60_2026
KEPT = HERE.parent / ".goodfit" / "fixes.jsonl"
SCRIPTS = KEPT.with_name("scripts.jsonl")
SOURCES = HERE.parent / "src" / "goodfit"
WITHIN = 0.05
LIMIT = 900


def drawn(count: int) -> list[Pair]:
    """The programs, in the order of the lot: a larger number keeps the smaller one's."""
    harm = verdicts()
    able = [
        pair
        for pair in PAIRS
        if pair.half == "tuning"
        and harm[pair.name].counts
        and harm[pair.name].effect == "worse"
        and not lacking(pair.source())
    ]
    random.Random(DRAW).shuffle(able)
    return able[:count]


def scores(script: Path, core: int, errors: Path) -> dict[str, float]:
    """What a program prints last: its validation and its test score."""
    out = subprocess.run(
        ["taskset", "-c", str(core), sys.executable, str(script)],
        cwd=script.parent,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    errors.write_text(out.stderr[-2000:], encoding="utf-8")
    found = re.findall(r"^(validation|test) score: (\S+)$", out.stdout, re.MULTILINE)
    return {name: float(value) for name, value in found}


def known_scores(script: Path, core: int, errors: Path) -> dict[str, float]:
    """The scores of a script that ran before with the same text, or of a run now."""
    text = hashlib.sha256(script.read_bytes()).hexdigest()
    found = next((one["scores"] for one in read_lines(SCRIPTS) if one["text"] == text), None)
    if found is None:
        found = scores(script, core, errors)
        append_line(SCRIPTS, {"text": text, "scores": found})
    return found


def tried(pair: Pair, cores: Cores, budget: str) -> dict[str, Any]:
    """The healthy, the faulty and the patched program's scores."""
    base = next(base for base in BASES if base.name == pair.base)
    with tempfile.TemporaryDirectory() as scratch, cores.one() as core:
        folder = Path(scratch)
        healthy, faulty = folder / "healthy.py", folder / "program.py"
        healthy.write_text(base.source(), encoding="utf-8")
        faulty.write_text(pair.source(), encoding="utf-8")
        record: dict[str, Any] = {
            "name": pair.name,
            "healthy": known_scores(healthy, core, folder / "errors"),
            "faulty": known_scores(faulty, core, folder / "errors"),
        }
        command = [sys.executable, "-m", "goodfit", "fix", "--quiet", "--no-html"]
        command += ["--budget", budget, "--out", str(folder / "run"), str(faulty)]
        code = pinned(command, core, folder=folder, seconds=LIMIT, errors=folder / "told")
        told = (folder / "told").read_text(encoding="utf-8", errors="replace").splitlines()
        record |= {"exit": code, "said": [x for x in told if x.startswith("goodfit: ")][-3:]}
        record["verified"] = any("goodfit: verified" in line for line in told)
        patched = folder / "run" / "patched.py"
        if patched.exists():
            text = patched.read_text(encoding="utf-8")
            (folder / "patched.py").write_text(text, encoding="utf-8")
            record["patched"] = known_scores(folder / "patched.py", core, folder / "errors")
            told = json.loads((folder / "run" / "patch.json").read_text(encoding="utf-8"))
            record |= {"remedies": told["remedies"], "what": told.get("what", "")}
    return record


def judged(record: dict[str, Any]) -> str:
    """ "mended", "better", "harmed", "unverified" or "no patch"."""
    patched = record.get("patched")
    if patched is None:
        return "no patch"
    if not record["verified"]:
        return "unverified"
    healthy, faulty = record["healthy"], record["faulty"]
    if patched.get("test", -9.0) < faulty.get("test", -9.0) - WITHIN:
        return "harmed"
    reached = patched.get("validation", -9.0) >= healthy["validation"] - WITHIN * abs(
        healthy["validation"]
    )
    return "mended" if reached else "better"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=60)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--budget", default="60s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    digest = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(SOURCES.rglob("*.py")))
    ).hexdigest()[:16]
    pairs = drawn(given.skip + given.programs)[given.skip :]
    same = [r for r in read_lines(KEPT) if (r["source"], r["budget"]) == (digest, given.budget)]
    have = {record["name"]: record for record in same if record["name"] in {p.name for p in pairs}}
    left = [pair for pair in pairs if pair.name not in have]
    KEPT.parent.mkdir(exist_ok=True)
    for pair, record in in_parallel(lambda p, c: tried(p, c, given.budget), left, given.jobs):
        record |= {"source": digest, "budget": given.budget}
        have[pair.name] = record
        append_line(KEPT, record)
        print(f"{len(have)}/{len(pairs)} {pair.name}: {judged(record)}", flush=True)
    counts: dict[str, int] = {}
    for pair in pairs:
        word = judged(have[pair.name])
        counts[word] = counts.get(word, 0) + 1
        print(f"{pair.name:<50} {word:<10} {' '.join(have[pair.name]['said'][-1:])}")
    print(", ".join(f"{word} {count}" for word, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
