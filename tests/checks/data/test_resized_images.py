"""GF135 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from data_literals import found, silent
from image_literals import folder, pictures, seen

from goodfit.checks.data.resized_images import CHECK
from goodfit.facts import ApiCall, ScriptFacts

DEEP = {"I;16": 500}
UNLIKE = {"800x200": 100, "500x375": 200, "200x600": 200}


def test_twelve_bits_in_sixteen_arrive_nearly_black() -> None:
    dark = pictures(maximum=15.0, brightness=(0.0, 0.01, 0.03))
    finding = found(CHECK, seen(folder(modes=DEEP), train=dark))
    assert finding.severity == "warning"
    assert "keeps the upper 8" in finding.message
    scaled = pictures(maximum=15 / 255)
    assert found(CHECK, seen(folder(modes=DEEP), train=scaled)).severity == "warning"


def test_the_generator_cuts_them_off_at_white() -> None:
    white = pictures(brightness=(0.7, 0.9, 0.99))
    deep = folder(modes=DEEP, reader="flow_from_directory")
    assert "cuts all values above 255" in found(CHECK, seen(deep, train=white)).message


def test_sixteen_bits_that_fill_their_range_are_no_matter() -> None:
    assert silent(CHECK, seen(folder(modes=DEEP))).result == "passed"
    kept = pictures(maximum=4095.0, brightness=(0.6, 0.7, 0.8))
    grey = folder(modes=DEEP, reader="flow_from_directory")
    assert silent(CHECK, seen(grey, train=kept)).result == "passed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sizes": {"28x28": 500}, "asked_size": (224, 224)}, "28 x 28 to 224 x 224"),
        ({"sizes": {"800x600": 500}, "asked_size": (32, 32)}, "shrunk to 32 x 32"),
        ({"sizes": UNLIKE}, "12.0 times as wide"),
        ({"modes": {"RGB": 400, "CMYK": 100}}, "100 of 500"),
        ({"modes": {"RGB": 400, "RGBA": 100}}, "transparency (RGBA)"),
    ],
)
def test_what_the_reading_loses_is_a_tip(change: dict[str, Any], words: str) -> None:
    finding = found(CHECK, seen(folder(**change)))
    assert finding.severity == "tip"
    assert words in finding.message


def test_unlike_shapes_are_fine_where_the_script_says_what_becomes_of_them() -> None:
    call = ApiCall(
        name="keras.utils.image_dataset_from_directory", keywords=("crop_to_aspect_ratio",)
    )
    facts = seen(folder(sizes=UNLIKE), script=ScriptFacts(calls=(call,)))
    assert silent(CHECK, facts).result == "passed"


def test_usual_photographs_arrays_and_folders_not_opened() -> None:
    assert silent(CHECK, seen(folder())).result == "passed"
    small = folder(sizes={"500x375": 500}, asked_size=(64, 64))
    assert silent(CHECK, seen(small)).result == "passed"
    assert silent(CHECK, seen()).result == "not applicable"
    assert silent(CHECK, seen(folder(sizes={}, modes={}))).result == "skipped"
    odd = folder(sizes={"x": 3, "0x0": 4, "10x": 5}, modes={})
    assert silent(CHECK, seen(odd)).result == "passed"
