"""The door for a model and its data: what it answers, what it refuses, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest

import goodfit

pytestmark = pytest.mark.backend
RNG = np.random.default_rng(2)
X = RNG.normal(size=(300, 5)).astype("float32")
Y = (X @ np.array([1.0, -2.0, 0.5, 0.0, 1.0]) + 0.3 * RNG.normal(size=300) > 0).astype("float32")
XV = RNG.normal(size=(150, 5)).astype("float32")
YV = (XV @ np.array([1.0, -2.0, 0.5, 0.0, 1.0]) > 0).astype("float32")


def _build() -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_a_healthy_model_is_a_good_fit_in_silence() -> None:
    report = goodfit.diagnose(_build, (X, Y), validation_data=(XV, YV), epochs=20)
    assert report.verdict.name == "good fit"
    assert [f.code for f in report.findings if f.severity != "tip"] == []
    assert all(outcome.result != "failed" for outcome in report.outcomes)
    assert "good fit" in str(report)
    assert report._repr_html_().startswith("<iframe")


def test_the_model_given_is_left_as_it_was() -> None:
    model = _build()
    model.fit(X, Y, epochs=1, verbose=0)
    before = [w.copy() for w in model.get_weights()]
    steps = int(model.optimizer.iterations)
    goodfit.diagnose(model, (X, Y), validation_data=(XV, YV), epochs=2)
    for kept, weight in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
    assert int(model.optimizer.iterations) == steps


def test_a_planted_fault_is_named_first() -> None:
    x = np.concatenate([X, XV]) * np.array([1, 1, 1, 5000, 1], "float32")
    y = np.concatenate([Y, YV])
    report = goodfit.diagnose(_build, (x[:300], y[:300]), validation_data=(x[300:], y[300:]))
    assert report.findings[0].name == "unscaled-features"


def test_monitor_reports_on_the_users_own_fit() -> None:
    monitor = goodfit.Monitor()
    _build().fit(X, Y, validation_data=(XV, YV), epochs=12, verbose=0, callbacks=[monitor])
    report = monitor.report()
    assert report.fits[0].facts.trace is not None
    assert report.fits[0].facts.trace.trained == 12
    assert report.verdict.name != "cannot tell"


def test_a_fit_that_fails_is_explained() -> None:
    images = RNG.normal(size=(64, 8, 8)).astype("float32")

    def build() -> keras.Model:
        model = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.Flatten()])
        model.add(keras.layers.Dense(1))
        model.compile("adam", "mse")
        return model

    report = goodfit.diagnose(build, (images, np.zeros(64, "float32")))
    codes = {finding.code for finding in report.findings}
    assert codes & {"GF126", "GF601"}
    assert report.verdict.name == "broken training"


def _uncompiled() -> keras.Model:
    return keras.Sequential([keras.layers.Dense(1)])


def _endless() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    while True:
        yield X, Y


NAN = np.where(np.arange(300) == 7, np.nan, Y)
REFUSED: list[tuple[str, Callable[[], object], object, type[Exception], str]] = [
    ("uncompiled model", _uncompiled, (X, Y), ValueError, "not compiled"),
    ("no model", lambda: 3, (X, Y), TypeError, "expected a compiled keras.Model"),
    ("y missing", _build, X, TypeError, "expected \\(x, y\\)"),
    ("y is None", _build, (X, None), TypeError, "y is None"),
    ("unequal length", _build, (X, Y[:10]), ValueError, "300.*10"),
    ("empty", _build, (X[:0], Y[:0]), ValueError, "no rows|empty|0 rows"),
    (
        "strings",
        _build,
        (np.array([["a"] * 5] * 300), Y),
        (TypeError, ValueError),
        "text|string|str",
    ),
    ("NaN labels", _build, (X, NAN), ValueError, "NaN"),
    ("endless generator", _build, _endless(), ValueError, "steps_per_epoch"),
]


@pytest.mark.parametrize(
    ("model", "data", "error", "said"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_bad_input_is_refused_with_what_to_do(
    model: Callable[[], object], data: object, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        goodfit.diagnose(model, data)


def test_a_model_never_built_is_built_by_the_fit() -> None:
    model = keras.Sequential([keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy")
    report = goodfit.diagnose(model, (X, Y), validation_data=(XV, YV), epochs=5)
    assert report.fits[0].facts.model is not None
    assert report.fits[0].facts.model.parameters == 29
