"""A whole study in a process of its own: killed, interrupted, and run again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from goodfit.results import Protocol
from goodfit.study.store import Store

PROGRAM = Path(__file__).with_name("whole_study.py")
PROTOCOL = Protocol(seeds=(0, 1), epochs=3, patience=None)
pytestmark = pytest.mark.script


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def whole(folder: Path) -> tuple[list[dict], dict]:
    """The events and the results of a study that runs to its end."""
    with start(folder) as study:
        out, err = study.communicate()
    assert study.returncode == 0, err
    *events, last = map(json.loads, out.splitlines())
    return events, last


def stopped(folder: Path, by: signal.Signals, done: int, epoch: int) -> tuple[dict, list[str], int]:
    """A study that is sent a signal at that event: the event, what it wrote after, its end."""
    with start(folder) as study:
        for line in study.stdout:
            event = json.loads(line)
            if (event["done"], event["epoch"]) == (done, epoch):
                study.send_signal(by)
                break
        after, _ = study.communicate()
    return event, after.splitlines(), study.returncode


def gone(pid: int) -> bool:
    """Whether a process ends by itself; waits for it where the system can say when it does."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    import select

    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> dict:
    return whole(tmp_path_factory.mktemp("whole"))[1]


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_killed_and_run_again_it_comes_to_the_same(tmp_path, uninterrupted):
    event, _, code = stopped(tmp_path, signal.SIGKILL, done=2, epoch=1)
    assert code == -signal.SIGKILL
    assert len(event["pids"]) == 1
    assert all(gone(pid) for pid in event["pids"])
    with Store(tmp_path, PROTOCOL) as store:
        kept = {(trial.arm, trial.seed) for trial in store.trials()}
    assert kept >= {("baseline", 0), ("slow", 0)}
    events, last = whole(tmp_path)
    assert min(event["done"] for event in events) == len(kept)
    assert last == uninterrupted


def test_ctrl_c_shows_what_is_known_and_leaves_the_store_whole(tmp_path, uninterrupted):
    _, after, code = stopped(tmp_path, signal.SIGINT, done=2, epoch=0)
    assert code == 0
    last = json.loads(after[-1])
    assert last["interrupted"]
    assert {"baseline 0", "slow 0"} <= set(last["sums"])
    assert all(uninterrupted["sums"][name] == found for name, found in last["sums"].items())
    assert whole(tmp_path)[1] == uninterrupted
