"""GF131 on literals."""

from __future__ import annotations

from typing import Any

import pytest
from data_literals import found, silent
from image_literals import NO_CLASSES, folder, seen

from goodfit.checks.data.image_folders import CHECK
from goodfit.facts import CrashFacts, Facts, ImageFacts, ImageFolderFacts
from goodfit.results import Finding


def validation(*names: str) -> ImageFolderFacts:
    return folder("validation", classes=dict.fromkeys(names, 20), files=20 * len(names))


def said(*folders: ImageFolderFacts) -> Finding:
    return found(CHECK, seen(*folders))


def test_no_image_at_all() -> None:
    finding = said(folder(classes={}, files=0, looked_at=0))
    assert finding.severity == "error"
    assert "No image was found" in finding.message


def test_no_image_is_seen_without_data_too() -> None:
    empty = ImageFacts(folders=(folder(classes={"cats": 0}, files=0),))
    crash = CrashFacts(type="StopIteration", message="", during="fit")
    assert found(CHECK, Facts(images=empty, crash=crash)).severity == "error"


def test_one_class_only() -> None:
    finding = said(folder(classes={"train": 500}))
    assert finding.severity == "error"
    assert "Only the folder train" in finding.message


def test_labels_that_mean_two_classes() -> None:
    """A folder too many in front moves all labels behind it."""
    finding = said(folder(), validation("birds", "cats", "dogs"))
    assert finding.severity == "error"
    assert "Class cats is label 0 in data/train and label 1 in data/validation" in finding.message


def test_a_hidden_folder_in_one_set_moves_the_labels() -> None:
    classes = {".ipynb_checkpoints": 3, "cats": 250, "dogs": 250}
    finding = said(folder(classes=classes), validation("cats", "dogs"))
    assert finding.severity == "error"
    assert "(.ipynb_checkpoints, which a program left, counts as a class)" in finding.message


def test_a_class_that_only_validation_has() -> None:
    finding = said(folder(), validation("cats", "dogs", "hamsters"))
    assert finding.severity == "error"
    assert "lacks: hamsters" in finding.message


def test_a_class_that_validation_lacks_at_the_end_moves_nothing() -> None:
    classes = {"cats": 200, "dogs": 200, "hamsters": 100}
    assert said(folder(classes=classes), validation("cats", "dogs")).severity == "warning"


@pytest.mark.parametrize(("files", "severity"), [(12, "error"), (0, "warning")])
def test_hidden_folders_are_no_classes(files: int, severity: str) -> None:
    """flow_from_directory takes them for classes."""
    classes = {".ipynb_checkpoints": files, "cats": 250, "dogs": 250}
    finding = said(folder(classes=classes, reader="flow_from_directory"))
    assert finding.severity == severity
    assert ".ipynb_checkpoints" in finding.message


@pytest.mark.parametrize(("count", "severity"), [(2, "tip"), (20, "warning")])
def test_the_same_file_in_two_classes(count: int, severity: str) -> None:
    pairs = (("cats/1.jpg", "cats/2.jpg"), ("cats/3.jpg", "dogs/9.jpg"))
    finding = said(folder(twice=count + 1, twice_other_class=count, twice_examples=pairs))
    assert finding.severity == severity
    assert "cats/3.jpg = dogs/9.jpg" in finding.message
    assert "cats/1.jpg" not in finding.message


def test_an_empty_class_folder() -> None:
    finding = said(folder(classes={"cats": 250, "dogs": 250, "hamsters": 0}))
    assert finding.severity == "warning"
    assert "hamsters" in finding.message


def test_equal_files_within_a_class_contradict_nothing() -> None:
    pairs: Any = (("cats/1.jpg", "cats/2.jpg"),)
    assert silent(CHECK, seen(folder(twice=30, twice_examples=pairs))).result == "passed"


def test_without_labels_one_folder_is_enough() -> None:
    """An autoencoder reads its pictures from anywhere."""
    facts = seen(folder(classes={"all": 500}), data=NO_CLASSES)
    assert silent(CHECK, facts).result == "not applicable"


def test_a_reader_whose_folders_are_no_classes() -> None:
    assert silent(CHECK, seen(folder(classes={}))).result == "not applicable"


def test_healthy_folders_arrays_and_what_is_not_known() -> None:
    assert silent(CHECK, seen(folder(), validation("cats", "dogs"))).result == "passed"
    assert silent(CHECK, seen()).result == "not applicable"
    unknown = Facts(images=ImageFacts(folders=(folder(classes={"all": 500}),)))
    assert silent(CHECK, unknown).result == "skipped"
