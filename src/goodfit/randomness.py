"""Global random state: seeded for a training, and afterwards as if nothing had been drawn."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

_NAMES, _GENERATOR, _SEED = "object_name_uids", "global_seed_generator", "global_random_seed"


def seed_all(seed: int) -> None:
    """Seed Python, NumPy, Keras and the backend as `keras.utils.set_random_seed(seed)` does.

    Keras' own function also imports TensorFlow, for seconds, wherever it is installed; here it is
    seeded only where something has loaded it already.
    """
    from keras.src.backend.common import global_state

    global_state.set_global_attribute(_SEED, seed)
    global_state.set_global_attribute(_GENERATOR, None)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    tensorflow: Any = sys.modules.get("tensorflow")
    if tensorflow is not None and hasattr(tensorflow, "random"):
        tensorflow.random.set_seed(seed)
    torch: Any = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(seed)


@contextmanager
def sealed(seed: int = 0) -> Iterator[None]:
    """Draw from `seed` inside; afterwards the global random states of Python, NumPy, Keras,
    TensorFlow and PyTorch, and the numbers in the names of Keras' next layers, are as before."""
    with unchanged():
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch: Any = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "random"):
            torch.random.default_generator.manual_seed(seed)
        yield


@contextmanager
def unchanged() -> Iterator[None]:
    """Whatever is drawn or seeded inside, afterwards all global random states are as before."""
    python, legacy = random.getstate(), np.random.get_state()
    with _keras_unchanged(), _tensorflow_unchanged(), _torch_unchanged():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(legacy)


@contextmanager
def _keras_unchanged() -> Iterator[None]:
    import keras
    from keras.src.backend.common import global_state

    names = copy.copy(global_state.get_global_attribute(_NAMES))
    seed = global_state.get_global_attribute(_SEED)
    generator = global_state.get_global_attribute(_GENERATOR)
    state = None if generator is None else keras.ops.convert_to_numpy(generator.state).copy()
    try:
        yield
    finally:
        global_state.set_global_attribute(_NAMES, names)
        global_state.set_global_attribute(_SEED, seed)
        global_state.set_global_attribute(_GENERATOR, generator)
        if generator is not None:
            generator.state.assign(state)


@contextmanager
def _tensorflow_unchanged() -> Iterator[None]:
    if "tensorflow" not in sys.modules:
        yield
        return
    from tensorflow.python.eager import context

    inner = context.context()
    seed = getattr(inner, "_seed", None)
    generator = getattr(inner, "_rng", None)
    state = generator.getstate() if generator is not None else None
    try:
        yield
    finally:
        inner._seed, inner._rng = seed, generator
        if generator is not None:
            generator.setstate(state)


@contextmanager
def _torch_unchanged() -> Iterator[None]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "random"):
        with nullcontext():
            yield
        return
    cuda = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=list(cuda)):
        yield
