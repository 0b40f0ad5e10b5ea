"""The legacy ImageDataGenerator: what it was told, and its random changes on a few images.

Nothing is read through its iterators, whose numbers would go on; images come from the array or the
files that they read.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from goodfit.observe.objects.config import from_keras
from goodfit.randomness import sealed

OPTIONS = (
    *("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range"),
    *("brightness_range", "channel_shift_range", "horizontal_flip", "vertical_flip"),
)
"""What it changes at random."""
SECONDS = 1.0
"""What reading files may take."""
LEAST_FILES = 64
CELLS = 60_000_000
"""Numbers that are held of unchanged images, at most."""


def generator_of(stream: Any) -> Any:
    """The ImageDataGenerator behind an iterator of its; None for anything else."""
    found = getattr(stream, "image_data_generator", None)
    kinds = [cls for cls in type(found).__mro__ if from_keras(cls)]
    return found if any(cls.__name__ == "ImageDataGenerator" for cls in kinds) else None


def random_options(generator: Any) -> tuple[str, ...]:
    """The random options that are set, in words, e.g. "rotation_range=40"."""
    found = ((name, getattr(generator, name, None)) for name in OPTIONS)
    return tuple(f"{name}={_value(value)}" for name, value in found if _acts(name, value))


def _acts(name: str, value: Any) -> bool:
    if name == "zoom_range":
        return value is not None and tuple(value) != (1, 1)
    if isinstance(value, (list, tuple, np.ndarray)):
        return len(value) > 0
    return bool(value)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple, np.ndarray)):
        return "(" + ", ".join(_value(one) for one in value) + ")"
    return f"{value:g}" if isinstance(value, (int, float)) and value is not True else str(value)


def flips(generator: Any) -> tuple[str, ...]:
    """ "horizontal", "vertical": how it mirrors."""
    names = ("horizontal", "vertical")
    return tuple(name for name in names if getattr(generator, f"{name}_flip", False))


def rotation(generator: Any) -> float:
    """The greatest angle by which it turns, in degrees."""
    return min(abs(float(getattr(generator, "rotation_range", 0) or 0)), 180.0)


def counts_pixels(generator: Any) -> bool:
    """Whether shifts are told in pixels, not in shares of the image."""
    shifts = (generator.width_shift_range, generator.height_shift_range)
    return any(np.max(shift) >= 1 for shift in shifts)


def changed(generator: Any, images: np.ndarray, seed: int) -> np.ndarray:
    """Images (rows, height, width, channels) after its random changes; its rescaling and
    standardisation, which take no part in them, are left out."""
    found = np.empty_like(images, dtype=np.float32)
    with sealed(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the training gave them already
        for row, image in enumerate(images.astype(np.float32)):
            drawn = generator.get_random_transform(image.shape)
            found[row] = generator.apply_transform(image, drawn)
    return found


def affordable(cells: int, most: int) -> int:
    """How many images of so many numbers may be held."""
    return min(most, max(LEAST_FILES, CELLS // max(cells, 1)))


def unchanged(stream: Any, wanted: int, seed: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Some images of an iterator as they are before any change, and their targets; None where they
    are not known."""
    rng = np.random.default_rng(seed)
    if getattr(stream, "data_format", None) != "channels_last":
        return None
    x, y = getattr(stream, "x", None), getattr(stream, "y", None)
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and len(x) == len(y):
        index = np.sort(rng.permutation(len(x))[: affordable(x[:1].size, wanted)])
        return x[index], y[index]
    paths = getattr(stream, "filepaths", None)
    classes = np.asarray(getattr(stream, "classes", None))
    if paths is None or classes.shape[:1] != (len(paths),):
        return None
    wanted = affordable(int(np.prod(stream.image_shape)), wanted)
    return _read(stream, paths, classes, rng.permutation(len(paths))[:wanted])


def _read(
    stream: Any, paths: Sequence[str], classes: np.ndarray, index: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Images of files, read as the iterator reads them, while there is time."""
    import keras

    began = time.perf_counter()
    images: list[np.ndarray] = []
    rows: list[int] = []
    for row in index:
        if time.perf_counter() - began > SECONDS and len(images) >= LEAST_FILES:
            break
        image = keras.utils.load_img(
            paths[row],
            color_mode=stream.color_mode,
            target_size=stream.target_size,
            interpolation=stream.interpolation,
            keep_aspect_ratio=stream.keep_aspect_ratio,
        )
        images.append(np.asarray(keras.utils.img_to_array(image), np.float32))
        image.close()
        rows.append(int(row))
    return np.stack(images), classes[rows]
