"""A crash's mechanical fix is tried on a copy: what passes is told, what does not is not claimed,
and nothing of the user's is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from goodfit.codec import decode, encode
from goodfit.facts import CrashFacts, Facts, FixProof
from goodfit.observe.proof.held import held, hold
from goodfit.observe.proof.prove import proved, with_proof
from goodfit.observe.script.crash import keep

RNG = np.random.default_rng(0)
TABLE = RNG.random((40, 6)).astype("float32")
IMAGES = RNG.random((40, 10, 10)).astype("float32")
CLASSES = np.arange(40) % 3
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
SPARSE, DENSE = "sparse_categorical_crossentropy", "categorical_crossentropy"
L = keras.layers


def net(*layers: Any, loss: Any = SPARSE, **options: Any) -> Any:
    model = keras.Sequential(list(layers))
    # Uncompiled steps: the fixes are the same, and the tests are done in a fraction of the time.
    model.compile(loss=loss, optimizer="sgd", run_eagerly=True, **options)
    return model


def functional(width: int) -> Any:
    told = keras.Input((width,))
    model = keras.Model(told, L.Dense(3, activation="softmax")(L.Dense(4)(told)))
    model.compile(loss=SPARSE, optimizer="sgd")
    return model


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.head = L.Dense(3, activation="softmax")

    def call(self, inputs: Any) -> Any:
        return self.head(inputs)


def subclassed(loss: str) -> Any:
    model = Subclassed()
    model.compile(loss=loss, optimizer="sgd")
    return model


def classifier(*layers: Any, loss: Any = SPARSE, **options: Any) -> Any:
    return net(*layers, L.Dense(3, activation="softmax"), loss=loss, **options)


def failed(model: Any, name: str, **arguments: Any) -> Exception:
    """The exception of this call, with the call kept."""
    quiet = {} if name.endswith("batch") or name == "compile" else {"verbose": 0}
    with pytest.raises(Exception) as raised:  # noqa: PT011  whatever it is
        getattr(model, name)(**arguments, **quiet)
    hold(raised.value, name, model, arguments)
    assert isinstance(raised.value, Exception)
    return raised.value


def fit(model: Any, x: Any, y: Any) -> Exception:
    return failed(model, "fit", x=x, y=y)


CASES: dict[str, tuple[Callable[[], Exception], str, str]] = {
    "no channels": (
        lambda: fit(classifier(L.Conv2D(2, 3), L.Flatten()), IMAGES, CLASSES),
        "channel-axis",
        "x[..., np.newaxis]",
    ),
    "no time axis": (
        lambda: fit(classifier(L.LSTM(2)), TABLE, CLASSES),
        "channel-axis",
        "x[..., np.newaxis]",
    ),
    "channels first": (
        lambda: fit(
            classifier(keras.Input((10, 10, 1)), L.Conv2D(2, 3), L.Flatten()),
            IMAGES[:, None],
            CLASSES,
        ),
        "channels-last",
        "np.moveaxis(x, 1, -1)",
    ),
    "images for a flat input": (
        lambda: fit(classifier(keras.Input((100,))), IMAGES, CLASSES),
        "reshape",
        "x.reshape(len(x), 100)",
    ),
    "another width than declared": (
        lambda: fit(classifier(keras.Input((5,))), TABLE, CLASSES),
        "input-shape",
        "keras.Input((6,))",
    ),
    "another width, functional": (
        lambda: fit(functional(5), TABLE, CLASSES),
        "input-shape",
        "keras.Input((6,))",
    ),
    "class numbers, subclassed": (
        lambda: fit(subclassed(DENSE), TABLE, CLASSES),
        "sparse-loss",
        f'loss="{SPARSE}"',
    ),
    "last step only": (
        lambda: fit(classifier(L.LSTM(2, name="a"), L.LSTM(2)), IMAGES, CLASSES),
        "return-sequences",
        "return_sequences=True in a",
    ),
    "map gone": (
        lambda: fit(
            classifier(*(L.Conv2D(2, 5) for _ in range(3)), L.Flatten()), IMAGES[..., None], CLASSES
        ),
        "padding-same",
        'padding="same" in the convolutions and pools',
    ),
    "class numbers": (
        lambda: fit(classifier(keras.Input((6,)), loss=DENSE), TABLE, CLASSES),
        "sparse-loss",
        f'loss="{SPARSE}"',
    ),
    "class numbers for logits": (
        lambda: fit(
            net(L.Dense(3), loss=keras.losses.CategoricalCrossentropy(from_logits=True)),
            TABLE,
            CLASSES,
        ),
        "sparse-loss",
        "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    ),
    "one-hot labels": (
        lambda: fit(classifier(keras.Input((6,))), TABLE, ONE_HOT),
        "dense-loss",
        f'loss="{DENSE}"',
    ),
    "too few units": (
        lambda: fit(net(L.Dense(2, activation="softmax"), loss=DENSE), TABLE, ONE_HOT),
        "units",
        "Dense(3) at the end",
    ),
    "one unit for one-hot labels": (
        lambda: fit(
            net(L.Dense(1, activation="sigmoid"), loss="binary_crossentropy"), TABLE, ONE_HOT
        ),
        "units",
        f'Dense(3, activation="softmax") at the end and loss="{DENSE}"',
    ),
    "map left": (
        lambda: fit(
            classifier(keras.Input((10, 10, 1)), L.Conv2D(2, 3), loss=DENSE),
            IMAGES[..., None],
            ONE_HOT,
        ),
        "flatten",
        "",
    ),
    "sequence left": (
        lambda: fit(
            classifier(L.LSTM(2, return_sequences=True, name="a"), loss=DENSE), IMAGES, ONE_HOT
        ),
        "last-step",
        "return_sequences=False in a",
    ),
    "metric by a wrong name": (
        lambda: fit(classifier(metrics=["acuracy"]), TABLE, CLASSES),
        "name",
        'metrics=["accuracy"]',
    ),
    "loss by a wrong name": (
        lambda: fit(net(L.Dense(1), loss="mean_square_error"), TABLE, TABLE[:, 0]),
        "name",
        'loss="mean_squared_error"',
    ),
    "text as labels": (
        lambda: fit(classifier(), TABLE, np.array(list("abc"))[CLASSES]),
        "numbers",
        "np.unique(y, return_inverse=True)[1] as labels",
    ),
    "objects": (
        lambda: fit(classifier(), TABLE.astype(object), CLASSES),
        "numbers",
        'x.astype("float32")',
    ),
    "lists": (
        lambda: fit(classifier(), TABLE.tolist(), CLASSES.tolist()),
        "arrays",
        "np.array(x) and np.array(y)",
    ),
    "labels cut off": (
        lambda: fit(classifier(), TABLE, CLASSES[:30]),
        "cut-rows",
        "x[:30] and y[:30], which does not tell whether those rows belong together",
    ),
    "on its side": (
        lambda: fit(classifier(), TABLE.T, CLASSES),
        "transpose",
        "x.T",
    ),
    "one row to predict": (
        lambda: failed(classifier(keras.Input((6,))), "predict", x=TABLE[0]),
        "batch-axis",
        "x[np.newaxis]",
    ),
    "optimiser by a wrong name": (
        lambda: failed(classifier(), "compile", optimizer="adamm", loss=SPARSE),
        "name",
        'optimizer="adam"',
    ),
}


KNOWN: dict[str, tuple[str, ...]] = {
    "reshape": ("shape",),
    "input-shape": ("shape",),
    "return-sequences": ("layers",),
    "last-step": ("layers",),
    "padding-same": ("layers",),
    "flatten": ("layers",),
    "sparse-loss": ("loss",),
    "class numbers for logits": ("loss", "logits"),
    "dense-loss": ("loss",),
    "too few units": ("layer", "options"),
    "one unit for one-hot labels": ("layer", "options", "loss"),
    "name": ("call", "wrong", "right"),
    "text as labels": ("y",),
    "objects": ("x",),
    "arrays": ("arrays",),
    "cut-rows": ("rows",),
}
"""What a patch is told of a fix besides its id, by case or fix."""


@pytest.mark.parametrize("case", CASES)
def test_the_fix_that_passes_is_told(case: str) -> None:
    crash, fix, words = CASES[case]

    found = proved(crash())

    assert found is not None
    assert (found.fix, found.passed, found.reason) == (fix, True, "")
    assert words in found.words
    assert set(found.parameters) == set(KNOWN.get(case, KNOWN.get(fix, ())))
    assert decode(encode(found), FixProof) == found
    trained = case not in ("one row to predict", "optimiser by a wrong name")
    assert (found.loss is not None and np.isfinite(found.loss)) == trained
    assert found.what == ("compile" if "optimiser" in case else "batch")


def raised(make: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception) as found:  # noqa: PT011  whatever it is
        make()
    assert isinstance(found.value, Exception)
    return found.value


@pytest.mark.parametrize(
    ("make", "fix", "words"),
    [
        (
            lambda: L.Dense(4, activation="sofmax"),
            "name",
            'Dense(..., activation="softmax")',
        ),
        (
            lambda: keras.optimizers.Adam(lr=0.01),
            "legacy-argument",
            "Adam(learning_rate=0.01)",
        ),
        (
            lambda: keras.optimizers.SGD(lr=0.01, momentum=0.9),
            "legacy-argument",
            "SGD(learning_rate=0.01)",
        ),
    ],
)
def test_a_call_that_failed_is_made_again(make: Any, fix: str, words: str) -> None:
    found = proved(raised(make))

    assert found is not None
    assert (found.fix, found.words, found.what, found.passed) == (fix, words, "call", True)


def test_an_optimiser_of_another_model_is_replaced_on_the_copy() -> None:
    shared = keras.optimizers.SGD(0.01, momentum=0.9)
    for units in (4, 5):
        model = keras.Sequential([keras.Input((6,)), L.Dense(units), L.Dense(1)])
        model.compile(loss="mse", optimizer=shared)
        if units == 4:
            model.fit(TABLE, TABLE[:, 0], verbose=0)

    found = proved(fit(model, TABLE, TABLE[:, 0]))

    assert found is not None
    assert (found.fix, found.passed) == ("fresh-optimizer", True)


def test_nothing_is_claimed_of_a_model_that_trains_in_a_way_of_its_own() -> None:
    class Own(keras.Sequential):
        def train_step(self, *arguments: Any) -> Any:
            return super().train_step(*arguments)

    model = Own([keras.Input((6,)), L.Dense(3, activation="softmax")])
    model.compile(loss=DENSE, optimizer="sgd")

    found = proved(fit(model, TABLE, CLASSES))

    assert found is not None
    assert not found.passed
    assert found.fix == ""
    assert "overrides train_step" in found.reason


def test_nothing_is_claimed_where_a_copy_does_not_fail() -> None:
    model = classifier(loss=DENSE)
    error = ValueError("from somewhere else")
    hold(error, "fit", model, {"x": TABLE, "y": ONE_HOT.astype("int32")[:, :2]})
    healthy = ValueError("from somewhere else")
    hold(healthy, "fit", classifier(metrics=["accuracy"]), {"x": TABLE, "y": CLASSES})

    found = proved(healthy)

    assert proved(error) is not None
    assert found is None or not found.passed


def test_nothing_is_known_of_an_exception_of_the_users_own() -> None:
    assert proved(raised(lambda: 1 / 0)) is None


def test_the_users_model_and_the_random_state_stay_as_they_are() -> None:
    model = classifier(keras.Input((6,)), loss=DENSE, metrics=["accuracy"])
    before = [np.array(weight) for weight in model.get_weights()]
    error = fit(model, TABLE, CLASSES)
    np.random.seed(7)
    drawn = np.random.random(3)
    np.random.seed(7)
    name = L.Dense(1).name

    found = proved(error)

    assert found is not None
    assert found.passed
    assert np.array_equal(np.random.random(3), drawn)
    assert model.loss == DENSE
    assert all(
        np.array_equal(now, then) for now, then in zip(model.get_weights(), before, strict=True)
    )
    assert int(L.Dense(1).name.rsplit("_", 1)[-1]) == int(name.rsplit("_", 1)[-1]) + 1


def test_the_proof_is_told_with_the_crash_it_is_of() -> None:
    error = fit(classifier(loss=DENSE), TABLE, CLASSES)
    crash = CrashFacts(type="ValueError", message="", during="fit")
    keep(error, crash)

    first, second = with_proof([Facts(), Facts(crash=crash)], error)

    assert first.crash is None
    assert second.crash is not None
    assert isinstance(second.crash.proof, FixProof)
    assert second.crash.proof.passed


def test_the_innermost_call_is_kept_and_no_more_than_a_copy_needs() -> None:
    error = ValueError()
    hold(error, "fit", "model", {"x": 1, "callbacks": object()})
    hold(error, "outer", "model", {})

    call = held(error)

    assert call is not None
    assert (call.name, dict(call.arguments)) == ("fit", {"x": 1})
