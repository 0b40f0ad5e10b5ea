"""Proves that the planted faults do harm: base and faulty program over five seeds.

    python benchmarks/faults/prove.py [--jobs 2] [--only NAME ...] [--table]

Every program's five seeds run in one child process. What they scored is appended to harm.jsonl,
which is kept, so that an interrupted proof goes on where it stopped and a program that has
changed runs again. A pair counts if its effect is shown by that file alone (see `judge`).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import BASES, HERE, PAIRS, SCRATCH, DoesNotApply, Pair, digest, with_seed
from machine import Cores, append_line, in_parallel, lacking, pinned, read_lines
from operators.families import family_of

HARM = HERE / "harm.jsonl"
SEEDS = range(5)
SECONDS_PER_SEED = 90
START_SECONDS = 120  # imports, on a busy machine
ENOUGH_BASES = 4  # for a family of faults
LEVEL = 0.05  # of the paired test, and also the difference a printed metric must show

# Predicting the mean scores 0 (R squared) or -1 (relative error): below that a model is equally
# useless, and the unbounded scores of diverged ones would drown a paired test.
FLOOR = -2.0


# The child: one program, all seeds


def run_seeds(script: Path, out: Path) -> None:
    """Run a program under every seed and write a line of JSON for each as it ends."""
    # Five seeds and most of a base's faults share their compiled steps: kept, they run thrice as
    # fast and score the same.
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(SCRATCH / "jax"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    source = script.read_text(encoding="utf-8")
    for seed in SEEDS:
        record = {"seed": seed, **run_once(with_seed(source, seed), str(script))}
        with out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def run_once(source: str, path: str) -> dict[str, Any]:
    """What one run printed, or the exception that ended it."""
    import keras

    keras.utils.clear_session()
    keras.config.set_dtype_policy("float32")
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": path}
    printed = io.StringIO()
    record: dict[str, Any] = {}
    began = time.perf_counter()
    try:
        with _time_limit(SECONDS_PER_SEED), contextlib.redirect_stdout(printed):
            exec(compile(source, path, "exec"), namespace)
    except (Exception, SystemExit) as error:
        record = {"exception": type(error).__name__, "message": str(error)[:300]}
    record["seconds"] = round(time.perf_counter() - began, 2)
    return {**record, **scores(printed.getvalue()), **last_metrics(namespace)}


def scores(printed: str) -> dict[str, float]:
    """The two scores that a program prints last; absent if it did not come so far."""
    found = {}
    for name in ("validation", "test"):
        lines = re.findall(rf"^{name} score: (\S+)$", printed, re.MULTILINE)
        if lines:
            found[name] = _storable(float(lines[-1]))
    return found


def last_metrics(namespace: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The last value of every validation metric, the loss aside."""
    curves = getattr(namespace.get("history"), "history", {})
    last = {
        name: _storable(float(curve[-1]))
        for name, curve in curves.items()
        if name.startswith("val_") and name != "val_loss" and curve
    }
    return {"metrics": last} if last else {}


def _storable(value: float) -> float:
    """JSON has no infinities: what is not finite is the worst there is."""
    return value if math.isfinite(value) else -1e9


@contextlib.contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    def stop(_number: int, _frame: object) -> None:
        raise TimeoutError(f"more than {seconds} seconds")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


# The parent: all programs


@dataclass(frozen=True, slots=True)
class Run:
    """A program to run: a base, or a pair by its name."""

    name: str
    source: str


def prove(run: Run, cores: Cores) -> dict[str, Any]:
    """One program's record: what every seed scored."""
    with tempfile.TemporaryDirectory() as scratch, cores.one() as core:
        folder = Path(scratch)
        script, out, errors = folder / "program.py", folder / "seeds.jsonl", folder / "stderr"
        script.write_text(run.source, encoding="utf-8")
        command = [sys.executable, str(HERE / "prove.py"), "--child", str(script), str(out)]
        began = time.perf_counter()
        limit = START_SECONDS + SECONDS_PER_SEED * len(SEEDS)
        code = pinned(command, core, folder=folder, seconds=limit, errors=errors)
        seconds = time.perf_counter() - began
        seeds = read_lines(out)
        said = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    for seed in SEEDS[len(seeds) :]:  # the process itself went down: no clean exception
        ended = "time limit" if code is None else f"exit code {code}"
        seeds.append({"seed": seed, "exception": "ProcessEnded", "message": ended, "seconds": 0.0})
    record = {"name": run.name, "sha256": digest(run.source), "seconds": round(seconds, 1)}
    if code != 0:
        record["stderr"] = "\n".join(said[-3:])[-500:]
    return {**record, "seeds": seeds}


def wanted(only: Sequence[str]) -> list[Run]:
    """The bases that some pair needs, then the pairs; `only` names pairs, operators or bases."""
    pairs = [pair for pair in PAIRS if not only or _named(pair, only)]
    bases = {pair.base for pair in pairs}
    runs = [Run(base.name, base.source()) for base in BASES if base.name in bases]
    for pair in pairs:
        try:
            runs.append(Run(pair.name, pair.source()))
        except (DoesNotApply, OSError) as reason:
            print(f"does not apply: {reason}", file=sys.stderr)
    return runs


def _named(pair: Pair, only: Sequence[str]) -> bool:
    return bool({pair.name, pair.operator.name, pair.base} & set(only))


def known(path: Path = HARM) -> dict[tuple[str, str], dict[str, Any]]:
    """Records by name and digest; the last of several holds."""
    return {(record["name"], record["sha256"]): record for record in read_lines(path)}


def run_all(only: Sequence[str], jobs: int, again: bool) -> None:
    have = {} if again else known()
    runs = [run for run in wanted(only) if (run.name, digest(run.source)) not in have]
    able = [run for run in runs if not lacking(run.source)]
    for run in runs:
        if run not in able:
            print(f"skipped {run.name}: lacks {', '.join(lacking(run.source))}", file=sys.stderr)
    began = time.perf_counter()
    for number, (run, record) in enumerate(in_parallel(prove, able, jobs), 1):
        append_line(HARM, record)
        tests = [seed.get("test", seed.get("exception")) for seed in record["seeds"]]
        spent = time.perf_counter() - began
        print(f"{number}/{len(able)} {spent:.0f} s  {run.name}: {tests}", flush=True)


# The judgement


@dataclass(frozen=True, slots=True)
class Harm:
    """What harm.jsonl says of a pair.

    Attributes:
        counts: Whether the effect is shown.
        effect: That of the operator; "crash" where a fault meant to worsen crashes instead.
        p: Of the paired test, NaN where none was made.
        drop: Mean over the seeds of what the effect is about, in score; NaN where unknown.
        reason: In words.
    """

    counts: bool
    effect: str
    p: float
    drop: float
    reason: str


def judge(effect: str, base: Mapping[str, Any] | None, faulty: Mapping[str, Any] | None) -> Harm:
    """Whether a pair's effect is shown by the records of its two programs."""
    if base is None or faulty is None:
        return _not(effect, "not run")
    failed = [seed["seed"] for seed in faulty["seeds"] if "exception" in seed]
    if any("exception" in seed for seed in base["seeds"]):
        return _not(effect, "the base itself fails")
    timed_out = any(seed.get("exception") == "TimeoutError" for seed in faulty["seeds"])
    if timed_out or any(seed.get("exception") == "ProcessEnded" for seed in faulty["seeds"]):
        return _not(effect, "ran out of time, or the process died")
    if len(failed) == len(SEEDS):
        name = faulty["seeds"][0]["exception"]
        return Harm(True, "crash", math.nan, math.nan, f"{name} in every seed")
    if failed or effect == "crash":
        return _not(effect, f"fails in {len(failed)} of {len(SEEDS)} seeds")
    if effect == "metric":
        return _metric(base["seeds"], faulty["seeds"])
    measure = _gap if effect == "gap" else _loss_of_score
    seeds = zip(base["seeds"], faulty["seeds"], strict=True)
    harm = [measure(bad) - measure(good) for good, bad in seeds]
    p, mean = paired_p(harm), sum(harm) / len(harm)
    what = "gap grows by" if effect == "gap" else "test score falls by"
    return Harm(p < LEVEL, effect, p, mean, f"{what} {mean:.4f}, p = {p:.2g}")


def _not(effect: str, reason: str) -> Harm:
    return Harm(False, effect, math.nan, math.nan, reason)


def _loss_of_score(seed: Mapping[str, Any]) -> float:
    return -max(FLOOR, seed["test"])


def _gap(seed: Mapping[str, Any]) -> float:
    return max(FLOOR, seed["validation"]) - max(FLOOR, seed["test"])


def paired_p(differences: Sequence[float]) -> float:
    """One-sided: that the mean of paired differences is above zero."""
    if max(differences) - min(differences) < 1e-12:  # no spread, no t
        return 0.0 if differences[0] > 1e-9 else 1.0
    from scipy.stats import ttest_1samp

    return float(ttest_1samp(differences, 0.0, alternative="greater").pvalue)


def _metric(base: Sequence[Mapping[str, Any]], faulty: Sequence[Mapping[str, Any]]) -> Harm:
    """The last printed metric is not the score; in the base it is, where the base has it.

    Of a program's metrics the first is judged: the one users look at.
    """
    name = next(iter(faulty[0].get("metrics", ())), None)
    if name is None:
        return _not("metric", "prints no metric")
    off = [abs(seed["metrics"][name] - seed["validation"]) for seed in faulty]
    healthy = [
        abs(seed["metrics"][name] - seed["validation"])
        for seed in base
        if name in seed.get("metrics", {})
    ]
    mean = sum(off) / len(off)
    if max(healthy, default=0.0) > LEVEL:
        return Harm(False, "metric", math.nan, mean, f"{name} is not the score in the base either")
    if min(off) <= LEVEL:
        return Harm(False, "metric", math.nan, mean, f"{name} is off by {min(off):.3f} only")
    return Harm(True, "metric", math.nan, mean, f"{name} is off by {mean:.3f}")


def verdicts(pairs: Sequence[Pair] = PAIRS, path: Path = HARM) -> dict[str, Harm]:
    """The judgement of every pair by name, from the records of its present source."""
    have = known(path)
    bases = {base.name: have.get((base.name, digest(base.source()))) for base in BASES}
    judged = {}
    for pair in pairs:
        try:
            record = have.get((pair.name, digest(pair.source())))
        except (DoesNotApply, OSError) as reason:
            judged[pair.name] = _not(pair.operator.effect, f"does not apply: {reason}")
            continue
        judged[pair.name] = judge(pair.operator.effect, bases.get(pair.base), record)
    return judged


def shown_bases(
    judged: Mapping[str, Harm], of: Callable[[Pair], str], pairs: Sequence[Pair] = PAIRS
) -> dict[str, set[str]]:
    """The bases on which the harm is shown, by what `of` says of a pair."""
    found: dict[str, set[str]] = {of(pair): set() for pair in pairs}
    for pair in pairs:
        if judged[pair.name].counts:
            found[of(pair)].add(pair.base)
    return found


def print_table(only: Sequence[str]) -> None:
    pairs = [pair for pair in PAIRS if not only or _named(pair, only)]
    judged = verdicts(pairs)
    for operator in dict.fromkeys(pair.operator for pair in pairs):
        own = [pair for pair in pairs if pair.operator == operator]
        count = sum(judged[pair.name].counts for pair in own)
        print(f"{operator.name} ({operator.effect}): {count} of {len(own)}")
        for pair in own:
            harm = judged[pair.name]
            as_crash = harm.counts and harm.effect != operator.effect
            note = " (declared " + operator.effect + ")" if as_crash else ""
            mark = "counts" if harm.counts else "  -   "
            print(f"  {mark} {pair.base:24} {pair.half:7} {harm.reason}{note}")
    total = sum(harm.counts for harm in judged.values())
    run = sum(harm.reason != "not run" for harm in judged.values())
    print(f"{total} pairs count of {run} run and {len(pairs)} in all")
    if only:
        return
    families = shown_bases(judged, lambda pair: family_of(pair.operator.name))
    for family, bases in families.items():
        print(f"{family}: {len(bases)} bases ({', '.join(sorted(bases))})")
    for what, groups in (
        ("families", families),
        ("operators", shown_bases(judged, lambda pair: pair.operator.name)),
    ):
        enough = sum(len(bases) >= ENOUGH_BASES for bases in groups.values())
        print(f"{enough} of {len(groups)} {what} do harm on {ENOUGH_BASES} bases or more")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time, one core each")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="only these pairs, operators or bases"
    )
    parser.add_argument("--again", action="store_true", help="run what has run already")
    parser.add_argument("--table", action="store_true", help="run nothing, say what counts")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run_seeds(*options.child)
        return
    if not options.table:
        run_all(options.only, options.jobs, options.again)
    print_table(options.only)


if __name__ == "__main__":
    main()
