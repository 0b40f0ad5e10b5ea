"""The command line: what it answers, what it refuses and why, what it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from goodfit import __version__
from goodfit.checks import CHECKS
from goodfit.cli import main
from goodfit.facts import Facts
from goodfit.observe.script.recorder import write_json
from goodfit.report import from_json
from goodfit.report import write_json as write_report
from goodfit.results import Finding, FitResult, Report, ScriptRun, Verdict
from goodfit.run import exit_code

VERDICT = Verdict(name="overfitting", confidence=0.9, reason="validation rows got worse")
FIT = FitResult(index=0, title="net", verdict=VERDICT, facts=Facts())
ERROR = Finding(code="GF117", name="leaked-rows", severity="error", message="m", advice="a")


def report(*findings: Finding, script: ScriptRun | None = None, fits: int = 1) -> Report:
    return Report(verdict=VERDICT, findings=findings, fits=(FIT,) * fits, script=script)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def a_run(folder: Path, created: str) -> Path:
    """A run's folder as `goodfit run` leaves it."""
    folder.mkdir(parents=True)
    write_json(folder / "run.json", {"script": "train.py", "created": created})
    write_report(report(ERROR), folder / "report.json")
    return folder


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What goodfit says when it cannot do what it was asked."""
    try:
        code = main(arguments)
    except SystemExit as exit_:  # argparse's own
        code = exit_.code  # type: ignore[assignment]
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


# ---------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("ended", "script_code", "findings", "fits", "expected"),
    [
        ("finished", 0, (), 1, 0),
        ("finished", 0, (ERROR,), 1, 1),
        ("finished", 0, (), 0, 2),
        ("exit", 0, (), 1, 0),
        ("exit", 3, (ERROR,), 1, 3),
        ("exception", 1, (), 1, 3),
        ("exception", 1, (), 0, 3),
        ("interrupted", 130, (), 1, 3),
        ("killed", -9, (), 1, 3),
        ("time limit", 130, (), 1, 0),
        ("time limit", 130, (ERROR,), 1, 1),
        ("time limit", 130, (), 0, 2),
    ],
)
def test_exit_codes(
    ended: str, script_code: int, findings: tuple[Finding, ...], fits: int, expected: int
) -> None:
    script = ScriptRun(path="train.py", ended=ended, exit_code=script_code)

    assert exit_code(report(*findings, script=script, fits=fits)) == expected


# ---------------------------------------------------------------- run: bad input


def test_a_script_that_does_not_exist(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.py").touch()

    said = refused(["run", "trian.py"], capsys)

    assert f"no file trian.py in {here}" in said
    assert "Did you mean train.py?" in said
    assert not (here / ".goodfit").exists()


def test_a_folder_and_a_notebook(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "project").mkdir()
    (here / "work.ipynb").write_text("{}", encoding="utf-8")

    assert "project is a folder; expected a Python script" in refused(["run", "project"], capsys)
    assert "goodfit.diagnose(" in refused(["run", "work.ipynb"], capsys)


def test_a_syntax_error_is_shown_as_python_shows_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = (Path(__file__).parent / "scripts" / "syntax_error.py").read_bytes()
    (here / "syntax_error.py").write_bytes(source)

    said = refused(["run", "syntax_error.py"], capsys)

    assert "syntax_error.py is not valid Python in line 2" in said
    plain = subprocess.run([sys.executable, "syntax_error.py"], capture_output=True, text=True)
    assert plain.stderr in said
    assert not (here / ".goodfit").exists()


def test_a_file_that_is_no_text(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "model.keras").write_bytes(b"PK\x03\x04\x00\x00")

    assert "model.keras is not" in refused(["run", "model.keras"], capsys)


def test_nothing_that_exists_is_overwritten(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.py").touch()
    (here / "old.json").write_text("mine", encoding="utf-8")
    a_run(here / "out", "2026-01-01")

    for option in ("--json", "--html"):
        said = refused(["run", option, "old.json", "train.py"], capsys)
        assert f"{option} old.json exists and is not overwritten" in said
        assert "--force" in said
    assert "holds an earlier run" in refused(["run", "--out", "out", "train.py"], capsys)
    assert (here / "old.json").read_text(encoding="utf-8") == "mine"
    assert (here / "out" / "report.json").exists()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--json", "-"], "stdout belongs to the script"),
        (["--json", "."], ". is a folder"),
        (["--json", "a", "--html", "a"], "name two files"),
        (["--html", "a", "--no-html"], "both --html and --no-html"),
        (["--time-limit", "0"], "expected a number of seconds above 0"),
        (["--time-limit", "nan"], "expected a number of seconds above 0"),
        (["--time-limit", "soon"], "invalid _seconds value: 'soon'"),
        (["--max-epochs", "0"], "expected a whole number of 1 or more"),
        (["--backend", "theano"], "invalid choice: 'theano'"),
    ],
)
def test_options_that_cannot_be_meant(
    here: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: str
) -> None:
    (here / "train.py").touch()

    assert expected in refused(["run", *options, "train.py"], capsys)


def test_a_backend_that_is_not_installed(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "train.py").touch()
    monkeypatch.setattr("goodfit.run.request.find_spec", lambda name: name == "jax" or None)

    said = refused(["run", "--backend", "torch", "train.py"], capsys)

    assert "torch is not installed" in said
    assert "installed: jax. Install it with `pip install 'goodfit[torch]'`" in said


def test_a_script_without_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "train.py").touch()

    said = refused(["train.py", "--lr", "1"], capsys)

    assert "did you mean: goodfit run train.py --lr 1" in said


# ---------------------------------------------------------------- explain, show, help


def test_explain_takes_code_or_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "GF401"]) == 0
    by_code = capsys.readouterr().out
    assert main(["explain", "Overfitting"]) == 0

    assert capsys.readouterr().out == by_code
    assert by_code.startswith("GF401 overfitting")


def test_explain_lists_and_suggests(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CHECKS)

    assert "did you mean overfitting" in refused(["explain", "overfiting"], capsys)


def test_show_lists_runs_and_shows_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = here / ".goodfit" / "runs"
    a_run(runs / "20260101T000000-train", "2026-01-01")
    a_run(runs / "20260102T000000-other", "2026-01-02")
    (runs / "20260102T000000-other" / "report.json").unlink()

    assert main(["show"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "20260102T000000-other  (no report)",
        "20260101T000000-train  overfitting, 1 error",
    ]
    names = ("train", "20260101", str(runs / "20260101T000000-train" / "report.json"))
    for name in names:
        assert main(["show", name]) == 0
        assert "overfitting" in capsys.readouterr().out
    assert main(["show", "--quiet", "--json", "copy.json", "train"]) == 0
    assert from_json((here / "copy.json").read_bytes()) == report(ERROR)


def test_show_says_what_there_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no run train" in refused(["show", "train"], capsys)
    assert main(["show"]) == 0
    assert "no runs" in capsys.readouterr().err

    runs = here / ".goodfit" / "runs"
    for name in ("20260101T000000-train", "20260101T000000-train-2"):
        a_run(runs / name, "2026-01-01")
    assert "2 runs begin with" in refused(["show", "2026"], capsys)
    (runs / "20260101T000000-train" / "report.json").write_text("[]", encoding="utf-8")
    said = refused(["show", "20260101T000000-train/report.json"], capsys)
    assert "there is no run" in said
    assert "cannot be read" in refused(["show", str(runs / "20260101T000000-train")], capsys)


@pytest.mark.parametrize("command", [[], ["run"], ["explain"], ["show"], ["demo"]])
def test_help_has_examples(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        main([*command, "--help"])

    assert exited.value.code == 0
    assert (
        f"goodfit {command[0] if command else 'run'}"
        in capsys.readouterr().out.partition("examples:")[2]
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])

    assert capsys.readouterr().out == f"goodfit {__version__}\n"


# ---------------------------------------------------------------- what is loaded

HEAVY = ("keras", "scipy", "rich", "sklearn", "jax", "tensorflow", "torch", "jinja2", "pandas")


@pytest.mark.parametrize(
    "code",
    [
        "import goodfit; goodfit.Report",
        "from goodfit.cli import main; main(['explain', 'GF401'])",
        "import goodfit.run",
    ],
)
def test_little_is_loaded(code: str) -> None:
    code += f"; import sys; print(sorted(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "code", ["import goodfit", "from goodfit.cli import main; main(['explain', 'GF401'])"]
)
def test_importing_and_explaining_load_not_even_numpy(code: str) -> None:
    code += "; import sys; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "False"
