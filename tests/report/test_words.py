from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodfit.report.words import (
    ascii_only,
    clean,
    duration,
    give_or_take,
    number,
    percent,
    shape,
    short_path,
    value,
)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (None, "–"),
        (True, "yes"),
        (0, "0"),
        (1234567, "1,234,567"),
        (0.05234, "0.0523"),
        (12.1, "12.1"),
        (60.0, "60"),
        (1234.5, "1,234"),
        (1.2345e-7, "1.23e-07"),
        (2.5e9, "2.5e+09"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_number(given_: float | None, expected: str) -> None:
    assert number(given_) == expected


def test_shares_and_errors() -> None:
    assert percent(0.934) == "93 %"
    assert percent(0.001) == "< 1 %"
    assert percent(0.0) == "0 %"
    assert give_or_take(0.83, 0.031) == "0.83 ± 0.031"
    assert give_or_take(0.83, math.nan) == "0.83"
    assert give_or_take(math.nan, 0.1) == "nan"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.26, "0.3 s"), (14.2, "14 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7620, "2 h 7 min")],
)
def test_duration(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(
    ("file", "script", "expected"),
    [
        ("/home/ada/p/train.py", "train.py", "train.py"),
        ("/home/ada/p/train.py", "p/train.py", "p/train.py"),
        ("/home/ada/p/train.py", "/home/ada/p/train.py", "train.py"),
        ("/home/ada/p/lib/net.py", "/home/ada/p/train.py", "lib/net.py"),
        ("/usr/lib/python3/keras/model.py", "train.py", "…/keras/model.py"),
        ("net.py", None, "net.py"),
        ("<stdin>", "train.py", "<stdin>"),
        ("", "train.py", "."),
    ],
)
def test_short_path(file: str, script: str | None, expected: str) -> None:
    assert short_path(file, script) == expected


def test_shapes_and_evidence() -> None:
    assert shape((28, None, 1)) == "28 × ? × 1"
    assert shape(()) == "scalar"
    assert value([1, 2.5, None]) == "1, 2.5, –"
    assert value({"a": 1, "b": [2]}) == "a: 1, b: 2"
    assert value(list(range(10_000))).endswith("… (10,000 in all)")
    assert value("x" * 1000, 50) == "x" * 49 + "…"
    assert value([]) == "none"


@given(st.text())
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    line = clean(text)
    assert not [character for character in line if ord(character) < 32 or character in "\x7f\u202e"]
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8").decode("utf-8") == line
    assert len(line) <= 2000


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_ascii_is_ascii(text: str) -> None:
    assert ascii_only(text).isascii()


def test_cleaning_cuts_and_shows_what_was_hidden() -> None:
    assert clean("a\x1b[31mb\u202ec\td\ne") == "a\\x1b[31mb\\u202ec d e"
    assert clean("x" * 10**7, 10) == "x" * 9 + "…"
    assert clean("naïve 日本 ✓") == "naïve 日本 ✓"
