"""Two passes over a stream, by hashes of their rows."""

from __future__ import annotations

import numpy as np

from goodfit.observe.training.passes import KEPT_ROWS, Passes

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5)).astype("float32")
Y = RNG.integers(0, 3, size=300)


def _passes(*each: tuple[np.ndarray, np.ndarray]) -> Passes:
    found = Passes()
    for x, y in each:
        found.begin()
        for at in range(0, len(x), 32):
            found.add((x[at : at + 32], y[at : at + 32]))
    return found


def test_the_same_rows_in_the_same_order() -> None:
    facts = _passes((X, Y), (X, Y)).facts()
    assert facts is not None
    assert (facts.rows, facts.same_rows, facts.same_labels) == (300, 1.0, 1.0)
    assert facts.from_train is None


def test_another_order_has_the_same_rows_but_other_labels_at_their_places() -> None:
    order = np.random.default_rng(1).permutation(300)
    facts = _passes((X, Y), (X[order], Y[order])).facts()
    assert facts is not None
    assert facts.same_rows == 1.0
    assert facts.same_labels is not None
    assert 0.2 < facts.same_labels < 0.5


def test_augmented_rows_are_new_with_the_same_labels() -> None:
    facts = _passes((X, Y), (X + 0.01, Y)).facts()
    assert facts is not None
    assert facts.same_rows == 0.0
    assert facts.same_labels == 1.0


def test_rows_that_come_over_from_the_training_set_are_counted() -> None:
    train = _passes((X[:200], Y[:200]))
    second = np.concatenate([X[150:200], X[200:250]])
    held = _passes((X[200:], Y[200:]), (second, np.zeros(100)))
    facts = held.facts(train)
    assert facts is not None
    assert facts.from_train == 0.5
    assert facts.same_rows == 0.5


def test_one_pass_tells_nothing_and_a_third_is_not_noted() -> None:
    assert _passes((X, Y)).facts() is None
    assert _passes().facts() is None
    twice = _passes((X, Y), (X, Y), (X + 1, Y)).facts()
    assert twice is not None
    assert twice.same_rows == 1.0


def test_too_long_a_pass_in_another_order_cannot_be_told() -> None:
    many = np.arange(KEPT_ROWS + 5_000, dtype="float32")[:, None]
    labels = np.zeros(len(many))

    def passes(second: np.ndarray) -> Passes:
        found = Passes()
        for x in (many, second):
            found.begin()
            found.add((x[:40_000], labels[:40_000]))
            found.add((x[40_000:51_000], labels[40_000:51_000]))
            found.add((x[51_000:], labels[51_000:]))
        return found

    assert passes(many[::-1].copy()).facts() is None
    same = passes(many).facts()
    assert same is not None
    assert same.same_rows == 1.0


def test_batches_without_labels_and_of_several_inputs() -> None:
    found = Passes()
    for _ in range(2):
        found.begin()
        found.add({"a": X, "b": Y})
    facts = found.facts()
    assert facts is not None
    assert facts.same_rows == 1.0
    assert facts.same_labels is None
