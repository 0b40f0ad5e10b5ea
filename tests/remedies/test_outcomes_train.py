"""What the remedies of answers and of rows make of a wrong recipe is one that Keras trains."""

from __future__ import annotations

import numpy as np
import pytest
from written import dense, entry, layer, recipe, sequential

from goodfit.recipe import Recipe, Task
from goodfit.remedies import BY_ID
from goodfit.study.engines.build import build

SPARSE = "sparse_categorical_crossentropy"
CLASSES = Task(name="classes", classes=3)


def _answering(units: int, activation: str, loss: str, y: list[int], task: Task) -> Recipe:
    model = sequential(entry(3), dense("h", 4, "relu"), dense("out", units, activation))
    return recipe(model, loss, y, task, x=np.eye(6, 3, dtype="float32"))


def _picturing() -> Recipe:
    told = {"filters": 2, "kernel_size": [3, 3], "activation": "relu"}
    model = sequential(
        entry(8, 8), layer("Conv2D", "conv", **told), layer("Flatten", "flat"), dense("out", 3)
    )
    return recipe(model, SPARSE, [0, 1, 2], CLASSES, x=np.ones((3, 8, 8), dtype="float32"))


WRONG = {
    "output-activation": _answering(3, "sigmoid", SPARSE, [0, 1, 2] * 2, CLASSES),
    "output-units": _answering(1, "sigmoid", "binary_crossentropy", [0, 1, 2] * 2, CLASSES),
    "loss": _answering(1, "relu", "mse", [0, 1, 2] * 2, CLASSES),
    "from-logits": _answering(3, "linear", SPARSE, [0, 1, 2] * 2, CLASSES),
    "label-encoding": _answering(3, "softmax", SPARSE, [1, 2, 3] * 2, CLASSES),
    "target-shape": _answering(
        1, "sigmoid", "binary_crossentropy", [0, 1] * 3, Task(name="binary")
    ),
    "channel-axis": _picturing(),
}


@pytest.mark.backend
@pytest.mark.parametrize("id_", WRONG)
def test_the_outcome_trains(id_: str) -> None:
    changed = BY_ID[id_](WRONG[id_])
    model, rows = build(changed, seed=0), changed.data.train
    model.fit(rows.x, rows.y, batch_size=rows.count, verbose=0)
    answers = model.predict_on_batch(rows.x)
    assert np.isfinite(answers).all()
    if changed.task.name == "classes" and not changed.task.from_logits and id_ != "channel-axis":
        assert np.allclose(np.sum(answers, axis=1), 1, atol=1e-5)
