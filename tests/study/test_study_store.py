"""What a store keeps, and what it refuses."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from goodfit.results import Protocol, Remedy, RowScores, Trial, TrialEpoch
from goodfit.study.blobs import (
    from_bytes,
    kept,
    rounded,
    to_bytes,
    trial_from_plain,
    trial_to_plain,
)
from goodfit.study.store import FILE, Store, StoreError, Unkept

PROTOCOL = Protocol(seeds=(0, 1), epochs=5)


def scores(rows: int, seed: int) -> RowScores:
    rng = np.random.default_rng(seed)
    return RowScores(
        score=rng.integers(0, 2, rows).astype("float32"),
        loss=rng.exponential(size=rows).astype("float32"),
    )


def trial(arm: str = "l2", seed: int = 0, *, epochs: int = 3, rows: int = 40) -> Trial:
    return Trial(
        arm=arm,
        seed=seed,
        status="finished",
        epochs=tuple(
            TrialEpoch(
                index=i,
                train_loss=0.5 / (i + 1),
                validation_loss=0.6,
                learning_rate=0.1,
                seconds=2.5,
            )
            for i in range(epochs)
        ),
        best_epoch=1,
        still_improving=True,
        parameters=321,
        seconds=7.25,
        validation=scores(rows, seed),
        test=scores(rows, seed + 1),
    )


def same(first: Trial, second: Trial) -> None:
    """Every field alike, NaN for NaN."""
    one, other = asdict(first), asdict(second)
    np.testing.assert_equal(other, one)


def test_a_trial_comes_back_as_it_was_kept(tmp_path):
    with Store(tmp_path, PROTOCOL) as store:
        given = store.add(trial())
    with Store(tmp_path, PROTOCOL) as store:
        (found,) = store.trials()
    same(found, given)
    np.testing.assert_array_equal(found.validation.score, trial().validation.score)
    np.testing.assert_allclose(found.validation.loss, trial().validation.loss, rtol=2**-8)


def test_a_failed_and_a_diverged_trial_come_back(tmp_path):
    failed = Trial(arm="a", seed=0, status="failed", reason="MemoryError: no room")
    nan, inf = float("nan"), float("inf")
    diverged = replace(
        trial(seed=1),
        status="diverged",
        epochs=(TrialEpoch(index=0, train_loss=nan, validation_loss=inf),),
        validation=RowScores(score=np.array([nan, 1.0]), loss=np.array([inf, -inf])),
        test=None,
    )
    with Store(tmp_path, PROTOCOL) as store:
        store.add(failed)
        store.add(diverged)
        one, two = store.trials()
    same(one, failed)
    np.testing.assert_equal(asdict(two)["epochs"], asdict(diverged)["epochs"])
    np.testing.assert_array_equal(two.validation.loss, [inf, -inf])
    np.testing.assert_array_equal(two.validation.score, [nan, 1.0])


def test_what_is_not_stored_is_kept_alike():
    unkept = Unkept()
    same(unkept.add(trial()), kept(trial()))
    same(unkept.trials()[0], kept(trial()))


def test_an_arm_and_seed_is_kept_once(tmp_path):
    with Store(tmp_path, PROTOCOL) as store:
        store.add(trial())
        with pytest.raises(StoreError, match="could not be written"):
            store.add(trial())
        assert len(store.trials()) == 1


def test_growth_by_trial_and_epoch_is_below_a_kilobyte(tmp_path):
    with Store(tmp_path, PROTOCOL) as store:
        pass
    empty = (tmp_path / FILE).stat().st_size
    with Store(tmp_path, PROTOCOL) as store:
        for seed in range(20):
            store.add(trial(seed=seed, epochs=20, rows=2000))
    assert (tmp_path / FILE).stat().st_size - empty < 1024 * 20 * 20


def test_the_same_study_may_have_more_seeds(tmp_path):
    with Store(tmp_path, PROTOCOL) as store:
        store.add(trial())
    with Store(tmp_path, replace(PROTOCOL, seeds=(0, 1, 2, 3))) as store:
        assert len(store.trials()) == 1


def test_another_protocol_is_refused_by_name(tmp_path):
    Store(tmp_path, PROTOCOL).close()
    with pytest.raises(StoreError, match=r"another protocol \(epochs was 5, now 50\)"):
        Store(tmp_path, replace(PROTOCOL, epochs=50))


def test_another_backend_is_refused(tmp_path):
    Store(tmp_path, PROTOCOL, backend="jax").close()
    with pytest.raises(StoreError, match="'jax' backend; this process uses 'torch'"):
        Store(tmp_path, PROTOCOL, backend="torch")


def test_another_recipe_of_the_same_name_is_refused(tmp_path):
    with Store(tmp_path, PROTOCOL) as store:
        store.register("l2", "a" * 40, (Remedy(id="l2", parameters={"strength": 0.1}),))
        store.register("l2", "a" * 40)
        with pytest.raises(StoreError, match="another recipe under the name 'l2'"):
            store.register("l2", "b" * 40)


def test_another_schema_version_is_refused(tmp_path):
    Store(tmp_path, PROTOCOL).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    db.close()
    with pytest.raises(StoreError, match="schema version 99; this goodfit reads and writes"):
        Store(tmp_path, PROTOCOL)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(tmp_path, share):
    with Store(tmp_path, PROTOCOL) as store:
        for seed in range(10):
            store.add(trial(seed=seed, rows=3000))
    path = tmp_path / FILE
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    with pytest.raises(StoreError, match="damaged, cut short"):
        Store(tmp_path, PROTOCOL)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / FILE).write_text("notes of mine " * 100)
    with pytest.raises(StoreError, match="no file of goodfit's"):
        Store(tmp_path, PROTOCOL)
    assert (tmp_path / FILE).read_text().startswith("notes of mine")


def test_a_database_of_another_program_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    with pytest.raises(StoreError, match="another program"):
        Store(tmp_path, PROTOCOL)


def test_two_at_once_are_refused_and_the_first_goes_on(tmp_path):
    with Store(tmp_path, PROTOCOL) as first:
        with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
            Store(tmp_path, PROTOCOL)
        first.add(trial())
    with Store(tmp_path, PROTOCOL) as again:
        assert len(again.trials()) == 1


HOLD = """
import sys
from pathlib import Path
from goodfit.results import Protocol
from goodfit.study.store import Store
store = Store(Path(sys.argv[1]), Protocol(seeds=(0, 1), epochs=5))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_lock_dies_with_its_process(tmp_path):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"in use by process {other.pid}"):
            Store(tmp_path, PROTOCOL)
        other.kill()
    Store(tmp_path, PROTOCOL).close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "file" / "study", PROTOCOL)


def test_scores_come_back_from_bytes_exactly():
    for values in ([], [0.0, 1.0, 1.0], [0.25, -3.5e30, np.nan, np.inf], [300.0, 2.0]):
        given = np.array(values, dtype="float32")
        np.testing.assert_array_equal(from_bytes(to_bytes(given)), given)
    with pytest.raises(ValueError, match="not scores"):
        from_bytes(b"something else")


def test_rounding_keeps_two_digits_and_what_is_not_finite():
    given = np.array([1e-30, 0.1, 123.456, 3e38, 0.0, -2.5], dtype="float32")
    np.testing.assert_allclose(rounded(given), given, rtol=2**-8)
    np.testing.assert_array_equal(rounded(rounded(given)), rounded(given))
    odd = np.array([np.nan, np.inf, -np.inf], dtype="float32")
    np.testing.assert_array_equal(rounded(odd), odd)


def test_a_trial_crosses_a_pipe_unchanged():
    given = replace(trial(), epochs=(TrialEpoch(index=0, train_loss=float("nan")),), test=None)
    same(trial_from_plain(trial_to_plain(given)), given)
