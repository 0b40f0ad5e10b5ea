"""GF226 on literals."""

from __future__ import annotations

import pytest
from faring_literals import badly, well
from model_literals import case, finding

from goodfit.checks.model.removed_api import CHECK, removed_api
from goodfit.facts import ApiCall, CrashFacts, ScriptFacts, SourceLine

LINE = SourceLine(file="/home/me/train.py", line=12, text="...")


def call(name: str, *keywords: str) -> ApiCall:
    return ApiCall(name=name, keywords=keywords, where=LINE)


def script(*calls: ApiCall) -> ScriptFacts:
    return ScriptFacts(calls=calls)


# (the call, the message that Keras 3.15.1 gives)
STOPS = [
    (call("keras.optimizers.Adam", "lr"), "Argument(s) not recognized: {'lr': 0.1}"),
    (
        call(".fit", "nb_epoch", "verbose"),
        "JAXTrainer.fit() got an unexpected keyword argument 'nb_epoch'",
    ),
    (call(".fit_generator"), "'Sequential' object has no attribute 'fit_generator'"),
    (call("keras.layers.CuDNNLSTM"), "module 'keras.layers' has no attribute 'CuDNNLSTM'"),
    (
        call("keras.layers.Conv2D", "border_mode"),
        "Unrecognized keyword arguments passed to Conv2D: {'border_mode': 'same'}",
    ),
    (call("keras.backend.mean"), "module 'keras.backend' has no attribute 'mean'"),
    (
        call("tensorflow.keras.optimizers.legacy.Adam"),
        "`keras.optimizers.legacy` is not supported in Keras 3.",
    ),
]


@pytest.mark.parametrize(("one", "message"), STOPS)
def test_the_script_stopped_at_it(one: ApiCall, message: str) -> None:
    crash = CrashFacts(type="ValueError", message=message, where=LINE)
    found = finding(CHECK, script=script(one), crash=crash)
    assert found.severity == "error"
    assert found.where.line == 12


@pytest.mark.parametrize(("one", "_message"), STOPS)
def test_without_a_crash_it_is_a_tip(one: ApiCall, _message: str) -> None:
    assert finding(CHECK, script=script(one)).severity == "tip"
    elsewhere = CrashFacts(type="ValueError", message="shapes (2,) and (3,)", where=LINE)
    assert finding(CHECK, script=script(one), crash=elsewhere).severity == "tip"


def test_an_import_that_failed() -> None:
    old = ScriptFacts(imports=(call("keras.utils.np_utils"),))
    crash = CrashFacts(
        type="ImportError", message="cannot import name 'np_utils' from 'keras.utils'", where=LINE
    )
    found = finding(CHECK, script=old, crash=crash)
    assert found.severity == "error"
    assert "keras.utils.to_categorical" in found.advice


def test_what_is_ignored_matters_where_the_model_does_badly() -> None:
    assigned = ScriptFacts(assigned=(call(".optimizer.lr"),))
    assert finding(CHECK, script=assigned, **well()).severity == "tip"
    assert finding(CHECK, script=assigned, **badly()).severity == "warning"
    plateau = script(call("keras.callbacks.ReduceLROnPlateau", "epsilon"))
    assert case(removed_api(plateau)) == "ignored"


@pytest.mark.parametrize(
    "one",
    [
        call("keras.optimizers.Adam", "learning_rate"),
        call("keras.layers.Embedding", "input_dim", "output_dim"),
        call("keras.layers.Dense", "input_shape"),
        call("keras.backend.clear_session"),
        call("tensorflow.keras.backend.mean"),
        call("tensorflow.keras.preprocessing.image.ImageDataGenerator"),
        call("keras.preprocessing.image.load_img"),
        call("keras.layers.merging.Add"),
        call("keras.initializers.normalised"),
        call(".predict_proba"),
        call("tf_keras.optimizers.Adam", "lr"),
        call("my.optimizers.Adam", "lr"),
        call("numpy.mean"),
    ],
)
def test_todays_names_are_silent(one: ApiCall) -> None:
    assert case(removed_api(script(one))) == "Passed"


def test_each_name_is_told_once_in_order_of_lines() -> None:
    first = ApiCall(name=".fit_generator", where=SourceLine(file="a.py", line=3))
    again = ApiCall(name=".fit_generator", where=SourceLine(file="a.py", line=9))
    found = finding(CHECK, script=script(again, first))
    assert found.evidence["lines"] == [3]
