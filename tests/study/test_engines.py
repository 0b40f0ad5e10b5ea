"""Both engines on real trials: the same promises, kept by each."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_recipes import broken, recipe

from goodfit.recipe import NoRecipeError
from goodfit.results import Protocol

PROTOCOL = Protocol(seeds=(0, 1), epochs=3, patience=None)
LONG = 200
"""Epochs."""
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def goes_on(*_) -> bool:
    return True


@pytest.fixture(scope="module", params=["inline", "processes"])
def engine(request, tmp_path_factory):
    """One engine for all tests: workers stay from trial to trial."""
    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.study.engines.inline import Inline
    from goodfit.study.engines.processes import Processes

    if request.param == "inline":
        found = Inline(PROTOCOL, RowEvaluator)
    else:
        found = Processes(tmp_path_factory.mktemp("engine"), PROTOCOL, workers=1)
    yield found
    found.close()
    found.close()


@pytest.mark.backend
def test_a_trial_is_trained_and_scored(engine):
    heard = []
    engine.submit("small", recipe(), 0)
    trial = engine.wait(lambda *told: heard.append(told) or True)
    assert (trial.arm, trial.seed, trial.status, trial.reason) == ("small", 0, "finished", "")
    assert [(arm, seed, epoch.index) for arm, seed, epoch in heard] == [
        ("small", 0, 0),
        ("small", 0, 1),
        ("small", 0, 2),
    ]
    assert tuple(epoch for _, _, epoch in heard) == trial.epochs
    assert trial.epochs[-1].train_loss < trial.epochs[0].train_loss
    assert trial.validation.score.shape == (200,)
    assert trial.validation.score.mean() > 0.6
    assert trial.parameters == 4 * 4 + 4 + 4 + 1
    assert trial.test is None


@pytest.mark.backend
def test_a_seed_decides_what_a_trial_comes_to(engine):
    for seed in (3, 3, 4):
        engine.submit("small", recipe(), seed)
    first, again, other = (engine.wait(goes_on) for _ in range(3))
    np.testing.assert_array_equal(first.validation.loss, again.validation.loss)
    assert first.epochs[-1].train_loss == again.epochs[-1].train_loss
    assert first.epochs[-1].train_loss != other.epochs[-1].train_loss


def test_a_trial_that_raises_has_failed_with_its_reason(engine):
    engine.submit("broken", broken(recipe()), 0)
    trial = engine.wait(goes_on)
    assert trial.status == "failed"
    assert "no_such_loss" in trial.reason


def test_nothing_to_wait_for_is_an_error(engine):
    with pytest.raises(RuntimeError, match="no trial was submitted"):
        engine.wait(goes_on)


def test_the_two_engines_agree(tmp_path):
    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.study.engines.inline import Inline
    from goodfit.study.engines.processes import Processes

    inline = Inline(PROTOCOL, RowEvaluator)
    found = []
    with Processes(tmp_path, PROTOCOL, workers=1) as processes:
        for engine in (inline, processes):
            engine.submit("small", recipe(), 5)
            found.append(engine.wait(goes_on))
    here, there = found
    np.testing.assert_allclose(here.validation.loss, there.validation.loss, rtol=1e-4)
    np.testing.assert_array_equal(here.validation.score, there.validation.score)
    assert not (tmp_path / "workers").exists()


def processes(folder, protocol=PROTOCOL, **arguments):
    from goodfit.study.engines.processes import Processes

    return Processes(folder, protocol, workers=1, **arguments)


def test_a_dead_worker_costs_one_retry_then_the_trial_and_never_the_study(tmp_path):
    killed, heard = [], []
    # Long enough that a worker is still at the trial whose first epoch is heard of.
    with processes(tmp_path, replace(PROTOCOL, epochs=LONG)) as engine:

        def kill(arm, seed, epoch):
            heard.append((arm, epoch.index))
            if arm == "deadly" or (arm == "unlucky" and arm not in killed):
                killed.append(arm)
                os.kill(engine.running[arm, seed], KILL)
            return True

        for arm in ("deadly", "unlucky", "lucky"):
            engine.submit(arm, recipe(), 0)
        trials = {trial.arm: trial for trial in (engine.wait(kill) for _ in range(3))}
    assert {arm: trial.status for arm, trial in trials.items()} == {
        "deadly": "failed",
        "unlucky": "finished",
        "lucky": "finished",
    }
    assert trials["deadly"].reason == "the process died (signal 9: out of memory?)"
    assert heard.count(("unlucky", 0)) == 2
    assert [epoch.index for epoch in trials["unlucky"].epochs] == list(range(LONG))
    np.testing.assert_array_equal(
        trials["unlucky"].validation.loss, trials["lucky"].validation.loss
    )


def test_a_trial_that_is_told_to_stop_or_has_no_time_is_cut(tmp_path):
    from goodfit.study.engines.processes import Processes

    endless = replace(PROTOCOL, epochs=1_000_000)
    late = []
    with Processes(tmp_path, endless, workers=1, over=lambda: bool(late)) as engine:
        engine.submit("small", recipe(), 0)
        trial = engine.wait(lambda arm, seed, epoch: False)
        assert trial.status == "cut"
        assert 1 <= len(trial.epochs) < 1_000_000
        engine.submit("small", recipe(), 1)
        engine.submit("waiting", recipe(), 1)
        trials = [engine.wait(lambda *told: not late.append(told)) for _ in range(2)]
    assert [(t.arm, t.status, t.reason) for t in trials] == [
        ("small", "cut", "the time was up"),
        ("waiting", "cut", "the time was up"),
    ]


def test_a_trial_in_this_process_is_cut_where_it_is_told_to():
    from goodfit.observe.recipes.evaluator import RowEvaluator
    from goodfit.study.engines.inline import Inline

    engine = Inline(PROTOCOL, RowEvaluator)
    engine.submit("small", recipe(), 0)
    trial = engine.wait(lambda arm, seed, epoch: epoch.index < 1)
    assert (trial.status, len(trial.epochs)) == ("cut", 2)


def test_a_worker_that_cannot_begin_is_told_with_its_last_words(tmp_path, monkeypatch):
    with processes(tmp_path) as engine:
        monkeypatch.setattr("goodfit.study.engines.worker.MODULE", "goodfit.no_such_module")
        engine.submit("small", recipe(), 0)
        trial = engine.wait(goes_on)
    assert trial.status == "failed"
    assert "the process ended with code 1" in trial.reason
    assert "no_such_module" in trial.reason


def test_what_cannot_leave_the_process_is_refused(tmp_path):
    with processes(tmp_path) as engine:
        given = recipe()
        own = replace(given, model=replace(given.model, objects={"Mine": object}))
        with pytest.raises(NoRecipeError, match="the user's own Mine"):
            engine.submit("own", own, 0)


def test_workers_have_one_thread_each_and_the_backend_of_this_process(tmp_path):
    from goodfit.study.engines.worker import one_core

    told = one_core("torch", tmp_path)
    assert told["KERAS_BACKEND"] == "torch"
    assert told["OMP_NUM_THREADS"] == told["NPROC"] == told["TF_NUM_INTRAOP_THREADS"] == "1"
    assert told["PATH"] == os.environ["PATH"]


def test_a_worker_keeps_memory_that_tensorflow_would_have_it_return():
    # In a process of its own, for malloc's settings are the process's.
    script = """
import ctypes
import resource
from goodfit.experiment.worker import keep_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def faults(size=2**22, times=20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        block = libc.malloc(size)
        libc.memset(block, 1, size)
        libc.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

libc.mallopt(-3, 2**17)  # as TensorFlow does
returned = faults()
keep_memory()
faults()
print(returned, faults())
"""
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("another C library")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    returned, kept = map(int, done.stdout.split())
    assert returned >= 20
    assert kept <= 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "glibc.malloc.hugetlb=1"),
        ("glibc.malloc.perturb=7", "glibc.malloc.perturb=7:glibc.malloc.hugetlb=1"),
        ("glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=0"),
    ],
)
def test_workers_take_large_pages_unless_told_otherwise(tmp_path, monkeypatch, given, told):
    from goodfit.study.engines.worker import one_core

    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    if given is not None:
        monkeypatch.setenv("GLIBC_TUNABLES", given)
    assert one_core("jax", tmp_path)["GLIBC_TUNABLES"] == told
