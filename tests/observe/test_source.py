"""What is read of a script's source; nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from goodfit.facts import Facts
from goodfit.observe.script.source import script_facts, with_script

SOURCE = """\
import keras, numpy as np
import tensorflow as tf
from keras import layers, backend as K
from keras.optimizers import Adam as A
try:
    from keras.utils import np_utils
except ImportError:
    np_utils = None
if keras.__version__ < "3":
    model.fit_generator(1)
model = keras.Sequential([layers.Dense(3, input_dim=4)])
x = layers.BatchNormalization(name="bn")(model.input, training=True)
model.compile(A(lr=0.1, **options), "mse")
model.optimizer.lr = K.epsilon()
(model
 .fit(np.ones(3), verbose=0))
tf.keras.backend.mean(x)
def Flatten(): ...
Flatten()
raise SystemExit("this is never run")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "train.py"
    file.write_text(SOURCE, encoding="utf-8")
    return file


def test_names_are_resolved_through_the_imports(path: Path) -> None:
    calls = {call.name: call for call in script_facts(path).calls}
    assert calls["keras.optimizers.Adam"].keywords == ("lr",)
    assert calls["keras.layers.Dense"].keywords == ("input_dim",)
    assert "keras.backend.epsilon" in calls
    assert "tensorflow.keras.backend.mean" in calls
    assert "numpy.ones" in calls
    assert "Flatten" in calls


def test_a_call_of_what_a_call_returns(path: Path) -> None:
    found = [c for c in script_facts(path).calls if c.name == "keras.layers.BatchNormalization()"]
    assert [call.true for call in found] == [("training",)]


def test_lines_are_those_of_the_name(path: Path) -> None:
    (fit,) = (call for call in script_facts(path).calls if call.name == ".fit")
    assert fit.where is not None
    assert (fit.where.line, fit.where.text) == (16, ".fit(np.ones(3), verbose=0))")


def test_what_the_script_expects_to_fail_is_left_out(path: Path) -> None:
    found = script_facts(path)
    assert "keras.utils.np_utils" not in [one.name for one in found.imports]
    assert ".fit_generator" not in [one.name for one in found.calls]
    assert "keras.optimizers.Adam" in [one.name for one in found.imports]


def test_assigned_attributes(path: Path) -> None:
    assert [one.name for one in script_facts(path).assigned] == [".optimizer.lr"]


def test_every_fit_gets_the_source(path: Path) -> None:
    fits = with_script((Facts(backend="jax"), Facts()), path)
    assert [fit.backend for fit in fits] == ["jax", ""]
    assert all(fit.script == script_facts(path) for fit in fits)


def test_what_is_no_python(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def", encoding="utf-8")
    with pytest.raises(SyntaxError):
        script_facts(broken)
    with pytest.raises(OSError, match="missing"):
        script_facts(tmp_path / "missing.py")
