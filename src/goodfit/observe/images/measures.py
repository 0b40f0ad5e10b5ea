"""Simple measures of each image, reckoned a few images at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goodfit.observe.images.pixels import COLOURS, Pixels, grey, planes

SAME = 1 / 512
"""Channels that differ by less, as shares of the range, are equal: half a step of a byte."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Of each image: mean and standard deviation of its grey pixels, variance of their Laplacian,
    mean of the outermost ones, means of its colour channels less its brightness (rows, channels),
    and whether its channels are all equal; then the means and the mean squares of all channels
    (rows, channels). All are shares of the range of values."""

    brightness: np.ndarray
    contrast: np.ndarray
    sharpness: np.ndarray
    border: np.ndarray
    colour: np.ndarray
    grey: np.ndarray
    means: np.ndarray
    squares: np.ndarray


def laplacian(pictures: np.ndarray) -> np.ndarray:
    """The discrete Laplacian of grey images (rows, height, width), without their borders."""
    middle = pictures[:, 1:-1, 1:-1]
    beside = pictures[:, 1:-1, :-2] + pictures[:, 1:-1, 2:]
    above = pictures[:, :-2, 1:-1] + pictures[:, 2:, 1:-1]
    return np.asarray(beside + above - 4 * middle)


def _border(pictures: np.ndarray) -> np.ndarray:
    """The mean of the outermost pixels of each grey image."""
    sides = (pictures[:, 0], pictures[:, -1], pictures[:, 1:-1, 0], pictures[:, 1:-1, -1])
    return np.asarray(np.concatenate(sides, axis=1).mean(axis=1))


def _of(shares: np.ndarray) -> tuple[np.ndarray, ...]:
    """The measures of some images, in the order of `Measures`."""
    channels = planes(shares)
    pictures, colours = grey(channels), channels[:COLOURS]
    brightness = pictures.mean(axis=(1, 2))
    means = np.stack([plane.mean(axis=(1, 2)) for plane in channels], axis=1)
    apart = [np.abs(plane - colours[0]).max(axis=(1, 2)) for plane in colours]
    return (
        brightness,
        pictures.std(axis=(1, 2)),
        laplacian(pictures).var(axis=(1, 2)),
        _border(pictures),
        means[:, : len(colours)] - brightness[:, None],
        np.max(apart, axis=0) < SAME,
        means.astype(np.float64),
        np.stack([np.square(plane).mean(axis=(1, 2), dtype=np.float64) for plane in channels], 1),
    )


def measures(pixels: Pixels) -> Measures:
    """All measures of all images."""
    parts = [_of(shares) for shares in pixels.chunks()]
    return Measures(*(np.concatenate(column) for column in zip(*parts, strict=True)))
