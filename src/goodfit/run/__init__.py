"""The door for scripts: run one in a child process under observation, and gather its report.

The child runs the script (`child`), sees the training, and writes what it sees into the run's
folder as it goes. Where it ends as a Python process does, it also works out the report, since model
and data live there. Where it is killed, the parent reports from what was written until then.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from goodfit.errors import CannotRunError
from goodfit.observe.script.recorder import write_json
from goodfit.results import Report
from goodfit.run.folder import RUN, new_folder
from goodfit.run.gather import gather
from goodfit.run.inside import child
from goodfit.run.pictures import with_pictures
from goodfit.run.process import start, wait
from goodfit.run.request import (
    Request,
    check_backend,
    checked_script,
    default_backend,
)

__all__ = [
    "CannotRunError",
    "Request",
    "Run",
    "child",
    "default_backend",
    "exit_code",
    "run_script",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its folder and its report."""

    folder: Path
    report: Report


def run_script(request: Request) -> Run:
    """Run the script under observation, wait for it, and gather the report.

    The script has this process's standard streams, working folder and environment.

    Raises:
        CannotRunError: there is no such script, it is not Python, the backend is not installed, or
            the run's folder cannot be used.
    """
    path = checked_script(request.script)
    check_backend(request.backend)
    folder = new_folder(request.script, request.out, overwrite=request.overwrite)
    asked = {
        "script": request.script,
        "path": str(path),
        "arguments": request.arguments,
        "time_limit": request.time_limit,
        "max_epochs": request.max_epochs,
        "backend": request.backend,
        "experiments": request.experiments,
        "budget": request.budget,
        "fix": request.fix,
        "source": request.source,
        "pictures": request.pictures,
        "study": request.study,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "started": time.time(),
        "python": sys.version.split()[0],
        "cwd": os.getcwd(),
    }
    write_json(folder / RUN, asked)
    process = start(folder, request.backend, quiet_stdout=request.quiet_stdout)
    code, stopped = wait(process, folder, request.time_limit)
    report = gather(folder, request, code, stopped=stopped)
    return Run(folder=folder, report=with_pictures(report, folder))


def exit_code(report: Report) -> int:
    """What `goodfit run` answers: 3 the script failed, 2 it trained nothing, 1 findings at error
    level, 0 none. A time limit is the user's own wish, not a failure."""
    script = report.script
    if script is not None and script.ended != "time limit":
        failed = script.ended in ("exception", "interrupted", "killed")
        if failed or script.exit_code != 0:
            return 3
    if not report.fits:
        return 2
    return 1 if report.errors else 0
