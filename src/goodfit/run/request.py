"""What `goodfit run` was asked for, checked before anything is started."""

from __future__ import annotations

import difflib
import os
import sys
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from goodfit.errors import CannotRunError

BACKENDS = ("jax", "tensorflow", "torch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to run and how. `time_limit` is in seconds and `max_epochs` for each fit, None for no
    limit; `backend` is "" for the script's own; `out` is the run's folder, None for a new one under
    .goodfit/runs/; `overwrite` allows a folder that holds an earlier run; `experiments` asks for
    all experiments on copies of the models; `budget` is the seconds for trials, 0 for none; `fix`
    asks for a patch of what the trials bore out; `source` is a file whose text is run in the
    script's place; `pictures` asks for thumbnails of the images trained on; `quiet_stdout` leads
    the script's standard output to standard error; `study` asks for a study at the script's end
    instead, see `goodfit.experiment.script`."""

    script: str
    arguments: tuple[str, ...] = ()
    time_limit: float | None = None
    max_epochs: int | None = None
    backend: str = ""
    out: str | None = None
    overwrite: bool = False
    experiments: bool = False
    budget: float = 0.0
    fix: bool = False
    source: str | None = None
    pictures: bool = True
    quiet_stdout: bool = False
    study: Mapping[str, Any] | None = None


def checked_script(script: str) -> Path:
    """The absolute path of a script that Python can compile.

    Raises:
        CannotRunError: no such file, a folder or a notebook, unreadable, or not Python source.
    """
    path = Path(os.path.abspath(script))
    if path.is_dir():
        raise CannotRunError(
            f"{script} is a folder; expected a Python script, such as {Path(script) / 'train.py'}"
        )
    if not path.exists():
        raise CannotRunError(
            f"there is no file {script} in {os.getcwd()}; expected the path of a Python script"
            + _near(path)
        )
    if path.suffix == ".ipynb":
        raise CannotRunError(
            f"{script} is a notebook; expected a Python script. In the notebook itself use "
            "goodfit.diagnose(model, (x, y), validation_data=...), or save it as a script with "
            f"`jupyter nbconvert --to script {script}`"
        )
    try:
        source = path.read_bytes()
    except OSError as error:
        raise CannotRunError(f"{script} cannot be read: {error.strerror or error}") from error
    _check_source(source, path, script)
    return path


def _near(path: Path) -> str:
    try:
        scripts = [other.name for other in path.parent.glob("*.py")]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, scripts, n=1, cutoff=0.6)
    return f". Did you mean {near[0]}?" if near else ""


def _check_source(source: bytes, path: Path, script: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the child compiles it again, and warns then
            compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        shown = "".join(traceback.format_exception_only(error))
        line = f" in line {error.lineno}" if error.lineno else ""
        raise CannotRunError(
            f"{script} is not valid Python{line}, so nothing was run; correct this first:\n{shown}"
        ) from error
    except ValueError as error:
        raise CannotRunError(
            f"{script} is not Python source ({error}); expected a text file with a Python script"
        ) from error


def installed_backends() -> list[str]:
    """The Keras backends that this Python can import, the preferred one first."""
    return [name for name in BACKENDS if find_spec(name) is not None]


def check_backend(backend: str) -> None:
    """
    Raises:
        CannotRunError: the backend asked for is not installed.
    """
    found = installed_backends()
    if backend and backend not in found:
        raise CannotRunError(
            f"--backend {backend}: {backend} is not installed in {sys.executable}; "
            + (f"installed: {', '.join(found)}. " if found else "")
            + f"Install it with `pip install 'goodfit[{backend}]'`"
        )


def default_backend() -> str:
    """ "" where KERAS_BACKEND is set, else the preferred backend that is installed.

    Raises:
        CannotRunError: none is.
    """
    found = installed_backends()
    if not found:
        raise CannotRunError(
            f"Keras has no backend to run on in {sys.executable}: expected one of "
            f"{', '.join(BACKENDS)}; install one with `pip install 'goodfit[jax]'`"
        )
    return "" if os.environ.get("KERAS_BACKEND") else found[0]
