"""The report of a run: read from its folder, or made from what a dead child had written there."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from goodfit.codec import from_plain
from goodfit.errors import CannotRunError
from goodfit.facts import Facts
from goodfit.observe.script.hooks import KERAS
from goodfit.observe.script.recorder import read, read_json
from goodfit.results import Report, ScriptRun, Seconds
from goodfit.run.folder import ENDED, OWN_ERROR, REPORT, RUN
from goodfit.run.process import death
from goodfit.run.request import Request


def gather(folder: Path, request: Request, code: int, *, stopped: bool) -> Report:
    """The child's report, or one made here from what the child had written before it died."""
    from goodfit.report import from_json

    try:
        return from_json((folder / REPORT).read_bytes())
    except (OSError, ValueError):
        pass
    started = float(read_json(folder / RUN).get("started", time.time()))
    total = time.time() - started
    ended = read_json(folder / ENDED)
    notes = list(ended.get("notes", ()))
    if "script" in ended:
        script = from_plain(ended["script"], ScriptRun)
        notes.append(
            f"goodfit's own analysis did not end as it should (exit code {code}; "
            f"{folder / OWN_ERROR} may say why), so this report holds what was recorded before it"
        )
    else:
        script, note = death(request, code, stopped)
        notes.append(note)
    spent = Seconds(total=total, script=float(ended.get("seconds", total)))
    try:
        return concluded(folder, read(folder), script, spent, notes)
    except Exception as error:
        write_error(folder)
        raise CannotRunError(
            f"goodfit failed while it worked out the report ({type(error).__name__}: {error}); "
            f"this is a fault of goodfit's own. What was seen lies in {folder}, the traceback in "
            f"{OWN_ERROR} there"
        ) from error


def concluded(
    folder: Path,
    fits: Sequence[Facts],
    script: ScriptRun,
    seconds: Seconds,
    notes: Sequence[str],
) -> Report:
    """The report, also written to the run's folder."""
    from goodfit.diagnose import conclude
    from goodfit.report import write_json as write_report

    watched = sum(facts.trace.monitor_seconds for facts in fits if facts.trace is not None)
    keras = read_json(folder / KERAS)
    report = conclude(fits, script=script, seconds=replace(seconds, monitor=watched), notes=notes)
    report = replace(
        report,
        keras=keras.get("keras", report.keras),
        backend=report.backend or keras.get("backend", ""),
        created=read_json(folder / RUN).get("created", report.created),
    )
    write_report(report, folder / REPORT, overwrite=True)
    return report


def write_error(folder: Path) -> None:
    """Leave the traceback of goodfit's own fault where its report would lie."""
    with contextlib.suppress(OSError):
        (folder / OWN_ERROR).write_text(traceback.format_exc(), encoding="utf-8")
