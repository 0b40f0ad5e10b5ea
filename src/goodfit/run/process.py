"""The child process as its parent sees it: started, waited for, and read off its exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodfit.results import ScriptRun
from goodfit.run.folder import ENDED, LIMIT
from goodfit.run.request import Request

# Seconds a script has to react to its time limit (native code may not let Python run), and to end.
TO_REACT, TO_END = 15.0, 60.0


def start(folder: Path, backend: str, *, quiet_stdout: bool = False) -> subprocess.Popen[bytes]:
    """The child that runs the script of this folder; `quiet_stdout` leads its standard output to
    standard error."""
    environment = dict(os.environ)
    if backend:
        environment["KERAS_BACKEND"] = backend
    code = "from goodfit.run import child; child()"
    # -P: no folder but the script's own may come first on sys.path, and child() sees to that one.
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, str(folder)],
        env=environment,
        stdout=sys.stderr.fileno() if quiet_stdout else None,
    )


@contextlib.contextmanager
def _leaving_signals_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ctrl-C reaches the child by itself, so the parent only waits; a request to end is passed on.
    A signal that was ignored stays so, here and in the child."""

    def pass_on(number: int, _frame: object) -> None:
        process.send_signal(number)

    before: dict[signal.Signals, Any] = {}
    for number, handler in ((signal.SIGINT, lambda *_: None), (signal.SIGTERM, pass_on)):
        with contextlib.suppress(ValueError):  # not the main thread: signals are not ours
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def wait(
    process: subprocess.Popen[bytes], folder: Path, time_limit: float | None
) -> tuple[int, bool]:
    """The child's exit code, and whether it had to be killed for its time limit."""
    with _leaving_signals_to(process):
        if time_limit is None:
            return process.wait(), False
        for seconds, sign in ((time_limit + TO_REACT, LIMIT), (TO_END, ENDED)):
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(seconds), False
            if not (folder / sign).exists() and not (folder / ENDED).exists():
                process.kill()
                return process.wait(), True
        return process.wait(), False  # the script has ended; only the report is being made


def death(request: Request, code: int, stopped: bool) -> tuple[ScriptRun, str]:
    """How a script ended that did not end as Python processes do, and a sentence on it."""
    run = ScriptRun(path=request.script, arguments=request.arguments, exit_code=code)
    if code >= 0:
        note = "the script ended its process at once (os._exit or the like)"
        return replace(run, ended="exit"), note
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if stopped:
        note = (
            "the script did not end when its time limit was over and was killed; what was not yet "
            "recorded is missing"
        )
        return replace(run, ended="time limit", signal=name), note
    why = {
        "SIGKILL": "most often because memory ran out: a smaller batch_size, or fewer rows in "
        "memory at once, needs less",
        "SIGSEGV": "by a fault in native code, not in Python",
        "SIGABRT": "by native code that gave up, not by Python",
        "SIGBUS": "by a fault in native code, not in Python",
        "SIGILL": "by an instruction this processor does not know: is this package built for it?",
        "SIGFPE": "by a fault in native code, not in Python",
        "SIGTERM": "because another program asked it to end",
    }.get(name, "from outside")
    return replace(run, ended="killed", signal=name), f"the script was ended by {name}, {why}"
