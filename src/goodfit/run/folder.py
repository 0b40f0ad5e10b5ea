"""The folders that runs leave: how they are named, made, listed and read."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from goodfit.errors import CannotRunError
from goodfit.observe.script.hooks import KERAS
from goodfit.observe.script.recorder import fit_files, read_json
from goodfit.results import Report
from goodfit.run.pictures import PICTURES

# What lies in a run's folder, besides the recorder's own files.
RUN, ENDED, REPORT, HTML = "run.json", "ended.json", "report.json", "report.html"
PATCH, PATCHED = "patch.json", "patched.py"
LIMIT, OWN_ERROR = "time-limit", "goodfit-error.txt"
RUNS = Path(".goodfit", "runs")


def new_folder(script: str, out: str | None = None, *, overwrite: bool = False) -> Path:
    """A folder for one run: `out`, or a new one under .goodfit/runs/ named by UTC time and script.

    Raises:
        CannotRunError: `out` holds an earlier run and `overwrite` is not set, or cannot be made.
    """
    try:
        if out is not None:
            return _given_folder(Path(out).absolute(), overwrite)
        RUNS.mkdir(parents=True, exist_ok=True)
        ignore = RUNS.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("# made by goodfit\n*\n", encoding="utf-8")
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{Path(script).stem}"
        for suffix in ("", *(f"-{number}" for number in range(2, 1000))):
            with contextlib.suppress(FileExistsError):
                folder = (RUNS / (name + suffix)).absolute()
                folder.mkdir()
                return folder
    except OSError as error:
        raise CannotRunError(
            f"the run's folder cannot be made: {error}; name a folder that can be written to with "
            "--out DIR"
        ) from error
    raise CannotRunError(f"there are too many runs named {name}; name a folder with --out DIR")


def _given_folder(folder: Path, overwrite: bool) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    names = (RUN, ENDED, REPORT, HTML, PICTURES, KERAS, LIMIT, OWN_ERROR, PATCH, PATCHED)
    earlier = [folder / name for name in names if (folder / name).exists()] + fit_files(folder)
    if earlier and not overwrite:
        raise CannotRunError(
            f"--out {folder} holds an earlier run ({earlier[0].name}), which is not overwritten; "
            "name another folder, or add --force"
        )
    for path in earlier:
        path.unlink()
    return folder


def earlier_runs() -> tuple[Path, ...]:
    """The folders of the runs made from this working folder, newest first."""
    found = (path.parent for path in RUNS.glob(f"*/{RUN}"))
    return tuple(sorted(found, key=lambda folder: (_created(folder), folder.name), reverse=True))


def _created(folder: Path) -> str:
    return str(read_json(folder / RUN).get("created", ""))


def find_run(name: str) -> Path:
    """The folder of the run called `name`: the path of a folder or of the report.json in it, the
    name or the unambiguous beginning or end of the name of a run in .goodfit/runs/, or "last".

    Raises:
        CannotRunError: there is no such run, or more than one.
    """
    given = Path(name)
    if given.is_file():
        return given.parent
    if (given / RUN).is_file() or (given / REPORT).is_file():
        return given
    known = earlier_runs()
    if name == "last" and known:
        return known[0]
    near = [folder for folder in known if folder.name.startswith(name) or _stem(folder) == name]
    if len(near) == 1:
        return near[0]
    listed = "".join(f"\n  {folder.name}" for folder in (near or known)[:10])
    raise CannotRunError(
        f"{len(near)} runs begin with or are called {name}; name one of them:{listed}"
        if near
        else f"there is no run {name}; expected the folder of a run"
        + (f", or one of these, or `last`:{listed}" if listed else "; make one: goodfit run SCRIPT")
    )


def _stem(folder: Path) -> str:
    return folder.name.split("-", 1)[-1]


def load(folder: Path) -> Report:
    """The report of the run in `folder`.

    Raises:
        CannotRunError: the run left no report, or one of another version of goodfit.
    """
    from goodfit.report import from_json

    try:
        return from_json((folder / REPORT).read_bytes())
    except FileNotFoundError as error:
        raise CannotRunError(
            f"the run in {folder} left no report; it may still be going on. Expected {REPORT} there"
        ) from error
    except (OSError, ValueError) as error:
        raise CannotRunError(f"{folder / REPORT} cannot be read: {error}") from error
