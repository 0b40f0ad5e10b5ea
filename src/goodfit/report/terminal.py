"""The report on a terminal: the verdict, what was found, what to do, within one screen.

Rich draws only in the terminal modules of this package and in the command line. Text from the
user's program goes in as plain `Text`, never as markup, and without control characters
(`words.clean`).
"""

from __future__ import annotations

import sys
from typing import TextIO

from rich.text import Text

from goodfit.report import summary
from goodfit.report.effects import trial_words
from goodfit.report.explain import explain, sections
from goodfit.report.terminal_page import WIDTH, Page, abilities, write
from goodfit.report.words import clean, count, sentence
from goodfit.results import Finding, FitResult, Report, Verdict

FULL_FINDINGS = 6
FULL_FITS = 8
GAPS = 4  # of more fits than that the gaps are left to the HTML report
NOTES = 4

_SEVERITY = {"error": "bold red", "warning": "bold yellow", "tip": "bold cyan"}
_STATUS = {"confirmed": "bold green", "refuted": "dim", "untested": "dim"}
_VERDICT = {
    "good fit": "bold green",
    "close to overfitting": "bold yellow",
    "cannot tell": "bold cyan",
}


def to_text(
    report: Report,
    width: int = WIDTH,
    color: bool = False,
    *,
    html: str | None = None,
    json: str | None = None,
) -> str:
    """The report as lines of at most `width` columns (paths may be longer), ending in a newline.

    `color` adds ANSI escapes; `html` and `json` are the paths of files to point to.
    """
    page = Page(max(40, width), color)
    _head(page, report)
    full = _in_full(report)
    for finding in summary.of_fit(report, None):
        _finding(page, report, finding, full=id(finding) in full)
    shown = summary.foremost(report, FULL_FITS)
    for fit in shown:
        if len(report.fits) > 1:
            page.blank()
            title = Text(f"{summary.fit_title(fit)}: ", "bold")
            page.line(title.append_text(_verdict(fit.verdict)))
            _fit(page, report, fit, alone=False)
        for finding in summary.of_fit(report, fit.index):
            _finding(page, report, finding, full=id(finding) in full)
        if len(report.fits) == 1:
            page.blank()
            _fit(page, report, fit, alone=True)
    page.blank()
    _foot(page, report, len(report.fits) - len(shown))
    for label, path in (("Report", html), ("JSON", json)):
        if path:
            page.path(label, clean(path))
    return page.text()


def to_terminal(
    report: Report,
    stream: TextIO | None = None,
    *,
    html: str | None = None,
    json: str | None = None,
) -> None:
    """Write the report to `stream` (default: stderr), in colour where it is a terminal that has
    them and NO_COLOR is not set, in plain ASCII where it can write nothing else."""
    stream = sys.stderr if stream is None else stream
    width, color = abilities(stream)
    write(to_text(report, width, color, html=html, json=json), stream)


def show_explanation(
    doc: str, code: str, name: str, severity: str, stream: TextIO | None = None
) -> None:
    """Write a check's explanation to `stream` (default: stdout), with colours where it has them."""
    stream = sys.stdout if stream is None else stream
    width, color = abilities(stream)
    text = explain(doc, code, name, severity, width=width)
    if color:
        headings = [heading for heading, _ in sections(doc)[1]]
        page = Page(width, color)
        for number, line in enumerate(text.splitlines()):
            style = _SEVERITY.get(severity, "bold") if number == 0 else ""
            page.line(Text(line, "bold" if line in headings else style))
        text = page.text()
    write(text, stream)


def _verdict(verdict: Verdict) -> Text:
    text = Text(verdict.name, _VERDICT.get(verdict.name, "bold red"))
    sure = summary.confidence(verdict)
    return text.append(f" ({sure})", "default") if sure else text


def _head(page: Page, report: Report) -> None:
    page.line(Text("Verdict: ", "bold").append_text(_verdict(report.verdict)))
    for text in (report.verdict.reason, report.verdict.settle):
        if text:
            page.line(Text(sentence(text)))
    ended = summary.script_sentence(report)
    if ended:
        page.line(Text(ended, "yellow"))


def _in_full(report: Report) -> set[int]:
    """The identities of the findings to show whole: the first few, of those that say the same of
    the same line in several fits only the first, and no tips that follow from another finding."""
    first = {(f.code, f.where.file, f.where.line): id(f) for f in reversed(report.findings)}
    once = set(first.values())
    follows = {id(f) for f in report.findings if f.severity == "tip" and f.because_of}
    whole = [id(f) for f in report.findings if id(f) in once - follows]
    return set(whole[:FULL_FINDINGS])


def _finding(page: Page, report: Report, finding: Finding, *, full: bool) -> None:
    at = summary.place(finding, summary.script_path(report))
    parts = summary.inside(finding)
    title = Text.assemble(
        (finding.severity, _SEVERITY[finding.severity]),
        (f" {clean(finding.code, 12)} {clean(finding.name, 60)}", "bold"),
    )
    if not full:
        causes = ", ".join(map(clean, finding.because_of)) if finding.severity == "tip" else ""
        page.line(title.append(f"  {f'follows from {causes}' if causes else at or parts}", "dim"))
        return
    page.blank()
    page.line(title.append(f"  {finding.status}", _STATUS[finding.status]))
    if at or parts:
        code = f"  {clean(finding.where.text, 160)}" if finding.where.text else ""
        joined = f"{at} ({parts})" if at and parts else at or sentence(parts)
        page.indented(Text.assemble(joined, (code, "dim")))
    page.indented(Text(sentence(finding.message)))
    tried = trial_words(finding)
    if tried:
        page.indented(Text(tried, "" if finding.status == "confirmed" else "dim"))
    if finding.because_of:
        page.indented(Text(f"Follows from {', '.join(map(clean, finding.because_of))}.", "dim"))
    if finding.advice:
        page.hang(Text("   ->", "bold green"), Text(sentence(finding.advice)), 6)


def _fit(page: Page, report: Report, fit: FitResult, *, alone: bool) -> None:
    facts = fit.facts
    lines = [summary.fit_size(facts)]
    if facts.trace is not None:
        lines.append(summary.loss_sentence(facts.trace))
        if len(report.fits) <= GAPS:
            lines.append(summary.gap_sentence(facts.trace.gap))
    explained = any(f.code.startswith("GF6") for f in summary.of_fit(report, fit.index))
    if facts.crash is not None and not explained:
        lines.append(summary.crash_sentence(facts.crash, summary.script_path(report)))
    for number, line in enumerate(line for line in lines if line):
        if alone:
            page.labelled("" if number else "Fit", sentence(line))
        else:
            page.indented(Text(sentence(line)))


def _foot(page: Page, report: Report, hidden: int) -> None:
    if hidden:
        page.labelled("More", f"{count(hidden, 'more fit')}, listed in the HTML report")
    ran = summary.checks(report.outcomes)
    page.labelled("Checks", ran.counts)
    for failed in ran.failed:
        page.labelled("", Text(f"failed: {failed}", "red"))
    for number, note in enumerate(report.notes[:NOTES]):
        page.labelled("" if number else "Notes", sentence(note, 300))
    if len(report.notes) > NOTES:
        page.labelled("", f"{count(len(report.notes) - NOTES, 'more note')} in the HTML report")
    time = summary.time_sentence(report.seconds)
    if time:
        page.labelled("Time", time)
