"""`goodfit fix`: a diff on standard output, verified by running the patched script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("libcst")
pytestmark = pytest.mark.script

SCRIPT = """\
# My experiment.
import keras
import numpy as np
from sklearn.datasets import load_breast_cancer

keras.utils.set_random_seed(0)
x, y = load_breast_cancer(return_X_y=True)
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order].astype("float32"), y[order]

model = keras.Sequential(
    [
        keras.layers.Dense(16, activation="relu"),  # wide enough
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x[:400], y[:400], validation_data=(x[400:], y[400:]), epochs=10, verbose=0)
print("the end")
"""


def fix(folder: Path, *options: str, script: str = SCRIPT) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(script, encoding="utf-8")
    command = [sys.executable, "-m", "goodfit", "fix", "--quiet", "--no-html", *options, "train.py"]
    environment = {**os.environ, "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "jax")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )


def test_unscaled_features_are_scaled_inside_the_model(tmp_path: Path) -> None:
    done = fix(tmp_path, "--apply")
    added = [line[1:] for line in done.stdout.splitlines() if line.startswith("+")]
    assert done.returncode == 0, done.stderr
    assert any("Normalization()" in line for line in added)
    assert any("adapt(x[:400])" in line for line in added)
    assert "the end" not in done.stdout
    assert "verified: better" in done.stderr
    patched = (tmp_path / "train.py").read_text(encoding="utf-8")
    assert patched.startswith("# My experiment.\n")
    assert "# wide enough" in patched
    assert (tmp_path / "train.py.bak").read_text(encoding="utf-8") == SCRIPT


def test_without_apply_the_script_is_left_alone(tmp_path: Path) -> None:
    done = fix(tmp_path, "--budget", "1s")
    assert (tmp_path / "train.py").read_text(encoding="utf-8") == SCRIPT
    assert not list(tmp_path.glob("*.bak*"))
    # No time for trials: the likeliest remedy is borne out by running it.
    assert "of which the trials could not tell" in done.stderr
    assert "Normalization()" in done.stdout


OUT_OF_STEP = """\
import keras
import numpy as np
from sklearn.datasets import load_breast_cancer

keras.utils.set_random_seed(0)
x, y = load_breast_cancer(return_X_y=True)
order = np.random.default_rng(0).permutation(len(x))
x = ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32")
x_train, y_train = x[order[:400]], y[order[:400]]
x_val, y_val = x[order[400:]], y[order[400:]]
y_train = np.roll(y_train, 1)  # a header counted as a row

model = keras.Sequential(
    [keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=20, verbose=0)
"""


def test_a_step_that_ruins_the_labels_is_left_out_where_that_is_seen_to_help(
    tmp_path: Path,
) -> None:
    done = fix(tmp_path, "--budget", "20s", script=OUT_OF_STEP)
    assert done.returncode == 0, done.stderr
    changed = [line for line in done.stdout.splitlines() if line[:1] in "+-"][2:]
    assert changed == ["-y_train = np.roll(y_train, 1)  # a header counted as a row"]
    assert "verified: better" in done.stderr
    assert "borne out by running it" in done.stderr
