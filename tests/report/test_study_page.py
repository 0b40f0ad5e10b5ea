from __future__ import annotations

import base64
import dataclasses
import hashlib
import re

import pytest
import study_samples
from test_html_report import _Page

from goodfit.report import study_html, study_notebook
from goodfit.report.study.points import Mark, Series, points
from goodfit.results import Arm


@pytest.mark.parametrize("name", study_samples.STUDIES)
def test_page_is_well_formed_and_loads_nothing(name: str) -> None:
    page = _Page(study_html(study_samples.STUDIES[name]()))
    assert page.open == []
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "base", "form"}
        assert not {"src", "href", "action", "onload", "onerror", "style"} & set(attributes)


def test_the_page_mentions_no_network_address() -> None:
    page = study_html(study_samples.usual()).replace('"http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttp", page)


def test_hostile_text_stays_text() -> None:
    text = study_html(study_samples.hostile())
    page = _Page(text)
    scripts = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
    assert scripts == ["application/json"] * 3 + [None]
    assert page.count("img") == 0
    assert "<script>alert" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert any("alert(1)" in part for part in page.texts)


def test_only_the_pages_own_script_may_run() -> None:
    page = study_html(study_samples.hostile())
    script = page.rsplit("<script>", 1)[1].split("</script>", 1)[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policies = [a["content"] or "" for _, a in _Page(page).elements if "http-equiv" in a]
    assert len(policies) == 1
    assert f"script-src 'sha256-{digest}';" in policies[0]


def test_verdict_arms_and_what_makes_them_doubtful_are_there() -> None:
    text = " ".join(" ".join(_Page(study_html(study_samples.usual())).texts).split())
    for part in (
        "dropout + l2 helps: accuracy +3.1 points [+1.2, +5.0] on rows that chose nothing",
        "Still improving when stopped: dropout + l2",
        "was still improving when stopped (2 of 3 seeds)",
        "diverged on seed 1",
        "stopped early by racing",
        "-7.0 [-9.2, -4.8]",
        "Learning rate",
        "augmentation was left out",
    ):
        assert part.lower() in text.lower()


def test_the_script_finds_a_path_and_an_output_for_every_curve() -> None:
    text = study_html(study_samples.usual())
    figures = re.findall(r'<figure class="chart">.*?</figure>', text, re.DOTALL)
    data = _Page(text).embedded
    assert len(figures) == len(data) == 3
    for figure, drawn in zip(figures, data, strict=True):
        assert figure.count("<output>") == len(drawn["curves"])
        assert len(re.findall(r'class="curve arm [^"]*" data-arm', figure)) == len(drawn["curves"])
        assert len(re.findall(r'class="band ', figure)) == len(drawn["bands"])
        assert drawn["first"] == 1
        assert 'class="log" checked' in figure


def test_many_arms_get_a_panel_each_and_stay_small() -> None:
    text = study_html(study_samples.dozen())
    assert text.count('class="panel"') == 12
    assert len(text.encode()) < 500_000
    assert 'class="panel"' not in study_html(study_samples.usual())


def test_a_hundred_arms_of_a_thousand_epochs_stay_small() -> None:
    study = study_samples.usual()
    long = study_samples.trial("a", 0, epochs=1000, best=500)
    arms = tuple(Arm(name=f"arm {at}", trials=(long,)) for at in range(100))
    text = study_html(dataclasses.replace(study, arms=arms))
    assert len(text.encode()) < 4_000_000
    assert "40 more arms are in the JSON file" in text


def test_more_pictures_are_shown() -> None:
    marks = (Mark(x=100, y=0.7), Mark(x=200, y=0.8))
    picture = points("accuracy", "rows", [Series(name="val", role="validation", marks=marks)])
    assert picture is not None
    page = study_html(study_samples.usual(), [("Data <curve>", picture)])
    assert "Data &lt;curve&gt;" in page
    assert picture.svg in page


def test_notebook_is_one_closed_frame() -> None:
    study = study_samples.hostile()
    page = _Page(study_notebook(study))
    assert [tag for tag, _ in page.elements] == ["iframe"]
    assert page.elements[0][1]["sandbox"] == "allow-scripts"
    inner = _Page(page.elements[0][1]["srcdoc"] or "")
    assert inner.open == []
    assert inner.count("h1") == 1
    assert study._repr_html_() == study_notebook(study)
