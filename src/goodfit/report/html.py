"""The report as one HTML file that loads nothing, and as a frame for notebooks.

The page is template.html.j2 with page.css and page.js written into it. Everything is drawn here;
the script only redraws curves. A Content-Security-Policy lets no other script run and nothing be
fetched, so that even text that got past the escaping could do nothing.
"""

from __future__ import annotations

from typing import Any

from goodfit.facts import Facts
from goodfit.report import curves, plots, summary, tables
from goodfit.report.confusion import confusion
from goodfit.report.effects import trial_words
from goodfit.report.page import assets, environment, frame
from goodfit.report.pictures import Shelf, shelves
from goodfit.report.words import clean, give_or_take, number, sentence, short_path
from goodfit.results import Finding, FitResult, Report

# Bounds that keep the file under 2 MB whatever the report holds.
FITS = 20
FINDINGS = 100
POINTS, POINTS_OF_MANY = 400, 120
LAYERS = 1200


def to_html(report: Report) -> str:
    """The whole report as one self-contained HTML page (under 2 MB)."""
    return _page(report, brief=False)


def to_notebook(report: Report) -> str:
    """Verdict, findings, curves and gap as an HTML fragment for a notebook: a frame of its own, so
    that neither the notebook's styles nor the report's reach the other."""
    lines = 3 * len(report.findings[:FINDINGS]) + 5 * min(len(report.fits), FITS)
    height = min(720, 220 + 60 * lines)
    return frame(_page(report, brief=True), "goodfit report", height)


def _page(report: Report, *, brief: bool) -> str:
    shown = summary.foremost(report, FITS)
    hidden = [fit for fit in report.fits if fit not in shown]
    script = report.script
    shelf = shelves(report)
    return (
        environment()
        .get_template("template.html.j2")
        .render(
            **assets("pictures.css"),
            brief=brief,
            report=report,
            name=short_path(script.path, script.path) if script else "",
            arguments=" ".join(clean(a, 200) for a in script.arguments[:40]) if script else "",
            ended=summary.script_sentence(report),
            confidence=summary.confidence(report.verdict),
            findings=[_finding(report, finding) for finding in report.findings[:FINDINGS]],
            more_findings=max(0, len(report.findings) - FINDINGS),
            fits=[_fit(report, fit, len(shown), brief, shelf.get(fit.index)) for fit in shown],
            hidden=[_row(fit) for fit in hidden[:1000]],
            hidden_total=len(hidden),
            checks=summary.checks(report.outcomes),
            outcomes=tables.outcomes([o for o in report.outcomes if o.fit is None]),
            notes=[sentence(note, 600) for note in report.notes[:50]],
            time=summary.time_sentence(report.seconds),
        )
    )


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    titles = {fit.index: summary.fit_title(fit) for fit in report.fits}
    return {
        "severity": finding.severity,
        "status": finding.status,
        "reason": clean(finding.status_reason, 600),
        "trial": trial_words(finding),
        "code": clean(finding.code, 12),
        "name": clean(finding.name, 80),
        "message": sentence(finding.message),
        "advice": sentence(finding.advice),
        "place": summary.place(finding, summary.script_path(report)),
        "inside": summary.inside(finding),
        "line": clean(finding.where.text or "", 200),
        "fit": titles.get(finding.fit, "") if finding.fit is not None and len(titles) > 1 else "",
        "because_of": [clean(code, 12) for code in finding.because_of],
        "evidence": tables.evidence(finding),
        "remedies": [clean(remedy.id, 60) for remedy in finding.remedies],
    }


def _row(fit: FitResult) -> tuple[str, str]:
    return summary.fit_title(fit), fit.verdict.name


def _fit(
    report: Report, fit: FitResult, many: int, brief: bool, shelf: Shelf | None
) -> dict[str, Any]:
    facts, path = fit.facts, summary.script_path(report)
    mine = summary.of_fit(report, fit.index)
    named = {f.where.layer for f in mine if f.where.layer}
    view: dict[str, Any] = {
        "title": summary.fit_title(fit),
        "verdict": fit.verdict,
        "confidence": summary.confidence(fit.verdict),
        "trained": facts.trace is not None,
        "size": sentence(summary.fit_size(facts)),
        "numbers": [],
        "losses": "",
        "epochs": None,
        "charts": [],
        "gap": "",
        "gap_sentence": "",
        "confusion": confusion(fit),
        "shelf": shelf or Shelf(),
        "tables": [],
        "settings": (),
        "crash": summary.crash_sentence(facts.crash, path) if facts.crash else "",
        "missing": [(clean(k, 40), clean(v, 300)) for k, v in facts.missing.items()],
    }
    if facts.trace is not None:
        view |= _training(facts, POINTS if many <= 4 else POINTS_OF_MANY)
    if not brief:
        view["tables"] = _tables(facts, named, path, max(40, LAYERS // max(1, many)))
        done = [outcome for outcome in report.outcomes if outcome.fit == fit.index]
        if done:
            ran = summary.checks(tuple(done))
            view["tables"].append(("Checks", ran.counts, tables.outcomes(done), []))
        view["settings"] = tables.settings(facts.settings) if facts.settings else ()
    return view


def _training(facts: Facts, points: int) -> dict[str, Any]:
    trace = facts.trace
    assert trace is not None
    charts = [plots.chart("loss", curves.loss_curves(trace), trace.best_epoch, points)]
    for name in curves.metric_names(trace)[:2]:
        drawn = curves.metric_curves(trace, name)
        charts.append(plots.chart(name, drawn, trace.best_epoch, points))
    gap = trace.gap
    parts = {
        "training loss": summary.final(trace, "train"),
        "validation loss": summary.final(trace, "validation"),
    }
    numbers = [
        (f"honest {name}", give_or_take(loss.mean, loss.standard_error))
        for name, loss in parts.items()
        if loss is not None
    ]
    if gap is not None:
        numbers.append(("true gap", give_or_take(gap.true_gap, gap.true_gap_se)))
    peak = summary.best(trace)
    if peak is not None:
        numbers.append(("best epoch", f"{peak[0]:,} of {trace.trained:,}"))
    return {
        "charts": [chart for chart in charts if chart is not None],
        "numbers": numbers,
        "losses": sentence(summary.loss_sentence(trace)),
        "gap": plots.gap_bars(gap) if gap else "",
        "gap_sentence": sentence(summary.gap_sentence(gap)),
        "epochs": tables.epochs(trace) if trace.epochs else None,
    }


def _tables(facts: Facts, named: set[str], path: str | None, most: int) -> list[Any]:
    """(title, summary, table, notes) of what is known, in reading order."""
    found: list[Any] = []
    if facts.model is not None and facts.model.layers:
        table = tables.layers(facts.model, facts.trace, named, path, most)
        many = f"{len(facts.model.layers):,}, {number(facts.model.parameters)} parameters"
        found.append(("Layers", many, table, []))
    if facts.data is not None:
        table = tables.data(facts.data)
        found.append(("Data", "", table, tables.data_notes(facts.data)))
    if facts.baselines is not None and facts.baselines.scores:
        found.append(
            ("Simple learners on the same rows", "", tables.baselines(facts.baselines), [])
        )
    return found
