"""The command line's arguments and help."""

from __future__ import annotations

import argparse
import re

from goodfit import __version__

_EPILOG = """\
exit codes:
  0  nothing at error level     2  goodfit could not work: bad arguments, no such file,
  1  findings at error level       a script that is not Python or trains nothing
                                3  the script failed

examples:
  goodfit demo                  see it work on real data
  goodfit run train.py          run your own script and see what is wrong
  goodfit study train.py        which remedy helps it, by how much, how sure
  goodfit explain GF401         what a finding means
"""
_RUN = """\
Runs SCRIPT as `python SCRIPT ...` would, watches every model.fit in it, and reports to stderr
when it has ended. Options of goodfit come before SCRIPT; all that follows belongs to the script.
"""
_RUN_EPILOG = """\
The script's stdout, stdin, working folder, environment and results are as without goodfit. A
script that fails, is interrupted (Ctrl-C) or killed is reported up to there, with exit code 3;
one that --time-limit ends counts as run. --exit-zero turns 1 and 3 into 0, never 2.

examples:
  goodfit run train.py
  goodfit run --max-epochs 20 --time-limit 300 train.py --data wine.csv
  goodfit run --backend torch train.py
  goodfit run --json report.json --html report.html --quiet --exit-zero train.py
"""
_STUDY = """\
Runs SCRIPT as `goodfit run` does, then compares remedies on its model and data: every arm is
trained from fresh weights under the same seeds, in worker processes, and each difference comes
with a 95 % interval. Options of goodfit come before SCRIPT; all that follows belongs to it.
"""
_STUDY_EPILOG = """\
Without --remedies, arms are proposed from what the script's own training shows. Half of the
validation rows choose the winner, the others confirm it. Finished trials lie in the study's folder:
after Ctrl-C, which shows what is known by then, or a crash, the same command goes on from there.
Exit codes: 0 the study was made, 2 goodfit could not work, 3 the script failed, 130 Ctrl-C.

examples:
  goodfit study train.py
  goodfit study --remedies l2,dropout,dropout+l2 --seeds 5 train.py
  goodfit study --remedies l2:strength=1e-4,dropout:rate=0.3 --epochs 200 train.py
  goodfit study --remedies l2,dropout --search 12 --budget 20m train.py
  goodfit study --curves capacity,data --csv study/ --html study.html train.py
"""
_EXPLAIN_EPILOG = """\
examples:
  goodfit explain GF401
  goodfit explain overfitting
  goodfit explain                   list all checks
"""
_SHOW_EPILOG = """\
examples:
  goodfit show                      list the runs made from this folder
  goodfit show last                 the newest one's report
  goodfit show train                the run of train.py, if there is just one
  goodfit show --html report.html last
"""
_DEMO_EPILOG = """\
examples:
  goodfit demo
  goodfit demo --html demo.html
"""


_FIX = """\
Runs SCRIPT, tries what is suspected, and writes the smallest edit of SCRIPT that was shown to help,
as a unified diff on stdout. The patched script is run before the patch is called verified. Nothing
of yours is changed without --apply. The script's own output goes to stderr.
"""
_FIX_EPILOG = """\
exit codes:
  0  a verified patch, or nothing at error level
  1  findings at error level and no verified patch, or a patch that was not verified
  2  goodfit could not work        3  the script failed

examples:
  goodfit fix train.py
  goodfit fix train.py > better.diff
  goodfit fix --apply train.py
"""


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"received {text}; expected a number of seconds above 0")
    return value


_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def _duration(text: str) -> float:
    """Seconds of a time such as 90, 60s, 5m or 1h."""
    number = text.rstrip("smhin").strip()
    unit = text[len(number) :].strip()
    try:
        value = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(
            f"received {text}; expected a time above 0 such as 60s, 5m or 1h"
        )
    return value


def _epochs(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"received {text}; expected a whole number of 1 or more")
    return value


def _add_outputs(parser: argparse.ArgumentParser, *, pictures: bool = True) -> None:
    parser.add_argument("--json", metavar="FILE", help="also write the report as JSON to FILE")
    parser.add_argument(
        "--html", metavar="FILE", help="write the HTML report to FILE (default: the run's folder)"
    )
    parser.add_argument("--no-html", action="store_true", help="write no HTML report")
    if pictures:
        parser.add_argument(
            "--no-pictures",
            action="store_true",
            help="leave thumbnails of the images trained on out of the HTML report",
        )
    parser.add_argument("--quiet", action="store_true", help="print no report, only errors")
    parser.add_argument(
        "--force", action="store_true", help="overwrite FILE, or a run's folder, that exists"
    )


def _listed(text: str) -> tuple[str, ...]:
    """Names between commas; a list in brackets is one value."""
    found = tuple(part.strip() for part in re.split(r",(?![^\[(]*[\])])", text) if part.strip())
    if not found:
        raise argparse.ArgumentTypeError("received nothing; expected names between commas")
    return found


def _patience(text: str) -> int | None:
    return None if text == "none" else _epochs(text)


def _add_fix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--apply",
        action="store_true",
        help="edit SCRIPT where the patch was verified; its old text is kept as SCRIPT.bak",
    )
    parser.add_argument(
        "--budget",
        type=_duration,
        default=120.0,
        metavar="TIME",
        help="time for trials, such as 60s or 5m (default: 120s)",
    )
    parser.add_argument(
        "--time-limit", type=_seconds, metavar="SECONDS", help="interrupt the script after SECONDS"
    )
    parser.add_argument(
        "--backend",
        choices=("jax", "tensorflow", "torch"),
        default="",
        help="the Keras backend, whatever the script or KERAS_BACKEND says",
    )
    parser.add_argument(
        "--out", metavar="DIR", help="the run's folder (default: a new one under .goodfit/runs/)"
    )
    _add_outputs(parser)
    parser.add_argument("script", metavar="SCRIPT", help="the Python script to mend")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="the script's own arguments"
    )


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--remedies",
        type=_listed,
        default=(),
        metavar="LIST",
        help="the arms, such as l2,dropout:rate=0.3,dropout+l2 (default: proposed)",
    )
    parser.add_argument(
        "--seeds", type=_epochs, default=5, metavar="N", help="trials of each arm (default: 5)"
    )
    parser.add_argument(
        "--epochs",
        type=_epochs,
        metavar="N",
        help="the most epochs of a trial (default: those of the script's fit)",
    )
    parser.add_argument(
        "--patience",
        type=_patience,
        default=10,
        metavar="N",
        help="a trial ends after N epochs without a lower validation loss, and its best weights "
        "count; `none` trains all epochs (default: 10)",
    )
    parser.add_argument(
        "--search",
        type=int,
        default=0,
        metavar="N",
        help="N further arms with other strengths; beyond 8 Optuna draws them, remedies joined "
        "(default: 0)",
    )
    parser.add_argument(
        "--curves",
        type=_listed,
        default=(),
        metavar="LIST",
        help="also any of: capacity, data, activation, learning-rate",
    )
    parser.add_argument(
        "--budget", type=_duration, metavar="TIME", help="end after TIME, such as 90s, 20m or 2h"
    )
    parser.add_argument(
        "--fit", type=_epochs, default=0, metavar="N", help="study the script's Nth fit"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="the study's folder (default: one under .goodfit/studies/)"
    )
    parser.add_argument("--csv", metavar="DIR", help="also write trials.csv and epochs.csv to DIR")
    parser.add_argument("--plots", metavar="DIR", help="also write the plots as SVG files to DIR")
    parser.add_argument(
        "--tensorboard", metavar="DIR", help="also write TensorBoard event files to DIR"
    )
    _add_backend(parser)
    _add_outputs(parser, pictures=False)
    _add_script(parser)


def _add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        choices=("jax", "tensorflow", "torch"),
        default="",
        help="the Keras backend, whatever the script or KERAS_BACKEND says",
    )


def _add_script(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("script", metavar="SCRIPT", help="the Python script to run")
    parser.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="the script's own arguments"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--time-limit", type=_seconds, metavar="SECONDS", help="interrupt the script after SECONDS"
    )
    parser.add_argument(
        "--max-epochs", type=_epochs, metavar="N", help="train at most N epochs in each fit"
    )
    _add_backend(parser)
    parser.add_argument(
        "--experiments",
        action="store_true",
        help="afterwards train copies of the model for up to two minutes a fit: would more data or "
        "more capacity help, does it memorise",
    )
    trials = parser.add_mutually_exclusive_group()
    trials.add_argument(
        "--budget",
        type=_duration,
        default=60.0,
        metavar="TIME",
        help="time for trials that confirm what is suspected, such as 60s or 5m (default: 60s)",
    )
    trials.add_argument(
        "--no-trials", action="store_true", help="try nothing: suspicions stay untested"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="the run's folder (default: a new one under .goodfit/runs/)"
    )
    _add_outputs(parser)
    parser.add_argument(
        "--exit-zero", action="store_true", help="exit with 0 whatever was found or failed"
    )
    _add_script(parser)


def parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="goodfit",
        description="Finds out why a Keras model does not generalise, proves it, and fixes it.",
        epilog=_EPILOG,
        formatter_class=shape,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"goodfit {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, help_: str, description: str, epilog: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=help_,
            description=description,
            epilog=epilog,
            formatter_class=shape,
            allow_abbrev=False,
        )

    _add_run(add("run", "run a script, watch its training, report", _RUN, _RUN_EPILOG))
    _add_fix(add("fix", "write the patch that was shown to help", _FIX, _FIX_EPILOG))
    _add_study(add("study", "compare remedies on a script's model and data", _STUDY, _STUDY_EPILOG))
    explain = add("explain", "what a finding means and what helps", "", _EXPLAIN_EPILOG)
    explain.add_argument(
        "check", metavar="CODE", nargs="?", help="a code or name, such as GF401; none lists them"
    )
    show = add("show", "an earlier run's report again; lists the runs", "", _SHOW_EPILOG)
    show.add_argument("run", metavar="RUN", nargs="?", help="a run's name or folder, or `last`")
    _add_outputs(show)
    demo = add("demo", "the main job on real data, without a download", "", _DEMO_EPILOG)
    _add_outputs(demo)
    return top
