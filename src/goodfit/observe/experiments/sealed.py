"""What happens inside leaves no trace in the process: random states and Keras' name counters."""

from __future__ import annotations

import copy
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np

_NAMES, _GENERATOR = "object_name_uids", "global_seed_generator"


@contextmanager
def sealed(seed: int = 0) -> Iterator[None]:
    """Draw from `seed` inside; afterwards the global random states of Python, NumPy, Keras,
    TensorFlow and PyTorch, and the numbers in the names of Keras' next layers, are as before."""
    python, legacy = random.getstate(), np.random.get_state()
    with _keras_sealed(), _tensorflow_sealed(), _torch_sealed(seed):
        random.seed(seed)
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(legacy)


@contextmanager
def _keras_sealed() -> Iterator[None]:
    import keras
    from keras.src.backend.common import global_state

    names = copy.copy(global_state.get_global_attribute(_NAMES))
    generator = global_state.get_global_attribute(_GENERATOR)
    state = None if generator is None else keras.ops.convert_to_numpy(generator.state).copy()
    try:
        yield
    finally:
        global_state.set_global_attribute(_NAMES, names)
        global_state.set_global_attribute(_GENERATOR, generator)
        if generator is not None:
            generator.state.assign(state)


@contextmanager
def _tensorflow_sealed() -> Iterator[None]:
    if "tensorflow" not in sys.modules:
        yield
        return
    from tensorflow.python.eager import context

    generator = getattr(context.context(), "_rng", None)
    state = generator.getstate() if generator is not None else None
    try:
        yield
    finally:
        if generator is not None:
            generator.setstate(state)


@contextmanager
def _torch_sealed(seed: int) -> Iterator[None]:
    torch: Any = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "random"):
        with nullcontext():
            yield
        return
    cuda = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=list(cuda)):
        torch.random.default_generator.manual_seed(seed)
        yield
