"""The curves of a study in the terminal, as JSON and back, and as pictures."""

from __future__ import annotations

from dataclasses import replace

from study_samples import usual

from goodfit.report import study_from_json, study_html, study_json, study_text, write_plots
from goodfit.results import StudyCurve, StudyPoint

POINTS = tuple(
    StudyPoint(name=f"{rows} rows", at=rows, train=0.1, held=30 / rows, low=20 / rows,
               high=40 / rows, seeds=3)
    for rows in (100.0, 200.0, 400.0)
)  # fmt: skip
AHEAD = StudyPoint(name="forecast", at=800.0, train=None, held=0.06, low=0.05, high=0.07)
CURVES = (
    StudyCurve(name="data", along="training rows", points=POINTS, forecast=AHEAD,
               says="Twice the data: 0.075 to 0.06, 95 % 0.05 to 0.07."),
    StudyCurve(name="activation", along="activation", says="The best is <b>.",
               points=(replace(POINTS[0], at=None),)),
)  # fmt: skip
STUDY = replace(usual(), curves=CURVES)


def test_what_the_curves_say_stands_in_the_terminal():
    text = study_text(STUDY, 200)
    assert "Data: Twice the data: 0.075 to 0.06, 95 % 0.05 to 0.07." in text
    assert "Activation: The best is <b>." in text
    assert "Curves" not in study_text(usual(), 200)


def test_curves_are_written_as_json_and_read_back():
    assert study_from_json(study_json(STUDY)).curves == CURVES
    assert study_from_json(study_json(usual())).curves == ()


def test_curves_over_numbers_are_drawn_with_their_forecast(tmp_path):
    page = study_html(STUDY)
    assert "Would more data help: Twice the data: 0.075 to 0.06" in page
    assert "forecast" in page
    assert "<b>." not in page
    names = {path.name for path in write_plots(STUDY, tmp_path)}
    assert "curve-data.svg" in names
    assert "curve-activation.svg" not in names
