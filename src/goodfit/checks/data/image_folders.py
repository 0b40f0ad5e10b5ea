"""GF131 image-folders: class folders that do not say what the labels should be.

Sees: no image at all, or one class with files only, where labels are wanted; folders of training
and validation whose names differ, so that one label means two classes; a class that is a hidden
folder, such as .ipynb_checkpoints; empty class folders; files with the very same bytes in the
folders of two classes.
Why it matters: labels are the places of the folders' names in alphabetical order. A folder too many
moves all that follow: the validation score is then about other classes than the training was.
Evidence: the classes of each folder with their files; pairs of equal files by their paths.
Remedies: none; move or rename the folders.
Source: keras.utils.image_dataset_from_directory and, of Keras 2, flow_from_directory, which takes
hidden folders for classes, read in Keras 3.15.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goodfit.checks.check import (
    Answer,
    CannotTell,
    Check,
    NotApplicable,
    Passed,
    Suspicion,
    Threshold,
    place,
)
from goodfit.checks.data.folders import folder_of, hidden, labelled, listed
from goodfit.facts import DataFacts, ImageFacts, ImageFolderFacts, SettingsFacts
from goodfit.results import Severity

CONTRADICT = Threshold(0.01, source="one file in a hundred can move a score by a point")
_Found = tuple[str, Severity, dict[str, Any]]


def image_folders(
    images: ImageFacts, data: DataFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    folders = [one for one in (folder_of(images, role) for role in ("train", "validation")) if one]
    if not folders:
        return NotApplicable("no folder of images was read")
    found = next(filter(None, map(_nothing, folders)), None)
    if found is None and labelled(data) and all(one.classes for one in folders):
        found = _classes(folders)
    if found is not None:
        case, severity, evidence = found
        where = place(settings.fit_where if settings else None, argument="x")
        return Suspicion(evidence=evidence, case=case, severity=severity, where=where)
    if labelled(data) is False or not folders[0].classes:
        return NotApplicable("the folders' names are not the labels")
    if data is None:
        return CannotTell("whether the folders' names are the labels is not known")
    return Passed(f"{len(folders[0].classes)} class folders, all with images and alike")


def _nothing(folder: ImageFolderFacts) -> _Found | None:
    return ("nothing", "error", _evidence(folder)) if not folder.files else None


def _classes(folders: list[ImageFolderFacts]) -> _Found | None:
    train = folders[0]
    full = [name for name, files in train.classes.items() if files]
    if train.role == "train" and len(full) == 1:
        return "one class", "error", _evidence(train) | {"label": full[0]}
    if len(folders) == 2 and (found := _apart(*folders)) is not None:
        return found
    for folder in folders:
        if (litter := [name for name in folder.classes if hidden(name)]) != []:
            severity: Severity = "error" if folder.classes[litter[0]] else "warning"
            return "hidden", severity, _evidence(folder) | {"label": litter[0]}
    if (found := _contradicting(folders)) is not None:
        return found
    empty = [name for name, files in train.classes.items() if not files]
    return ("empty", "warning", _evidence(train) | {"listed": listed(empty)}) if empty else None


def _apart(train: ImageFolderFacts, validation: ImageFolderFacts) -> _Found | None:
    """Classes whose labels differ between the sets, or that one of the sets lacks."""
    first, second = _labels(train), _labels(validation)
    moved = [name for name in first if name in second and first[name] != second[name]]
    unknown = [name for name in second if name not in first]
    lacking = [name for name in first if name not in second]
    evidence = _evidence(train) | {
        "validation_classes": dict(validation.classes),
        "validation_directory": validation.directory,
        "moved": moved,
        "unknown": unknown,
        "lacking": lacking,
    }
    if moved:
        name, litter = moved[0], next(filter(hidden, (*first, *second)), "")
        labels = {
            "label": name,
            "first": first[name],
            "second": second[name],
            "left": f" ({litter}, which a program left, counts as a class)" if litter else "",
        }
        return "moved", "error", evidence | labels
    if unknown:
        return "unknown", "error", evidence | {"listed": listed(unknown)}
    return ("lacking", "warning", evidence | {"listed": listed(lacking)}) if lacking else None


def _labels(folder: ImageFolderFacts) -> Mapping[str, int]:
    return {name: label for label, name in enumerate(folder.classes)}


def _contradicting(folders: list[ImageFolderFacts]) -> _Found | None:
    worst = max(folders, key=lambda one: one.twice_other_class)
    count, rows = worst.twice_other_class, worst.looked_at or worst.files
    if not count:
        return None
    apart = [(a, b) for a, b in worst.twice_examples if _class(a) != _class(b)]
    pairs = [f"{a} = {b}" for a, b in apart]
    evidence = _evidence(worst) | {
        "count": count,
        "rows": rows,
        "share": count / rows,
        "pairs": pairs,
        "named": f": {listed(pairs)}" if pairs else "",
    }
    return "contradict", "warning" if count / rows >= CONTRADICT.value else "tip", evidence


def _class(path: str) -> str:
    return path.replace("\\", "/").split("/")[0]


def _evidence(folder: ImageFolderFacts) -> dict[str, Any]:
    return {
        "set": folder.role,
        "directory": folder.directory,
        "reader": folder.reader,
        "classes": dict(folder.classes),
        "files": folder.files,
    }


_NAMES = (
    "Give both sets' folders the same names, or fix the order in both calls with the same "
    "class_names=[...] (classes=[...] of flow_from_directory)"
)

CHECK = Check(
    code="GF131",
    name="image-folders",
    severity="error",
    function=image_folders,
    message={
        "nothing": "No image was found in the class folders of {directory}.",
        "one class": "Only the folder {label} of {directory} holds images: there is one class, and "
        "nothing to tell apart.",
        "moved": "Class {label} is label {first} in {directory} and label {second} in "
        "{validation_directory}: the folders of training and validation differ, and labels follow "
        "their alphabetical order{left}.",
        "unknown": "The validation folder {validation_directory} has classes that the training "
        "folder lacks: {listed}.",
        "lacking": "The validation folder {validation_directory} lacks the class folders {listed}.",
        "hidden": "The folder {label} of {directory}, which a program left there, counts as a "
        "class, and moves the labels of the classes behind it by one.",
        "contradict": "{count} of {rows} files of {directory} have the same bytes as a file in "
        "another class's folder{named}. One of the two labels is wrong.",
        "empty": "Class folders of {directory} are empty: {listed}. The model has units for them "
        "that nothing teaches.",
    },
    advice={
        "nothing": "Hand over the folder that holds one folder a class, with images directly in "
        "them; print os.listdir of it.",
        "one class": "Hand over the folder that holds one folder a class, not the folder above it; "
        "where no labels are wanted, label_mode=None.",
        "moved": f"{_NAMES}.",
        "unknown": f"{_NAMES}; move images of these classes to the training folder as well.",
        "lacking": f"{_NAMES}; move some images of these classes to the validation folder, so that "
        "it judges them too.",
        "hidden": "Delete that folder, and train again: the weights were learnt with the moved "
        "labels.",
        "contradict": "Settle each pair: delete the file from the folder where it does not belong.",
        "empty": "Fill or delete these folders; if their files are of another kind (.webp, .tiff), "
        "save them as PNG or JPEG.",
    },
)
