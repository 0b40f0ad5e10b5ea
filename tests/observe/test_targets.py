from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from goodfit.observe.data.targets import look_at_target, target_kind

RNG = np.random.default_rng(0)
TEN = RNG.integers(0, 10, 500)


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (RNG.integers(0, 2, 50), "binary"),
        (RNG.integers(0, 2, (50, 1)).astype("float32"), "binary"),
        (RNG.integers(0, 2, 50).astype(bool), "binary"),
        (RNG.choice([-1, 1], 50), "signs"),
        (TEN, "classes"),
        (TEN.astype("float32")[:, None], "classes"),
        (TEN + 1, "classes"),
        (np.array([0, 1, 2]), "classes"),
        (RNG.integers(0, 100, 5000).astype("float32"), "classes"),
        (RNG.integers(0, 1000, 2048), "classes"),
        (np.eye(10)[TEN], "one-hot"),
        (np.eye(2)[TEN % 2].astype(bool), "one-hot"),
        (RNG.integers(0, 2, (50, 5)), "multi-hot"),
        (np.eye(10)[TEN] * 0.9 + 0.01, "probabilities"),
        (RNG.normal(size=50), "continuous"),
        (RNG.normal(size=(50, 3)), "continuous"),
        (RNG.random((50, 1)), "continuous"),
        (RNG.normal(size=(50, 8, 8, 1)), "continuous"),
        (RNG.integers(100_000, 900_000, 500), "continuous"),
        (RNG.poisson(200, 5000), "continuous"),
        (np.array([100, 250, 300]), "continuous"),
        (np.array(["cat", "dog"] * 5), "text"),
        (pd.Series(["cat", "dog"] * 5).to_numpy(), "text"),
        (np.array([{"a": 1}], dtype=object), "other"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "other"),
        (RNG.integers(0, 50, (30, 12)), "other"),
        (np.eye(3)[RNG.integers(0, 3, (20, 6))], "one-hot"),
        (np.empty(0), "other"),
        (np.empty((0, 3)), "other"),
        (np.full(5, np.nan), "other"),
    ],
)
def test_the_kind_of_targets(y: np.ndarray, kind: str) -> None:
    assert target_kind(y) == kind


def test_measured_whole_numbers_are_not_classes() -> None:
    """scikit-learn's diabetes progression: 214 different whole numbers in 442 rows."""
    datasets = pytest.importorskip("sklearn.datasets")
    assert target_kind(datasets.load_diabetes().target) == "continuous"
    assert target_kind(datasets.load_digits().target) == "classes"


def test_the_loss_settles_what_a_whole_number_is() -> None:
    counts, classes = RNG.poisson(200, 500), TEN
    assert target_kind(counts, class_targets=True) == "classes"
    assert target_kind(classes, class_targets=False) == "continuous"
    assert target_kind(RNG.normal(size=9), class_targets=True) == "continuous"


def test_nan_labels_are_counted_and_hide_no_kind() -> None:
    y = TEN.astype(float)
    y[:3] = np.nan
    facts = look_at_target("y", y).facts
    assert facts.kind == "classes"
    assert facts.non_finite == 3
    assert sum(facts.class_counts.values()) == 497


def test_counts_are_by_label_or_by_column() -> None:
    labels = np.array([0, 0, 2, -1, 2, 2])
    assert look_at_target("y", labels).facts.class_counts == {"-1": 1, "0": 2, "2": 3}
    assert look_at_target("y", labels).facts.distinct == 3
    assert look_at_target("y", np.eye(3)[[0, 0, 2]]).facts.class_counts == {"0": 2, "1": 0, "2": 1}
    both = look_at_target("y", np.array([[1, 1], [0, 1]])).facts
    assert (both.kind, both.class_counts) == ("multi-hot", {"0": 1, "1": 2})
    texts = look_at_target("y", np.array([b"a", b"b", b"a"], dtype=object)).facts
    assert texts.class_counts == {"a": 2, "b": 1}


def test_moments_of_targets() -> None:
    y = RNG.normal(5, [1, 10], (400, 2))
    facts = look_at_target("y", y).facts
    assert facts.shape == (2,)
    assert facts.variance == pytest.approx(y.var(axis=0).mean())
    assert facts.std == pytest.approx(y.std())
    assert not facts.whole_numbers
    column = look_at_target("y", y[:, :1]).facts
    assert column.variance == pytest.approx(y[:, 0].var())
    assert column.distinct == 400
