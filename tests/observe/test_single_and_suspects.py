from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_blobs, make_moons

from goodfit.facts import BaselineFacts
from goodfit.observe.baselines import compare
from goodfit.observe.baselines.compare import baseline_facts


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def facts_of(x, y, *, held: float = 0.25, **more) -> BaselineFacts:
    """The last rows are held out."""
    cut = round(len(y) * (1 - held))
    parts = (x[:cut], y[:cut], x[cut:], y[cut:]) if held else (x, y)
    whole = y.dtype.kind in "iu"
    found = baseline_facts(
        *parts,
        loss_name="sparse_categorical_crossentropy" if whole else "mean_squared_error",
        from_logits=False,
        output_activation=None,
        **more,
    )
    assert isinstance(found, BaselineFacts), found
    return found


@pytest.mark.parametrize("held", [0.3, 0.0])
@pytest.mark.parametrize("numbers", [True, False])
def test_the_planted_leaky_feature_comes_first(held: float, numbers: bool, rng) -> None:
    x = rng.normal(size=(600, 12))
    y = x[:, 0] + x[:, 1] + rng.normal(size=600)
    y = y if numbers else (y > 0).astype(int)
    x[:, 7] = 3 * y + rng.normal(0, 0.01, 600)
    found = facts_of(x, y, held=held).single_features
    assert (found[0].input, found[0].feature) == (0, 7)
    assert found[0].error < 0.05 < found[1].error / 3
    assert [one.error for one in found] == sorted(one.error for one in found)
    assert found[0].prior_error == pytest.approx(1.0 if numbers else 0.5, abs=0.15)
    assert len(found) == 5


def test_a_leaky_feature_among_a_thousand_is_found(rng) -> None:
    x, y = rng.normal(size=(400, 1000)), rng.integers(0, 3, 400)
    x[:, 777] = (y == 1) * 5 + rng.normal(size=400)
    assert facts_of(x, y).single_features[0].feature == 777


def test_an_index_is_known_by_its_order_and_distinct_values(rng) -> None:
    x, y = rng.normal(size=(400, 3)), np.repeat([0, 1], 200)
    x[:, 1] = np.arange(400)
    x[:, 2] = rng.integers(0, 3, 400)
    found = {one.feature: one for one in facts_of(x, y, held=0).single_features}
    assert found[1].ordered
    assert found[1].distinct == 1
    assert not found[0].ordered
    assert (found[2].distinct, found[2].ordered) == (0, False)
    assert found[1].error == min(one.error for one in found.values())


def test_missing_and_infinite_values_are_values_too(rng) -> None:
    x, y = rng.normal(size=(400, 3)), rng.integers(0, 2, 400)
    x[y == 1, 2] = np.nan
    x[5, 0], x[6, 1] = np.inf, 1e300
    best = facts_of(x, y).single_features[0]
    assert (best.feature, best.error) == (2, 0.0)


def test_images_and_tokens_have_no_features_of_their_own(rng) -> None:
    y = rng.integers(0, 2, 200)
    assert facts_of(rng.random((200, 8, 8, 1)), y).single_features == ()
    tokens = rng.integers(0, 500, (200, 9))
    assert facts_of(tokens, y, token_inputs=frozenset({"0"})).single_features == ()


# ---------------------------------------------------------------- suspects


def flipped(y: np.ndarray, share: float, rng) -> tuple[np.ndarray, np.ndarray]:
    classes, wrong = int(y.max()) + 1, rng.random(len(y)) < share
    moved = (y + rng.integers(1, classes, len(y))) % classes
    return np.where(wrong, moved, y), wrong


def moons(rng):
    return make_moons(2000, noise=0.2, random_state=0)


def blobs(rng):
    return make_blobs(2000, centers=5, cluster_std=1.5, n_features=5, random_state=0)


def digits(rng):
    x, y = load_digits(return_X_y=True)
    order = rng.permutation(len(y))
    return x[order], y[order]


def overlapping_moons(rng):
    return make_moons(2000, noise=0.45, random_state=0)


def overlapping_normals(rng):
    y = rng.integers(0, 3, 2000)
    return rng.normal(size=(2000, 6)) + 1.2 * np.eye(3, 6)[y], y


def weak_signal(rng):
    x = rng.normal(size=(2000, 8))
    return x, (rng.random(2000) < 1 / (1 + np.exp(-0.7 * x[:, 0] - 0.5 * x[:, 1]))).astype(int)


def weak_signal_in_many_columns(rng):
    x = rng.normal(size=(2000, 30))
    return x, (rng.random(2000) < 1 / (1 + np.exp(-0.5 * x[:, 0] - 0.25 * x[:, 1]))).astype(int)


def ordered_classes(rng):
    x = rng.normal(size=(2000, 8))
    z = x[:, 0] + 0.5 * x[:, 1] + rng.normal(0, 0.7, 2000)
    return x, np.digitize(z, [-1, 0, 1])


def nothing(rng):
    return rng.normal(size=(1500, 8)), rng.integers(0, 2, 1500)


@pytest.mark.parametrize(
    ("make", "share"),
    [(moons, 0.1), (moons, 0.2), (blobs, 0.2), (blobs, 0.3), (digits, 0.2), (digits, 0.3)],
)
def test_wrong_labels_are_suspected_beyond_overlap(make, share: float, rng) -> None:
    x, y = make(rng)
    given, wrong = flipped(y, share, rng)
    found = facts_of(x, given).label_suspects
    assert found is not None
    assert found.agreed - found.expected > 0.25 * share * found.rows
    assert found.agreed <= found.suspects
    assert np.mean([wrong[row] for row, _, _ in found.examples]) > 0.7
    assert all(str(given[row]) == label != seen for row, label, seen in found.examples)


@pytest.mark.parametrize(
    "make",
    [
        overlapping_moons,
        overlapping_normals,
        weak_signal,
        weak_signal_in_many_columns,
        ordered_classes,
        nothing,
        moons,
        blobs,
        digits,
    ],
)
def test_classes_that_merely_overlap_are_not_suspected(make, rng) -> None:
    found = facts_of(*make(rng)).label_suspects
    assert found is None or found.agreed - found.expected < 0.01 * found.rows


def test_suspects_are_told_without_validation_rows_too(rng) -> None:
    x, y = moons(rng)
    clean = facts_of(x, y, held=0).label_suspects
    assert clean.agreed == clean.expected < 0.1 * clean.rows
    noisy = facts_of(x, flipped(y, 0.2, rng)[0], held=0).label_suspects
    assert noisy.agreed - noisy.expected > 0.05 * noisy.rows


def test_numbers_and_few_rows_have_no_suspects(rng) -> None:
    x = rng.normal(size=(300, 3))
    assert facts_of(x, x[:, 0]).label_suspects is None
    assert facts_of(x[:90], (x[:90, 0] > 0).astype(int)).label_suspects is None


# ---------------------------------------------------------------- besides


def test_the_best_recall_is_of_each_class(rng) -> None:
    x, y = blobs(rng)
    y = np.where(y < 2, 0, y - 1)
    found = facts_of(x, y).best_recall
    assert set(found) == {"0", "1", "2", "3"}
    assert min(found.values()) > 0.9
    assert facts_of(x, x[:, 0]).best_recall == {}


def test_what_fails_leaves_the_rest(rng, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **more: object) -> None:
        raise RuntimeError("no")

    failed = []

    def attempt(name: str, look):
        try:
            return look()
        except RuntimeError:
            failed.append(name)
            return None

    monkeypatch.setattr(compare, "single_features", fail)
    x, y = moons(rng)
    found = facts_of(x, y, attempt=attempt)
    assert failed == ["single features"]
    assert found.single_features == ()
    assert found.label_suspects is not None
    assert found.best_recall
