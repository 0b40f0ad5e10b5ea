"""One batch of images changed as a policy says, every number drawn from the generator given."""

from __future__ import annotations

import numpy as np

from goodfit.augmented.policy import Policy
from goodfit.augmented.warp import warp

ERASED = 0.5
"""Share of images with something erased: Keras' `factor=1.0` draws the chance from [0, 1]."""


def changed(images: np.ndarray, policy: Policy, generator: np.random.Generator) -> np.ndarray:
    """float32 copies of images (rows, height, width, channels), each changed for itself."""
    count, height, width, _ = images.shape
    across, down = _flips(policy, count, generator)
    if policy.moves:
        maps = _maps(policy, (count, height, width), generator)
        _mirror(maps, across, down, (height, width))
        found = warp(
            images,
            maps,
            fill_mode=policy.fill_mode,
            fill_value=policy.fill_value,
            interpolation=policy.interpolation,
        )
    else:
        found = images.astype("float32")
        found[across] = found[across, :, ::-1]
        found[down] = found[down, ::-1]
    _recolour(found, policy, generator)
    if policy.asks("erasing"):
        _erase(found, policy, generator)
    return found


def _flips(
    policy: Policy, count: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the images that are mirrored left and right, and top and bottom."""
    tossed = generator.random((2, count)) < 0.5
    tossed[0] &= policy.flip in ("horizontal", "both")
    tossed[1] &= policy.flip in ("vertical", "both")
    return tossed[0], tossed[1]


def _maps(
    policy: Policy, shape: tuple[int, int, int], generator: np.random.Generator
) -> np.ndarray:
    """(rows, 2, 3): for each image, from a new pixel to the place that it is read from."""
    count, height, width = shape
    middle = np.array([(width - 1) / 2, (height - 1) / 2])

    def drawn(name: str, *size: int) -> np.ndarray:
        return generator.uniform(*policy.between(name), (count, *size))

    turned = 2 * np.pi * drawn("rotation")
    cosine, sine = np.cos(turned), np.sin(turned)
    moved = drawn("translation", 2) * (width, height)
    zoomed = 1 + drawn("zoom")
    sheared = drawn("shear", 2)
    # Keras' layers one behind the other, read from the last to the first: shear from the corner,
    # zoom about the middle, translation, rotation about the middle.
    linear = np.empty((count, 2, 2))
    linear[:, 0, 0] = linear[:, 1, 1] = zoomed
    linear[:, 0, 1], linear[:, 1, 0] = zoomed * sheared[:, 0], zoomed * sheared[:, 1]
    offset = middle * (1 - zoomed[:, None]) - moved
    rotation = np.stack([cosine, -sine, sine, cosine], axis=-1).reshape(count, 2, 2)
    maps = np.empty((count, 2, 3))
    maps[:, :, :2] = rotation @ linear
    maps[:, :, 2] = (rotation @ (offset - middle)[:, :, None])[:, :, 0] + middle
    return maps


def _mirror(maps: np.ndarray, across: np.ndarray, down: np.ndarray, size: tuple[int, int]) -> None:
    for axis, (chosen, length) in enumerate(((across, size[1]), (down, size[0]))):
        maps[chosen, axis] *= -1
        maps[chosen, axis, 2] += length - 1


def _recolour(images: np.ndarray, policy: Policy, generator: np.random.Generator) -> None:
    low, high = policy.value_range
    shape = (len(images), 1, 1, 1)
    if policy.asks("brightness"):
        share = generator.uniform(*policy.between("brightness"), shape)
        images += (share * (high - low)).astype("float32")
        np.clip(images, low, high, out=images)
    if policy.asks("contrast"):
        less, more = policy.between("contrast")
        factor = generator.uniform(1 - less, 1 + more, shape).astype("float32")
        mean = images.mean(axis=(1, 2), keepdims=True)
        images -= mean
        images *= factor
        images += mean
        np.clip(images, low, high, out=images)


def _erase(images: np.ndarray, policy: Policy, generator: np.random.Generator) -> None:
    """Boxes of noise over some images; both sides' shares are drawn, each with the area's root."""
    low, high = policy.value_range
    count, size = len(images), np.array(images.shape[1:3])
    sides = np.sqrt(generator.uniform(*policy.between("erasing"), (count, 2))) * size
    starts = generator.random((count, 2)) * (size - sides)
    first, last = np.ceil(starts).astype(int), np.ceil(starts + sides).astype(int)
    for row in np.flatnonzero(generator.random(count) < ERASED):
        (top, left), (bottom, right) = first[row], last[row]
        box = images[row, top:bottom, left:right]
        noise = generator.standard_normal(box.shape, dtype="float32") * np.float32(high)
        box[...] = np.clip(noise, low, high)
