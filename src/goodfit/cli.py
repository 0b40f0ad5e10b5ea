"""The command line: arguments to the door, the report to the terminal, the answer to the exit code.

What a command needs is imported when it runs, so that `goodfit explain` loads no more than checks.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from goodfit.arguments import parser
from goodfit.errors import CannotRunError

if TYPE_CHECKING:
    from goodfit.results import Report, StudyResult


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. Never raises, `SystemExit` from argparse
    (help, version, bad arguments) aside."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    known = parser()
    if given and given[0].endswith(".py") and Path(given[0]).is_file():
        known.error(f"{given[0]} is no command; did you mean: goodfit run {' '.join(given)}")
    options = known.parse_args(given)
    try:
        return _COMMANDS[options.command](options)
    except CannotRunError as error:
        print(f"goodfit: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `goodfit explain GF401 | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(options: argparse.Namespace) -> int:
    from goodfit.run import Request, exit_code, run_script

    _check_outputs(options)
    run = run_script(
        Request(
            script=options.script,
            arguments=tuple(options.arguments),
            time_limit=options.time_limit,
            max_epochs=options.max_epochs,
            backend=options.backend,
            out=options.out,
            overwrite=options.force,
            experiments=options.experiments,
            budget=0.0 if options.no_trials else options.budget,
            pictures=not options.no_pictures,
        )
    )
    code = exit_code(run.report)
    if code == 2:
        print(f"goodfit: nothing to judge: {' '.join(run.report.notes)}", file=sys.stderr)
        options.quiet = options.no_html = True
    _deliver(run.report, run.folder, options, sys.stderr)
    return 0 if options.exit_zero and code != 2 else code


def _fix(options: argparse.Namespace) -> int:
    from goodfit.fix import apply, fix_script
    from goodfit.run import Request, exit_code
    from goodfit.run.folder import PATCHED

    _check_outputs(options)
    fixed = fix_script(
        Request(
            script=options.script,
            arguments=tuple(options.arguments),
            time_limit=options.time_limit,
            backend=options.backend,
            out=options.out,
            overwrite=options.force,
            budget=options.budget,
            pictures=not options.no_pictures,
        )
    )
    _deliver(fixed.run.report, fixed.run.folder, options, sys.stderr)
    code = exit_code(fixed.run.report)
    if fixed.diff:
        print(fixed.diff, end="", flush=True)
    for sentence in fixed.instructions:
        print(f"goodfit: by hand: {sentence}", file=sys.stderr)
    if fixed.check is None:
        print(f"goodfit: no patch: {fixed.reason or 'see above'}", file=sys.stderr)
        return code
    if fixed.what:
        print(f"goodfit: borne out by running it, not by trials: {fixed.what}", file=sys.stderr)
    word = "verified" if fixed.check.verified else "not verified"
    print(f"goodfit: {word}: {fixed.check.sentence}", file=sys.stderr)
    if not fixed.check.verified:
        return code or 1
    if options.apply:
        backup = apply(options.script, fixed.run.folder / PATCHED)
        print(f"goodfit: applied; the old text is in {_shown(backup)}", file=sys.stderr)
    return 0


def _study(options: argparse.Namespace) -> int:
    from goodfit.run import Request, exit_code, run_script

    asked = _asked(options)
    _check_outputs(options)
    _check_folders(options)
    run = run_script(
        Request(
            script=options.script,
            arguments=tuple(options.arguments),
            backend=options.backend,
            study=asked,
            pictures=False,
        )
    )
    code = exit_code(run.report)
    if code == 3:
        _deliver(run.report, run.folder, _silent(options), sys.stderr)
        print("goodfit: no study was made, for the script failed", file=sys.stderr)
        return code
    from goodfit.experiment.script import interrupted, read_study

    study = read_study(run.folder)
    _deliver_study(study, run.folder, options)
    return 130 if interrupted(study) else 0


def _check_folders(options: argparse.Namespace) -> None:
    """Refuse, before anything runs, folders whose files would be in the way afterwards."""
    from importlib.util import find_spec

    if options.tensorboard and find_spec("tensorboardX") is None:
        raise CannotRunError(
            "--tensorboard needs the package tensorboardX, which is not installed; install it with "
            "`pip install 'goodfit[tensorboard]'`"
        )
    wanted = (
        ("--csv", options.csv, "*.csv"),
        ("--plots", options.plots, "*.svg"),
        ("--tensorboard", options.tensorboard, "*/events.out*"),
    )
    for option, folder, pattern in wanted:
        if folder is None:
            continue
        if Path(folder).exists() and not Path(folder).is_dir():
            raise CannotRunError(f"{option} {folder} is a file; name a folder")
        allowed = options.force and option != "--tensorboard"
        found = None if allowed else next(Path(folder).glob(pattern), None)
        if found is not None:
            more = "" if option == "--tensorboard" else " or add --force"
            raise CannotRunError(
                f"{option} {folder} holds {found.name} already, which is not overwritten; name "
                f"another folder{more}"
            )


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """The study's plan as plain data, checked before the script runs."""
    from goodfit.codec import to_plain
    from goodfit.experiment.plan import Plan

    try:
        plan = Plan(
            remedies=options.remedies,
            seeds=options.seeds,
            epochs=options.epochs,
            patience=options.patience,
            search=options.search,
            curves=options.curves,
            budget=options.budget,
            folder=os.path.abspath(options.out) if options.out else "",
        )
    except ValueError as error:
        raise CannotRunError(str(error)) from error
    return {**to_plain(plan), "fit": options.fit}


def _silent(options: argparse.Namespace) -> argparse.Namespace:
    """The options without the files of a study, for the report of a script that failed."""
    return argparse.Namespace(**{**vars(options), "json": None, "html": None, "no_html": True})


def _deliver_study(study: StudyResult, folder: Path, options: argparse.Namespace) -> None:
    from goodfit import report

    html = None if options.no_html else Path(options.html or folder / "study.html")
    force = options.force
    try:
        if options.json:
            report.write_study_json(study, options.json, overwrite=force)
        if html is not None:
            report.write_study_html(study, html, overwrite=force)
        if options.csv:
            report.write_study_csv(study, options.csv, overwrite=force)
        if options.plots:
            report.write_plots(study, options.plots, overwrite=force)
        if options.tensorboard:
            report.write_tensorboard(study, options.tensorboard)
    except (OSError, ModuleNotFoundError) as error:
        raise CannotRunError(f"the study cannot be written: {error}") from error
    if not options.quiet:
        report.study_terminal(study, sys.stderr, html=_shown(html), json=options.json)


def _demo(options: argparse.Namespace) -> int:
    from goodfit.run import Request, default_backend, exit_code, run_script

    _check_outputs(options)
    from goodfit.confirm import BUDGET

    script = Path(__file__).with_name("demo_script.py")
    backend = default_backend()
    if not options.quiet:
        print(f"goodfit run {_shown(script)}\n", file=sys.stderr, flush=True)
    pictures = not options.no_pictures
    run = run_script(Request(script=str(script), backend=backend, budget=BUDGET, pictures=pictures))
    _deliver(run.report, run.folder, options, sys.stderr)
    code = exit_code(run.report)
    return code if code > 1 else 0


def _explain(options: argparse.Namespace) -> int:
    from goodfit.checks import CHECKS
    from goodfit.report.explain import explain

    if options.check is None:
        for check in CHECKS:
            print(f"{check.code}  {check.severity:<7}  {check.name}")
        return 0
    wanted = options.check.strip().lower()
    for check in CHECKS:
        if wanted in (check.code.lower(), check.name):
            print(explain(check.doc, check.code, check.name, check.severity), end="")
            return 0
    import difflib

    known = [name for check in CHECKS for name in (check.code, check.name)]
    near = difflib.get_close_matches(options.check, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise CannotRunError(
        f"there is no check {options.check}; {hint}expected a code such as GF401 or a name such as "
        "overfitting; `goodfit explain` lists them"
    )


def _show(options: argparse.Namespace) -> int:
    from goodfit.run.folder import earlier_runs, find_run, load
    from goodfit.run.pictures import with_pictures

    if options.run is None:
        runs = earlier_runs()
        for folder in runs:
            print(_line(folder))
        if not runs:
            print("no runs in .goodfit/runs/ here; make one: goodfit run SCRIPT", file=sys.stderr)
        return 0
    _check_outputs(options)
    folder = find_run(options.run)
    report = load(folder)
    options.no_html = options.no_html or options.html is None
    if not options.no_pictures:
        report = with_pictures(report, folder)
    _deliver(report, folder, options, sys.stdout)
    return 0


def _line(folder: Path) -> str:
    """One run in the list: its name, and its verdict or why there is none."""
    from goodfit.run.folder import load

    try:
        report = load(folder)
    except CannotRunError:
        return f"{folder.name}  (no report)"
    errors = len(report.errors)
    found = f", {errors} error{'s' if errors > 1 else ''}" if errors else ""
    return f"{folder.name}  {report.verdict.name if report.fits else 'trained nothing'}{found}"


def _check_outputs(options: argparse.Namespace) -> None:
    """Refuse, before anything runs, what could not be written afterwards."""
    if options.html and options.no_html:
        raise CannotRunError("received both --html and --no-html; expected one of them")
    if options.json and options.json == options.html:
        raise CannotRunError(f"--json and --html both name {options.json}; name two files")
    for option, file in (("--json", options.json), ("--html", options.html)):
        if file is None:
            continue
        if file == "-":
            raise CannotRunError(f"{option} -: stdout belongs to the script; name a file")
        if os.path.isdir(file):
            raise CannotRunError(f"{option} {file} is a folder; name a file in it")
        if os.path.exists(file) and not options.force:
            raise CannotRunError(
                f"{option} {file} exists and is not overwritten; name another file or add --force"
            )


def _deliver(report: Report, folder: Path, options: argparse.Namespace, stream: TextIO) -> None:
    """Write the files asked for and print the report."""
    from goodfit.report import to_terminal, write_html, write_json
    from goodfit.run.folder import HTML

    html = None if options.no_html else Path(options.html or folder / HTML)
    try:
        if options.json:
            write_json(report, options.json, overwrite=options.force)
        if html is not None:
            write_html(report, html, overwrite=options.force)
    except OSError as error:
        raise CannotRunError(f"the report cannot be written: {error}") from error
    if not options.quiet:
        to_terminal(report, stream, html=_shown(html), json=options.json)


def _shown(path: Path | None) -> str | None:
    """A path as it is shortest to type from here."""
    if path is None:
        return None
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "fix": _fix,
    "study": _study,
    "explain": _explain,
    "show": _show,
    "demo": _demo,
}
