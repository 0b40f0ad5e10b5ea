"""A study's progress on standard error, once it takes long enough to wonder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from goodfit.study.run import Progress

SAID_AFTER = 2.0
EVERY = {True: 0.2, False: 10.0}
"""Seconds between lines: on a terminal, where each takes the place of the last, and in a file."""


class Teller:
    """Told of every event; writes a line now and then.

    Args:
        stream: standard error by default.
        clock: seconds, for tests.
    """

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._last = clock() + SAID_AFTER
        self._live = self._stream.isatty()
        self._open = False
        self.part = ""
        self.budget_left: Callable[[], float] | None = None

    def __call__(self, progress: Progress) -> None:
        """Write a line where it is time for one."""
        now = self._clock()
        if now < self._last:
            return
        self._last = now + EVERY[self._live]
        text = line(progress, self.part, self.budget_left() if self.budget_left else None)
        if self._live:
            self._stream.write(f"\r\x1b[2K{text}")
            self._open = True
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def end(self) -> None:
        """Take away the line that stands on a terminal."""
        if self._open:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._open = False


def line(progress: Progress, part: str = "", budget_left: float | None = None) -> str:
    """One line: how far, how long still, what runs, which arm looks best. A study with a budget
    plans as it goes, so its trials say little of the time that is left."""
    words = [f"{progress.done} of {progress.total} trials"]
    if budget_left is not None:
        words = [f"{words[0]} planned so far", f"{_time(max(budget_left, 0.0))} of the budget left"]
    elif progress.seconds_left is not None:
        words.append(f"{_time(progress.seconds_left)} left")
    if progress.epoch is not None:
        words.append(f"{progress.arm}, seed {progress.seed}, epoch {progress.epoch.index + 1}")
    if progress.best is not None:
        words.append(f"best so far: {progress.best}")
    return f"goodfit{f' ({part})' if part else ''}: " + "; ".join(words)


def _time(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
