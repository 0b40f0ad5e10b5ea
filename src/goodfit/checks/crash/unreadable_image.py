"""GF611 unreadable-image: the script ended at a file that is no image, or found no images.

Sees: the exceptions of TensorFlow's decoders and of Pillow at files that are empty, cut off or no
images they know; those of image_dataset_from_directory where no image, or not the classes it was
told of, lie in the folder.
Why it matters: TensorFlow does not say which file it was; among thousands, one download that broke
off ends the training, often after an epoch's half.
Evidence: what the decoder said; the files that cannot be read, where the folder was looked through.
Remedies: none is applied by itself; the advice finds the files.
Source: the messages of TensorFlow 2.21, Pillow 13 and Keras 3.15.
"""

from __future__ import annotations

import re
from typing import Any

from goodfit.checks.check import Answer, Check, NotApplicable, Suspicion, place
from goodfit.checks.crash.decoding import undecoded
from goodfit.checks.data.folders import listed
from goodfit.facts import CrashFacts, ImageFacts

_FOLDERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (case, re.compile(pattern, re.DOTALL))
    for case, pattern in (
        ("no images", r"No images found in directory (?P<folder>.+?)\. Allowed formats: "
         r"\((?P<formats>[^)]*)\)"),
        ("two classes", r"When passing `label_mode=\"binary\"`, there must be exactly 2 "
         r"class_names\. Received: class_names=(?P<names>\[[^\]]*\])"),
        ("class names", r"The `class_names` passed did not match the names of the subdirectories "
         r"of the target directory\. Expected: (?P<there>\[[^\]]*\]).*?class_names="
         r"(?P<names>\[[^\]]*\])"),
    )
)  # fmt: skip


def unreadable_image(crash: CrashFacts, images: ImageFacts | None = None) -> Answer:
    where = place(crash.where)
    for case, pattern in _FOLDERS:
        if (found := pattern.search(crash.message)) is not None:
            return Suspicion(case=case, evidence=found.groupdict(), where=where)
    read = undecoded(crash)
    if read is None:
        return NotApplicable(f"the {crash.type} is not about reading an image")
    case, file = read
    evidence = {"during": crash.during, "file": file, **_broken(images, file)}
    return Suspicion(case=case, evidence=evidence, where=where)


def _broken(images: ImageFacts | None, file: str) -> dict[str, Any]:
    """The files to blame: the one that was named, else those that the folders were seen to hold."""
    seen = [one.path for folder in (images.folders if images else ()) for one in folder.broken]
    names = [file] if file else seen
    return {"files": names, "named": f" ({listed(names)})" if names else ""}


_FIND = (
    "Find such files by reading each once, for path in pathlib.Path(folder).rglob('*.*'): "
    "PIL.Image.open(path).load(), and delete them or fetch them again"
)

CHECK = Check(
    code="GF611",
    name="unreadable-image",
    severity="error",
    function=unreadable_image,
    message={
        "empty": "A file among the images is empty{named}.",
        "format": "A file among the images is no image of a kind that the reader knows{named}.",
        "cut": "An image file is damaged or ends too early{named}.",
        "no images": "There are no images in the folders below {folder}.",
        "two classes": 'label_mode="binary" wants two class folders and found {names}.',
        "class names": "class_names={names} are not the folders that are there: {there}.",
    },
    advice={
        "empty": f"{_FIND}.",
        "format": f"{_FIND}. TensorFlow reads JPEG, PNG, GIF, BMP and WebP by what is in the file, "
        "whatever its name says: save others (TIFF, HEIC, ...) as PNG, "
        "PIL.Image.open(path).convert('RGB').save(...).",
        "cut": f"{_FIND}.",
        "no images": "Hand over the folder that holds one folder a class, not one of these and not "
        "the folder above it, with files that end in {formats}; print os.listdir of it.",
        "two classes": 'Use label_mode="int" with sparse_categorical_crossentropy, or leave only '
        "the two folders that are classes (class_names=[...] picks and orders them).",
        "class names": "Spell class_names as the folders are spelt, or leave it out: they are then "
        "taken in alphabetical order.",
    },
)
