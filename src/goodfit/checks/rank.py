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

STUCK = ("GF306", "GF307", "GF308", "GF309", "GF310", "GF312", "GF314")
"""How a training looks that gets nowhere: symptoms, whatever stopped it."""
BROKEN = ("GF301", "GF302", "GF311", "GF313", "GF318", "GF304", "GF305", *STUCK)
"""How a training looks that goes wrong in any way."""
WEAK = ("GF211", "GF222", "GF223", "GF403", "GF406", "GF407", "GF409", "GF410", "GF411", "GF507")
"""What a model looks like that did not learn what there was to learn."""
OVERFIT = ("GF401", "GF402", "GF406", "GF409", "GF411")
"""What memorising looks like."""

CAUSES: Mapping[str, tuple[str, ...]] = {
    "GF101": ("GF123", *BROKEN, *WEAK),
    "GF102": ("GF303", *BROKEN, *WEAK),
    "GF103": ("GF102", "GF123", *BROKEN, *WEAK),
    "GF104": (*BROKEN, *WEAK),
    "GF105": ("GF113", "GF115", "GF116", "GF123", *STUCK, *WEAK),
    "GF106": ("GF601", "GF604", "GF115", "GF116", "GF123", "GF129", *STUCK, *WEAK),
    "GF107": ("GF108", "GF111", "GF203", *BROKEN, *WEAK),
    "GF108": ("GF109", "GF203", "GF204", "GF601", *BROKEN, *WEAK),
    "GF109": ("GF601", *STUCK, *WEAK),
    "GF110": ("GF306", "GF307", "GF410", "GF506", "GF507"),
    "GF111": ("GF110", "GF121", "GF123", "GF401", *WEAK),
    "GF112": ("GF125", "GF223", "GF412", "GF415", "GF402", "GF401", *WEAK),
    "GF113": ("GF103", "GF112", "GF114", "GF217", "GF303", *STUCK, "GF402", "GF401", *WEAK),
    "GF114": ("GF402", "GF401", *WEAK),
    "GF115": ("GF114", "GF116", "GF402", "GF401", *WEAK),
    "GF117": ("GF116", "GF119"),
    "GF118": (*OVERFIT, "GF407"),
    "GF119": ("GF405",),
    "GF120": (
        "GF110",
        "GF111",
        "GF112",
        "GF119",
        "GF121",
        "GF123",
        "GF124",
        "GF405",
        "GF402",
        "GF401",
        *WEAK,
    ),
    "GF121": ("GF123", "GF401", "GF405", "GF407", "GF410"),
    "GF122": ("GF117", "GF123", "GF401"),
    "GF123": ("GF401", "GF402", "GF405", "GF406", "GF407", "GF409", "GF410", "GF411", "GF505"),
    "GF124": ("GF117", "GF123", "GF405"),
    "GF126": ("GF601", *STUCK, *WEAK),
    "GF127": ("GF102", "GF303", *BROKEN, *WEAK),
    "GF129": (*STUCK, *WEAK),
    "GF130": ("GF611", "GF131"),
    "GF131": (
        *("GF107", "GF602", "GF604", "GF610", "GF611", "GF110", "GF111", "GF113"),
        *("GF115", "GF121", "GF123", "GF201", "GF203", "GF401", "GF402", "GF405", *STUCK, *WEAK),
    ),
    "GF132": OVERFIT,
    "GF133": ("GF114", "GF116", *WEAK),
    "GF135": ("GF127", "GF133", *STUCK, *WEAK),
    "GF201": (
        "GF601",
        "GF109",
        "GF202",
        "GF203",
        "GF204",
        "GF301",
        "GF303",
        "GF304",
        "GF305",
        *STUCK,
        *WEAK,
    ),
    "GF202": ("GF204", "GF203", *STUCK, *WEAK),
    "GF203": ("GF109", "GF601", *STUCK, *WEAK),
    "GF205": WEAK,
    "GF206": ("GF103", "GF220", "GF303", *STUCK, *WEAK),
    "GF207": ("GF103", "GF303", "GF304", "GF305", *STUCK, *WEAK),
    "GF208": ("GF301", "GF316", "GF405", *STUCK, *WEAK),
    "GF209": ("GF316", "GF405", *STUCK, *WEAK),
    "GF211": ("GF403", "GF407", "GF310"),
    "GF212": ("GF304", *STUCK, *WEAK),
    "GF213": ("GF128", "GF601", *STUCK, *WEAK),
    "GF215": ("GF109", "GF303", *BROKEN, *WEAK),
    "GF216": ("GF103", "GF303", *STUCK, *WEAK),
    "GF217": ("GF103", "GF303", "GF304", "GF317", "GF405", *STUCK, *WEAK),
    "GF219": (*STUCK, *WEAK),
    "GF220": ("GF303", "GF316", *BROKEN, *WEAK),
    "GF221": ("GF220", *STUCK, *WEAK),
    "GF222": ("GF223", "GF307", "GF311", "GF312", "GF403", "GF407"),
    "GF223": ("GF307", "GF312", "GF403", "GF407", "GF410"),
    "GF224": ("GF211", "GF220", "GF223", "GF312", "GF403", "GF407", "GF409", "GF410"),
    "GF225": ("GF306", "GF405", "GF407", "GF410", "GF507"),
    "GF226": ("GF606", "GF601"),
    "GF301": ("GF309", "GF306", "GF307", "GF310", "GF403", "GF407", "GF409"),
    "GF302": ("GF301", "GF304", "GF305", "GF313", "GF318", *STUCK, *WEAK),
    "GF303": (*STUCK, *WEAK),
    "GF304": ("GF303", *STUCK, *WEAK),
    "GF305": ("GF303", *STUCK, *WEAK),
    "GF306": ("GF307", "GF309", "GF310", "GF403", "GF407", "GF409", "GF410", "GF507"),
    "GF307": ("GF308", "GF309", "GF310", "GF312", "GF314", "GF403", "GF407", "GF409"),
    "GF309": ("GF403", "GF407"),
    "GF310": ("GF312", "GF403", "GF407"),
    "GF311": ("GF409",),
    "GF312": ("GF403", "GF407"),
    "GF313": ("GF301", "GF304", "GF305", "GF309", "GF306", "GF307", "GF310", *WEAK),
    "GF316": ("GF307", "GF403", "GF405", "GF407"),
    "GF317": ("GF307", "GF403", "GF407"),
    "GF321": ("GF405", *STUCK, *WEAK),
    "GF322": ("GF405", "GF403", "GF407", "GF410", "GF411"),
    "GF401": ("GF218", "GF402", "GF406", "GF407", "GF409", "GF411"),
    "GF403": ("GF407", "GF410"),
    "GF410": ("GF411", "GF507"),
    "GF503": ("GF117", "GF502"),
    "GF504": ("GF123", "GF405", "GF409"),
    "GF610": ("GF307", "GF310", "GF403", "GF407"),
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
    return sorted(found.values(), key=lambda one: _key(one, SEVERITIES.index(one.severity)))


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
