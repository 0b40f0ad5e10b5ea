"""What is concluded: findings, outcomes, verdicts and the report. Frozen; numbers before prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from goodfit.facts import Facts

Severity = Literal["error", "warning", "tip"]
Status = Literal["confirmed", "refuted", "untested"]
Result = Literal["finding", "passed", "not applicable", "skipped", "failed"]
VerdictName = Literal[
    "good fit",
    "close to overfitting",
    "overfitting",
    "underfitting",
    "broken training",
    "data problem",
    "unstable",
    "cannot tell",
]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "tip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place a finding points to; any part may be unknown (None)."""

    file: str | None = None
    line: int | None = None
    text: str | None = None
    layer: str | None = None
    argument: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A remedy by its id, with the parameters this finding suggests, and what it means in words."""

    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a check saw. `evidence` holds the numbers; `message` and `advice` are written from
    them. `because_of` names the codes of findings in the same fit that explain this one;
    `fit` is the index of the fit in the report (None for the script as a whole)."""

    code: str
    name: str
    severity: Severity
    message: str
    advice: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    where: Where = field(default_factory=Where)
    status: Status = "untested"
    status_reason: str = ""
    remedies: tuple[Remedy, ...] = ()
    because_of: tuple[str, ...] = ()
    fit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one check ended on one fit, always with a reason."""

    code: str
    name: str
    result: Result
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    fit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The one answer. `confidence` is in [0, 1]; `reason` carries the numbers behind it;
    `settle` says what would settle it where the name is "cannot tell"."""

    name: VerdictName
    confidence: float
    reason: str
    settle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitResult:
    """One fit of one model: what was seen, and what it comes to."""

    index: int
    title: str
    verdict: Verdict
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Where the time went: the whole run, the user's script, and goodfit's own parts."""

    total: float = 0.0
    script: float = 0.0
    monitor: float = 0.0
    checks: float = 0.0
    trials: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptRun:
    """How the user's script ended. `ended` is "finished", "exit" (sys.exit), "exception",
    "interrupted", "time limit" or "killed" (`signal` names it, where known)."""

    path: str
    arguments: tuple[str, ...] = ()
    ended: str = "finished"
    exit_code: int = 0
    signal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of one run. Findings stand best first. Renderers are functions of this record."""

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    fits: tuple[FitResult, ...] = ()
    seconds: Seconds = field(default_factory=Seconds)
    script: ScriptRun | None = None
    notes: tuple[str, ...] = ()
    goodfit: str = ""
    keras: str = ""
    backend: str = ""
    created: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings at error level."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def __str__(self) -> str:
        from goodfit.report import to_text

        return to_text(self)

    def _repr_html_(self) -> str:
        from goodfit.report import to_notebook

        return to_notebook(self)
