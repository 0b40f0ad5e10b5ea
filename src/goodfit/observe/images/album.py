"""The images of one fit, fetched by their numbers, with the classes that are known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from goodfit.facts import Facts
from goodfit.observe.data.arrays import take, to_numpy
from goodfit.observe.images.classes import class_task, target_of
from goodfit.observe.images.pixels import (
    Pixels,
    extremes,
    image_input,
    input_called,
    upright,
    value_range,
)
from goodfit.observe.images.thumbnails import Shot, as_bytes
from goodfit.observe.training.outputs import outputs_of

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

Role = Literal["train", "validation"]
ROLES: tuple[Role, Role] = ("train", "validation")
_SAID = {"train": "training", "validation": "validation"}


class NoImagesError(Exception):
    """No input holds images, or no row of it was seen."""


class Album:
    """Images of both sets, by their places in the samples or by their numbers in the user's arrays
    (of a stream these are the places in the sample).

    Args:
        work: the fit's analysis.
        facts: what is known of the fit.

    Raises:
        NoImagesError: no input holds images.
    """

    def __init__(self, work: Analysis, facts: Facts) -> None:
        sample = work.watched.samples.get("train")
        name = image_input(sample.x) if sample is not None else None
        seen = None if sample is None or name is None else input_called(sample.x, name)
        upright_ones = None if seen is None else upright(to_numpy(seen))
        if name is None or upright_ones is None:
            raise NoImagesError
        self.work = work
        self.facts = facts
        self.input = name
        self._limits = value_range(*extremes(upright_ones), upright_ones.dtype)
        self.task = class_task(work)

    @property
    def loss(self) -> tuple[str, bool]:
        """Name of the first output's loss, and whether it takes the answers for logits."""
        sample = self.work.watched.samples["train"]
        outputs = outputs_of(sample.y, self.work.model, self.work.settings)
        known = outputs[0].loss if outputs else None
        return ("", False) if known is None else (known.name, bool(known.from_logits))

    def _targets(self, role: Role, numbers: np.ndarray | None) -> np.ndarray | None:
        """Targets of the first output: of a sample, or of some of the user's rows."""
        if numbers is None:
            sample = self.work.watched.samples.get(role)
            y = None if sample is None else sample.y
        else:
            rows = self.work.watched.intake.rows(role)
            y = None if rows is None else take(rows.y, numbers)
        return target_of(self.work, y)

    def called(self, label: int) -> str:
        """A class by the name of its folder, where that is known, else by its number."""
        images = self.facts.images
        return (images.name_of(str(label)) if images is not None else "") or str(label)

    # Samples ---------------------------------------------------------------

    def labels(self, role: Role) -> np.ndarray | None:
        """The classes (rows,) of a sample; None where they are none."""
        found = self._targets(role, None)
        return None if self.task is None or found is None else self.task.like(found).labels

    def pixels(self, role: Role) -> Pixels | None:
        """The images of a sample; None where there is none."""
        sample = self.work.watched.samples.get(role)
        seen = None if sample is None else input_called(sample.x, self.input)
        rows = None if seen is None else upright(to_numpy(seen))
        return None if rows is None else Pixels(rows, *self._limits)

    def index(self, role: Role) -> np.ndarray | None:
        """The sample's rows in the user's arrays; None for a stream."""
        sample = self.work.watched.samples.get(role)
        return None if sample is None else sample.index

    def sampled(self, role: Role, places: Sequence[int]) -> list[Shot]:
        """Images of a sample by their places in it."""
        pixels, index = self.pixels(role), self.index(role)
        if pixels is None or not len(places):
            return []
        numbers = None if index is None else index[list(places)]
        return self._shots(role, pixels.rows[list(places)], numbers)

    # The user's rows -------------------------------------------------------

    def numbered(self, role: Role, numbers: Sequence[int]) -> list[Shot]:
        """Images by their row numbers, labelled with their classes."""
        rows = self.work.watched.intake.rows(role)
        seen = None if rows is None else input_called(rows.x, self.input)
        if rows is None or seen is None or not len(numbers):
            return []
        wanted = np.asarray(numbers)
        images = upright(np.asarray(take(seen, wanted)))
        if images is None:
            return []
        shots = self._shots(role, images, None if self.index(role) is None else wanted)
        labels = self._labels_of(role, wanted)
        return [
            replace(shot, label=self.called(label) if label is not None else "")
            for shot, label in zip(shots, labels, strict=True)
        ]

    def _labels_of(self, role: Role, numbers: np.ndarray) -> Sequence[int | None]:
        found = self._targets(role, numbers) if self.task is not None else None
        if self.task is None or found is None:
            return [None] * len(numbers)
        labels: list[int | None] = self.task.like(found).labels.tolist()
        return labels

    def _shots(self, role: Role, rows: np.ndarray, numbers: Any) -> list[Shot]:
        images = as_bytes(Pixels(rows, *self._limits).shares(rows))
        said = [f"{_SAID[role]} row {n}" for n in numbers] if numbers is not None else None
        return [
            Shot(image, where=said[i] if said else f"{_SAID[role]} image")
            for i, image in enumerate(images)
        ]
