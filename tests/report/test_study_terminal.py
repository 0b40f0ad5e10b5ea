"""Studies on a terminal, against snapshots. Refresh them, then read the difference:

GOODFIT_UPDATE=1 python -m pytest tests/report/test_study_terminal.py
"""

from __future__ import annotations

import dataclasses
import io
import math
import os
from pathlib import Path

import pytest
import study_samples

from goodfit.report import study_terminal, study_text
from goodfit.report.study import summary
from goodfit.report.study.forest import forest
from goodfit.report.study.verdict import verdict
from goodfit.results import Arm, StudyResult

SNAPSHOTS = Path(__file__).parent / "snapshots" / "study"


@pytest.mark.parametrize("name", study_samples.STUDIES)
def test_snapshot(name: str) -> None:
    width = 124 if name == "dozen" else 100
    text = study_text(study_samples.STUDIES[name](), width, html="study.html", json="study.json")
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("GOODFIT_UPDATE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "GOODFIT_UPDATE=1 refreshes; read the diff"


def test_every_snapshot_has_its_study() -> None:
    assert {file.stem for file in SNAPSHOTS.glob("*.txt")} == set(study_samples.STUDIES)


@pytest.mark.parametrize("name", study_samples.STUDIES)
@pytest.mark.parametrize("width", [40, 60, 80, 100, 124])
def test_lines_fit_and_have_no_trailing_blanks(name: str, width: int) -> None:
    lines = study_text(study_samples.STUDIES[name](), width).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]
    assert "\n\n\n" not in "\n".join(lines)


@pytest.mark.parametrize("width", [80, 100, 124])
def test_a_dozen_arms_fit_one_screen(width: int) -> None:
    assert len(study_text(study_samples.dozen(), width).splitlines()) <= 32


def test_the_verdict_stands_first_and_what_makes_it_doubtful_second() -> None:
    lines = study_text(study_samples.usual()).splitlines()
    assert lines[0] == (
        "Verdict: dropout + l2 helps: accuracy +3.1 points [+1.2, +5.0] on rows that chose nothing"
    )
    assert lines[1].startswith("Still improving when stopped: dropout + l2.")


def test_arms_say_what_became_of_them() -> None:
    text = study_text(study_samples.usual())
    for part in (
        "learning-rate x10: diverged on seed 1: loss inf at epoch 7",
        "decay: stopped early by racing after 2 seeds",
        "dropout + l2: was still improving when stopped (2 of 3 seeds)",
        "dropout (rate 0.3) + l2 (factor 0.001)",
        "59/60!",
        "2/3",
    ):
        assert part in text


def test_hostile_text_repaints_nothing() -> None:
    text = study_text(study_samples.hostile(), color=True)
    assert "\x1b[31m\u202e" not in text
    assert "\u202e" not in text
    assert "[red]" in text


def test_a_plain_stream_gets_ascii() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    study_terminal(study_samples.usual(), stream)
    stream.seek(0)
    assert "dropout + l2 helps" in stream.read()


def test_colours_only_where_asked() -> None:
    assert "\x1b[" in study_text(study_samples.usual(), color=True)
    assert "\x1b" not in study_text(study_samples.usual())


def test_a_study_shows_itself() -> None:
    study = study_samples.usual()
    assert str(study) == study_text(study)


# The verdict


def _with(study: StudyResult, *arms: Arm, winner: str = "baseline") -> StudyResult:
    return dataclasses.replace(study, arms=(study.arms[0], *arms), winner=winner)


@pytest.mark.parametrize(
    ("name", "begins", "tone"),
    [
        ("usual", "dropout + l2 helps: accuracy +3.1 points", "good"),
        ("nothing_helps", "nothing helps beyond noise; 1 of 2 arms harms", "quiet"),
        ("unsure", "cannot tell: 2 of 2 arms could still help or harm", "unsure"),
        ("dozen", "large + l2 + dropout helps: loss lower by +0.110", "good"),
        ("interrupted", "cannot tell: no arm has finished enough trials", "unsure"),
        ("empty", "cannot tell: nothing was compared", "unsure"),
    ],
)
def test_verdicts(name: str, begins: str, tone: str) -> None:
    found = verdict(study_samples.STUDIES[name]())
    assert found.text.startswith(begins)
    assert found.tone == tone


def test_a_winner_that_other_rows_do_not_confirm_is_not_called_a_help() -> None:
    study = study_samples.usual()
    winner = study.arms[1]
    for says, begins in (
        ("no effect", "nothing helps beyond noise: dropout + l2 looked best"),
        ("harms", "nothing helps beyond noise: dropout + l2 looked best"),
        ("cannot tell", "cannot tell: dropout + l2 looked best"),
    ):
        weak = dataclasses.replace(winner, confirming=study_samples.effect(0.001, 0.02, says))
        found = verdict(_with(study, weak, winner=winner.name))
        assert found.text.startswith(begins), says
    unconfirmed = dataclasses.replace(winner, confirming=None)
    found = verdict(_with(study, unconfirmed, winner=winner.name))
    assert "not confirmed" in found.text
    assert found.tone == "unsure"


def test_a_baseline_that_never_finished_decides_nothing() -> None:
    study = study_samples.nothing_helps()
    broken = Arm(name="baseline", trials=(study_samples.trial("baseline", 0, "diverged"),))
    found = verdict(dataclasses.replace(study, arms=(broken, *study.arms[1:])))
    assert found.text.startswith("cannot tell: the baseline has no finished trial")


def test_half_the_trials_still_improving_are_not_most() -> None:
    made = [study_samples.trial("a", seed, still_improving=seed < 2) for seed in range(4)]
    assert not summary.cut_off(Arm(name="a", trials=tuple(made)))
    assert summary.cut_off(Arm(name="a", trials=tuple(made[:3])))
    assert not summary.cut_off(Arm(name="a"))


def test_numbers_have_the_decimals_that_their_interval_leaves() -> None:
    wide = study_samples.effect(0.0312, 0.02, "helps")
    assert summary.difference(wide) == "+3.1 points"
    loss = dataclasses.replace(wide, measure="loss")
    assert (summary.difference(loss), summary.interval(loss)) == ("+0.031", "[+0.011, +0.051]")
    endless = dataclasses.replace(loss, low=-math.inf, high=math.inf)
    assert summary.interval(endless) == "[–]"


# The forest


def test_intervals_stand_about_one_zero() -> None:
    lines = forest(
        [
            None,
            study_samples.effect(0.05, 0.05, "helps"),
            study_samples.effect(-0.05, 0.02, "harms"),
        ],
        21,
    )
    assert [len(line) for line in lines] == [21, 21, 21]
    zero = lines[0].index("│")
    assert lines[2][zero] == "│"
    assert lines[2].index("●") < zero < lines[1].index("●")


def test_a_wild_interval_is_cut_and_says_so() -> None:
    usual = [study_samples.effect(0.01, 0.01, "cannot tell")] * 4
    lines = forest([*usual, study_samples.effect(-5.0, 1.0, "harms")], 21)
    assert lines[-1][0] == "●"
    assert lines[0].count("─") >= 1


def test_without_intervals_there_is_no_forest() -> None:
    assert forest([None, None], 20) == ()
