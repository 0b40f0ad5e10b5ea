"""What a check is, and how one is run.

A check is a pure function of facts. It names the facts it needs as parameters (`model`, `settings`,
`data`, `trace`, `baselines`, `crash`, `backend`, or `facts` for all of them) and returns a
`Suspicion`, `Passed`, `NotApplicable` or `CannotTell`. Where a needed part is missing the check is
skipped with the reason; a parameter with the default None is wanted, not needed.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from goodfit.facts import Facts, SourceLine
from goodfit.results import Finding, Outcome, Remedy, Severity, Where


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that decides, and where it comes from. Behaves as the number in arithmetic through
    `.value`; `source` is a paper with section, or the page under docs/evidence/ that derives it."""

    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A check's yes. `case` picks the wording where the check has several; `severity` overrides
    the check's own; `remedies` are (id, parameters)."""

    evidence: Mapping[str, Any]
    case: str = ""
    where: Where = field(default_factory=Where)
    severity: Severity | None = None
    remedies: tuple[Remedy, ...] | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A check's no, with the numbers that say so."""

    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not arise here."""

    reason: str


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The facts are too thin to say yes or no; the reason says what would settle it."""

    reason: str


Answer = Suspicion | Passed | NotApplicable | CannotTell
Wording = str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule. `message` and `advice` are templates over the evidence, e.g.
    "{rows} of {total} rows"; where the check has several cases, a mapping from case to template."""

    code: str
    name: str
    severity: Severity
    function: Callable[..., Answer]
    message: Wording
    advice: Wording
    remedies: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        """The docstring of the check's file: Sees, Why it matters, Evidence, Remedies, Source."""
        return inspect.getdoc(inspect.getmodule(self.function)) or ""


def place(
    line: SourceLine | None, *, layer: str | None = None, argument: str | None = None
) -> Where:
    """A finding's place from a fact's source line."""
    if line is None:
        return Where(layer=layer, argument=argument)
    return Where(file=line.file, line=line.line, text=line.text, layer=layer, argument=argument)


def _worded(wording: Wording, case: str, evidence: Mapping[str, Any]) -> str:
    template = wording if isinstance(wording, str) else wording[case]
    return template.format(**evidence)


def _arguments(check: Check, facts: Facts) -> tuple[dict[str, Any], str]:
    """The check's arguments out of the facts, and why it must be skipped (empty if it need not)."""
    arguments: dict[str, Any] = {}
    for name, parameter in inspect.signature(check.function).parameters.items():
        value = facts if name == "facts" else getattr(facts, name)
        if value is None and parameter.default is inspect.Parameter.empty:
            return {}, facts.missing.get(name, f"nothing is known of the {name}")
        arguments[name] = value
    return arguments, ""


def run_check(check: Check, facts: Facts) -> tuple[Outcome, Finding | None]:
    """Run one check on one fit's facts. Never raises: a check that does is a `failed` outcome."""
    started = time.perf_counter()

    def outcome(result: Any, reason: str, evidence: Mapping[str, Any] | None = None) -> Outcome:
        return Outcome(
            code=check.code,
            name=check.name,
            result=result,
            reason=reason,
            evidence=evidence or {},
            seconds=time.perf_counter() - started,
        )

    arguments, missing = _arguments(check, facts)
    if missing:
        return outcome("skipped", missing), None
    try:
        answer = check.function(**arguments)
        if isinstance(answer, Passed):
            return outcome("passed", answer.reason, answer.evidence), None
        if isinstance(answer, NotApplicable):
            return outcome("not applicable", answer.reason), None
        if isinstance(answer, CannotTell):
            return outcome("skipped", answer.reason), None
        finding = Finding(
            code=check.code,
            name=check.name,
            severity=answer.severity or check.severity,
            message=_worded(check.message, answer.case, answer.evidence),
            advice=_worded(check.advice, answer.case, answer.evidence),
            evidence=dict(answer.evidence),
            where=answer.where,
            remedies=(
                tuple(Remedy(id=id_) for id_ in check.remedies)
                if answer.remedies is None
                else answer.remedies
            ),
        )
    except Exception as error:  # a crashed check must not take the others with it
        return outcome("failed", f"{type(error).__name__}: {error}"), None
    return outcome("finding", finding.message, finding.evidence), finding
