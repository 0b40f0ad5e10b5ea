"""Studies of rare classes, as every form of report tells them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import Any

import study_samples

from goodfit.report import study_html, study_json, study_text
from goodfit.report.study.json import study_from_json
from goodfit.report.study.tables import study_csv
from goodfit.results import Effect, StudyResult


def rare() -> StudyResult:
    """The usual study, by balanced accuracy, with the recall of two classes."""
    study = study_samples.usual()
    told = {study.arms[0].name: {"0": 0.991, "1": 0.61}, study.winner: {"0": 0.97, "1": 0.902}}

    def balanced(effect: Effect | None) -> Effect | None:
        return None if effect is None else dataclasses.replace(effect, measure="balanced accuracy")

    arms = tuple(
        dataclasses.replace(
            arm,
            choosing=balanced(arm.choosing),
            confirming=balanced(arm.confirming),
            recall=told.get(arm.name, {}),
        )
        for arm in study.arms
    )
    protocol = dataclasses.replace(study.protocol, measure="balanced accuracy")
    return dataclasses.replace(study, arms=arms, protocol=protocol)


RECALL = "class 1 61.0 % to 90.2 %, class 0 99.1 % to 97.0 %, on rows that chose nothing"


def test_a_terminal_names_the_measure_in_points_and_the_recall_of_each_class() -> None:
    text = study_text(rare(), 124)
    assert "helps: balanced accuracy +3.1 points [+1.2, +5.0]" in text
    assert "balanced accuracy less the baseline's, in points" in " ".join(text.split())
    assert f"Recall  {RECALL}" in text
    assert "Recall" not in study_text(study_samples.usual(), 124)


def test_a_page_does_too() -> None:
    page = study_html(rare())
    assert f"of the baseline and of the winner: {RECALL}." in page
    assert "points of balanced accuracy" in page
    assert "Recall" not in study_html(study_samples.usual())


def test_files_keep_the_measure_the_recall_and_the_threshold() -> None:
    study = rare()
    first = study.arms[0].trials[0]
    arms = (dataclasses.replace(
        study.arms[0], trials=(dataclasses.replace(first, threshold=0.12),)
    ), *study.arms[1:])  # fmt: skip
    study = dataclasses.replace(study, arms=arms)
    told: dict[str, Any] = json.loads(study_json(study))
    assert told["protocol"]["measure"] == "balanced accuracy"
    assert told["arms"][0]["recall"] == {"0": 0.991, "1": 0.61}
    again = study_from_json(study_json(study))
    assert again.arms[0].recall == study.arms[0].recall
    assert again.arms[0].trials[0].threshold == 0.12
    rows = list(csv.DictReader(io.StringIO(study_csv(study))))
    assert {row["measure"] for row in rows} == {"balanced accuracy"}


def test_of_many_classes_those_that_changed_most_are_told() -> None:
    study = rare()
    before = {str(at): 0.5 for at in range(20)}
    after = {str(at): 0.5 + at / 100 for at in range(20)}
    arms = [dataclasses.replace(study.arms[0], recall=before)]
    arms += [dataclasses.replace(a, recall=after if a.name == study.winner else {})
             for a in study.arms[1:]]  # fmt: skip
    text = " ".join(study_text(dataclasses.replace(study, arms=tuple(arms)), 124).split())
    assert "Recall class 19 50.0 % to 69.0 %, class 18" in text
    assert "and of 12 more classes, on rows" in text
