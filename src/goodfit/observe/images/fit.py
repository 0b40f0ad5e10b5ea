"""The images of one fit: its rows and its classes, handed to those who look at them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.facts import ImageFacts
from goodfit.observe.baselines.tasks import Task
from goodfit.observe.data import datasets
from goodfit.observe.images import look
from goodfit.observe.images.classes import class_task, target_of
from goodfit.observe.images.sets import Part
from goodfit.observe.training.sampling import from_arrays

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis

AFTER_A_CRASH = 20.0
"""What decoding may take where the fit crashed, perhaps at a file that it is to find."""
SHARE = 0.05
"""The part of the training time that folders may take, where that is more than their usual."""


def _labels(work: Analysis, task: Task | None, y: Any, rows: int) -> np.ndarray | None:
    """The class of each row; None where there are none."""
    target = target_of(work, y)
    if task is None or target is None or len(target) != rows:
        return None
    try:
        return task.like(target).labels
    except (TypeError, ValueError, IndexError):
        return None


def _parts(work: Analysis) -> dict[str, Part]:
    samples, parts = work.watched.samples, {}
    known = class_task(work)
    for role, sample in samples.items():
        rows = work.watched.intake.rows(role) if sample.index is not None else None
        parts[role] = Part(
            x=sample.x,
            index=sample.index,
            labels=_labels(work, known, sample.y, sample.rows),
            whole=None if rows is None else rows.x,
            whole_labels=None if rows is None else _labels(work, known, rows.y, rows.rows),
        )
    return parts


def image_facts(work: Analysis) -> ImageFacts | None:
    """Facts of the images of a fit that began, without those of augmentation."""
    given = work.watched.intake.arguments
    allowed = math.inf if work.remains.unlimited else SHARE * work.remains.seconds
    decoding = AFTER_A_CRASH if work.remains.crashed else look.DECODING_SECONDS
    return look.image_facts(
        _parts(work),
        handed(given),
        closely=work.remains.baselines,
        seconds=max(look.FOLDER_SECONDS, allowed),
        decoding=max(decoding, allowed),
    )


def handed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What was handed to fit as each set, by role."""
    held = arguments.get("validation_data")
    first = held[0] if isinstance(held, (tuple, list)) and held else held
    given = {"train": arguments.get("x"), "validation": first}
    return {role: data for role, data in given.items() if data is not None}


def images_told(arguments: Mapping[str, Any]) -> ImageFacts | None:
    """Facts of the images of a fit that failed before its first step, from its arguments."""
    parts = {}
    for role, rows in zip(("train", "validation"), datasets.told(arguments), strict=True):
        if rows is not None and rows.rows:
            sample = from_arrays(rows.x, None, None, np.random.default_rng(0))
            parts[role] = Part(x=sample.x, index=sample.index)
    return look.image_facts(parts, handed(arguments), decoding=AFTER_A_CRASH)
