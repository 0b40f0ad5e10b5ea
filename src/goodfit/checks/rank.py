"""Findings put in order: causes before what they explain, the worst first.

One root cause shows up in many ways. `CAUSES` says which finding explains which, by code; a finding
that another one of the same fit explains names it in `because_of`, stands right behind it, and is
one level less severe, as long as its cause is at least as severe as it was itself (so that a report
with an error in it never ends up without one). A crash is never less severe than an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from goodfit.results import SEVERITIES, Finding, Severity

BROKEN = ("GF301", "GF302", "GF306", "GF307")
WEAK = ("GF403", "GF407", "GF409")

CAUSES: Mapping[str, tuple[str, ...]] = {
    "GF101": (*BROKEN, "GF304", *WEAK),
    "GF102": (*BROKEN, "GF303", "GF304", *WEAK),
    "GF104": (*BROKEN, "GF304", *WEAK),
    "GF107": ("GF108", *BROKEN, *WEAK),
    "GF108": ("GF204", *BROKEN, *WEAK),
    "GF109": ("GF601", "GF306", "GF307", *WEAK),
    "GF110": ("GF306", "GF307"),
    "GF113": ("GF303", "GF306", "GF307", "GF401", "GF402", "GF403", "GF407", "GF409"),
    "GF120": ("GF110", "GF401", "GF402", "GF405", "GF407", "GF409"),
    "GF126": ("GF601", "GF307", *WEAK),
    "GF127": ("GF102", *BROKEN, "GF303", "GF304", *WEAK),
    "GF201": (
        "GF601",
        "GF109",
        "GF202",
        "GF204",
        "GF301",
        "GF303",
        "GF304",
        "GF306",
        "GF307",
        *WEAK,
    ),
    "GF202": ("GF204", "GF306", "GF307", *WEAK),
    "GF205": WEAK,
    "GF207": ("GF303", "GF304", "GF306", "GF307", *WEAK),
    "GF208": ("GF307", "GF405", *WEAK),
    "GF217": ("GF303", "GF304", "GF306", "GF307", "GF405", *WEAK),
    "GF220": (*BROKEN, "GF304", *WEAK),
    "GF224": ("GF403", "GF409"),
    "GF301": ("GF306", "GF307", *WEAK),
    "GF302": ("GF301", "GF304", "GF306", "GF307", *WEAK),
    "GF303": ("GF306", "GF307", *WEAK),
    "GF304": ("GF303", "GF306", "GF307", *WEAK),
    "GF306": ("GF307", *WEAK),
    "GF307": WEAK,
    "GF401": ("GF402", "GF407", "GF409"),
    "GF403": ("GF407",),
}
"""Which codes each code explains when both are found in one fit. No code explains itself, not even
through others."""

ORDER = "615234"
"""The causal order by a code's first digit: crash, data and split, what validation there is, model
and settings, training, under- and overfitting."""


def _same(one: Finding, other: Finding) -> bool:
    """Whether both belong to one fit; a finding on the script as a whole belongs to all."""
    return one.fit is None or other.fit is None or one.fit == other.fit


def _explains(cause: Finding, other: Finding) -> bool:
    able = cause.status != "refuted" and cause.severity != "tip"
    return able and _same(cause, other) and other.code in CAUSES.get(cause.code, ())


def _roots(finding: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """The findings at the bottom of this one: they explain it, if only through others, and nothing
    present explains them."""
    if finding.status == "refuted":
        return []
    if finding.because_of:  # ranked before: a cause that was lowered since must not get lost
        return [one for one in findings if one.code in finding.because_of and _same(one, finding)]
    direct = [cause for cause in findings if _explains(cause, finding)]
    found = {id(root): root for cause in direct for root in (_roots(cause, findings) or [cause])}
    return sorted(found.values(), key=lambda one: _key(one, 0))


def _lowered(finding: Finding, causes: Sequence[Finding]) -> Severity:
    own = SEVERITIES.index(finding.severity)
    if (
        finding.because_of
        or finding.code.startswith("GF6")
        or not any(SEVERITIES.index(cause.severity) <= own for cause in causes)
    ):
        return finding.severity
    return SEVERITIES[min(own + 1, len(SEVERITIES) - 1)]


def _key(finding: Finding, worst: int) -> tuple[bool, int, bool, int, str, int]:
    return (
        finding.status == "refuted",
        worst,
        finding.status != "confirmed",
        ORDER.find(finding.code[2:3]) % (len(ORDER) + 1),
        finding.code,
        -1 if finding.fit is None else finding.fit,
    )


def rank(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings best first, with `because_of` set. What was ranked before may be ranked again.

    A cause stands where the worst of what it explains would stand. Refuted findings come last;
    among equals, confirmed ones come first, then the causal order decides.
    """
    causes = {id(finding): _roots(finding, findings) for finding in findings}
    heads = [finding for finding in findings if not causes[id(finding)]]
    behind: dict[int, list[Finding]] = {id(head): [] for head in heads}
    for finding in findings:
        if causes[id(finding)]:
            behind[id(causes[id(finding)][0])].append(finding)

    def level(finding: Finding) -> int:
        return SEVERITIES.index(finding.severity)

    def worst(finding: Finding) -> int:
        return min(level(one) for one in (finding, *behind[id(finding)]))

    ordered = []
    for head in sorted(heads, key=lambda one: _key(one, worst(one))):
        ordered.append(head)
        ordered += sorted(behind[id(head)], key=lambda one: _key(one, level(one)))
    return tuple(
        replace(
            finding,
            because_of=tuple(dict.fromkeys(cause.code for cause in causes[id(finding)])),
            severity=_lowered(finding, causes[id(finding)]),
        )
        for finding in ordered
    )
