"""Which folders of image files a fit reads, told by the objects that were handed to it.

`keras.utils.image_dataset_from_directory` notes its files on the dataset that it returns; a dataset
that was made from it (by map, batch, cache, prefetch, zip, ...) knows what it was made from. The
legacy ImageDataGenerator's iterators know their files too. Nothing is read here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.observe.images.pixels import upright

STEPS = 200
"""Datasets that are followed back."""
DEEPEST = 6
"""How many folders above its file a class's folder may lie."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of image files. `names` are the classes, `labels` (files,) the number of each file's
    class, empty where classes are no matter of folders. `by_folder` says that the classes are the
    folders in `directory`; `tensorflow` that TensorFlow decodes the files, else Pillow does."""

    kind: str
    directory: str
    paths: Sequence[str]
    names: tuple[str, ...] = ()
    labels: np.ndarray | None = None
    by_folder: bool = True
    tensorflow: bool = True
    asked_size: tuple[int, int] | None = None


def _parents(dataset: Any) -> list[Any]:
    """What a tf.data dataset was made from."""
    inputs = getattr(dataset, "_inputs", None)
    try:
        return list(inputs()) if callable(inputs) else []
    except Exception:  # another version's insides
        return []


def lineage(data: Any) -> Iterator[Any]:
    """`data`, and all datasets that it was made from."""
    waiting: list[Any] = [data]
    seen: set[int] = set()
    while waiting and len(seen) < STEPS:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += _parents(one)


def _asked_size(dataset: Any) -> tuple[int, int] | None:
    """Height and width of the images that a dataset yields."""
    spec = getattr(dataset, "element_spec", None)
    first = spec[0] if isinstance(spec, tuple) and spec else spec
    shape = getattr(first, "shape", None)
    if shape is None or shape.rank not in (3, 4) or None in list(shape)[-3:]:
        return None
    image = upright(np.empty((0, *list(shape)[-3:]), np.uint8))
    return None if image is None else (image.shape[1], image.shape[2])


def _above(path: str, names: frozenset[str]) -> str | None:
    """The folder in which a file's class folder lies; None where no folder of that name is near."""
    folder = os.path.dirname(path)
    found = None
    for _ in range(DEEPEST):
        folder, name = os.path.split(folder)
        if name in names:
            found = folder  # the topmost: a class's folder may hold others
            if all(os.path.isdir(os.path.join(folder, other)) for other in names):
                return folder
        if not name:
            break
    return found


def _by_folder(kind: str, paths: Sequence[str], names: Sequence[str], **more: Any) -> Reader:
    """A reader whose classes are folders; one without classes where the paths do not say so."""
    directory = _above(paths[0], frozenset(names)) if names else None
    numbers = {name: place for place, name in enumerate(names)}
    prefix = "" if directory is None else os.path.join(directory, "")
    labels = []
    if directory is not None:
        heads = (path[len(prefix) :].split(os.sep, 1)[0] for path in paths)
        labels = [numbers.get(head, -1) for head in heads]
    if not labels or min(labels) < 0 or not all(path.startswith(prefix) for path in paths):
        common = os.path.commonpath([os.path.dirname(path) for path in paths])
        return Reader(kind, common, paths, by_folder=False, **more)
    return Reader(kind, directory or "", paths, tuple(names), np.array(labels, np.int32), **more)


def _of_dataset(data: Any) -> Reader | None:
    """The reader that noted its files on `data`: Keras' image_dataset_from_directory."""
    paths = getattr(data, "file_paths", None)
    if not isinstance(paths, (list, tuple)) or not paths or not isinstance(paths[0], str):
        return None
    names = [str(name) for name in getattr(data, "class_names", None) or ()]
    size = _asked_size(data)
    tensorflow = hasattr(data, "element_spec")
    return _by_folder(
        "image_dataset_from_directory", paths, names, tensorflow=tensorflow, asked_size=size
    )


def _of_iterator(data: Any) -> Reader | None:
    """A legacy DirectoryIterator, or DataFrameIterator, of ImageDataGenerator's."""
    names = {base.__name__ for base in type(data).__mro__}
    paths = getattr(data, "filepaths", None)
    if not names & {"DirectoryIterator", "DataFrameIterator"} or not paths:
        return None
    by_folder = "DirectoryIterator" in names
    indices = getattr(data, "class_indices", None) or {}
    labels = np.asarray(getattr(data, "classes", None) if indices else ())
    known = len(labels) == len(paths) and labels.dtype.kind in "iu"
    directory = os.fspath(data.directory or "")
    return Reader(
        "flow_from_directory" if by_folder else "flow_from_dataframe",
        directory or os.path.commonpath([os.path.dirname(path) for path in paths]),
        list(paths),
        tuple(str(name) for name in indices) if known else (),
        labels if known else None,
        by_folder=by_folder and known,
        tensorflow=False,
        asked_size=(int(data.target_size[0]), int(data.target_size[1])),
    )


def readers(data: Any) -> list[Reader]:
    """All readers of image files that `data`, as it was handed to fit, goes back to."""
    found = []
    for one in lineage(data):
        if isinstance(one, (np.ndarray, list, dict, str, bytes)) or one is None:
            continue
        reader = _of_dataset(one) or _of_iterator(one)
        if reader is not None:
            found.append(reader)
    return found
