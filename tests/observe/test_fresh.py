"""Whether weights look as they were drawn, and flags as they were at compile."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

from goodfit.observe.objects import flags
from goodfit.observe.objects.fresh import as_initialised
from goodfit.observe.objects.model import model_facts

keras = pytest.importorskip("keras")

SHAPE = (64, 32)
INITIALISERS = (
    "glorot_uniform",
    "he_normal",
    "lecun_uniform",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "orthogonal",
    "zeros",
    "ones",
)


def drawn(initialiser: Any) -> np.ndarray:
    values = np.asarray(keras.ops.convert_to_numpy(initialiser(SHAPE)))
    return values.reshape(-1).astype(np.float64)


@pytest.mark.backend
@pytest.mark.parametrize("name", INITIALISERS)
@pytest.mark.parametrize("seed", range(3))
def test_what_was_drawn_looks_drawn(name: str, seed: int) -> None:
    keras.utils.set_random_seed(seed)
    initialiser = keras.initializers.get(name)
    assert as_initialised(drawn(initialiser), SHAPE, initialiser) is True


@pytest.mark.backend
@pytest.mark.parametrize("name", INITIALISERS)
def test_what_moved_does_not(name: str) -> None:
    initialiser = keras.initializers.get(name)
    moved = drawn(initialiser) + np.random.default_rng(0).normal(0.02, 0.1, SHAPE[0] * SHAPE[1])
    assert as_initialised(moved, SHAPE, initialiser) is False


def test_what_cannot_be_told() -> None:
    class Mine:
        pass

    assert as_initialised(np.ones(100), (10, 10), Mine()) is None
    few = np.array([0.1, -0.1])
    assert as_initialised(few, (2, 1), keras.initializers.GlorotUniform()) is None


@pytest.mark.backend
def test_training_shows_in_the_facts() -> None:
    keras.utils.set_random_seed(0)
    layers = [keras.Input((16,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    before = [w.as_initialised for one in model_facts(model).layers for w in one.weights]
    x = np.random.default_rng(0).normal(size=(256, 16)).astype("float32")
    model.fit(x, x.sum(1), epochs=5, verbose=0)
    after = [w.as_initialised for one in model_facts(model).layers for w in one.weights]
    assert before == [True] * 4
    assert after[1::2] == [False, False]  # the biases left zero


def test_flags_at_compile_are_remembered_and_forgotten() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
    first = model.layers[0]
    assert flags.trainable_at_compile(first) is None
    flags.remember_flags(model)
    first.trainable = False
    facts = model_facts(model).layers
    assert [(one.trainable, one.trainable_at_compile) for one in facts] == [
        (False, True),
        (True, True),
    ]
    flags.remember_flags(model)
    assert flags.trainable_at_compile(first) is False
    flags.compiled(model)
    first.trainable = True
    flags.trained(model)  # the first fit: its flags are what counts
    assert flags.trainable_at_compile(first) is True
    first.trainable = False
    flags.trained(model)
    assert flags.trainable_at_compile(first) is True
    del model, first
    gc.collect()
    kept = [reference() for reference, _ in flags._memory.values()]
    assert None not in kept
