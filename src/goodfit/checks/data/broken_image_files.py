"""GF130 broken-image-files: files among the images that cannot be read, or are left out unsaid.

Sees: files of a class folder that cannot be read as images: an error where the script ended at one,
else a warning; pictures that the reader leaves out since it does not read their kind: a warning
from a twentieth of the folder on, else a tip. What programs leave behind (.DS_Store, Thumbs.db) is
passed over.
Why it matters: one download that broke off ends the training, and TensorFlow does not say at which
file; pictures of another kind are never trained on, and nothing says so.
Evidence: the files with what is wrong with each, of how many that were opened.
Remedies: none; delete or fetch the files again, and convert those of other kinds.
Source: https://keras.io/api/data_loading/image/ (formats); issues keras-team/keras 19508 and 20006
(training ends at a file that is not named) and 17182 (a kind of picture that is not found).
"""

from __future__ import annotations

from pathlib import PurePosixPath
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
from goodfit.checks.crash.decoding import undecoded
from goodfit.checks.data.folders import listed
from goodfit.facts import CrashFacts, ImageFacts, ImageFolderFacts, SettingsFacts

MANY = Threshold(0.05, source="a twentieth of the pictures is left out")
PICTURES = (".avif", ".heic", ".jp2", ".jxl", ".tif", ".tiff", ".webp")


def broken_image_files(
    images: ImageFacts, crash: CrashFacts | None = None, settings: SettingsFacts | None = None
) -> Answer:
    if not images.folders:
        return NotApplicable("no folder of images was read")
    seen = [one for one in images.folders if one.looked_at or one.broken_count]
    if not seen:
        return CannotTell(images.folders[0].missing or "no file of the folder was opened")
    line = settings.fit_where if settings is not None and settings.fit_where else None
    where = place(line or (crash.where if crash else None), argument="x")
    worst = max(seen, key=lambda one: one.broken_count)
    if worst.broken_count:
        ended = undecoded(crash) is not None
        return Suspicion(
            evidence=_evidence(worst),
            case="ended" if ended else "broken",
            severity="error" if ended else "warning",
            where=where,
        )
    left = max(seen, key=_left_out)
    share = _left_out(left) / (left.files + _left_out(left) or 1)
    if share > 0:
        return Suspicion(
            evidence=_evidence(left) | {"share": share},
            case="left out",
            severity="warning" if share >= MANY.value else "tip",
            where=where,
        )
    return Passed(f"all {sum(one.looked_at for one in seen)} files that were opened can be read")


def _left_out(folder: ImageFolderFacts) -> int:
    """Files that are pictures by their names but not of the kinds that are read."""
    names = [PurePosixPath(name) for name in folder.other_examples]
    pictures = [name for name in names if name.suffix.lower() in PICTURES]
    return round(folder.other_files * len(pictures) / len(names)) if pictures else 0


def _evidence(folder: ImageFolderFacts) -> dict[str, Any]:
    files = [f"{one.path} ({one.reason})" for one in folder.broken]
    return {
        "set": folder.role,
        "directory": folder.directory,
        "broken": folder.broken_count,
        "looked_at": folder.looked_at,
        "files": files,
        "listed": listed(files),
        "others": folder.other_files,
        "other_examples": folder.other_examples,
        "other_listed": listed(folder.other_examples),
    }


_BROKEN = (
    "{broken} of {looked_at} files of {directory} that were opened cannot be read as images: "
    "{listed}"
)
_MEND = "Delete these files or fetch them again"

CHECK = Check(
    code="GF130",
    name="broken-image-files",
    severity="error",
    function=broken_image_files,
    message={
        "ended": _BROKEN + ". The script ended at such a file.",
        "broken": _BROKEN + ".",
        "left out": "{others} files below {directory} are not read ({other_listed}): Keras looks "
        "for .jpg, .jpeg, .png, .bmp and .gif only, and says nothing of the others.",
    },
    advice={
        "ended": f"{_MEND}; the report lists up to twenty.",
        "broken": f"{_MEND}; the report lists up to twenty.",
        "left out": "Save them as PNG or JPEG, PIL.Image.open(path).convert('RGB').save(...), if "
        "they are to be trained on.",
    },
)
