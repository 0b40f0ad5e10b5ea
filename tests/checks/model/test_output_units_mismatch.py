"""GF203 on literals."""

from __future__ import annotations

import pytest
from model_literals import BCE, CCE, MSE, SCCE, case, compiled, ends_in, finding, targets

from goodfit.checks.model.output_units_mismatch import CHECK, output_units_mismatch
from goodfit.facts import DataFacts

FIVE = {str(label): 20 for label in range(5)}


def classes(count: int, first: int = 0) -> DataFacts:
    counts = {str(first + label): 20 for label in range(count)}
    return targets(
        "classes", distinct=count, class_counts=counts, whole_numbers=True,
        minimum=float(first), maximum=float(first + count - 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "units", "activation", "loss", "data"),
    [
        ("too-few", 3, "softmax", SCCE, classes(5)),
        ("width", 1, "linear", MSE, targets("continuous", (3,))),
        ("width", 3, "softmax", CCE, targets("one-hot", (5,), class_counts=FIVE)),
        ("width", 3, "sigmoid", BCE, targets("multi-hot", (5,), class_counts=FIVE)),
        ("several", 4, "linear", MSE, targets("continuous", (1,))),
        ("spare", 100, "softmax", SCCE, classes(5)),
    ],
)
def test_fires(expected: str, units: int, activation: str, loss: str, data: DataFacts) -> None:
    model, settings = ends_in(activation, units), compiled(loss)
    assert case(output_units_mismatch(model, settings, data)) == expected
    found = finding(CHECK, model=model, settings=settings, data=data)
    assert found.severity == ("tip" if expected == "spare" else "error")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "data"),
    [
        (5, "softmax", SCCE, classes(5)),
        (6, "softmax", SCCE, classes(5, first=1)),
        (5, "softmax", SCCE, classes(5, first=3)),  # label-out-of-range tells of these
        (5, "softmax", CCE, targets("one-hot", (5,), class_counts=FIVE)),
        (1, "sigmoid", BCE, targets("binary", distinct=2, whole_numbers=True)),
        (1, "linear", MSE, targets("continuous", ())),
        (3, "linear", MSE, targets("continuous", (3,))),
    ],
)
def test_healthy_is_silent(units: int, activation: str, loss: str, data: DataFacts) -> None:
    assert case(output_units_mismatch(ends_in(activation, units), compiled(loss), data)) == "Passed"


def test_a_loss_of_the_users_own_may_want_any_width() -> None:
    quantiles = output_units_mismatch(
        ends_in("linear", 3), compiled("mine"), targets("continuous", (1,))
    )
    assert case(quantiles) == "CannotTell"
