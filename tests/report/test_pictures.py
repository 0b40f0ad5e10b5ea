"""Pictures on the page, beside the JSON, and in the file between them; the confusion matrix."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from pathlib import Path

import pytest
import samples
from test_html_report import _Page

from goodfit.facts import (
    FitPictures,
    ImageFacts,
    ImageFolderFacts,
    Picture,
    PictureGroup,
    PictureRow,
    PredictionFacts,
)
from goodfit.report import from_json, to_html, to_json, to_notebook
from goodfit.results import Report
from goodfit.run.pictures import LIMIT, PICTURES, bounded, keep_pictures, with_pictures

# One grey pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


def picture(**more: object) -> Picture:
    known: dict[str, object] = {"format": "png", "data": PNG, "width": 1, "height": 1}
    return Picture(**(known | more))  # type: ignore[arg-type]


def group(name: str = "wrong", count: int = 3, **more: object) -> PictureGroup:
    shown = tuple(picture(**({"label": "cat", "where": f"row {i}"} | more)) for i in range(count))
    rows = (PictureRow(pictures=shown, name="cat"),)
    return PictureGroup(name=name, title="Wrong", sentence="Look", rows=rows)  # type: ignore[arg-type]


def heavy(characters: int) -> PictureGroup:
    """A group of many characters, which look like a picture."""
    return group(count=10, data=PNG[:12] + "A" * (characters // 10 // 4 * 4))


def report(*groups: PictureGroup, note: str = "") -> Report:
    shown = FitPictures(fit=0, groups=groups, note=note)
    return dataclasses.replace(samples.overfitting(), pictures=(shown,))


def images(page: str) -> list[dict[str, str | None]]:
    return [attributes for tag, attributes in _Page(page).elements if tag == "img"]


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("name", ["samples", "augmentation", "wrong", "copies", "labels", "odd"])
def test_every_kind_of_group_is_shown_with_its_words(name: str) -> None:
    page = to_html(report(group(name)))
    found = images(page)
    assert _Page(page).open == []
    assert [one["src"] for one in found] == [f"data:image/png;base64,{PNG}"] * 3
    assert [one["alt"] for one in found] == [f"cat, row {i}" for i in range(3)]
    assert {(one["width"], one["height"]) for one in found} == {("56", "56")}


def test_pictures_come_from_the_page_itself_and_from_nowhere_else() -> None:
    page = to_html(report(group()))
    policies = [a["content"] or "" for _, a in _Page(page).elements if "http-equiv" in a]
    assert policies[0].startswith("default-src 'none';")
    assert re.search(r"img-src ([^;]*)", policies[0])[1] == "data:"  # type: ignore[index]
    assert all((one["src"] or "").startswith("data:image/") for one in images(page))


def test_hostile_words_stay_words() -> None:
    text = samples.HOSTILE
    row = PictureRow(pictures=(picture(label=text, detail=text, where=text),), name=text)
    rows = (dataclasses.replace(row, detail=text),)
    groups = [
        PictureGroup(name=name, title=text, sentence=text, rows=rows)  # type: ignore[arg-type]
        for name in ("samples", "copies", "labels")
    ]
    page = to_html(report(*groups, note=text))
    assert _Page(page).open == []
    assert len(images(page)) == 3
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert all("onerror" not in one for one in images(page))


@pytest.mark.parametrize(
    "broken",
    [
        {"data": ""},
        {"data": "AAAA"},
        {"data": 'x" onerror="alert(1)'},
        {"data": PNG + "\n"},
        {"data": PNG, "format": "jpeg"},
        {"data": base64.b64encode(b"<svg onload=alert(1)>").decode()},
        {"width": 0},
        {"height": 100_000},
    ],
)
def test_what_is_no_picture_is_left_out(broken: dict[str, object]) -> None:
    page = to_html(report(group(**broken), group("samples")))
    assert len(images(page)) == 3
    assert "onerror" not in page
    assert "svg onload" not in page


def test_many_pictures_stay_small() -> None:
    page = to_html(report(*[heavy(90_000) for _ in range(30)]))
    assert 0 < len(images(page)) < 60
    assert len(page.encode()) < 700_000


def test_no_pictures_no_images() -> None:
    assert images(to_html(samples.overfitting())) == []
    assert "pip install &#39;goodfit[images]&#39;" in to_html(
        report(note="pictures need Pillow: `pip install 'goodfit[images]'`")
    )


def test_a_notebook_shows_them_too() -> None:
    frame = _Page(to_notebook(report(group()))).elements[0][1]
    assert len(images(frame["srcdoc"] or "")) == 3


# ---------------------------------------------------------------- the JSON and the file


def test_programs_read_the_report_without_pictures() -> None:
    with_them, without = report(group()), samples.overfitting()
    assert to_json(with_them) == to_json(without)
    assert from_json(to_json(with_them)).pictures == ()


def test_the_file_brings_them_back(tmp_path: Path) -> None:
    kept = (FitPictures(fit=0, groups=(group(),)), FitPictures(fit=2, note="none here"))
    keep_pictures(tmp_path, kept)
    assert with_pictures(samples.overfitting(), tmp_path).pictures == kept


def test_a_run_without_images_leaves_no_file(tmp_path: Path) -> None:
    keep_pictures(tmp_path, (FitPictures(fit=0),))
    assert list(tmp_path.iterdir()) == []
    assert with_pictures(samples.overfitting(), tmp_path) == samples.overfitting()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"schema": "goodfit-pictures/2", "fits": []}',
        '{"schema": "goodfit-pictures/1", "fits": [{"fit": "x"}]}',
        '{"schema": "goodfit-pictures/1", "fits": [{"groups": [{"name": "other"}]}]}',
        '{"schema": "goodfit-pictures/1", "fits": []}' + " " * 2 * LIMIT,
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_none_of_goodfits_is_passed_over(tmp_path: Path, text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / PICTURES).write_bytes(data)
    assert with_pictures(samples.overfitting(), tmp_path).pictures == ()


def test_a_file_cut_short_is_passed_over(tmp_path: Path) -> None:
    keep_pictures(tmp_path, (FitPictures(groups=(group(),)),))
    whole = (tmp_path / PICTURES).read_bytes()
    for end in range(0, len(whole) - 3, 97):
        (tmp_path / PICTURES).write_bytes(whole[:end])
        assert with_pictures(samples.overfitting(), tmp_path).pictures == ()


def test_fits_share_the_room_there_is() -> None:
    first = FitPictures(fit=0, groups=(heavy(200_000),))
    second = FitPictures(fit=1, groups=(heavy(150_000), group("samples")))
    third = FitPictures(fit=2, groups=(group("labels"),))
    kept = bounded((first, second, third))
    assert sum(fit.size for fit in kept) <= LIMIT
    assert [len(fit.groups) for fit in kept] == [1, 0, 1]
    assert "full" in kept[1].note


def test_what_one_fit_shows_is_not_shown_again() -> None:
    same = group("samples")
    kept = bounded(
        (FitPictures(fit=0, groups=(same,)), FitPictures(fit=1, groups=(same, group("wrong"))))
    )
    assert [[one.name for one in fit.groups] for fit in kept] == [["samples"], ["wrong"]]
    assert [fit.fit for fit in kept] == [0, 1]


def test_the_file_is_data(tmp_path: Path) -> None:
    keep_pictures(tmp_path, (FitPictures(groups=(group(),)),))
    assert json.loads((tmp_path / PICTURES).read_text())["schema"] == "goodfit-pictures/1"


# ---------------------------------------------------------------- the confusion matrix


def confused(counts: dict[str, dict[str, int]], *names: str) -> Report:
    base = samples.overfitting()
    fit = base.fits[0]
    assert fit.facts.trace is not None
    answers = PredictionFacts(
        rows=10, minimum=0.0, maximum=1.0, spread=0.1, set="validation", confusion=counts
    )
    folder = ImageFolderFacts(
        role="train",
        directory="d",
        reader="image_dataset_from_directory",
        classes=dict.fromkeys(names, 1),
        files=len(names),
    )
    facts = dataclasses.replace(
        fit.facts,
        trace=dataclasses.replace(fit.facts.trace, predictions=answers),
        images=ImageFacts(folders=(folder,)) if names else None,
    )
    return dataclasses.replace(base, fits=(dataclasses.replace(fit, facts=facts),))


def table(page: str) -> list[list[str]]:
    """The cells of the confusion matrix as text, line by line; [] where there is none."""
    found = re.search(r'<table class="confusion.*?</table>', page, re.DOTALL)
    lines = re.findall(r"<tr>.*?</tr>", found[0], re.DOTALL) if found else []
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line)]
        for line in lines
    ]


COUNTS = {"0": {"0": 8, "1": 2}, "1": {"0": 5, "1": 15, "10": 1}, "10": {"10": 4}}


def test_rows_are_told_by_class_with_their_recall() -> None:
    page = to_html(confused(COUNTS))
    assert table(page) == [
        ["true class", "0", "1", "10", "rows", "recall"],
        ["0", "8", "2", "", "10", "80 %"],
        ["1", "5", "15", "1", "21", "71 %"],
        ["10", "", "", "4", "4", "100 %"],
    ]
    assert "Most often it takes 1 for 0 (5 of 21), 0 for 1 (2 of 10)." in page
    assert "5 of 21 rows of 1 taken for 0 (24 %)" in page


def test_shades_are_shares_of_the_line() -> None:
    page = to_html(confused(COUNTS))
    assert re.findall(r'<td class="(right|wrong) l(\d+)"', page) == [
        *[("right", "8"), ("wrong", "2")],
        *[("wrong", "3"), ("right", "8"), ("wrong", "1")],
        ("right", "10"),
    ]


def test_classes_are_called_as_their_folders_and_escaped() -> None:
    page = to_html(confused({"0": {"0": 3, "1": 2}, "1": {"1": 1}}, samples.HOSTILE, "dog"))
    assert table(page)[0][2] == "dog"
    assert "for dog (2 of 5)" in page
    assert "<script>alert" not in page
    assert images(page) == []


@pytest.mark.parametrize("classes", [0, 1, 51])
def test_no_matrix_where_there_is_nothing_to_read(classes: int) -> None:
    assert table(to_html(confused({str(c): {str(c): 1} for c in range(classes)}))) == []


def test_fifty_classes_are_shown_small() -> None:
    page = to_html(confused({str(c): {str(c): 1, "0": 1} for c in range(50)}))
    assert len(table(page)) == 51
    assert 'class="confusion small upright"' in page
    assert _Page(page).open == []
