"""Pictures from a script's run to its page: a file beside the report, and a switch."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_run import python

from goodfit.run.pictures import PICTURES

SCRIPT = """
import keras
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
x = x.reshape(-1, 8, 8, 1).astype("float32") / 16
layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
model = keras.Sequential(layers)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x[:300], y[:300], validation_data=(x[300:400], y[300:400]), epochs=1, verbose=0)
"""


@pytest.mark.script
def test_pictures_reach_the_page_and_not_the_json(tmp_path: Path) -> None:
    (tmp_path / "digits.py").write_text(SCRIPT, encoding="utf-8")
    options = ("--budget", "1s", "--out", "run", "--json", "report.json", "--exit-zero")
    ran = python("-m", "goodfit", "run", *options, "digits.py", cwd=tmp_path)
    assert ran.code == 0, ran.stderr
    assert "data:image/png;base64," in (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "base64" not in (tmp_path / "report.json").read_text("utf-8")
    assert "base64" not in (tmp_path / "run" / "report.json").read_text("utf-8")

    def shown(name: str, *more: str) -> str:
        command = ("-m", "goodfit", "show", "--quiet", "--html", name, *more, "run")
        assert python(*command, cwd=tmp_path).code == 0
        return (tmp_path / name).read_text("utf-8")

    assert "data:image/png;base64," in shown("with.html")
    assert "data:image/png;base64," not in shown("without.html", "--no-pictures")
    (tmp_path / "run" / PICTURES).write_text("{", encoding="utf-8")
    assert "data:image/png;base64," not in shown("broken.html")


@pytest.mark.script
def test_the_switch_makes_none(tmp_path: Path) -> None:
    (tmp_path / "digits.py").write_text(SCRIPT, encoding="utf-8")
    options = ("--no-trials", "--no-pictures", "--out", "run", "--exit-zero")
    ran = python("-m", "goodfit", "run", *options, "digits.py", cwd=tmp_path)
    assert ran.code == 0, ran.stderr
    assert not (tmp_path / "run" / PICTURES).exists()
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "data:image/png;base64," not in page
    assert "confusion" in page
