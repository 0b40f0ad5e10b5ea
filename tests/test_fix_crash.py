"""`goodfit fix` on scripts that crash: the diff on standard output, verified by running it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("libcst")
pytestmark = pytest.mark.script

BROKEN = Path(__file__).parent / "scripts" / "broken"


def fix(script: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_bytes((BROKEN / script).read_bytes())
    command = [sys.executable, "-m", "goodfit", "fix", "--quiet", "--no-html", *options, "train.py"]
    environment = {**os.environ, "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "jax")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )


def added(done: subprocess.CompletedProcess[str]) -> list[str]:
    lines = done.stdout.splitlines()
    return [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]


def test_rows_without_a_channel_axis_get_one_and_the_script_runs_to_its_end(tmp_path: Path) -> None:
    done = fix("no_channel_axis.py", tmp_path, "--apply", "--out", "run")

    assert done.returncode == 0, done.stderr
    assert added(done) == ["model.fit(x[..., np.newaxis], y, epochs=1, verbose=0)"]
    assert "verified: the patched script ran to its end" in done.stderr
    assert (tmp_path / "train.py.bak").read_bytes() == (BROKEN / "no_channel_axis.py").read_bytes()
    assert "x[..., np.newaxis]" in (tmp_path / "train.py").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "run" / "patch.json").read_text(encoding="utf-8"))
    assert told["crash"] == "channel-axis"


def test_an_optimizer_is_made_for_every_model_of_a_loop(tmp_path: Path) -> None:
    done = fix("shared_optimizer.py", tmp_path)

    assert done.returncode == 0, done.stderr
    assert added(done) == ['    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))']
    assert (tmp_path / "train.py").read_bytes() == (BROKEN / "shared_optimizer.py").read_bytes()


def test_rows_that_do_not_match_are_told_and_never_cut(tmp_path: Path) -> None:
    done = fix("labels_cut_off.py", tmp_path)

    assert done.returncode == 3
    assert done.stdout == ""
    assert "by hand: Line 10 (`model.fit(x, y, epochs=1, verbose=0)`): x[:50]" in done.stderr
