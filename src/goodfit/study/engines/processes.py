"""Trials in worker processes, one per core; data shared by memory map, nothing by pickle."""

from __future__ import annotations

import os
import queue
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import keras

from goodfit import results
from goodfit.codec import from_plain, to_plain
from goodfit.recipe import Recipe
from goodfit.results import Trial, TrialEpoch
from goodfit.study.blobs import trial_from_plain
from goodfit.study.engines.engine import OnEpoch
from goodfit.study.engines.worker import Inbox, Worker, one_core
from goodfit.study.parcel import Digests, pack

ATTEMPTS = 2
"""A trial whose worker dies is tried once more: the machine may have been short of memory."""


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(slots=True)
class _Asked:
    """A trial that was submitted and has not been given back."""

    arm: str
    seed: int
    recipe: str
    attempts: int = 0


class Processes:
    """An engine of worker processes, which stay for all trials; see `Engine`.

    Args:
        folder: in FOLDER/workers, recipes and their arrays are written for the workers; `close`
            removes it.
        protocol: of every trial.
        workers: processes at most; by default one per core.
        over: says that the time is up; what is being trained is cut at once then.
    """

    def __init__(
        self,
        folder: Path,
        protocol: results.Protocol,
        *,
        workers: int | None = None,
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.slots = workers or cores()
        self._folder = folder / "workers"
        self._protocol = to_plain(protocol)
        self._over = over
        self._inbox: Inbox = queue.Queue()
        self._workers: list[Worker] = []
        self._asked: dict[int, _Asked] = {}
        self._waiting: deque[int] = deque()
        self._count = 0
        self._digests = Digests()
        self._packed: dict[int, tuple[Recipe, str]] = {}
        self._environment = one_core(keras.backend.backend(), self._folder)

    @property
    def running(self) -> dict[tuple[str, int], int]:
        """The process that works on each arm and seed, by its id."""
        return {
            (self._asked[worker.job].arm, self._asked[worker.job].seed): worker.pid
            for worker in self._workers
            if worker.job is not None
        }

    def submit(self, arm: str, recipe: Recipe, seed: int) -> None:
        """Have a trial trained as soon as a worker is free.

        Raises:
            NoRecipeError: the recipe cannot leave this process; the message says why.
        """
        if not self._packed:
            # Left behind by a study that was killed.
            shutil.rmtree(self._folder, ignore_errors=True)
        known = self._packed.get(id(recipe))
        if known is None:
            known = (recipe, pack(recipe, self._folder, self._digests).name)
            self._packed[id(recipe)] = known
        self._count += 1
        self._asked[self._count] = _Asked(arm=arm, seed=seed, recipe=known[1])
        self._waiting.append(self._count)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting:
            free = next((worker for worker in self._workers if worker.job is None), None)
            if free is None:
                if len(self._workers) >= self.slots:
                    return
                free = self._hire()
            free.job = self._waiting.popleft()
            asked = self._asked[free.job]
            asked.attempts += 1
            told = {"arm": asked.arm, "seed": asked.seed, "recipe": asked.recipe}
            free.send({"job": free.job, "protocol": self._protocol, **told})

    def _hire(self) -> Worker:
        worker = Worker(self._folder, self._inbox, self._environment)
        setting = {
            "floatx": keras.config.floatx(),
            "image_data_format": keras.config.image_data_format(),
        }
        worker.send({"setting": setting})
        self._workers.append(worker)
        return worker

    def wait(self, on_epoch: OnEpoch) -> Trial:
        """The next trial that ends.

        Raises:
            RuntimeError: nothing was submitted that has not been given back.
        """
        while self._asked:
            if self._over():
                return self._cut_first()
            try:
                # Without a limit, Ctrl-C would not be heard on every system.
                worker, message = self._inbox.get(timeout=1.0)
            except queue.Empty:
                continue
            if worker not in self._workers:
                continue
            trial = self._heard(worker, message, on_epoch)
            if trial is not None:
                return trial
        raise RuntimeError("no trial was submitted that has not been given back")

    def _heard(
        self, worker: Worker, message: dict[str, Any] | None, on_epoch: OnEpoch
    ) -> Trial | None:
        if message is None:
            return self._bury(worker)
        number = message["job"]
        asked = self._asked[number]
        if "epoch" in message:
            if not on_epoch(asked.arm, asked.seed, from_plain(message["epoch"], TrialEpoch)):
                worker.send({"cut": number})
            return None
        worker.job = None
        del self._asked[number]
        self._hand_out()
        return trial_from_plain(message["trial"])

    def _cut_first(self) -> Trial:
        """Give back the first trial that is not done, and end the worker that has it."""
        number, asked = next(iter(self._asked.items()))
        del self._asked[number]
        if number in self._waiting:
            self._waiting.remove(number)
        for worker in [worker for worker in self._workers if worker.job == number]:
            self._workers.remove(worker)
            worker.end()
        return Trial(arm=asked.arm, seed=asked.seed, status="cut", reason="the time was up")

    def _bury(self, worker: Worker) -> Trial | None:
        """A worker died: its trial is tried once more, in a fresh one, or has failed."""
        reason, number = worker.how_it_died(), worker.job
        self._workers.remove(worker)
        worker.end()
        if number is None:
            return None
        asked = self._asked[number]
        if asked.attempts < ATTEMPTS:
            self._waiting.appendleft(number)
            self._hand_out()
            return None
        del self._asked[number]
        self._hand_out()
        return Trial(arm=asked.arm, seed=asked.seed, status="failed", reason=reason)

    def close(self) -> None:
        """Kill the workers and remove the files they read. A second call does nothing."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._asked.clear()
        self._waiting.clear()
        self._packed.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
