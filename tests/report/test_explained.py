from __future__ import annotations

import io

import pytest

from goodfit.checks import CHECKS
from goodfit.report.explain import HEADINGS, explain, sections
from goodfit.report.terminal import show_explanation

DOC = """GF401 overfitting: validation rows get worse while training rows still get better.

Sees: the honest validation loss at the end of training clearly above its best,
row by row.
Why it matters: every further epoch costs accuracy: it does.

It also wastes time.
Evidence: a paired t statistic.
Remedies: early-stopping, dropout.
Source: docs/evidence/generalization.md.

>>> overfitting(trace)
"""


def test_sections() -> None:
    title, parts = sections(DOC)
    assert title == "validation rows get worse while training rows still get better."
    assert [heading for heading, _ in parts] == list(HEADINGS)
    assert parts[0][1].startswith("the honest validation loss")


def test_explanation_as_a_reader_sees_it() -> None:
    assert explain(DOC, "GF401", "overfitting", "warning", width=50) == (
        "GF401 overfitting (warning)\n"
        "Validation rows get worse while training rows\nstill get better.\n"
        "\nSees\n"
        "  the honest validation loss at the end of\n"
        "  training clearly above its best, row by row.\n"
        "\nWhy it matters\n"
        "  every further epoch costs accuracy: it does.\n  It also wastes time.\n"
        "\nEvidence\n  a paired t statistic.\n"
        "\nRemedies\n  early-stopping, dropout.\n"
        "\nSource\n  docs/evidence/generalization.md.\n"
    )


def test_a_check_without_headings_still_says_something() -> None:
    assert explain("", "GF999", "new-thing", "tip") == "GF999 new-thing (tip)\n"
    assert explain("Just a word.", "GF999", "x", "tip") == "GF999 x (tip)\nJust a word.\n"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_can_be_explained(check: object) -> None:
    text = explain(check.doc, check.code, check.name, check.severity)  # type: ignore[attr-defined]
    assert [heading for heading in HEADINGS if f"\n{heading}\n" not in text] == []
    assert max(map(len, text.splitlines())) <= 80


def test_shown_plain_where_there_are_no_colours() -> None:
    stream = io.StringIO()
    show_explanation(DOC, "GF401", "overfitting", "warning", stream)
    assert stream.getvalue().startswith("GF401 overfitting (warning)\n")
    assert "\x1b" not in stream.getvalue()
