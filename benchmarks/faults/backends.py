"""Compares goodfit's findings on the same programs under JAX, TensorFlow and PyTorch.

    python benchmarks/faults/backends.py [--pairs 24] [--bases 8] [--control] [--jobs N]

The programs are drawn by lot, with a fixed seed, from the tuning half's faulty programs whose harm
is shown and from the bases; a larger number keeps the programs of a smaller one. Each runs under
`goodfit run` on every backend. With `--control` each also runs on JAX under two further seeds:
what differs there is not the backend. Needs an environment with all three backends. Records are
those of score.py, so that an interrupted comparison goes on where it stopped. Writes BACKENDS.md.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.util
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus import BASES, HERE, PAIRS, Pair, Program, with_seed
from figures import LOUD, Scored, markdown, share
from machine import lacking
from prove import verdicts
from score import RECORDS, Task, commit, run_all, source_digest, task_of

PAGE = HERE / "BACKENDS.md"
LOT = 20260117

# What is known of single programs' differences, for the page.
KNOWN: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Setting:
    """How a program is run.

    Attributes:
        backend: Keras' name of it.
        seed: What the program's `SEED` is set to; as written it is 0.
    """

    backend: str
    seed: int = 0

    @property
    def name(self) -> str:
        return self.backend if self.seed == 0 else f"{self.backend}, seed {self.seed}"


BACKENDS = (Setting("jax"), Setting("tensorflow"), Setting("torch"))
CONTROL = (Setting("jax"), Setting("jax", 1), Setting("jax", 2))

Answers = Mapping[Setting, Scored]


# Which programs, and their runs


def drawn(pairs: int, bases: int) -> list[Task]:
    """The first programs by lot; each has a lot of its own, so that others may come and go."""
    tuning = [pair for pair in PAIRS if pair.half == "tuning"]
    harm = verdicts(tuning)
    faulty = [pair for pair in tuning if harm[pair.name].counts and not lacking(pair.source())]
    healthy = [base for base in BASES if not lacking(base.source())]
    chosen: list[Program | Pair] = [
        *sorted(faulty, key=_lot)[:pairs],
        *sorted(healthy, key=_lot)[:bases],
    ]
    return [task_of(program, plain=False) for program in chosen]


def _lot(program: Program | Pair) -> float:
    return random.Random(f"{LOT} {program.name}").random()


def answers(
    tasks: Sequence[Task], settings: Sequence[Setting], jobs: int, path: Path = RECORDS
) -> dict[str, dict[Setting, Scored]]:
    """Every program's answers by name."""
    found: dict[str, dict[Setting, Scored]] = {task.name: {} for task in tasks}
    for setting in settings:
        print(f"{setting.name}:", file=sys.stderr, flush=True)
        seeded = [replace(task, source=with_seed(task.source, setting.seed)) for task in tasks]
        with _backend(setting.backend):
            for run in run_all(seeded, jobs, path):
                found[run.name][setting] = run
    return found


@contextlib.contextmanager
def _backend(name: str) -> Iterator[None]:
    before = os.environ.get("KERAS_BACKEND")
    os.environ["KERAS_BACKEND"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["KERAS_BACKEND"]
        else:
            os.environ["KERAS_BACKEND"] = before


# What they agree on


def loud(run: Scored) -> frozenset[str]:
    """Codes at error or warning level."""
    return frozenset(finding.code for finding in run.findings if finding.severity in LOUD)


def first(run: Scored) -> str:
    return run.findings[0].code if run.findings else ""


def alike(
    programs: Sequence[Answers], settings: Sequence[Setting], of: Callable[[Scored], object]
) -> str:
    """The share of programs of which something is the same under all the settings."""
    same = sum(len({of(program[setting]) for setting in settings}) == 1 for program in programs)
    return share(same, len(programs))


def agreement(found: Mapping[str, Answers], *, control: bool) -> str:
    """The table of agreement."""
    jax, tensorflow, torch = BACKENDS
    groups = [
        ("all three backends", BACKENDS),
        ("jax and tensorflow", (jax, tensorflow)),
        ("jax and torch", (jax, torch)),
        ("tensorflow and torch", (tensorflow, torch)),
    ]
    if control:
        groups.append(("control: three seeds on jax", CONTROL))
    programs = list(found.values())
    faulty = [program for program in programs if program[jax].pair is not None]
    rows = [
        (
            name,
            alike(faulty, settings, lambda run: run.detected),
            alike(programs, settings, loud),
            alike(programs, settings, first),
        )
        for name, settings in groups
    ]
    header = ("the same under", "detected or not", "set of errors and warnings", "first finding")
    return markdown(header, rows)


def detections(found: Mapping[str, Answers]) -> str:
    """Of the faulty programs, how many are detected under each setting."""
    faulty = [program for program in found.values() if program[BACKENDS[0]].pair is not None]
    rows = [
        (s.name, share(sum(program[s].detected for program in faulty), len(faulty)))
        for s in BACKENDS
    ]
    return markdown(("backend", "detected"), rows)


def programs_table(found: Mapping[str, Answers]) -> str:
    """Every program's answers."""
    rows = [
        (
            f"`{name}`",
            " or ".join(runs[BACKENDS[0]].accepted) or "nothing",
            *(_cell(runs[setting]) for setting in BACKENDS),
        )
        for name, runs in found.items()
    ]
    return markdown(("program", "wanted", *(setting.name for setting in BACKENDS)), rows)


def _cell(run: Scored) -> str:
    if not run.report:
        return "no report"
    mark = "" if run.pair is None else ("detected: " if run.detected else "**missed**: ")
    return mark + (", ".join(sorted(loud(run))) or "nothing")


def differences(found: Mapping[str, Answers], *, control: bool) -> str:
    """Programs of which the errors and warnings are not the same on all backends."""
    lines = []
    for name, runs in found.items():
        odd = _odd(runs, BACKENDS)
        reports = {runs[setting].report for setting in BACKENDS}
        if not odd and len(reports) == 1:
            continue
        said = [
            f"{code} on {' and '.join(s.name for s in BACKENDS if code in loud(runs[s]))} only"
            for code in odd
        ]
        said += [f"no report on {s.name}" for s in BACKENDS if not runs[s].report]
        by_seed = [code for code in odd if control and code in _odd(runs, CONTROL)]
        if by_seed:
            said.append(f"on jax {', '.join(by_seed)} comes and goes with the seed too")
        note = KNOWN.get(name, "" if by_seed == odd and len(reports) == 1 else "Not looked into.")
        lines.append(f"- `{name}`: {'; '.join(said)}. {note}".rstrip())
    return "\n".join(lines) or "None."


def _odd(runs: Answers, settings: Sequence[Setting]) -> list[str]:
    """Codes that some of the settings have and others lack."""
    said = [loud(runs[setting]) for setting in settings]
    return sorted(frozenset.union(*said) - frozenset.intersection(*said))


WHAT_DIFFERS = """\
## What the backends really do differently

- `keras.utils.set_random_seed` seeds each backend's own generator: initial weights and dropout
  differ between backends under one seed. Rows drawn or split by NumPy or scikit-learn are the same.
- `fit` on arrays shuffles with a generator of the backend's own (NumPy, tf.data or PyTorch's
  DataLoader), so that batches differ.
- Sums run in another order, so that even equal weights part after some steps.

No program therefore trains exactly alike on two backends, and a finding near its threshold may come
on one and not on another, as it may with another seed; the control says how often that is. What
does not depend on the run (data, shapes, the model as built and compiled) is to be the same."""


def page(found: Mapping[str, Answers], *, about: str, control: bool) -> str:
    parts = [
        "# The same programs on three backends",
        "Written by `backends.py`; README.md says what the words mean.",
        about,
        detections(found),
        agreement(found, control=control),
        WHAT_DIFFERS,
        "## Differences",
        differences(found, control=control),
        "## Programs",
        "Codes at error or warning level.",
        programs_table(found),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=24, help="faulty programs of the tuning half")
    parser.add_argument("--bases", type=int, default=8, help="healthy programs")
    parser.add_argument("--control", action="store_true", help="two more seeds on JAX")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time, one core each")
    parser.add_argument("--out", type=Path, default=PAGE, help="default: BACKENDS.md here")
    options = parser.parse_args()
    missing = [s.backend for s in BACKENDS if importlib.util.find_spec(s.backend) is None]
    if missing:
        parser.error(f"this environment lacks {', '.join(missing)}")
    tasks = drawn(options.pairs, options.bases)
    settings = dict.fromkeys((*BACKENDS, *(CONTROL if options.control else ())))
    before = source_digest()
    found = answers(tasks, list(settings), options.jobs)
    faulty = sum(task.pair is not None for task in tasks)
    about = (
        f"{datetime.datetime.now(datetime.UTC).date().isoformat()}, commit {commit()}; {faulty} "
        f"faulty programs of the tuning half and {len(tasks) - faulty} of bases/."
    )
    if source_digest() != before:
        about += " **goodfit's source changed while they ran: not all ran the same.**"
    text = page(found, about=about, control=options.control)
    options.out.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
