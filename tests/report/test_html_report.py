from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import json
import re
from typing import Any

import pytest
import samples

from goodfit.report import to_html, to_notebook

VOID = {"meta", "path", "rect", "br", "input", "link", "img"}


class _Page(html.parser.HTMLParser):
    """The elements and texts of a page, and whether every element is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.embedded: list[Any] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            if self.elements[-1][1].get("type") == "application/json":
                self.embedded.append(json.loads(data))
        else:
            self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_page_is_well_formed_and_loads_nothing(name: str) -> None:
    page = _Page(to_html(samples.SAMPLES[name]()))
    assert page.open == []
    for tag, attributes in page.elements:
        assert tag not in {"link", "img", "iframe", "object", "base", "form"}
        assert not {"src", "href", "action", "onload", "onerror", "style"} & set(attributes)


def test_the_page_mentions_no_network_address() -> None:
    page = to_html(samples.overfitting())
    without_names = page.replace('"http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttp", without_names)


def test_hostile_text_stays_text() -> None:
    text = to_html(samples.hostile())
    page = _Page(text)
    calm = _Page(to_html(samples.empty()))
    scripts = [attributes.get("type") for tag, attributes in page.elements if tag == "script"]
    assert scripts == ["application/json"] * 2 + [None]
    assert calm.count("script") == 1
    assert page.count("img") == 0
    assert "<script>alert" not in text
    assert "<img src" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert any("alert(1)" in part for part in page.texts)


def test_only_the_reports_own_script_may_run() -> None:
    page = to_html(samples.hostile())
    script = page.rsplit("<script>", 1)[1].split("</script>", 1)[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policies = [a["content"] or "" for _, a in _Page(page).elements if "http-equiv" in a]
    assert len(policies) == 1
    assert f"script-src 'sha256-{digest}';" in policies[0]
    assert policies[0].startswith("default-src 'none';")


def test_verdict_findings_and_numbers_are_there() -> None:
    page = _Page(to_html(samples.overfitting()))
    text = " ".join(" ".join(page.texts).split())
    for part in (
        "Overfitting",
        "confidence 97 %",
        "unscaled-features",
        "GF401",
        "train.py:31",
        "rise per row",
        "best epoch 26",
        "dense_1",
        "31 checks passed",
        "0.735",
        "this model",
        "2 validation rows also among the training rows",
    ):
        assert part in text


def test_curves_are_drawn_without_javascript_and_told_as_a_table() -> None:
    page = _Page(to_html(samples.overfitting()))
    drawn = [
        a for tag, a in page.elements if tag == "path" and a.get("class", "").startswith("curve")
    ]  # type: ignore[union-attr]
    kinds = {a["class"] for a in drawn if (a.get("d") or "").count("L") > 20}
    assert kinds == {
        f"curve {role} {kind}" for role in ("train", "validation") for kind in ("printed", "honest")
    }
    assert [a for tag, a in page.elements if a.get("class") == "controls" and "hidden" in a]
    assert page.embedded[0]["best"] == 26
    assert page.embedded[0]["last"] == 60
    assert [tag for tag, a in page.elements if a.get("aria-label") == "Epochs"]
    assert all(a.get("aria-label") for tag, a in page.elements if a.get("role") == "img")


def test_a_long_training_of_a_deep_model_stays_small() -> None:
    text = to_html(samples.huge(epochs=2000, layers=300))
    assert len(text.encode()) < 2_000_000
    page = _Page(text)
    assert all(len(curve) <= 400 for chart in page.embedded for curve in chart["curves"])
    assert "encoder/block_299/dense" in text
    assert "2,000 epochs" in text


def test_many_fits_stay_small_and_none_is_forgotten() -> None:
    text = to_html(samples.huge(epochs=300, layers=100, fits=150))
    assert len(text.encode()) < 2_000_000
    assert "130 fits are listed only" in text
    assert "Fit 150, fold 149: overfitting" in text


def test_evidence_of_any_size_stays_small() -> None:
    evidence = {f"row {i}": list(range(10_000)) for i in range(500)} | {"text": "x" * 10**6}
    finding = dataclasses.replace(samples.OVERFITTING, evidence=evidence)
    report = dataclasses.replace(samples.overfitting(), findings=(finding,))
    text = to_html(report)
    assert len(text) < 200_000
    assert "(10,000 in all)" in text


def test_same_report_same_page() -> None:
    assert to_html(samples.several()) == to_html(samples.several())


def test_notebook_is_one_closed_frame() -> None:
    text = to_notebook(samples.hostile())
    page = _Page(text)
    assert [tag for tag, _ in page.elements] == ["iframe"]
    assert page.open == []
    frame = page.elements[0][1]
    assert frame["sandbox"] == "allow-scripts"
    inner = _Page(frame["srcdoc"] or "")
    assert inner.open == []
    assert inner.count("h1") == 1
    assert len(to_notebook(samples.overfitting())) < 60_000


def test_a_report_shows_itself() -> None:
    report = samples.overfitting()
    assert report._repr_html_() == to_notebook(report)
    assert str(report).startswith("Verdict: overfitting")
