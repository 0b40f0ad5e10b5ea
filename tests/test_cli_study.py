"""`goodfit study`: what it makes, what it refuses before the script runs, its exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from goodfit.arguments import parser
from goodfit.cli import main
from goodfit.report import study_from_json

SCRIPT = """
import keras, numpy as np
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(240, 4)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation="relu"),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs={epochs}, validation_split=0.5, verbose=0)
print("the script's own line")
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.py"
    path.write_text(SCRIPT.format(epochs=2), encoding="utf-8")
    return path


def study(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "goodfit", "study", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def plain(text: str) -> str:
    return " ".join(text.split())


# ---------------------------------------------------------------- what it makes


@pytest.mark.script
@pytest.mark.backend
def test_a_script_is_studied_and_the_results_shown_and_written(script: Path) -> None:
    ran = study(
        "--remedies", "l2,dropout:rate=0.2", "--seeds", "2", "--json", "s.json", "--html",
        "s.html", "--csv", "tables", "train.py",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "the script's own line\n"
    assert "Verdict: " in ran.stderr
    assert "dropout:rate=0.2" in ran.stderr
    found = study_from_json(Path("s.json").read_bytes())
    assert [arm.name for arm in found.arms] == ["baseline", "l2", "dropout:rate=0.2"]
    assert found.name == "train"
    assert found.protocol.epochs == 2
    assert {len(trial.epochs) for arm in found.arms for trial in arm.trials} == {2}
    assert "dropout" in Path("s.html").read_text(encoding="utf-8")
    assert len(Path("tables", "trials.csv").read_text(encoding="utf-8").splitlines()) == 7

    again = study("--remedies", "l2,dropout:rate=0.2", "--seeds", "2", "--json", "s2.json",
                  "--quiet", "train.py")  # fmt: skip
    assert again.returncode == 0, again.stderr
    second = json.loads(Path("s2.json").read_text(encoding="utf-8"))
    assert second["arms"] == json.loads(Path("s.json").read_text(encoding="utf-8"))["arms"]


@pytest.mark.script
def test_ctrl_c_shows_what_is_known_and_the_next_run_goes_on(script: Path) -> None:
    script.write_text(SCRIPT.format(epochs=40), encoding="utf-8")
    arguments = ["--remedies", "l2", "--seeds", "2", "--patience", "none", "--json", "s.json",
                 "--force", "--out", "mine", "train.py"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "goodfit", "study", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    assert any(re.match(r"goodfit: \d of 4 trials", line) for line in lines)
    os.killpg(process.pid, signal.SIGINT)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 130, rest
    assert "Interrupted after" in plain(rest)

    done = study(*arguments)
    assert done.returncode == 0, done.stderr
    arms = study_from_json(Path("s.json").read_bytes()).arms
    assert [len(arm.trials) for arm in arms] == [2, 2]


# ---------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--remedies", "l3"], "there is no remedy 'l3'; did you mean"),
        (["--remedies", "l2:rate=1"], "l2 has no parameter 'rate'; it has strength"),
        (["--seeds", "1"], "received seeds=1; expected a whole number of 2 or more"),
        (["--curves", "capacities"], "there is no curve 'capacities'; did you mean capacity?"),
        (["--search", "-1"], "received search=-1"),
        (["--html", "a.html", "--no-html"], "received both --html and --no-html"),
        (["--csv", "train.py"], "--csv train.py is a file; name a folder"),
        (["--csv", "full"], "--csv full holds trials.csv already, which is not overwritten"),
        (["--json", "train.py"], "--json train.py exists and is not overwritten"),
    ],
)
def test_bad_arguments_are_refused_before_the_script_runs(
    script: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    script.write_text("raise SystemExit('it ran')", encoding="utf-8")
    Path("full").mkdir()
    Path("full", "trials.csv").touch()
    assert main(["study", *arguments, "train.py"]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "it ran" not in said
    assert not Path(".goodfit").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--remedies", ","], "expected names between commas"),
        (["--budget", "soon"], "expected a time above 0 such as 60s, 5m or 1h"),
        (["--epochs", "0"], "expected a whole number of 1 or more"),
    ],
)
def test_arguments_that_cannot_be_read_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["study", *arguments, "train.py"])
    assert ended.value.code == 2
    assert says in plain(capsys.readouterr().err)


def test_lists_are_cut_at_commas_outside_brackets() -> None:
    given = ["study", "--remedies", "l2, activation:layers=['a', 'b'] ,dropout", "train.py", "--x"]
    options = parser().parse_args(given)
    assert options.remedies == ("l2", "activation:layers=['a', 'b']", "dropout")
    assert options.arguments == ["--x"]
    assert options.patience == 10
    assert parser().parse_args(["study", "--patience", "none", "t.py"]).patience is None


@pytest.mark.script
@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ("print('no training here')", 2, "the script trained nothing to study"),
        ("raise KeyError('lost')", 3, "no study was made, for the script failed"),
        (
            SCRIPT.format(epochs=1).replace("validation_split=0.5, ", ""),
            2,
            "there are no validation rows",
        ),
    ],
)
def test_scripts_that_leave_nothing_to_study(
    script: Path, source: str, code: int, says: str
) -> None:
    script.write_text(source, encoding="utf-8")
    ran = study("--remedies", "l2", "train.py")
    assert ran.returncode == code, ran.stderr
    assert says in plain(ran.stderr)
    assert 'File "' not in ran.stderr.replace(f'File "{script}"', "")


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["study", "--help"])
    said = capsys.readouterr().out
    assert "goodfit study --remedies l2,dropout,dropout+l2 --seeds 5 train.py" in said
