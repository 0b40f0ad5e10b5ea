"""Scores goodfit on the fault corpus: what it finds in faulty programs, and in healthy ones.

    python benchmarks/faults/score.py [--half tuning|scored|all] [--jobs N] [--only NAME ...]
    python benchmarks/faults/score.py --healthy
    python benchmarks/faults/score.py --smoke

Faulty programs are those whose harm harm.jsonl shows (prove.py). Every program runs plainly and
under `goodfit run`, in a folder of its own, on a core of its own. What was found is kept in a
git-ignored file by program and by goodfit's source, so that an interrupted scoring goes on where
it stopped. A whole scoring rewrites RESULTS.md and adds a line to its history.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import BASES, HEALTHY, HERE, PAIRS, SCRATCH, Pair, Program, digest
from figures import Finding, Scored, alarmed, faults, history_row, misses, page, share, summary
from machine import Cores, append_line, in_parallel, lacking, pinned, read_lines
from prove import verdicts

RECORDS = SCRATCH / "scores.jsonl"
RESULTS = HERE / "RESULTS.md"
SOURCES = HERE.parent.parent / "src" / "goodfit"
LIMIT_SECONDS = 600
SMOKE_DETECTION = 0.8

# For CI: scikit-learn's own data, no TensorFlow, faults that leave no doubt, and of the tuning
# half, so that the scored half stays unseen.
SMOKE_BASES = (
    "breast_cancer",
    "wine_classes",
    "digits_dense",
    "digits_onehot",
    "digits_cnn",
    "diabetes_regression",
    "synthetic_regression",
    "moons_logits",
)
SMOKE_PAIRS: tuple[str, ...] = (
    "one_hot_with_sparse_loss--digits_cnn",
    "integers_with_categorical_loss--digits_dense",
    "one_pool_too_many--digits_cnn",
    "wrong_input_shape--wine_classes",
    "labels_cut_off--breast_cancer",
    "unknown_metric--imbalanced_tabular",
    "old_learning_rate_name--diabetes_regression",
    "one_row_without_batch--breast_cancer",
    "unscaled_target--diabetes_regression",
    "sorted_then_cut--breast_cancer",
    "linear_output_with_probability_loss--digits_dense",
    "crossentropy_for_regression--diabetes_regression",
    "accuracy_for_regression--synthetic_regression",
    "constant_initialiser--blobs_many_classes",
    "overwhelming_l2--digits_cnn",
    "one_sigmoid_for_many_classes--wine_classes",
)


@dataclass(frozen=True, slots=True)
class Task:
    """A program to score."""

    name: str
    source: str
    pair: Pair | None
    plain: bool


def source_digest(folder: Path = SOURCES) -> str:
    """Of all of goodfit's source: a change in any file asks for new runs."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        whole.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def commit() -> str:
    """The commit, with a plus where goodfit's source differs from it."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        return name + ("+" if _git("status", "--porcelain", "--", str(SOURCES)) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(HERE), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


# One program


def score(task: Task, cores: Cores) -> dict[str, Any]:
    """One program's record: its times, and what goodfit reports."""
    with tempfile.TemporaryDirectory() as scratch, cores.one() as core:
        folder = Path(scratch)
        script, errors, out = folder / "program.py", folder / "stderr", folder / "report.json"
        script.write_text(task.source, encoding="utf-8")
        plain = (
            _seconds([sys.executable, str(script)], core, folder, errors) if task.plain else None
        )
        command = [sys.executable, "-m", "goodfit", "run", "--quiet", "--no-html", "--exit-zero"]
        command += ["--no-trials"]  # a comparison of remedies, not of what is seen
        command += ["--json", str(out), "--out", str(folder / "run"), str(script)]
        seconds = _seconds(command, core, folder, errors)
        record = {"name": task.name, "plain": plain, "seconds": seconds, **_report(out)}
        if not record["report"]:
            said = errors.read_text(encoding="utf-8", errors="replace").strip()
            record["stderr"] = said[-500:]
    return record


def _seconds(command: Sequence[str], core: int | None, folder: Path, errors: Path) -> float:
    began = time.perf_counter()
    pinned(command, core, folder=folder, seconds=LIMIT_SECONDS, errors=errors)
    return round(time.perf_counter() - began, 3)


def _report(path: Path) -> dict[str, Any]:
    """What is kept of a report."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"report": False, "findings": [], "failed": [], "verdict": ""}
    kept = ("code", "severity", "because_of", "fit", "message")
    return {
        "report": True,
        "findings": [{name: finding[name] for name in kept} for finding in report["findings"]],
        "failed": sorted({o["code"] for o in report["outcomes"] if o["result"] == "failed"}),
        "verdict": report["verdict"]["name"],
    }


def scored(task: Task, record: dict[str, Any]) -> Scored:
    return Scored(
        name=task.name,
        pair=task.pair,
        findings=tuple(Finding(f["code"], f["severity"]) for f in record["findings"]),
        report=record["report"],
        failed=tuple(record["failed"]),
        plain=record["plain"],
        seconds=record["seconds"],
    )


# Many programs


def tasks(options: argparse.Namespace) -> list[Task]:
    """What is to be scored.

    The programs of healthy/ belong to the scored half: whoever tunes does not see them.
    """
    chosen: list[Program | Pair] = []
    if options.smoke:
        chosen += [base for base in BASES if base.name in SMOKE_BASES]
        chosen += [pair for pair in PAIRS if pair.name in SMOKE_PAIRS]
        return [task_of(program, plain=False) for program in chosen]
    chosen += BASES
    if options.half != "tuning":
        chosen += HEALTHY
    if not options.healthy:
        of_half = [pair for pair in PAIRS if options.half in ("all", pair.half)]
        harm = verdicts(of_half)
        chosen += [pair for pair in of_half if harm[pair.name].counts]
    all_tasks = [task_of(program, plain=not options.no_plain) for program in chosen]
    return [task for task in all_tasks if not options.only or _named(task, options.only)]


def task_of(program: Program | Pair, *, plain: bool) -> Task:
    """What is to be run of a program; `plain` times it without goodfit as well."""
    if isinstance(program, Pair):
        return Task(program.name, program.source(), program, plain)
    return Task(f"{program.folder}/{program.name}", program.source(), None, plain)


def _named(task: Task, only: Sequence[str]) -> bool:
    own = {task.name, task.name.partition("/")[2]}
    if task.pair is not None:
        own |= {task.pair.operator.name, task.pair.base}
    return bool(own & set(only))


def run_all(wanted: Sequence[Task], jobs: int, path: Path = RECORDS) -> list[Scored]:
    """Every task's answer, from the file of records where it is there, else by running it."""
    code = source_digest()
    backend = os.environ.get("KERAS_BACKEND", "jax")
    have = {
        (record["name"], record["sha256"]): record
        for record in read_lines(path)
        if (record["goodfit"], record["backend"]) == (code, backend)
    }

    def there(task: Task) -> bool:
        record = have.get((task.name, digest(task.source)))
        return record is not None and (record["plain"] is not None or not task.plain)

    missing = [task for task in wanted if not there(task)]
    began = time.perf_counter()
    for number, (task, record) in enumerate(in_parallel(score, missing, jobs), 1):
        record |= {"sha256": digest(task.source), "goodfit": code, "backend": backend}
        if source_digest() == code:  # else nobody knows what ran
            append_line(path, record)
        have[task.name, record["sha256"]] = record
        spent = time.perf_counter() - began
        answer = scored(task, record)
        note = "" if task.pair is None else ("detected " if answer.detected else "MISSED ")
        print(
            f"{number}/{len(missing)} {spent:.0f} s  {task.name}: {note}{answer.told()}",
            file=sys.stderr,
            flush=True,
        )
    return [scored(task, have[task.name, digest(task.source)]) for task in wanted]


def smoke_passed(runs: Sequence[Scored]) -> bool:
    """Whether CI may pass; says why it may not."""
    faulty = faults(runs)
    detected = sum(run.detected for run in faulty)
    loud = alarmed([run for run in runs if run.pair is None], "error")
    without = [run for run in runs if not run.report]
    for run in (*loud, *without):
        print(f"{run.name}: {run.told()}")
    print(f"detected {share(detected, len(faulty))}\n{misses(runs, '')}")
    return detected >= SMOKE_DETECTION * len(faulty) and not loud and not without


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--half", choices=("tuning", "scored", "all"), default="all")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time, one core each")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="only these programs, pairs, operators or bases; writes no page",
    )
    parser.add_argument("--healthy", action="store_true", help="healthy programs only; no page")
    parser.add_argument("--smoke", action="store_true", help="a small part, for CI; no page")
    parser.add_argument("--no-plain", action="store_true", help="no plain runs, so no time ratio")
    options = parser.parse_args()  # fmt: skip
    wanted = tasks(options)
    able = [task for task in wanted if not lacking(task.source)]
    runs = run_all(able, options.jobs)
    skipped = len(wanted) - len(able)
    if options.smoke:
        return 0 if smoke_passed(runs) else 1
    print(summary(runs))
    if skipped:
        print(f"\n{skipped} programs skipped: GOODFIT_DATA or TensorFlow is not there.")
    if options.only or options.healthy:
        print("\n" + "\n".join(f"{run.name}: {run.told()}" for run in runs))
        return 0
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    about = (
        f"{today}, commit {commit()}, half: {options.half}; {len(runs)} programs, {skipped} "
        f"skipped for want of data or TensorFlow; backend {os.environ.get('KERAS_BACKEND', 'jax')}."
    )
    earlier = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    row = history_row(runs, today, commit())
    RESULTS.write_text(page(runs, about=about, row=row, earlier=earlier), encoding="utf-8")
    print(f"\nWritten: {RESULTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
