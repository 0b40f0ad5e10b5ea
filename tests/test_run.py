"""`goodfit run` on real scripts, in real processes: faithful to the script, and always a report."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from goodfit.report import from_json
from goodfit.results import Report

SCRIPTS = Path(__file__).parent / "scripts"
ENVIRONMENT = {
    **os.environ,
    "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "jax"),
    "PYTHONPATH": os.pathsep.join(sys.path),
    "PYTHONIOENCODING": "utf-8",
}


@dataclass(frozen=True)
class Ran:
    """What a process left behind; `report` is None where goodfit wrote none."""

    code: int
    stdout: bytes
    stderr: str
    report: Report | None = None

    @property
    def told(self) -> Report:
        assert self.report is not None, self.stderr
        return self.report


def python(*arguments: str, cwd: Path, stdin: bytes = b"") -> Ran:
    done = subprocess.run(
        [sys.executable, *arguments], input=stdin, capture_output=True, cwd=cwd, env=ENVIRONMENT
    )
    return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def goodfit(
    script: str, *arguments: str, cwd: Path, options: tuple[str, ...] = (), stdin: bytes = b""
) -> Ran:
    """Run one of the scripts as it lies in `cwd`, copied there, under `goodfit run`."""
    target = cwd / script
    if (SCRIPTS / script).exists() and not target.exists():
        target.write_bytes((SCRIPTS / script).read_bytes())
    command = ("-m", "goodfit", "run", "--no-html", "--json", "report.json", "--force", *options)
    ran = python(*command, script, *arguments, cwd=cwd, stdin=stdin)
    file = cwd / "report.json"
    report = from_json(file.read_bytes()) if file.exists() else None
    assert "goodfit failed" not in ran.stderr, ran.stderr
    return Ran(ran.code, ran.stdout, ran.stderr, report)


def steady(stderr: str) -> str:
    """What was said without what native libraries log with the time of day."""
    return re.sub(r"^[IWE]\d{4} .*\n", "", stderr, flags=re.MULTILINE)


def logged(report: Report, fit: int = 0) -> list[int]:
    trace = report.fits[fit].facts.trace
    assert trace is not None
    return [epoch.index for epoch in trace.epochs if epoch.index >= 0]


@pytest.mark.script
def test_a_script_sees_no_difference(tmp_path: Path) -> None:
    (tmp_path / "numbers.txt").write_text("2.5", encoding="utf-8")
    arguments = ("a", "--help", "--json", "x")

    watched = goodfit("faithful.py", *arguments, cwd=tmp_path, stdin=b"from stdin")
    plain = python("faithful.py", *arguments, cwd=tmp_path, stdin=b"from stdin")

    assert plain.code == 0, plain.stderr
    assert watched.stdout == plain.stdout
    assert steady(watched.stderr).startswith(steady(plain.stderr))
    assert watched.code in (0, 1)
    assert logged(watched.told) == [0, 1, 2]
    assert watched.told.script is not None
    assert watched.told.script.arguments == arguments
    assert watched.told.seconds.total >= watched.told.seconds.script > 0


@pytest.mark.script
def test_each_fit_has_its_own_section_and_callbacks_come_in_every_form(tmp_path: Path) -> None:
    ran = goodfit("several.py", cwd=tmp_path, options=("--backend", "jax", "--max-epochs", "2"))

    assert ran.stdout.split(b"\n")[:3] == [b"2", b"lengths differ", b"[0, 1, 3, 4, 0, 1]"]
    facts = [fit.facts for fit in ran.told.fits]
    assert [each.model.name for each in facts if each.model] == ["first", "first"] + ["second"] * 2
    assert [logged(ran.told, fit) for fit in range(3)] == [[0, 1], [3, 4], [0, 1]]
    assert facts[3].crash is not None
    assert (facts[3].crash.type, facts[3].crash.during) == ("ValueError", "fit")
    assert [each.crash for each in facts[:3]] == [None] * 3
    lines = [each.settings.fit_where.line for each in facts if each.settings]  # type: ignore[union-attr]
    assert lines == sorted(set(lines))
    assert ran.told.backend == "jax"
    assert any("--max-epochs 2" in note for note in ran.told.notes)


@pytest.mark.script
def test_processes_that_the_script_starts_are_not_watched(tmp_path: Path) -> None:
    ran = goodfit("workers.py", cwd=tmp_path)

    assert ran.stdout.split() == b"[0, 1, 4, 9] [8]".split() or ran.stdout.splitlines() == [
        b"[0, 1, 4, 9]",
        b"[8]",
    ]
    (fit,) = ran.told.fits
    assert fit.facts.data is not None
    assert fit.facts.data.train.rows == 16


@pytest.mark.script
@pytest.mark.parametrize(
    ("way", "ended", "by", "code"),
    [
        ("SIGINT", "interrupted", None, 3),
        ("SIGKILL", "killed", "SIGKILL", 3),
        ("abort", "killed", "SIGABRT", 3),
        ("_exit", "exit", None, 3),
        ("SIGALRM", "time limit", None, 0),
        ("exit", "exit", None, 3),
        ("raise", "exception", None, 3),
    ],
)
def test_however_it_ends_there_is_a_report(
    tmp_path: Path, way: str, ended: str, by: str | None, code: int
) -> None:
    ran = goodfit("ends.py", way, cwd=tmp_path, options=("--time-limit", "1000"))

    assert ran.told.script is not None
    assert (ran.told.script.ended, ran.told.script.signal) == (ended, by)
    assert ran.code in ((0, 1) if code == 0 else (code,))
    finished = way in ("exit", "raise")
    assert logged(ran.told) == ([0, 1, 2, 3] if finished else [0, 1])
    assert len(ran.told.fits) == 1
    assert any("KeyError" in note for note in ran.told.notes) == (way == "raise")
    assert ran.told.fits[0].facts.model is not None
    assert ran.told.fits[0].facts.settings is not None
    assert ran.stdout == (b"" if finished else b"third epoch\n")
    assert not re.search(r"goodfit[/\\](observe|run)", ran.stderr.partition("Verdict")[0])


@pytest.mark.script
@pytest.mark.parametrize(
    ("send", "ended"),
    [
        # Ctrl-C reaches every process of the terminal; a scheduler knows goodfit only.
        (lambda process: os.killpg(process.pid, signal.SIGINT), "interrupted"),
        (lambda process: os.kill(process.pid, signal.SIGTERM), "killed"),
    ],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_signal_from_outside(
    tmp_path: Path, send: Callable[[subprocess.Popen[bytes]], None], ended: str
) -> None:
    command = [sys.executable, "-m", "goodfit", "run", "--out", "run", str(SCRIPTS / "ends.py")]
    process = subprocess.Popen(
        [*command, "wait"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"third epoch\n"
        send(process)
        _, stderr = process.communicate(timeout=120)

    report = from_json((tmp_path / "run" / "report.json").read_bytes())
    assert process.returncode == 3, stderr
    assert report.script is not None
    assert report.script.ended == ended
    assert logged(report) == [0, 1]
    assert (tmp_path / "run" / "report.html").exists()


@pytest.mark.script
def test_a_failing_fit_is_explained_and_its_traceback_is_pythons(tmp_path: Path) -> None:
    watched = goodfit("wrong_shape.py", cwd=tmp_path)
    plain = python("wrong_shape.py", cwd=tmp_path)

    assert plain.code == 1
    assert watched.code == 3
    assert plain.stderr[plain.stderr.index("Traceback") :] in watched.stderr
    crash = watched.told.fits[0].facts.crash
    assert crash is not None
    assert (crash.type, crash.during) == ("ValueError", "fit")
    assert (crash.input_shapes, crash.target_shapes) == (((8, 5),), ((8, 2),))
    assert crash.where is not None
    assert crash.where.text == "return model.fit(x, y, epochs=1, verbose=0)"


@pytest.mark.script
def test_a_failure_at_build_shows_the_layer_and_its_line(tmp_path: Path) -> None:
    ran = goodfit("fails_at_build.py", cwd=tmp_path)

    assert ran.code == 3
    crash = ran.told.fits[0].facts.crash
    assert crash is not None
    assert crash.during == "build"
    assert crash.layers[-1] == ("conv", "Conv2D", (None, 28, 28))
    assert crash.where is not None
    assert crash.where.text.startswith("model = keras.Sequential(")


@pytest.mark.script
def test_a_failure_after_fit_is_told_of_the_fit_of_that_model(tmp_path: Path) -> None:
    ran = goodfit("fails_at_predict.py", cwd=tmp_path)

    first, second = (fit.facts for fit in ran.told.fits)
    assert ran.code == 3
    assert first.crash is not None
    assert first.crash.during == "predict"
    assert first.crash.input_shapes == ((3,),)
    assert first.trace is not None
    assert second.crash is None


@pytest.mark.script
def test_a_failure_before_keras_is_reported(tmp_path: Path) -> None:
    watched = goodfit("fails_early.py", cwd=tmp_path)
    plain = python("fails_early.py", cwd=tmp_path)

    assert watched.code == 3
    assert watched.stderr.startswith(plain.stderr)
    crash = watched.told.fits[0].facts.crash
    assert crash is not None
    assert crash.type == "FileNotFoundError"
    assert "let `python fails_early.py` run as far as fit first" in watched.told.notes[0]
    assert crash.where is not None
    assert crash.where.line == 5


@pytest.mark.script
def test_a_script_that_trains_nothing(tmp_path: Path) -> None:
    ran = goodfit("trains_nothing.py", cwd=tmp_path)

    assert (ran.code, ran.stdout) == (2, b"no network here\n")
    assert ran.stderr.startswith("goodfit: nothing to judge: the script never imported Keras 3")
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.script
def test_a_time_limit_ends_a_script_that_would_not_end(tmp_path: Path) -> None:
    ran = goodfit("trains_nothing.py", "forever", cwd=tmp_path, options=("--time-limit", "0.2"))

    assert ran.code == 2
    assert ran.told.script is not None
    assert ran.told.script.ended == "time limit"
    assert "nothing to judge: the time limit was over before any fit" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.script
@pytest.mark.backend
@pytest.mark.libraries
@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_keras_by_way_of_tensorflow(tmp_path: Path) -> None:
    ran = goodfit("tf_keras.py", cwd=tmp_path, options=("--backend", "tensorflow"))

    assert [fit.title for fit in ran.told.fits] == ["by_way_of_tf"]
    assert logged(ran.told) == [0, 1]
    assert ran.told.backend == "tensorflow"


@pytest.mark.script
def test_exit_zero_spares_the_script_but_not_goodfit(tmp_path: Path) -> None:
    options = ("--exit-zero", "--quiet")

    failed = goodfit("fails_early.py", cwd=tmp_path, options=options)
    nothing = goodfit("trains_nothing.py", cwd=tmp_path, options=options)

    assert failed.code == 0
    assert "Verdict" not in failed.stderr
    assert failed.told.script is not None
    assert failed.told.script.exit_code == 1
    assert nothing.code == 2
    assert "nothing to judge" in nothing.stderr
