"""What prove.py and score.py share: what this machine has, its cores, and lines of JSON."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from corpus import needs

Task = TypeVar("Task")
Result = TypeVar("Result")


def lacking(source: str) -> tuple[str, ...]:
    """What a program needs and this machine lacks: no `GOODFIT_DATA`, no TensorFlow."""
    missing = []
    for what in sorted(needs(source)):
        there = (
            bool(os.environ.get("GOODFIT_DATA"))
            if what == "data"
            else importlib.util.find_spec(what) is not None
        )
        if not there:
            missing.append(what)
    return tuple(missing)


def environment() -> dict[str, str]:
    """The environment of a program under test: JAX unless said otherwise, one thread each."""
    given = dict(os.environ)
    given.setdefault("KERAS_BACKEND", "jax")
    given.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if given.get("GOODFIT_DATA"):  # children run in folders of their own
        given["GOODFIT_DATA"] = str(Path(given["GOODFIT_DATA"]).resolve())
    given["PYTHONHASHSEED"] = "0"
    given["PYTHONUNBUFFERED"] = "1"
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        given[threads] = "1"
    return given


class Cores:
    """Cores lent to one child each."""

    def __init__(self, jobs: int) -> None:
        there = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self._free: queue.Queue[int | None] = queue.Queue()
        for place in range(jobs):
            self._free.put(there[place % len(there)] if there else None)

    @contextmanager
    def one(self) -> Iterator[int | None]:
        core = self._free.get()
        try:
            yield core
        finally:
            self._free.put(core)


def pinned(
    command: Sequence[str], core: int | None, *, folder: Path, seconds: float, errors: Path
) -> int | None:
    """Run a child on one core; its exit code, or None where it had to be ended."""
    with errors.open("wb") as stderr:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            if core is not None:  # long before Python has started a thread
                os.sched_setaffinity(child.pid, {core})
            return child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, with all it started."""
    if child.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, 9)
        child.kill()
        child.wait()


def in_parallel(
    work: Callable[[Task, Cores], Result], tasks: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, Result]]:
    """Each task with `work(task, cores)`, as they end."""
    cores = Cores(jobs)
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(work, task, cores): task for task in tasks}
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Records of a JSON-lines file; a last line cut off by an interruption is passed over."""
    if not path.exists():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def append_line(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    there = path.read_bytes() if path.exists() else b""
    with path.open("a", encoding="utf-8") as file:
        cut_off = there and not there.endswith(b"\n")
        file.write(("\n" if cut_off else "") + json.dumps(record) + "\n")
