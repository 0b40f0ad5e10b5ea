"""The flight recorder: what is seen of a run, written as it is seen.

One folder holds one run: `run.json` (what was asked for) and, for each fit, `fit-<n>.jsonl`, one
line {"kind": ..., "record": ...} for each thing that became known. Each line goes to the operating
system at once, so a killed process loses at most the line it was writing.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from goodfit.codec import encode, from_plain, to_plain
from goodfit.facts import (
    BaselineFacts,
    CrashFacts,
    DataFacts,
    Epoch,
    ExperimentFacts,
    Facts,
    ImageFacts,
    ModelFacts,
    SettingsFacts,
    Trace,
)

_PARTS: Mapping[str, type] = {
    "model": ModelFacts,
    "settings": SettingsFacts,
    "data": DataFacts,
    "baselines": BaselineFacts,
    "images": ImageFacts,
    "experiments": ExperimentFacts,
    "crash": CrashFacts,
}
_ROWS = ("train_rows_best", "train_rows_last", "validation_rows_best", "validation_rows_last")
_LOST = "the recording ended before this was known"


def write_json(path: Path, record: object) -> None:
    """Write `record` to `path` as JSON, whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
    """
    half = path.with_name(path.name + ".part")
    half.write_text(encode(record, indent=1) + "\n", encoding="utf-8")
    half.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object written by `write_json`; empty where there is none, or none that can be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


class Recorder:
    """Appends what is seen of fit number `number` to its file in `folder`.

    Only the process that made it writes: a fork of the script inherits it and stays silent.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self.path = folder / f"fit-{number}.jsonl"
        self._owner = os.getpid()

    def write(self, kind: str, record: object) -> None:
        """Append one line.

        Raises:
            OSError: the disk is full or the folder is gone.
            TypeError: the record holds something that JSON cannot.
        """
        if os.getpid() != self._owner:
            return
        line = json.dumps(
            {"kind": kind, "record": to_plain(record)}, ensure_ascii=False, allow_nan=False
        )
        # Opened anew each time, since a script may close every file it did not open; unbuffered,
        # so that nothing is lost with the process and nothing is written twice by a fork.
        with open(self.path, "ab", buffering=0) as file:
            file.write(line.encode("utf-8", "backslashreplace") + b"\n")


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    for line in path.read_bytes().splitlines():
        try:
            entry = json.loads(line)
            yield entry["kind"], entry["record"]
        except (ValueError, KeyError, TypeError):
            continue  # the line that was being written when the process died


def _trace(
    epochs: Mapping[int, Epoch], rows: Mapping[str, tuple[int, tuple[float, ...]]], end: Trace
) -> Trace:
    found: dict[str, Any] = {"epochs": tuple(epochs[index] for index in sorted(epochs))}
    for name, (epoch, losses) in rows.items():
        if not getattr(end, name):
            found[name] = losses
        at = "best_epoch" if name.endswith("best") else "last_epoch"
        if getattr(end, at) is None:
            found[at] = epoch
    if not end.seconds:
        found["seconds"] = sum(epoch.seconds for epoch in epochs.values())
    return replace(end, **found)


def read_fit(path: Path) -> Facts:
    """What one fit's file holds; a part that is not in it stands in `missing`."""
    parts: dict[str, Any] = {}
    epochs: dict[int, Epoch] = {}
    rows: dict[str, tuple[int, tuple[float, ...]]] = {}
    end = Trace(finished=False)
    backend, missing = "", {}
    for kind, record in _lines(path):
        try:
            if kind in _PARTS:
                parts[kind] = from_plain(record, _PARTS[kind])
            elif kind == "epoch":
                epoch = from_plain(record, Epoch)
                epochs[epoch.index] = epoch
            elif kind == "rows":
                name = f"{record['role']}_rows_{record['which']}"
                losses = from_plain(record["losses"], tuple[float, ...])
                if name in _ROWS:
                    rows[name] = (int(record["epoch"]), losses)
            elif kind == "end":
                end = from_plain(record, Trace)
            elif kind == "backend":
                backend = str(record)
            elif kind == "missing":
                missing.update(record)
        except (ValueError, KeyError, TypeError):
            continue  # written by another version: what can be read is still worth having
    lost = {part: _LOST for part in ("model", "settings", "data") if part not in parts}
    return Facts(
        trace=_trace(epochs, rows, end), backend=backend, missing={**lost, **missing}, **parts
    )


def fit_files(folder: Path) -> list[Path]:
    """The files of the run's fits, in the order the fits began."""
    numbered = (
        (int(match[1]), path)
        for path in folder.glob("fit-*.jsonl")
        if (match := re.fullmatch(r"fit-(\d+)\.jsonl", path.name))
    )
    return [path for _, path in sorted(numbered)]


def read(folder: Path) -> tuple[Facts, ...]:
    """What the recorder kept of each fit of the run in `folder`, in the order they began.

    A cut last line is left out, and a fit without its end is a trace that is not `finished`.
    """
    return tuple(read_fit(path) for path in fit_files(folder))
