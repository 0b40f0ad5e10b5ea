"""The images that a tf.data pipeline starts from, before it changes them.

Nothing is read through a dataset, whose shuffling would go on: images come from the tensors that it
was made of, or from the files that Keras noted on it.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from goodfit.observe.data.arrays import to_numpy
from goodfit.observe.images.augment_generator import LEAST_FILES, SECONDS, affordable
from goodfit.observe.images.files import pillow
from goodfit.observe.images.pixels import upright
from goodfit.observe.images.readers import Reader, lineage, readers


def unchanged(dataset: Any, most: int, seed: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Some images (rows, height, width, channels) that a dataset starts from, and their targets;
    None where they are not known, or come from several places."""
    order = np.random.default_rng(seed)
    found = readers(dataset)
    if found:
        return _of_files(found[0], most, order) if len(found) == 1 else None
    sources = [one for one in lineage(dataset) if hasattr(one, "_tensors")]
    if len(sources) != 1:
        return None
    return _of_tensors(sources[0], most, order)


def _of_tensors(
    source: Any, most: int, order: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    tensors = list(source._tensors)
    if len(tensors) != 2 or type(getattr(source, "element_spec", None)) is not tuple:
        return None
    images, targets = (to_numpy(tensor) for tensor in tensors)
    index = np.sort(order.permutation(len(targets))[: affordable(images[:1].size, most)])
    rows = upright(images[index])
    return None if rows is None else (rows, targets[index])


def _of_files(
    reader: Reader, most: int, order: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Images decoded by Pillow while there is time, resized as the reader was asked to."""
    image_class, size = pillow(), reader.asked_size
    if image_class is None or size is None or reader.labels is None or not len(reader.labels):
        return None
    began, images, rows = time.perf_counter(), list[np.ndarray](), list[int]()
    wanted = affordable(3 * size[0] * size[1], most)
    for row in order.permutation(len(reader.paths))[:wanted]:
        if time.perf_counter() - began > SECONDS and len(rows) >= LEAST_FILES:
            break
        with image_class.open(reader.paths[row]) as image:
            pixels = image.convert("RGB").resize((size[1], size[0]))
        images.append(np.asarray(pixels, np.float32))
        rows.append(int(row))
    return np.stack(images), reader.labels[rows]
