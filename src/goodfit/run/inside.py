"""The child process: the script under observation, and the report at its end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.facts import Facts
from goodfit.observe.objects import origins
from goodfit.observe.script import hooks
from goodfit.observe.script.execute import Ending, execute
from goodfit.observe.script.recorder import read_json, write_json
from goodfit.observe.script.source import with_script
from goodfit.observe.script.watch import Watch
from goodfit.results import Report, Seconds
from goodfit.run.folder import ENDED, LIMIT, REPORT, RUN
from goodfit.run.gather import concluded, write_error
from goodfit.run.pictures import keep_pictures
from goodfit.run.request import BACKENDS, installed_backends


def child() -> None:
    """Run the script of the run's folder named in `sys.argv[1]`, report, and exit as it did."""
    folder = Path(sys.argv[1])
    asked = read_json(folder / RUN)
    owner = os.getpid()
    watch = Watch(
        folder,
        backend=asked["backend"],
        max_epochs=asked["max_epochs"],
        experiments=bool(asked.get("experiments")),
        trials=float(asked.get("budget") or 0) > 0 or bool(asked.get("study")),
        pictures=bool(asked.get("pictures")),
    )
    hooks.install(watch)
    origins.claim(asked["path"])
    ending = execute(
        Path(asked["path"]),
        asked["script"],
        asked["arguments"],
        time_limit=asked["time_limit"],
        on_time_limit=(folder / LIMIT).touch,
        source=Path(asked["source"]) if asked.get("source") else None,
    )
    watch.active = False
    if os.getpid() == owner:  # else this is a fork that ran to the script's end
        _tell(folder, watch, ending, asked)
    sys.exit(ending.run.exit_code)


def _tell(folder: Path, watch: Watch, ending: Ending, asked: Mapping[str, Any]) -> None:
    """Work out the report; what fails here is left to the parent."""
    try:
        script_seconds = max(ending.seconds - watch.seconds, 0.0)
        told = {"script": ending.run, "seconds": script_seconds, "notes": watch.notes}
        write_json(folder / ENDED, told)
        # Standard output belongs to the script.
        with contextlib.redirect_stdout(sys.stderr):
            fits = watch.facts(ending.error)
            fits = watch.careful("try a fix", _with_proof, fits, ending.error) or fits
            path = Path(asked["path"])
            fits = watch.careful("read the script", with_script, fits, path) or fits
            notes = [*watch.notes, *_untrained(fits, watch, ending), *_no_backend(ending.error)]
            total = time.time() - float(asked["started"])
            spent = Seconds(total=total, script=script_seconds, checks=watch.seconds)
            watch.careful("keep the pictures", keep_pictures, folder, watch.pictures())
            report = concluded(folder, fits, ending.run, spent, notes)
            if asked.get("study"):
                _study(folder, report, watch, asked["study"])
            elif ending.run.ended in ("finished", "exit"):
                _try(folder, report, watch, asked)
            elif ending.error is not None and asked.get("fix"):
                _mend_crash(folder, report, Path(asked["path"]))
    except BaseException:
        write_error(folder)


def _try(folder: Path, report: Report, watch: Watch, asked: Mapping[str, Any]) -> None:
    """Try what is suspected and write the report again; until then the untried one stands."""
    seconds = float(asked.get("budget") or 0)
    if seconds <= 0 or not report.findings:
        return
    from goodfit.diagnose import with_trials
    from goodfit.report import write_json as write_report

    recipes = watch.recipes()
    tried, mended = with_trials(report, recipes, seconds=seconds, say=_say)
    write_report(tried, folder / REPORT, overwrite=True)
    if asked.get("fix"):
        from goodfit.run.mend import write_patch

        write_patch(folder, Path(asked["path"]), tried, recipes, mended)


def _mend_crash(folder: Path, report: Report, path: Path) -> None:
    """The fix of what ended the script, where one was seen to pass."""
    from goodfit.run.mend import write_crash_patch

    write_crash_patch(folder, path, report)


def _study(folder: Path, report: Report, watch: Watch, asked: Mapping[str, Any]) -> None:
    """The study that was asked for, unless the script failed before its end."""
    ended = report.script.ended if report.script else ""
    if ended in ("finished", "exit", "time limit"):
        from goodfit.experiment.script import conclude_study

        conclude_study(folder, asked, report, watch.recipes())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _with_proof(fits: Sequence[Facts], error: BaseException | None) -> Sequence[Facts]:
    """The facts with the proof of a crash's fix; a script that does not fail pays nothing."""
    if error is None or isinstance(error, ImportError):  # Keras itself may be what is missing
        return fits
    from goodfit.observe.proof.prove import with_proof

    return with_proof(fits, error)


def _untrained(fits: Sequence[Facts], watch: Watch, ending: Ending) -> list[str]:
    """Why there is no training to judge, if there is none."""
    if any(facts.trace is not None for facts in fits) or watch.calls.get("fit"):
        return []
    if ending.error is not None:
        return [
            "the script ended before any fit, so there is no training to judge; let "
            f"`python {ending.run.path}` run as far as fit first"
        ]
    if ending.run.ended == "time limit":
        return ["the time limit was over before any fit began; give more seconds"]
    if "keras" not in sys.modules:
        old = " (it imported tf_keras, Keras 2)" if "tf_keras" in sys.modules else ""
        return [f"the script never imported Keras 3{old}, so there was no training to watch"]
    steps = watch.calls.get("train_on_batch", 0)
    if steps:
        return [
            f"the script called train_on_batch {steps} times and never fit; goodfit watches fit. "
            "In a loop of your own, call goodfit.diagnose(model, (x, y), validation_data=...)"
        ]
    return [
        "the script imported Keras but never called fit on a model, so there was no training to "
        "watch; expected a script that trains with model.fit(...)"
    ]


def _no_backend(error: BaseException | None) -> list[str]:
    """What to do where Keras' backend is not installed and another is."""
    wanted = error.name if isinstance(error, ModuleNotFoundError) else None
    found = installed_backends() if wanted in BACKENDS else []
    if not found:
        return []
    return [
        f"Keras was set to the backend {wanted}, which is not installed; {', '.join(found)} is: "
        f"add --backend {found[0]}, or set KERAS_BACKEND={found[0]}"
    ]
