"""The remedies of the answers: activation, units, loss and its logits, metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from written import dense, entry, fed, functional, kinds, layer, loss, options, recipe, sequential

from goodfit.recipe import Recipe, Task
from goodfit.remedies import BY_ID, DoesNotApplyError

SPARSE, DENSE = "sparse_categorical_crossentropy", "categorical_crossentropy"
BINARY, CLASSES = Task(name="binary", classes=2), Task(name="classes", classes=3)
REGRESSION = Task(name="regression")
YES_NO, THREE = [0, 1, 1, 0, 1, 0], [0, 1, 2, 2, 1, 0]
NUMBERS = [0.5, -2.5, 3.25, 9.0, -1.5, 0.125]


def model(units: int, activation: str, *behind: Any) -> dict[str, Any]:
    return sequential(entry(3), dense("h", 8, "relu"), dense("out", units, activation), *behind)


@pytest.mark.parametrize(
    ("units", "activation", "loss_", "y", "task", "wanted"),
    [
        (1, "softmax", "binary_crossentropy", YES_NO, BINARY, "sigmoid"),
        (1, "relu", "binary_crossentropy", YES_NO, BINARY, "sigmoid"),
        (1, "sigmoid", loss("BinaryCrossentropy", from_logits=True), YES_NO, BINARY, "linear"),
        (2, "sigmoid", SPARSE, YES_NO, BINARY, "softmax"),
        (3, "sigmoid", SPARSE, THREE, CLASSES, "softmax"),
        (3, "linear", SPARSE, THREE, CLASSES, "softmax"),
        (3, "softmax", loss("SparseCategoricalCrossentropy", from_logits=True), THREE, CLASSES,
         "linear"),
        (1, "sigmoid", "mse", NUMBERS, REGRESSION, "linear"),
        (1, "relu", "mse", NUMBERS, REGRESSION, "linear"),
        (2, "softmax", "binary_crossentropy", [[0, 1], [1, 1]], Task(name="labels"), "sigmoid"),
    ],
)  # fmt: skip
def test_output_activation(
    units: int, activation: str, loss_: Any, y: Any, task: Task, wanted: str
) -> None:
    changed = BY_ID["output-activation"](recipe(model(units, activation), loss_, y, task))
    assert options(changed, "out")["activation"] == wanted
    assert changed.task.from_logits == (wanted == "linear" and task.name != "regression")
    with pytest.raises(DoesNotApplyError):
        BY_ID["output-activation"](changed)


def test_output_activation_takes_away_what_stands_behind() -> None:
    behind = (
        layer("BatchNormalization", "bn"),
        layer("Softmax", "soft", axis=-1),
        layer("Dropout", "drop", rate=0.5),
    )
    changed = BY_ID["output-activation"](recipe(model(3, "relu", *behind), SPARSE, THREE, CLASSES))
    assert kinds(changed) == ["InputLayer", "Dense", "Dense", "Softmax"]
    assert options(changed, "out")["activation"] == "linear"


@pytest.mark.parametrize("named", [True, False])
def test_every_output_gets_the_activation_of_its_own_loss(named: bool) -> None:
    config = functional(
        fed(entry(3)),
        fed(dense("kind", 3), "input"),
        fed(dense("tags", 2, "relu"), "input"),
        fed(dense("size", 1), "input"),
        output="kind",
    )
    ends = ("kind", "tags", "size")
    config["config"]["output_layers"] = [[name, 0, 0] for name in ends]
    losses = (SPARSE, "binary_crossentropy", "mse")
    given = recipe(config, dict(zip(ends, losses, strict=True)) if named else list(losses), THREE)
    changed = BY_ID["output-activation"](given)
    assert [options(changed, name)["activation"] for name in ends] == [
        "softmax", "sigmoid", "linear",
    ]  # fmt: skip
    with pytest.raises(DoesNotApplyError, match="already"):
        BY_ID["output-activation"](changed)


def test_output_activation_refuses_one_unit_for_classes_and_models_of_code() -> None:
    given = recipe(None, SPARSE, THREE, CLASSES)
    with pytest.raises(DoesNotApplyError, match="code of your own"):
        BY_ID["output-activation"](given)
    with pytest.raises(DoesNotApplyError, match="one unit cannot tell"):
        BY_ID["output-activation"](recipe(model(1, "sigmoid"), SPARSE, THREE, CLASSES))


def test_output_units_of_classes_bring_softmax_and_their_loss() -> None:
    given = recipe(model(1, "sigmoid"), "binary_crossentropy", THREE, CLASSES)
    changed = BY_ID["output-units"](given)
    assert options(changed, "out")["units"] == 3
    assert options(changed, "out")["activation"] == "softmax"
    assert changed.compile["loss"]["class_name"] == "SparseCategoricalCrossentropy"
    assert not changed.compile["loss"]["config"].get("from_logits")


def test_output_units_follow_the_columns_and_keep_what_fits() -> None:
    y = np.ones((4, 2)) * [[1.5, 2.5]]
    changed = BY_ID["output-units"](recipe(model(1, "linear"), "mae", y, REGRESSION))
    assert options(changed, "out")["units"] == 2
    assert changed.compile["loss"] == "mae"
    one_hot = np.eye(3)[THREE]
    changed = BY_ID["output-units"](recipe(model(4, "softmax"), DENSE, one_hot, CLASSES))
    assert options(changed, "out")["units"] == 3
    assert changed.compile["loss"] == DENSE


@pytest.mark.parametrize(
    ("units", "activation", "loss_", "y", "task", "told"),
    [
        (1, "sigmoid", "mse", YES_NO, BINARY, ("BinaryCrossentropy", False, 1, "sigmoid")),
        (1, "linear", "mse", YES_NO, BINARY, ("BinaryCrossentropy", True, 1, "linear")),
        (3, "softmax", "mse", np.eye(3)[THREE], CLASSES,
         ("CategoricalCrossentropy", False, 3, "softmax")),
        (3, "sigmoid", "binary_crossentropy", np.eye(3)[THREE], CLASSES,
         ("CategoricalCrossentropy", False, 3, "softmax")),
        (1, "sigmoid", "binary_crossentropy", THREE, CLASSES,
         ("SparseCategoricalCrossentropy", False, 3, "softmax")),
        (3, "softmax", DENSE, THREE, CLASSES,
         ("SparseCategoricalCrossentropy", False, 3, "softmax")),
        (1, "sigmoid", "binary_crossentropy", NUMBERS, REGRESSION,
         ("MeanSquaredError", None, 1, "linear")),
        (2, "sigmoid", DENSE, [[0, 1], [1, 1]], Task(name="labels"),
         ("BinaryCrossentropy", False, 2, "sigmoid")),
    ],
)  # fmt: skip
def test_loss(units: int, activation: str, loss_: Any, y: Any, task: Task, told: Any) -> None:
    changed = BY_ID["loss"](recipe(model(units, activation), loss_, y, task))
    kind, logits, width, applied = told
    assert changed.compile["loss"]["class_name"] == kind
    assert (changed.compile["loss"]["config"].get("from_logits") or False) == bool(logits)
    assert options(changed, "out")["units"] == width
    assert options(changed, "out")["activation"] == applied
    with pytest.raises(DoesNotApplyError):
        BY_ID["loss"](changed)


def test_loss_for_another_task_than_the_recipe_believes_in() -> None:
    given = recipe(model(1, "linear"), "mse", THREE, REGRESSION)
    changed = BY_ID["loss"](given, task="classes")
    assert changed.task.name == "classes"
    assert options(changed, "out")["units"] == 3
    with pytest.raises(ValueError, match="there is no task 'clases'"):
        BY_ID["loss"](given, task="clases")
    with pytest.raises(DoesNotApplyError, match="no class numbers"):
        BY_ID["loss"](recipe(model(1, "linear"), "mse", NUMBERS, REGRESSION), task="classes")


def test_from_logits_follows_the_activation() -> None:
    sure = recipe(model(3, "linear"), SPARSE, THREE, CLASSES)
    changed = BY_ID["from-logits"](sure)
    assert changed.compile["loss"]["config"] == {"from_logits": True}
    assert changed.task.from_logits
    twice = recipe(
        model(1, "sigmoid"),
        loss("BinaryCrossentropy", from_logits=True, label_smoothing=0.1),
        YES_NO,
        BINARY,
    )
    changed = BY_ID["from-logits"](twice)
    assert changed.compile["loss"]["config"] == {"from_logits": False, "label_smoothing": 0.1}
    for given in (changed, recipe(model(1, "linear"), "mse", NUMBERS, REGRESSION)):
        with pytest.raises(DoesNotApplyError):
            BY_ID["from-logits"](given)


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        (recipe(model(1, "linear"), "mse", NUMBERS, REGRESSION), ["accuracy"], ["mae"]),
        (recipe(model(3, "softmax"), SPARSE, THREE, CLASSES), ["categorical_accuracy", "mae"],
         ["accuracy", "mae"]),
        (recipe(model(1, "sigmoid"), "binary_crossentropy", YES_NO, BINARY),
         ["categorical_accuracy"], ["accuracy"]),
        (recipe(model(2, "sigmoid"), "binary_crossentropy", [[0, 1], [1, 1]],
                Task(name="labels")), ["accuracy"], ["binary_accuracy"]),
    ],
)  # fmt: skip
def test_metric(given: Recipe, before: list[str], after: list[str]) -> None:
    changed = BY_ID["metric"](given.with_compile(metrics=before))
    assert changed.compile["metrics"] == after
    with pytest.raises(DoesNotApplyError):
        BY_ID["metric"](changed)


def test_metric_of_logits_is_cut_at_zero() -> None:
    told = loss("BinaryCrossentropy", from_logits=True)
    given = recipe(model(1, "linear"), told, YES_NO, BINARY, metrics=["accuracy"])
    (metric,) = BY_ID["metric"](given).compile["metrics"]
    assert metric["class_name"] == "BinaryAccuracy"
    assert metric["config"]["threshold"] == 0.0
