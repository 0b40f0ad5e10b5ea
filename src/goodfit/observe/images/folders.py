"""Folders of image files, from their readers to facts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from goodfit.facts import BrokenFile, ImageFacts, ImageFolderFacts
from goodfit.observe.images import copies
from goodfit.observe.images.files import Files, look
from goodfit.observe.images.readers import Reader

SIZES = 20
SHOWN = 20
FEW = 5
PROPERTY_FILES = 2048
BY_TENSORFLOW = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
BY_PILLOW = (".bmp", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Folder:
    """A reader, the set it fills, and its files; None where they lie on no disk of this machine."""

    role: str
    reader: Reader
    files: Files | None


def opened(role: str, reader: Reader, *, seconds: float, decoding: float) -> Folder:
    """The reader with its files opened, and decoded, while their time lasts."""
    if "://" in reader.directory:
        return Folder(role, reader, None)
    found = look(reader.paths, tensorflow=reader.tensorflow, seconds=seconds, decoding=decoding)
    return Folder(role, reader, found)


def _below(path: str, directory: str) -> str:
    return os.path.relpath(path, directory or ".")


@dataclass(frozen=True, slots=True)
class _Listed:
    """What lies in the classes' folders: image files of each class, and files that the reader
    passes over by their name, with a few examples."""

    classes: dict[str, int]
    others: int
    examples: tuple[str, ...]


def _listed(reader: Reader) -> _Listed:
    endings = BY_TENSORFLOW if reader.kind == "image_dataset_from_directory" else BY_PILLOW
    counts, others, examples = dict.fromkeys(reader.names, 0), 0, []
    for label in reader.names if reader.by_folder else ():
        for root, _, names in os.walk(os.path.join(reader.directory, label)):
            for name in sorted(names):
                if name.lower().endswith(endings):
                    counts[label] += 1
                elif not name.startswith("."):
                    others += 1
                    examples += [os.path.join(root, name)] if others <= FEW else []
    shown = tuple(_below(path, reader.directory) for path in examples)
    return _Listed(counts, others, shown)


def _counted(keys: np.ndarray, names: Sequence[str], most: int) -> dict[str, int]:
    """Files by name, the most frequent first; `keys` are places in `names`."""
    counts = np.bincount(keys, minlength=len(names))
    order = np.argsort(-counts, kind="stable")[:most]
    return {names[place]: int(counts[place]) for place in order if counts[place]}


def _sizes(files: Files) -> dict[str, int]:
    known = files.width > 0
    both = files.width[known].astype(np.int64) << 32 | files.height[known]
    values, keys = np.unique(both, return_inverse=True)
    names = [f"{value >> 32}x{value & 0xFFFFFFFF}" for value in values.tolist()]
    return _counted(keys, names, SIZES)


def _missing(files: Files | None) -> str:
    if files is None:
        return "the files lie on no disk of this machine"
    if files.gone and not files.opened.any():
        return "the files are no longer there"
    return ""


def folder_facts(folder: Folder) -> ImageFolderFacts:
    """Facts of one folder; `copies.settle` must have been called for all of them."""
    reader, files, labels = folder.reader, folder.files, folder.reader.labels
    found = _listed(reader)
    classes = found.classes
    if labels is not None and not sum(classes.values()):  # no folders, or folders that are gone
        counts = np.bincount(labels, minlength=len(reader.names)).tolist()
        classes = dict(zip(reader.names, counts, strict=True))
    bare = ImageFolderFacts(
        role=folder.role,  # type: ignore[arg-type]
        directory=reader.directory or ".",
        reader=reader.kind,
        classes=classes,
        files=len(reader.paths),
        asked_size=reader.asked_size,
        other_files=found.others,
        other_examples=found.examples,
        missing=_missing(files),
    )
    return bare if files is None else _filled(bare, files, labels)


def _filled(bare: ImageFolderFacts, files: Files, labels: np.ndarray | None) -> ImageFolderFacts:
    twice = copies.within(files, labels)
    paths = [
        tuple(_below(files.paths[place], bare.directory) for place in pair)
        for pair in twice.examples
    ]
    broken = [
        BrokenFile(path=_below(files.paths[place], bare.directory), reason=files.broken[place])
        for place in sorted(files.broken)[:SHOWN]
    ]
    known = files.mode >= 0
    return replace(
        bare,
        looked_at=int(files.opened.sum()),
        decoded=int(files.decoded.sum()),
        sizes=_sizes(files),
        modes=_counted(files.mode[known], files.modes, SIZES),
        broken=tuple(broken),
        broken_count=len(files.broken),
        twice=twice.files,
        twice_other_class=twice.other_class,
        twice_examples=tuple((first, second) for first, second in paths),
    )


def file_properties(folder: Folder) -> tuple[dict[str, np.ndarray], np.ndarray] | None:
    """What the files are by themselves: properties (rows, 1) by name and classes (rows,) of at most
    2,048 of those that were opened; None without classes."""
    files, labels = folder.files, folder.reader.labels
    if files is None or labels is None:
        return None
    places = np.flatnonzero(files.width > 0)
    if len(places) > PROPERTY_FILES:
        rng = np.random.default_rng(0)
        places = np.sort(rng.choice(places, PROPERTY_FILES, replace=False))
    width, height = files.width[places].astype(float), files.height[places].astype(float)
    found = {
        "width": width,
        "height": height,
        "aspect": width / np.maximum(height, 1),
        "bytes": files.bytes[places].astype(float),
        "mode": files.mode[places].astype(float),
    }
    return {name: values[:, None] for name, values in found.items()}, labels[places]


def open_all(
    found: Sequence[tuple[str, Reader]], *, seconds: float, decoding: float
) -> list[Folder]:
    """All readers with their files, each given its share of the time by its number of files."""
    total = sum(len(reader.paths) for _, reader in found)
    folders = []
    for role, reader in found:
        share = len(reader.paths) / max(1, total)
        folders.append(opened(role, reader, seconds=seconds * share, decoding=decoding * share))
    copies.settle([folder.files for folder in folders if folder.files is not None], seconds / 2)
    return folders


def shared(facts: ImageFacts, found: Sequence[Folder]) -> ImageFacts:
    """The facts with the validation files that are training files byte for byte."""
    train = [one for one in found if one.role == "train" and one.files is not None]
    held = [one for one in found if one.role == "validation" and one.files is not None]
    count, examples = 0, []
    for one in held:
        for other in train:
            assert one.files is not None
            assert other.files is not None
            copied, pairs = copies.across(other.files, one.files)
            count += copied
            examples += [(one.files.paths[a], other.files.paths[b]) for a, b in pairs]
    if not train or not held:
        return facts
    return replace(facts, leaked_files=count, leaked_file_examples=tuple(examples[:SHOWN]))
