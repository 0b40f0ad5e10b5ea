"""Reports to files: whole or not at all, and never over one that exists unless told to."""

from __future__ import annotations

import os
from pathlib import Path

from goodfit.results import Report


def write_html(report: Report, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write the report as one HTML file and return its path; folders are made as needed.

    Raises:
        FileExistsError: the file exists and `overwrite` is False.
    """
    from goodfit.report.html import to_html

    return write_text(to_html(report), Path(path), overwrite=overwrite)


def write_json(report: Report, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write the report as JSON (docs/json.md) and return its path; folders are made as needed.

    Raises:
        FileExistsError: the file exists and `overwrite` is False.
    """
    from goodfit.report.json import to_json

    return write_text(to_json(report) + "\n", Path(path), overwrite=overwrite)


def write_text(text: str, path: Path, *, overwrite: bool = False) -> Path:
    """Write `text` to `path`, whole or not at all, and return the path; folders are made as needed.

    Raises:
        FileExistsError: the file exists and `overwrite` is False.
    """
    return write_bytes(text.encode("utf-8", "replace"), path, overwrite=overwrite)


def write_bytes(data: bytes, path: Path, *, overwrite: bool = False) -> Path:
    """`write_text` for what is no text."""
    if path.exists() and not overwrite:
        raise FileExistsError(
            f"the report {path} exists already and is not overwritten; "
            "give another path, or delete it first"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    # A reader, or a run that is killed here, must never see half a report.
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
