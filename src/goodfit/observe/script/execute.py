"""Run the user's script in this process as Python itself would run it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import FrameType, ModuleType, TracebackType
from typing import Any

from goodfit.observe.script.crash import chain
from goodfit.results import ScriptRun

_HERE = os.path.dirname(__file__)
# The files whose frames stand between the user's own: plain Python would not show them.
_HOOKS = os.path.join(_HERE, "hooks.py")
_OWN_FILES = frozenset(
    {
        __file__,
        _HOOKS,
        os.path.join(_HERE, "origins.py"),
        os.path.join(os.path.dirname(_HERE), "training", "stream.py"),
    }
)
INTERRUPTED = 130  # what a shell reports for a process that Ctrl-C ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the script ended, the exception that ended it (None for none), and its seconds."""

    run: ScriptRun
    error: BaseException | None
    seconds: float


class TimeLimit:
    """Interrupts the main thread after `seconds`, as Ctrl-C would, and remembers that it did.

    A script that handles KeyboardInterrupt may tidy up. Forks of the script have no such clock.
    Where there are no POSIX timers it does nothing, and the parent ends the process.
    """

    def __init__(self, seconds: float | None, on_hit: Callable[[], None]) -> None:
        self._seconds = seconds if hasattr(signal, "setitimer") else None
        self._on_hit = on_hit
        self._owner = os.getpid()
        self.hit = False

    def __enter__(self) -> TimeLimit:
        if self._seconds is not None:
            signal.signal(signal.SIGALRM, self._fire)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
        return self

    def _fire(self, _number: int, _frame: FrameType | None) -> None:
        if os.getpid() == self._owner:
            self.hit = True
            with contextlib.suppress(OSError):
                self._on_hit()
            raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None:
        if self._seconds is not None and os.getpid() == self._owner:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _main_module(path: Path) -> ModuleType:
    """A `__main__` as Python makes it for a script; pickling and `spawn` look it up by name."""
    module = ModuleType("__main__")
    module.__dict__.update(
        __file__=str(path),
        __builtins__=sys.modules["builtins"],
        __loader__=SourceFileLoader("__main__", str(path)),
        __cached__=None,
        __annotations__={},
    )
    sys.modules["__main__"] = module
    return module


def _wait_for_threads() -> None:
    """Wait for the script's threads as Python does before it exits. Idle workers of an executor
    are left out: they stay until the interpreter tells them to go."""
    futures = sys.modules.get("concurrent.futures.thread")
    workers = getattr(futures, "_threads_queues", {})
    for thread in threading.enumerate():
        if thread is threading.current_thread() or thread.daemon or thread in workers:
            continue
        thread.join()


def _kept(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without goodfit's own frames, and without the import machinery's around them,
    which Python leaves out only as long as nothing stands between."""
    steps: list[TracebackType] = []
    while trace is not None:
        steps.append(trace)
        trace = trace.tb_next
    files = [step.tb_frame.f_code.co_filename for step in steps]
    imported = any(file == _HOOKS for file in files)
    kept = [
        step
        for step, file in zip(steps, files, strict=True)
        if file not in _OWN_FILES
        and not (imported and file.startswith("<frozen importlib._bootstrap"))
    ]
    for step, following in zip(kept, [*kept[1:], None], strict=True):
        step.tb_next = following
    return kept[0] if kept else None


def _members(error: BaseException) -> Iterator[BaseException]:
    for one in chain(error):
        yield one
        if isinstance(one, BaseExceptionGroup):
            for member in one.exceptions:
                yield from _members(member)


def show(error: BaseException) -> None:
    """Print the exception as plain Python would, through the script's own `sys.excepthook`."""
    for one in _members(error):
        one.__traceback__ = _kept(one.__traceback__)
    trace = error.__traceback__
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    try:
        sys.excepthook(type(error), error, trace)
    except Exception:
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(error), error, trace)


def _exit_code(value: Any) -> int:
    """The exit code of `sys.exit(value)`; Python prints what is neither a number nor None."""
    if value is None:
        return 0
    if isinstance(value, int):
        return int(value)
    print(value, file=sys.stderr)
    return 1


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # a closed pipe: Python reports it when it exits
            stream.flush()


def _exec(code: Any, module: ModuleType) -> tuple[str, int, BaseException | None]:
    """(how it ended, exit code, the exception), the exception printed."""
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        return "exit", _exit_code(error.code), None
    except KeyboardInterrupt as error:
        return "interrupted", INTERRUPTED, error
    except BaseException as error:
        show(error)
        return "exception", 1, error
    return "finished", 0, None


def _run(code: Any, module: ModuleType, limit: TimeLimit) -> tuple[str, int, BaseException | None]:
    try:
        ended, exit_code, error = _exec(code, module)
        if ended == "interrupted" and error is not None and not limit.hit:
            show(error)
        _wait_for_threads()
    except KeyboardInterrupt as late:  # while the traceback was printed or a thread awaited
        ended, exit_code, error = "interrupted", INTERRUPTED, late
    if limit.hit and ended != "exception":
        return "time limit", exit_code, None
    return ended, exit_code, error


def execute(
    path: Path,
    shown: str,
    arguments: Sequence[str] = (),
    *,
    time_limit: float | None = None,
    on_time_limit: Callable[[], None] = lambda: None,
    source: Path | None = None,
) -> Ending:
    """Run the script at the absolute `path` as `__main__`, with `sys.argv` = [`shown`, *arguments].

    Whatever it raises is printed as Python would print it and returned. After `time_limit` seconds
    it is interrupted as by Ctrl-C, and `on_time_limit` is called first. `source` is a file whose
    text is run in the place of the script's own, which then is not read.

    Raises:
        OSError: the file cannot be read.
        SyntaxError, ValueError: it is not Python source.
    """
    code = compile((source or path).read_bytes(), str(path), "exec", dont_inherit=True)
    sys.argv = [shown, *arguments]
    if not os.environ.get("PYTHONSAFEPATH"):
        sys.path.insert(0, str(path.resolve().parent))
    module = _main_module(path)
    started = time.perf_counter()
    with TimeLimit(time_limit, on_time_limit) as limit:
        ended, exit_code, error = _run(code, module, limit)
    _flush()
    run = ScriptRun(path=shown, arguments=tuple(arguments), ended=ended, exit_code=exit_code)
    return Ending(run=run, error=error, seconds=time.perf_counter() - started)
