"""One set of images, by the sample of its rows that was drawn while training ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from goodfit.facts import ImageSetFacts
from goodfit.observe.data.arrays import to_numpy
from goodfit.observe.images.alike import Views, views
from goodfit.observe.images.measures import Measures, measures
from goodfit.observe.images.outliers import outliers
from goodfit.observe.images.pixels import Pixels, extremes, input_called, upright, value_range

QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one set: a sample of its inputs with the rows' numbers (None for a stream) and
    classes (None without), and all of them, with classes likewise, where they are arrays."""

    x: Any
    index: np.ndarray | None = None
    labels: np.ndarray | None = None
    whole: Any = None
    whole_labels: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class ImageSet:
    """One set as it is looked at; `views` None where nobody looks for copies."""

    part: Part
    pixels: Pixels
    measures: Measures
    views: Views | None

    @property
    def numbers(self) -> np.ndarray:
        """Row numbers in the user's arrays; places in the sample, for a stream."""
        index = self.part.index
        return np.arange(len(self.pixels.rows)) if index is None else index


def image_set(
    part: Part, name: str, limits: tuple[float, float] | None, *, closely: bool
) -> ImageSet | None:
    """The images of the input called `name`, as shares of the range `limits` or else of their own;
    None where it holds none."""
    leaf = input_called(part.x, name)
    rows = None if leaf is None else upright(to_numpy(leaf))
    if rows is None or not len(rows):
        return None
    pixels = Pixels(rows, *(limits or value_range(*extremes(rows), rows.dtype)))
    return ImageSet(part, pixels, measures(pixels), views(pixels) if closely else None)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, QUANTILES).tolist()
    return low, middle, high


def set_facts(role: str, one: ImageSet) -> ImageSetFacts:
    """Facts of a set, without those of copies and of what tells the class."""
    found, pixels = one.measures, one.pixels
    _, height, width, channels = pixels.rows.shape
    low, high = extremes(pixels.rows)
    span = pixels.high - pixels.low
    means, squares = found.means.mean(axis=0), found.squares.mean(axis=0)
    spread = np.sqrt(np.maximum(squares - np.square(means), 0))
    odd, counts = outliers(found, min(height, width), one.part.index)
    return ImageSetFacts(
        role=role,  # type: ignore[arg-type]
        rows_seen=len(pixels.rows),
        height=height,
        width=width,
        channels=channels,
        minimum=low,
        maximum=high,
        channel_mean=tuple((pixels.low + span * means).tolist()),
        channel_std=tuple((span * spread).tolist()),
        brightness=_triple(found.brightness),
        contrast=_triple(found.contrast),
        sharpness=_triple(found.sharpness),
        grey=float(found.grey.mean()) if channels > 1 else None,
        outliers=odd,
        outlier_counts=counts,
    )
