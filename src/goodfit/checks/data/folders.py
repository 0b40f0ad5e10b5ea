"""Folders of images: what their classes and files tell together. Not a check."""

from __future__ import annotations

from collections.abc import Iterable

from goodfit.facts import DataFacts, ImageFacts, ImageFolderFacts

LISTED = 3
_LITTER = ("__MACOSX", "__pycache__", "@eaDir", "lost+found")
_CLASSES = ("binary", "classes", "one-hot", "signs", "text")


def hidden(name: str) -> bool:
    """Whether a folder is one that programs leave behind, not a class."""
    return name.startswith(".") or name in _LITTER


def listed(names: Iterable[str]) -> str:
    """The first few names, and whether there are more."""
    every = list(names)
    return ", ".join(every[:LISTED]) + (" and others" if len(every) > LISTED else "")


def folder_of(images: ImageFacts, role: str) -> ImageFolderFacts | None:
    return next((one for one in images.folders if one.role == role), None)


def labelled(data: DataFacts | None) -> bool | None:
    """Whether the folders' names become labels, as far as the targets tell; None where they do
    not: an autoencoder reads one folder without fault."""
    if data is None:
        return None
    return any(target.kind in _CLASSES for target in data.train.targets)
