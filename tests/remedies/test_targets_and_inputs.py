"""The remedies of how rows are written: labels, shapes, scales, channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from written import dense, entry, kinds, layer, options, recipe, sequential

from goodfit.recipe import Task
from goodfit.remedies import BY_ID, DoesNotApplyError

SPARSE, DENSE = "sparse_categorical_crossentropy", "categorical_crossentropy"
CLASSES = Task(name="classes", classes=3)


def answering(units: int, activation: str = "softmax") -> dict[str, Any]:
    return sequential(entry(3), dense("out", units, activation))


@pytest.mark.parametrize(
    ("y", "units", "loss", "after"),
    [
        ([1, 2, 3, 1], 3, SPARSE, [0, 1, 2, 0]),
        ([10, 30, 20, 10], 3, SPARSE, [0, 2, 1, 0]),
        ([-1, 1, 1, -1], 1, "binary_crossentropy", [0, 1, 1, 0]),
        (["cat", "ant", "dog"], 3, SPARSE, [1, 0, 2]),
        ([0, 2, 1], 3, DENSE, [[1, 0, 0], [0, 0, 1], [0, 1, 0]]),
        ([1, 3, 2], 3, DENSE, [[1, 0, 0], [0, 0, 1], [0, 1, 0]]),
        ([[0], [2]], 3, DENSE, [[1, 0, 0], [0, 0, 1]]),
        ([[1, 0, 0], [0, 0, 1]], 3, SPARSE, [0, 2]),
    ],
)
def test_label_encoding(y: Any, units: int, loss: str, after: Any) -> None:
    changed = BY_ID["label-encoding"](recipe(answering(units), loss, y, CLASSES))
    for rows in (changed.data.train, changed.data.validation, changed.data.test):
        assert rows is not None
        assert np.array_equal(rows.y, after)
    with pytest.raises(DoesNotApplyError):
        BY_ID["label-encoding"](changed)


@pytest.mark.parametrize(
    ("y", "loss", "why"),
    [
        ([0, 2, 2], SPARSE, "already"),  # a class without rows
        ([[1, 1, 0], [0, 0, 1]], SPARSE, "several labels"),
        ([0.5, 1.5], SPARSE, "numbers, not labels"),
        ([0, 1, 2], "mse", "reads no class labels"),
        ([0, 1, 2], "binary_crossentropy", "no use for 3 classes"),
    ],
)
def test_label_encoding_refuses(y: Any, loss: str, why: str) -> None:
    units = 1 if loss == "binary_crossentropy" else 3
    with pytest.raises(DoesNotApplyError, match=why):
        BY_ID["label-encoding"](recipe(answering(units), loss, y, CLASSES))


def test_target_shape_gives_a_column() -> None:
    given = recipe(answering(1, "linear"), "mse", [1.0, 2.0, 3.0])
    changed = BY_ID["target-shape"](given)
    assert changed.data.train.y.shape == (3, 1)
    assert changed.data.test is not None
    assert changed.data.test.y.shape == (3, 1)
    with pytest.raises(DoesNotApplyError):
        BY_ID["target-shape"](changed)


def test_target_shape_takes_the_last_step_only() -> None:
    model = sequential(
        entry(5, 2),
        layer("LSTM", "steps", units=4, return_sequences=True),
        dense("out", 1),
    )
    changed = BY_ID["target-shape"](recipe(model, "mse", [1.0, 2.0], x=np.zeros((2, 5, 2))))
    assert options(changed, "steps")["return_sequences"] is False
    assert changed.data.train.y.shape == (2,)


def test_scale_targets_by_the_training_rows() -> None:
    y = np.array([[100.0, 1.0], [300.0, 1.0]])
    given = recipe(answering(2, "linear"), "mse", y, Task(name="regression"))
    changed = BY_ID["scale-targets"](given)
    assert changed.data.validation is not None
    assert np.allclose(changed.data.validation.y, [[-1, 0], [1, 0]])
    again = changed.with_targets(lambda targets: targets[:, :1])
    with pytest.raises(DoesNotApplyError, match="already"):
        BY_ID["scale-targets"](again)


@pytest.mark.parametrize(
    ("activation", "loss", "task", "why"),
    [
        ("relu", "mse", "regression", "cannot answer every number"),
        ("linear", "poisson", "regression", "negative targets"),
        ("softmax", SPARSE, "classes", "classes, not numbers"),
    ],
)
def test_scale_targets_refuses(activation: str, loss: str, task: Any, why: str) -> None:
    given = recipe(answering(1, activation), loss, [100, 200, 300], Task(name=task))
    with pytest.raises(DoesNotApplyError, match=why):
        BY_ID["scale-targets"](given)


def convolving(*shape: int, **given: Any) -> dict[str, Any]:
    told = {"filters": 4, "kernel_size": [3, 3], "activation": "relu", **given}
    return sequential(entry(*shape), layer("Conv2D", "conv", **told), dense("out", 3))


def test_rescale_puts_pixels_into_range_once() -> None:
    x = np.full((3, 8, 8, 1), 255.0)
    given = recipe(convolving(8, 8, 1), SPARSE, [0, 1, 2], CLASSES, x=x)
    changed = BY_ID["rescale"](given, to="signed")
    assert kinds(changed)[1] == "Rescaling"
    assert options(changed, "rescaling")["scale"] * 255 + options(changed, "rescaling")[
        "offset"
    ] == pytest.approx(1)
    with pytest.raises(DoesNotApplyError):
        BY_ID["rescale"](changed)
    twice = changed.with_inputs(lambda pixels: pixels / 255)
    assert kinds(BY_ID["rescale"](twice)) == kinds(given)


@pytest.mark.parametrize(
    ("shape", "form", "after"),
    [
        ((4, 12, 12), "channels_last", (4, 12, 12, 1)),
        ((4, 3, 12, 12), "channels_last", (4, 12, 12, 3)),
        ((4, 12, 12, 3), "channels_first", (4, 3, 12, 12)),
    ],
)
def test_channel_axis(shape: Any, form: str, after: Any) -> None:
    x = np.arange(np.prod(shape)).reshape(shape)
    model = convolving(*shape[1:], data_format=form)
    changed = BY_ID["channel-axis"](recipe(model, SPARSE, [0, 1, 2, 0], CLASSES, x=x))
    for rows in (changed.data.train, changed.data.validation, changed.data.test):
        assert rows is not None
        assert rows.x.shape == after
    assert options(changed, "input")["batch_shape"] == [None, *after[1:]]
    with pytest.raises(DoesNotApplyError):
        BY_ID["channel-axis"](changed)
