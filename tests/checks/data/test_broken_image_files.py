"""GF130 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from data_literals import found, silent
from image_literals import folder, seen

from goodfit.checks.data.broken_image_files import CHECK
from goodfit.facts import BrokenFile, CrashFacts, Facts, ImageFacts, ImageFolderFacts

EMPTY = BrokenFile(path="cats/17.jpg", reason="0 bytes")
GRAPH = CrashFacts(
    type="InvalidArgumentError",
    message="Graph execution error:\n\nDetected at node decode_image/DecodeImage\nInput is empty.",
    during="fit",
)


def broken(**more: Any) -> ImageFolderFacts:
    return folder(broken=(EMPTY,), broken_count=1, **more)


def test_a_broken_file_that_ended_the_script_is_an_error() -> None:
    finding = found(CHECK, seen(broken(), crash=GRAPH))
    assert finding.severity == "error"
    assert "1 of 500 files of data/train" in finding.message
    assert "cats/17.jpg (0 bytes)" in finding.message


def test_without_the_crash_it_is_a_warning() -> None:
    assert found(CHECK, seen(broken())).severity == "warning"
    other = CrashFacts(type="ValueError", message="shapes differ", during="fit")
    assert found(CHECK, seen(broken(), crash=other)).severity == "warning"


def test_the_fit_may_have_ended_before_any_row_was_seen() -> None:
    facts = Facts(images=ImageFacts(folders=(broken(),)), crash=GRAPH)
    assert found(CHECK, facts).severity == "error"


@pytest.mark.parametrize(("others", "severity"), [(10, "tip"), (100, "warning")])
def test_pictures_of_a_kind_that_is_not_read(others: int, severity: str) -> None:
    left = folder(other_files=others, other_examples=("cats/1.webp", "dogs/2.tiff"))
    finding = found(CHECK, seen(left))
    assert finding.severity == severity
    assert "cats/1.webp" in finding.message


def test_what_programs_leave_behind_is_no_matter() -> None:
    litter = folder(other_files=2, other_examples=(".DS_Store", "cats/Thumbs.db"))
    assert silent(CHECK, seen(litter)).result == "passed"


def test_good_files_arrays_and_folders_not_opened() -> None:
    assert silent(CHECK, seen(folder())).result == "passed"
    assert silent(CHECK, seen()).result == "not applicable"
    closed = folder(looked_at=0, missing="the folder is gone")
    outcome = silent(CHECK, seen(closed))
    assert (outcome.result, outcome.reason) == ("skipped", "the folder is gone")
