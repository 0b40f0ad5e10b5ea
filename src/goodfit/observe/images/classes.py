"""The classes of a fit's images, as far as the first output's targets tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from goodfit.observe.baselines.tasks import Task, task_of
from goodfit.observe.training.outputs import outputs_of

if TYPE_CHECKING:
    from goodfit.observe.training.analyse import Analysis


def target_of(work: Analysis, y: Any) -> np.ndarray | None:
    """The first output's targets among `y`, as `fit` takes them; None where there are none."""
    outputs = outputs_of(y, work.model, work.settings) if y is not None else ()
    return outputs[0].target if outputs else None


def class_task(work: Analysis) -> Task | None:
    """What is to be told apart by the training sample; None where that is no classes."""
    sample = work.watched.samples.get("train")
    if sample is None or sample.y is None:
        return None
    outputs = outputs_of(sample.y, work.model, work.settings)
    if not outputs or outputs[0].target is None:
        return None
    loss = outputs[0].loss
    found = task_of(outputs[0].target, loss.name if loss is not None else "", _units(work))
    return found if isinstance(found, Task) and found.kind == "classes" else None


def _units(work: Analysis) -> int | None:
    shape = work.model.outputs[0].shape if work.model and work.model.outputs else None
    known = shape is not None and all(isinstance(size, int) for size in shape)
    return int(np.prod([size or 1 for size in shape])) if known and shape is not None else None
