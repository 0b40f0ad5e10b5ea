"""The terminal report, against snapshots. Refresh them, then read the difference:

GOODFIT_UPDATE=1 python -m pytest tests/report/test_terminal_report.py
"""

from __future__ import annotations

import dataclasses
import io
import os
from pathlib import Path

import pytest
import samples

from goodfit.report import to_terminal, to_text
from goodfit.results import Report, ScriptRun, Verdict, Where

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_snapshot(name: str) -> None:
    text = to_text(samples.SAMPLES[name](), html=".goodfit/runs/1/report.html", json="report.json")
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("GOODFIT_UPDATE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "GOODFIT_UPDATE=1 refreshes; read the diff"


def test_every_snapshot_has_its_sample() -> None:
    assert {file.stem for file in SNAPSHOTS.glob("*.txt")} == set(samples.SAMPLES)


@pytest.mark.parametrize("name", samples.SAMPLES)
@pytest.mark.parametrize("width", [40, 72, 100])
def test_lines_fit_and_have_no_trailing_blanks(name: str, width: int) -> None:
    lines = to_text(samples.SAMPLES[name](), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]
    assert "\n\n\n" not in "\n".join(lines)


def test_a_usual_report_fits_one_screen_and_says_the_verdict_first() -> None:
    lines = to_text(samples.overfitting()).splitlines()
    assert len(lines) <= 32
    assert lines[0] == "Verdict: overfitting (confidence 97 %)"


def test_findings_stand_in_rank_with_all_that_a_reader_needs() -> None:
    text = to_text(samples.overfitting())
    assert text.index("GF102") < text.index("warning GF401") < text.index("GF405")
    for part in (
        "train.py:31  model.fit(x, y, epochs=60)",
        "+0.461 ± 0.03",
        "-> Stop at",
        "tested",
    ):
        assert part in text


def test_healthy_reports_numbers_and_no_finding() -> None:
    text = to_text(samples.healthy())
    assert "good fit" in text
    assert "validation 0.245 ± 0.03" in text
    assert "31 checks passed, no finding, 2 skipped, 1 not applicable" in text
    assert "->" not in text


def test_a_failed_check_is_named() -> None:
    assert "failed: GF117 leaked-rows: KeyError: 'x'" in to_text(samples.broken())


def test_the_gap_is_silent_when_it_says_nothing_new() -> None:
    report = samples.overfitting()
    fit = report.fits[0]
    trace = fit.facts.trace
    assert trace is not None
    assert trace.gap is not None
    assert "Printed gap" in to_text(report)
    gap = dataclasses.replace(trace.gap, printed_gap=trace.gap.true_gap, penalties=0.0)
    trace = dataclasses.replace(trace, gap=gap)
    fit = dataclasses.replace(fit, facts=dataclasses.replace(fit.facts, trace=trace))
    assert "Printed gap" not in to_text(dataclasses.replace(report, fits=(fit,)))


@pytest.mark.parametrize("color", [False, True])
def test_nothing_of_the_users_text_reaches_the_terminal_as_a_command(color: bool) -> None:
    text = to_text(samples.hostile(), color=color)
    assert "\x1b[31m\\u202e" not in text
    assert "\\x1b[31m" in text
    assert "[red]" in text
    assert "\u202e" not in text
    if not color:
        assert "\x1b" not in text


def test_colour_only_adds_escapes() -> None:
    rich_text = pytest.importorskip("rich.text")
    report = samples.overfitting()
    coloured = to_text(report, color=True)
    assert "\x1b[" in coloured
    plain = [line.rstrip() for line in rich_text.Text.from_ansi(coloured).plain.splitlines()]
    assert plain == to_text(report).splitlines()


def test_the_environment_does_not_change_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    before = to_text(samples.overfitting())
    for name, value in {"COLUMNS": "20", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert to_text(samples.overfitting()) == before


def test_many_findings_and_fits_stay_short() -> None:
    report = samples.huge(epochs=30, layers=3, fits=30)
    text = to_text(report)
    assert "22 more fits" in text
    assert text.count("-> Stop") == 1
    assert text.count("warning GF401 overfitting  train.py:31") == 7
    assert len(text.splitlines()) < 60


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_to_terminal_colours_only_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    report, pipe, screen = samples.overfitting(), io.StringIO(), _Terminal()
    to_terminal(report, pipe)
    to_terminal(report, screen)
    assert "\x1b" not in pipe.getvalue()
    assert "\x1b[" in screen.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    quiet = _Terminal()
    to_terminal(report, quiet)
    assert "\x1b[31m" not in quiet.getvalue()
    assert "\x1b[1;31m" not in quiet.getvalue()


def test_to_terminal_writes_ascii_where_it_must() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    to_terminal(samples.overfitting(), stream)
    text = raw.getvalue().decode("ascii")
    assert "+0.461 +/- 0.03" in text
    assert ".../data/load.py:7" in text


def test_paths_of_files_are_never_broken_over_lines() -> None:
    path = "/a/very/long/path/" + "x" * 150 + "/report.html"
    assert path in to_text(samples.empty(), 60, html=path)


def test_a_script_that_ended_badly_is_said_once() -> None:
    text = to_text(samples.crash())
    assert text.count("train.py raised an exception (exit code 1)") == 1
    killed = ScriptRun(path="a.py", ended="killed", exit_code=-9, signal="SIGKILL")
    report = Report(verdict=Verdict(name="cannot tell", confidence=0.0, reason=""), script=killed)
    assert "a.py was killed by SIGKILL (exit code -9)" in to_text(report)


def test_a_finding_without_a_place_shows_none() -> None:
    finding = dataclasses.replace(samples.TIP, where=Where(), fit=99)
    text = to_text(dataclasses.replace(samples.empty(), findings=(finding,)))
    assert "None" not in text
    assert finding.message in text
