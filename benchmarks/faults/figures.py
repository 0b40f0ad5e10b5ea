"""What the runs of goodfit amount to: figures, tables and the page RESULTS.md."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from corpus import Pair
from operators.families import family_of

LOUD = ("error", "warning")
LEVELS = ("error", "warning", "tip")
HISTORY = "## History"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a report, in its rank."""

    code: str
    severity: str


@dataclass(frozen=True, slots=True)
class Scored:
    """goodfit's answer on one program.

    Attributes:
        name: "bases/NAME", "healthy/NAME" or the pair's name.
        pair: None for a healthy program.
        findings: Best first.
        report: Whether there was a report at all.
        failed: Codes of checks that raised.
        plain: Wall-clock seconds of the plain script; None where not timed.
        seconds: The same under goodfit.
    """

    name: str
    pair: Pair | None
    findings: tuple[Finding, ...]
    report: bool
    failed: tuple[str, ...]
    plain: float | None
    seconds: float

    @property
    def detected(self) -> bool:
        """An accepted code at error or warning level."""
        return any(f.code in self.accepted and f.severity in LOUD for f in self.findings)

    @property
    def accepted(self) -> tuple[str, ...]:
        return self.pair.codes if self.pair else ()

    def within(self, rank: int) -> bool:
        """Whether one of the first findings, tips among them, has an accepted code."""
        return any(finding.code in self.accepted for finding in self.findings[:rank])

    def told(self) -> str:
        """The findings in words: `GF220, GF302 (tip)`."""
        if not self.report:
            return "no report"
        said = [f.code if f.severity in LOUD else f"{f.code} (tip)" for f in self.findings]
        return ", ".join(said) or "nothing"


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part / whole:.0f} %)" if whole else "-"


def rate(runs: Sequence[Scored], of: Callable[[Scored], bool]) -> str:
    return share(sum(map(of, runs)), len(runs))


def median(values: Iterable[float], digits: int = 0) -> str:
    given = list(values)
    return f"{statistics.median(given):.{digits}f}" if given else "-"


def faults(runs: Sequence[Scored], half: str = "") -> list[Scored]:
    return [run for run in runs if run.pair is not None and half in ("", run.pair.half)]


def healthy(runs: Sequence[Scored], folder: str) -> list[Scored]:
    return [run for run in runs if run.pair is None and run.name.startswith(f"{folder}/")]


def alarmed(runs: Sequence[Scored], level: str) -> list[Scored]:
    return [run for run in runs if any(f.severity == level for f in run.findings)]


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def detection_row(name: str, runs: Sequence[Scored]) -> tuple[str, ...]:
    return (
        name,
        rate(runs, lambda run: run.detected),
        rate(runs, lambda run: run.within(1)),
        rate(runs, lambda run: run.within(3)),
        median((len(run.findings) for run in runs), 1),
    )


def detection(runs: Sequence[Scored]) -> str:
    halves = (("tuning half", "tuning"), ("scored half", "scored"), ("both", ""))
    return markdown(
        ("faulty programs", "detected", "ranked first", "in the first three", "median findings"),
        (detection_row(name, faults(runs, half)) for name, half in halves),
    )


def false_alarms(runs: Sequence[Scored]) -> str:
    rows = []
    for folder in ("bases", "healthy"):
        group = healthy(runs, folder)
        shares = [share(len(alarmed(group, level)), len(group)) for level in LEVELS]
        rows.append((f"{folder}/", *shares))
    return markdown(("healthy programs with a finding at", *LEVELS), rows)


def times(runs: Sequence[Scored]) -> str:
    timed = [run for run in runs if run.plain]
    ratio = median((run.seconds / run.plain for run in timed if run.plain), 2)
    more = median((run.seconds - run.plain for run in timed if run.plain), 1)
    return (
        f"Wall-clock time under `goodfit run` over the plain script, one core each: median ratio "
        f"{ratio}, median difference {more} s ({len(timed)} programs)."
    )


def by(runs: Sequence[Scored], what: str, key: Callable[[Pair], str]) -> str:
    groups: dict[str, list[Scored]] = {}
    for run in faults(runs):
        if run.pair is not None:
            groups.setdefault(key(run.pair), []).append(run)
    return markdown(
        (what, "detected", "ranked first", "in the first three", "median findings"),
        (detection_row(name, group) for name, group in groups.items()),
    )


def misses(runs: Sequence[Scored], half: str) -> str:
    lines = [
        f"- `{run.name}`: wanted {' or '.join(run.accepted)}; found {run.told()}"
        for run in faults(runs, half)
        if not run.detected
    ]
    return "\n".join(lines) or "None."


def alarms(runs: Sequence[Scored]) -> str:
    lines = [
        f"- `{run.name}`: {run.told()}"
        for run in runs
        if run.pair is None and (run.findings or not run.report)
    ]
    return "\n".join(lines) or "None."


def failures(runs: Sequence[Scored]) -> str:
    lines = [
        f"- `{run.name}`: {', '.join(run.failed) or 'no report'}"
        for run in runs
        if run.failed or not run.report
    ]
    return "\n".join(lines) or "None."


HISTORY_HEADER = (
    "date", "commit", "tuning: detected", "first", "scored: detected", "first",
    "bases: error", "warning", "healthy: error", "warning", "time ratio",
)  # fmt: skip


def history_row(runs: Sequence[Scored], date: str, commit: str) -> str:
    cells = [date, commit]
    for half in ("tuning", "scored"):
        cells += detection_row("", faults(runs, half))[1:3]
    for folder in ("bases", "healthy"):
        group = healthy(runs, folder)
        cells += [share(len(alarmed(group, level)), len(group)) for level in LOUD]
    timed = [run.seconds / run.plain for run in runs if run.plain]
    return "| " + " | ".join([*cells, median(timed, 2)]) + " |"


def earlier_history(page: str) -> list[str]:
    """The history's rows in an earlier page, without its header."""
    rows = [line for line in page.partition(HISTORY)[2].splitlines() if line.startswith("|")]
    return rows[2:]


def summary(runs: Sequence[Scored]) -> str:
    return "\n\n".join([detection(runs), false_alarms(runs), times(runs)])


def page(runs: Sequence[Scored], *, about: str, row: str, earlier: str) -> str:
    """RESULTS.md, with a row for this run after the history of the `earlier` page."""
    history = "\n".join([markdown(HISTORY_HEADER, ()), *earlier_history(earlier), row])
    parts = [
        "# Results on the fault corpus",
        "Written by `score.py`; README.md says what the words mean.",
        about,
        summary(runs),
        "## By family",
        by(runs, "family of faults", lambda pair: family_of(pair.operator.name)),
        "## By base",
        by(runs, "base", lambda pair: pair.base),
        "## Misses, tuning half",
        misses(runs, "tuning"),
        "## Misses, scored half",
        misses(runs, "scored"),
        "## Findings on healthy programs",
        alarms(runs),
        "## Checks that raised, and runs without a report",
        failures(runs),
        HISTORY,
        history,
    ]
    return "\n\n".join(parts) + "\n"
