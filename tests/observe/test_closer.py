"""Facts that are worked out after the training, through a real fit."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from goodfit.facts import Facts
from goodfit.observe.training import closer
from goodfit.observe.training.monitor import Monitor

pytestmark = pytest.mark.backend


def watched(x, y, held=None, *, baselines: bool = True, **fit) -> Facts:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(4, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    monitor = Monitor(share=1.0)
    model.fit(x, y, validation_data=held, epochs=1, verbose=0, callbacks=[monitor], **fit)
    return monitor.facts(baselines=baselines)


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 6)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("int32")


def test_rows_are_held_against_each_other_after_the_training(rows) -> None:
    x, y = rows
    held = x[300:].copy()
    held[:5] = x[10:15] + 1e-4
    held[:, 4] += 2
    held[:5, 4] -= 2
    facts = watched(x[:300], y[:300], (held, y[300:]))
    split = facts.data.split
    assert (split.leaked, split.near_leaked, split.near_rows) == (0, 5, 100)
    assert split.near_examples == tuple((i, i + 10) for i in range(5))
    assert split.drift[0].feature == 4
    assert split.domain_auc - 0.5 > 3 * split.domain_auc_se
    assert split.target_p_value > 0.01
    assert facts.data.train.near_duplicates == 0
    assert {one.feature for one in facts.baselines.single_features[:2]} == {0, 1}
    assert facts.baselines.label_suspects.agreed < 20
    assert set(facts.baselines.best_recall) == {"0", "1"}


def test_later_fits_are_spared_the_costly_part(rows) -> None:
    x, y = rows
    facts = watched(x[:300], y[:300], (x[300:], y[300:]), baselines=False)
    assert facts.data.split.near_leaked is None
    assert facts.data.split.leaked == 0


def test_a_part_that_fails_is_named_and_stops_no_other(
    rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **more: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(closer, "domain_auc", fail)
    x, y = rows
    facts = watched(x[:300], y[:300], (x[300:], y[300:]))
    assert facts.missing["domain classifier"] == "RuntimeError: no such luck"
    assert facts.data.split.domain_auc is None
    assert facts.data.split.near_leaked == 0
    assert facts.data.split.features_tested == 6


def test_rows_of_a_stream_have_neither_order_nor_numbers(rows) -> None:
    x, y = rows

    def batches():
        while True:
            for start in range(0, 300, 50):
                yield x[start : start + 50], y[start : start + 50]

    facts = watched(batches(), None, (x[300:], y[300:]), steps_per_epoch=6, shuffle=False)
    assert facts.data.train.source == "generator"
    assert facts.data.train.order_correlation is None
    assert facts.data.split.near_leaked == 0
    suspects = facts.baselines.label_suspects
    assert suspects is None or suspects.examples == ()
